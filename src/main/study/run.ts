// One run from its start or its checkpoint to its end: the training loop. Knows an engine and a link to whoever stores
// the epochs; no process, no store, no clock of its own.
import { LacunaError, toErrorReport } from '../../shared/errors.ts'
import type { GraphDescription, GraphProperties } from '../../shared/graph.ts'
import type { EpochRecord, SplitScore } from '../../shared/results.ts'
import { randomStream } from '../../shared/random.ts'
import { batchCount, sequenceCount } from '../engine/batches.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../engine/checkpoint.ts'
import type { RunControl } from '../engine/control.ts'
import type { EncodedSplit, Engine, EvaluateResult, Masks, Model, NonFinite } from '../engine/engine.ts'
import { countNonzeros, initialParameters } from '../engine/parameters.ts'
import { describeGraph } from '../graph/properties.ts'
import { pruneMasks } from '../prune/index.ts'
import type { FinishedEpoch, RunAbout, RunJob, RunOutcome, RunPosition } from './messages.ts'
import { decodeWeights, encodeArrays, recurrentCounts } from './weights.ts'

/** How a run talks to the outside. */
export interface RunLink {
  control: RunControl
  clock: () => number // milliseconds
  started: (about: RunAbout) => void
  entered: (epoch: number, phase: RunPosition['phase'], batches: number) => void
  /** Resolves when the epoch is safe on the disk; false when the run shall stop instead. */
  save: (epoch: FinishedEpoch) => Promise<boolean>
}

/** Run a job to its end. Never throws: what goes wrong is the outcome. */
export async function executeRun(engine: Engine, job: RunJob, link: RunLink): Promise<RunOutcome> {
  let model: Model | undefined
  try {
    const start = startModel(engine, job)
    model = start.model
    const { recurrentWeights } = recurrentCounts(job.network, model.masks())
    link.started({
      engine: engine.info,
      recurrentWeights,
      parameters: countNonzeros(job.network, unprunedMasks(job)),
      ...(job.graph === undefined ? {} : { properties: measured(job.graph) }),
    })
    return await new Run(engine, job, model, link).execute(start.epoch)
  } catch (error) {
    const { code, message } = toErrorReport(error)
    return { how: 'failed', problem: { code, message } }
  } finally {
    model?.dispose()
  }
}

/** Build the model as it is before the next epoch. `epoch`: epochs completed; -1: epoch 0 is still to be tested. */
function startModel(engine: Engine, job: RunJob): { model: Model; epoch: number } {
  const { network } = job
  if (job.checkpoint !== undefined) {
    const { epoch, parameters, masks, optimizerState } = decodeCheckpoint(job.checkpoint)
    return { model: engine.create(network, { parameters, masks, optimizerState }), epoch }
  }
  if (job.prune === undefined) {
    const parameters = initialParameters(network, job.seed)
    return { model: engine.create(network, { parameters, masks: unprunedMasks(job) }), epoch: 0 }
  }
  const parameters = decodeWeights(network, job.prune.base)
  const masks = pruneMasks(network, parameters, { ...job.prune.spec, seed: job.seed })
  return { model: engine.create(network, { parameters, masks }), epoch: -1 }
}

/** Properties that have a value: a variance over a single edge has none. */
function measured(graph: GraphDescription): Partial<GraphProperties> {
  const found = Object.entries(describeGraph(graph).properties)
  return Object.fromEntries(found.filter(([, value]) => Number.isFinite(value)))
}

/** What is masked before anything is pruned: the pairs a random structure does not join. */
function unprunedMasks({ masks }: RunJob): Masks {
  return masks ?? new Map()
}

class Run {
  readonly #engine: Engine
  readonly #job: RunJob
  readonly #model: Model
  readonly #link: RunLink
  readonly #nonzeros: number

  constructor(engine: Engine, job: RunJob, model: Model, link: RunLink) {
    this.#engine = engine
    this.#job = job
    this.#model = model
    this.#link = link
    this.#nonzeros = recurrentCounts(job.network, model.masks()).nonzeros
  }

  async execute(completed: number): Promise<RunOutcome> {
    for (let epoch = completed + 1; epoch <= this.#job.epochs; epoch++) {
      const record = this.#epoch(epoch)
      if ('how' in record) return record
      if (!(await this.#link.save(this.#finish(record)))) return { how: 'stopped' }
    }
    return { how: 'done' }
  }

  /** Train (except in epoch 0) and test. */
  #epoch(epoch: number): EpochRecord | RunOutcome {
    const { train, validation, test } = this.#job
    const begin = this.#link.clock()
    let trained: SplitScore | undefined
    if (epoch > 0) {
      const result = this.#train(train, epoch)
      if ('how' in result) return result
      trained = result
    }
    const scores: SplitScore[] = []
    for (const split of validation === undefined ? [test] : [validation, test]) {
      const score = this.#test(split, epoch)
      if ('how' in score) return score
      scores.push(score)
    }
    return {
      epoch,
      ...(trained === undefined ? {} : { train: trained }),
      ...(validation === undefined ? {} : { validation: scores[0]! }),
      test: scores.at(-1)!,
      nonzeros: this.#nonzeros,
      elapsedMs: this.#link.clock() - begin,
    }
  }

  #train(split: EncodedSplit, epoch: number): SplitScore | RunOutcome {
    const { batchSize, optimizer, seed } = this.#job
    const count = sequenceCount(split)
    const order = randomStream(seed, 'shuffle', epoch).permutation(count)
    this.#link.entered(epoch, 'training', batchCount(count, batchSize))
    const result = this.#model.train(split, { order, batchSize, optimizer }, this.#link.control)
    if (result.nonFinite !== undefined) return diverged(epoch, result.nonFinite)
    if (result.stopped) return { how: 'stopped' }
    return score(count, result)
  }

  #test(split: EncodedSplit, epoch: number): SplitScore | RunOutcome {
    const { batchSize } = this.#job
    const count = sequenceCount(split)
    this.#link.entered(epoch, 'testing', batchCount(count, batchSize))
    const result = this.#model.evaluate(split, { batchSize }, this.#link.control)
    if (result.stopped) return { how: 'stopped' }
    if (!Number.isFinite(result.lossSum)) return diverged(epoch, undefined)
    return score(count, result)
  }

  #finish(record: EpochRecord): FinishedEpoch {
    const { network, epochs, seed, everyEpoch = false } = this.#job
    const model = this.#model
    const done = record.epoch === epochs
    if (done || everyEpoch) {
      const masks = model.masks()
      return {
        record,
        weights: encodeArrays(network, model.parameters()),
        ...(masks.size === 0 ? {} : { masks: encodeArrays(network, masks) }),
        done,
      }
    }
    const checkpoint = encodeCheckpoint({
      network,
      parameters: model.parameters(),
      masks: model.masks(),
      optimizerState: model.optimizerState(),
      epoch: record.epoch,
      seed,
      engine: { name: this.#engine.info.name, version: this.#engine.info.version },
    })
    return { record, checkpoint, done: false }
  }
}

function score(
  total: number,
  { correct, meanLoss, lossSum }: Pick<EvaluateResult, 'correct' | 'meanLoss' | 'lossSum'>,
): SplitScore {
  return { total, correct, accuracy: total === 0 ? 0 : correct / total, loss: meanLoss, lossSum }
}

/** `where` is absent when the numbers were finite in training and not in testing. */
function diverged(epoch: number, where: NonFinite | undefined): RunOutcome {
  const place = where === undefined ? 'while testing' : `in batch ${where.batch + 1}`
  const what = { loss: 'loss', gradient: 'gradient', weights: 'weights' }[where?.what ?? 'loss']
  const message =
    `Epoch ${epoch}: the ${what} became NaN or infinite ${place}. ` +
    'The last finite epoch is kept; a smaller learning rate or clipping norm may help.'
  return {
    how: 'diverged',
    problem: { code: 'diverged', message, epoch, ...(where === undefined ? {} : { batch: where.batch }) },
  }
}

/** @throws LacunaError bad-request for a job whose splits cannot be trained or tested on */
export function assertJob(job: RunJob): void {
  if (sequenceCount(job.train) === 0 || sequenceCount(job.test) === 0) {
    throw new LacunaError(
      'bad-request',
      'A study needs at least one sequence to train on and one to test on.',
    )
  }
}
