// Finds the weights of a run after an epoch: stored, kept by a replay, or following from its start. Trains nothing and
// changes nothing.
import { LacunaError } from '../../shared/errors.ts'
import { CELL_NAMES } from '../../shared/network.ts'
import { runTitle, type RunRecord } from '../../shared/results.ts'
import type { StudyDefinition } from '../../shared/study.ts'
import { layeringOf } from '../graph/layering.ts'
import type { DrawOptions } from '../graph/view.ts'
import type { Store } from '../store/store.ts'
import type { Moment, MomentSource } from './inspect-weights.ts'
import type { JobEngine, RunJob } from './messages.ts'
import type { JobPlanner } from './plan.ts'
import type { ReplayCache } from './replay-cache.ts'
import { structureNetwork } from './structure.ts'

/** Which weights are meant; nothing has been read yet. */
export interface FoundMoment {
  run: RunRecord
  definition: StudyDefinition
  title: string
  epoch: number
  epochs: { available: number[]; all: number }
  accuracy: number | null
  key: string // the same for the same weights
}

export interface LoadedMoment {
  engine: JobEngine
  moment: Moment
  drawn: DrawOptions['drawn'] // the graph of a random structure
  tests: Pick<RunJob, 'test' | 'batchSize'> // what the study tests it with
}

/** What a run begins with: 0 right after pruning, -1 before training. */
export function firstEpoch({ spec }: Pick<RunRecord, 'spec'>): number {
  return spec.kind === 'pruned' ? 0 : -1
}

/** The epoch whose weights are stored; undefined when there is none yet. */
export function storedEpoch({ epochs }: Pick<RunRecord, 'epochs'>): number | undefined {
  return epochs.at(-1)?.epoch
}

export class Moments {
  readonly #store: Store
  readonly #planner: JobPlanner
  readonly #replays: ReplayCache

  constructor(store: Store, planner: JobPlanner, replays: ReplayCache) {
    this.#store = store
    this.#planner = planner
    this.#replays = replays
  }

  /** Epochs whose weights can be had without training, ascending. */
  available(run: RunRecord): number[] {
    const stored = storedEpoch(run)
    const epochs = [firstEpoch(run), ...this.#replays.epochs(run), ...(stored === undefined ? [] : [stored])]
    return [...new Set(epochs)].sort((a, b) => a - b)
  }

  /**
   * The job of a run from its beginning.
   * @throws LacunaError not-found, item-damaged; conflict when the run it was pruned from is not done
   */
  job(run: RunRecord): RunJob {
    const baseId = this.#store.runs.baseOf(run.id)
    if (baseId !== undefined && this.#store.runs.state(baseId) !== 'done') {
      throw new LacunaError(
        'conflict',
        `Run ${run.id} starts from the weights of ${run.spec.base}, which is not done; look at it when it is.`,
      )
    }
    const { id, studyId, spec } = run
    const waiting = { id, studyId, spec, ...(baseId === undefined ? {} : { baseId }) }
    return this.#planner.job(waiting, { fresh: true })
  }

  /**
   * Find the weights of a run after `epoch`, by default the last one that is stored.
   * @throws LacunaError not-found for a run or an epoch that is not there
   */
  find(id: string, epoch?: number): FoundMoment {
    const run = this.#store.runs.get(id)
    const { definition } = this.#store.studies.get(run.studyId)
    const available = this.available(run)
    const wanted = this.#wanted(run, available, epoch)
    return {
      run,
      definition,
      title: `${CELL_NAMES[run.spec.cell]}, ${runTitle(run.spec)}`,
      epoch: wanted,
      epochs: { available, all: run.spec.epochs },
      accuracy: run.epochs.find((record) => record.epoch === wanted)?.test.accuracy ?? null,
      key: `${id} ${run.startedAt ?? ''} ${wanted}`,
    }
  }

  /**
   * Read the weights that were found.
   * @throws LacunaError item-damaged; conflict when the run it was pruned from is not done; not-found
   */
  async load({ run, definition, epoch }: FoundMoment): Promise<LoadedMoment> {
    const job = this.job(run)
    const { network, engine, masks: structure, test, batchSize } = job
    const source = await this.#source(run, epoch, job)
    return {
      engine,
      moment: { network, source, base: job.prune?.base, structure },
      drawn: drawnGraph(definition, run, job),
      tests: { test, batchSize },
    }
  }

  #wanted(run: RunRecord, available: readonly number[], epoch: number | undefined): number {
    const first = firstEpoch(run)
    if (epoch === undefined) return storedEpoch(run) ?? first
    // Nothing happens between -1 and 0: a base run is not tested before it is trained, a pruned run begins with 0.
    const wanted = epoch <= 0 ? first : epoch
    if (available.includes(wanted)) return wanted
    const { epochs } = run.spec
    if (wanted > epochs) {
      throw new LacunaError('not-found', `Run ${run.id} has ${epochs} epochs; epoch ${wanted} was asked for.`)
    }
    const names = available.map((one) => (one === -1 ? 'the start' : `epoch ${one}`)).join(', ')
    throw new LacunaError(
      'not-found',
      `The weights after epoch ${wanted} of run ${run.id} are not stored; there are those of ${names}. Replay the run to see the others.`,
    )
  }

  async #source(run: RunRecord, epoch: number, job: RunJob): Promise<MomentSource> {
    const { blobs } = this.#store
    if (epoch === firstEpoch(run)) {
      const { train: _train, test: _test, validation: _validation, checkpoint: _checkpoint, ...start } = job
      return { from: 'start', job: start }
    }
    if (epoch !== storedEpoch(run)) return { from: 'stored', ...(await this.#replays.read(run, epoch)) }
    if (run.state !== 'done') return { from: 'checkpoint', checkpoint: blobs.require(run.id, 'checkpoint') }
    return { from: 'stored', weights: blobs.require(run.id, 'weights'), masks: blobs.read(run.id, 'masks') }
  }
}

/** The graph a structure was made from, and its vertices by layer; undefined for stacked models. */
function drawnGraph(
  definition: StudyDefinition,
  { spec }: RunRecord,
  { network }: RunJob,
): DrawOptions['drawn'] {
  if (definition.kind !== 'structure' || spec.structure === undefined) return undefined
  const { graph } = structureNetwork(definition, spec.cell, spec.structure, network)
  return { graph, layers: layeringOf(graph).layers }
}
