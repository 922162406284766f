// Trains a run on both engines and measures how far they are apart. Works beside the queue in an engine process of its
// own; stores nothing.
import {
  judgeCheck,
  FIRST_BATCHES,
  type CheckedStretch,
  type EngineCheck,
} from '../../shared/engine-check.ts'
import { ERROR_CODES, LacunaError, type ErrorCode } from '../../shared/errors.ts'
import { randomStream } from '../../shared/random.ts'
import type { EpochRecord, RunProblem } from '../../shared/results.ts'
import { takeSequences } from '../data/vocabulary.ts'
import { batchCount, sequenceCount } from '../engine/batches.ts'
import type { EncodedSplit, EngineInfo, Parameters } from '../engine/engine.ts'
import type { EngineHost, RunHooks } from './engine-host.ts'
import type { RunJob } from './messages.ts'
import { nudgedJob, startOf, weightDifference } from './twin.ts'
import { decodeWeights } from './weights.ts'

/** How a check is watched and cancelled. */
export interface CheckWatch {
  signal: AbortSignal
  progress: (done: number, total: number, what: string) => void
}

/** What one training left behind. */
interface Training {
  engine: EngineInfo
  records: EpochRecord[]
  weights: Parameters
}

/** Say which engine is the run's own and which it is compared with. */
function pairOf(job: RunJob): readonly ['fused' | 'tensorflow', 'fused' | 'tensorflow'] {
  return job.engine === 'tensorflow' ? ['tensorflow', 'fused'] : ['fused', 'tensorflow']
}

/**
 * Train `job` from its beginning on both engines, and a third time on the fused engine from nudged weights: first a
 * few batches, then all its epochs. Both engines see the same weights and the same batches.
 * @throws LacunaError cancelled; engine-unavailable when one engine is missing; what the training ended with
 */
export async function checkEngines(host: EngineHost, job: RunJob, watch: CheckWatch): Promise<EngineCheck> {
  const end = () => {
    host.stop() // so that the end of the process is not taken for a crash
    host.close()
  }
  watch.signal.addEventListener('abort', end)
  try {
    const first = await stretch(host, firstBatches(job), watch)
    const whole = await stretch(host, job, watch)
    const { own, other } = first
    return judgeCheck({ runId: job.runId, own, other, first: first.stretch, whole: whole.stretch })
  } finally {
    watch.signal.removeEventListener('abort', end)
    host.close()
  }
}

/** The same job with no more sequences than the first batches of its first epoch. */
function firstBatches(job: RunJob): RunJob {
  const { train, test, seed, batchSize } = job
  const order = randomStream(seed, 'shuffle', 1).permutation(sequenceCount(train))
  const some = FIRST_BATCHES * batchSize
  const take = (split: EncodedSplit, indices: Uint32Array) => takeSequences(split, indices.subarray(0, some))
  const { validation: _, ...rest } = job
  const tested = Uint32Array.from({ length: sequenceCount(test) }, (_, n) => n)
  return { ...rest, train: take(train, order), test: take(test, tested), epochs: 1 }
}

async function stretch(
  host: EngineHost,
  job: RunJob,
  watch: CheckWatch,
): Promise<{ own: EngineInfo; other: EngineInfo; stretch: CheckedStretch }> {
  const [ownName, otherName] = pairOf(job)
  // TensorFlow before the others: it is the one that is missing most often.
  const trained = {
    tensorflow: await train(host, { ...job, engine: 'tensorflow' }, 'tensorflow', watch),
    fused: await train(host, { ...job, engine: 'fused' }, 'fused', watch),
  }
  const start = startOf(job)
  const twin = await train(host, { ...nudgedJob(job, start), engine: 'fused' }, 'fused, nudged', watch)
  const [own, other] = [trained[ownName], trained[otherName]]
  return {
    own: own.engine,
    other: other.engine,
    stretch: {
      epochs: own.records.map((record, n) => {
        const shadow = twin.records.find(({ epoch }) => epoch === record.epoch)
        return {
          epoch: record.epoch,
          own: record,
          other: other.records[n]!,
          ...(shadow === undefined ? {} : { twin: shadow }),
        }
      }),
      batches: job.epochs * batchCount(sequenceCount(job.train), job.batchSize),
      weights: weightDifference(start.parameters, own.weights, other.weights),
      twin: weightDifference(start.parameters, trained.fused.weights, twin.weights),
    },
  }
}

/** Train one job to its end. */
async function train(host: EngineHost, job: RunJob, name: string, watch: CheckWatch): Promise<Training> {
  if (watch.signal.aborted) throw cancelled()
  const found: Partial<Training> & { records: EpochRecord[] } = { records: [] }
  const batches = batchCount(sequenceCount(job.train), job.batchSize)
  const report = (done: number) => watch.progress(done, job.epochs * batches, `batches on ${name}`)
  const hooks: RunHooks = {
    started: ({ engine }) => {
      found.engine = engine
    },
    position: ({ epoch, phase, batch }) =>
      report(Math.max(0, epoch - 1) * batches + (phase === 'training' ? batch : epoch === 0 ? 0 : batches)),
    epoch: async ({ record, weights }) => {
      found.records.push(record)
      if (weights !== undefined) found.weights = decodeWeights(job.network, weights)
      report(record.epoch * batches)
      return true
    },
  }
  const outcome = await host.run(job, hooks)
  if (watch.signal.aborted || outcome.how === 'stopped') throw cancelled()
  if (outcome.how === 'crashed') {
    throw new LacunaError('engine-crashed', `The engine process ended during the check (${outcome.reason}).`)
  }
  if (outcome.how !== 'done') throw failure(name, outcome.problem)
  const { engine, records, weights } = found
  if (engine === undefined || weights === undefined) {
    throw new LacunaError('internal', `The training on ${name} ended without its weights.`)
  }
  return { engine, records, weights }
}

function cancelled(): LacunaError {
  return new LacunaError('cancelled', 'The check was stopped on request; it stores nothing.')
}

function failure(name: string, { code, message }: RunProblem): LacunaError {
  const known = ERROR_CODES.find((one): one is ErrorCode => one === code) ?? 'internal'
  if (known !== 'engine-unavailable') return new LacunaError(known, `On ${name}: ${message}`)
  return new LacunaError(
    known,
    `The check needs both engines and ${name} does not work here: ${message} Settings and \`lacuna doctor\` say what is missing.`,
  )
}
