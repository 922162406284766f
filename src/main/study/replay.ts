// Trains a run again from its beginning, keeps the weights of every epoch and makes sure that they are those the run
// had. Works beside the queue in an engine process of its own; the store is not touched.
import { ERROR_CODES, LacunaError, type ErrorCode } from '../../shared/errors.ts'
import { engineTitle, type EpochRecord, type RunEngine } from '../../shared/results.ts'
import { batchCount, sequenceCount } from '../engine/batches.ts'
import type { CheckWatch } from './engine-check.ts'
import type { EngineHost, HostOutcome, RunHooks } from './engine-host.ts'
import type { RunJob } from './messages.ts'
import type { KeptWeights } from './replay-cache.ts'

/** What is stored of the run and has to come out again. */
export interface Expected {
  runId: string
  epochs: readonly EpochRecord[]
  final: KeptWeights // after the last of them
  engine?: RunEngine
}

/** Everything of an epoch that does not depend on the clock. */
function figures({ elapsedMs: _, ...record }: EpochRecord): string {
  const { epoch, train, validation, test, nonzeros } = record
  const of = (score: EpochRecord['train']) =>
    score === undefined ? null : [score.total, score.correct, score.loss, score.lossSum]
  return JSON.stringify([epoch, of(train), of(validation), of(test), nonzeros])
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return Buffer.compare(a, b) === 0
}

function differs(expected: Expected, where: string, engine: RunEngine | undefined): LacunaError {
  const then = expected.engine === undefined ? 'an engine that is not known' : engineTitle(expected.engine)
  const now = engine === undefined ? 'another' : engineTitle(engine)
  const why =
    then === now
      ? `although both were computed with ${now}, so the machine or its libraries differ`
      : `because it was computed with ${then}, and now with ${now}`
  return new LacunaError(
    'conflict',
    `Trained again, run ${expected.runId} differs from what is stored ${where}, ${why}; only the weights that are stored can be shown here.`,
  )
}

/**
 * Train `job` from its beginning for as many epochs as are stored, handing every epoch to `keep`.
 * @throws LacunaError conflict when a figure or the final weights are not bit for bit those that are stored; cancelled,
 *   engine-unavailable, engine-crashed; and what `keep` throws
 */
export async function replayRun(
  host: EngineHost,
  job: RunJob,
  expected: Expected,
  watch: CheckWatch,
  keep: (epoch: number, kept: KeptWeights) => Promise<void>,
): Promise<void> {
  const end = () => {
    host.stop() // so that the end of the process is not taken for a crash
    host.close()
  }
  const last = expected.epochs.at(-1)!.epoch
  let final: KeptWeights | undefined
  let engine: RunEngine | undefined
  const batches = batchCount(sequenceCount(job.train), job.batchSize)
  const report = (done: number) => watch.progress(done, Math.max(1, last) * batches, 'batches')
  const hooks: RunHooks = {
    started: (about) => {
      engine = about.engine
    },
    position: ({ epoch, phase, batch }) =>
      report(Math.max(0, epoch - 1) * batches + (phase === 'training' ? batch : epoch === 0 ? 0 : batches)),
    epoch: async ({ record, weights, masks }) => {
      const stored = expected.epochs.find(({ epoch }) => epoch === record.epoch)
      if (stored === undefined || figures(stored) !== figures(record))
        throw differs(expected, `from epoch ${record.epoch} on`, engine)
      final = { weights: weights!, ...(masks === undefined ? {} : { masks }) }
      await keep(record.epoch, final)
      report(record.epoch * batches)
      return !watch.signal.aborted
    },
  }
  if (watch.signal.aborted) throw cancelled()
  watch.signal.addEventListener('abort', end)
  try {
    assertDone(await host.run({ ...job, epochs: last, everyEpoch: true }, hooks), watch)
    if (!sameBytes(final?.weights, expected.final.weights) || !sameBytes(final?.masks, expected.final.masks))
      throw differs(expected, `in its weights after epoch ${last}`, engine)
  } finally {
    watch.signal.removeEventListener('abort', end)
    host.close()
  }
}

function assertDone(outcome: HostOutcome, { signal }: CheckWatch): void {
  if (signal.aborted || outcome.how === 'stopped') throw cancelled()
  if (outcome.how === 'done') return
  if (outcome.how === 'crashed') {
    throw new LacunaError(
      'engine-crashed',
      `The engine process ended during the replay (${outcome.reason}); try again.`,
    )
  }
  const { code, message } = outcome.problem
  const known = ERROR_CODES.find((one): one is ErrorCode => one === code) ?? 'internal'
  throw new LacunaError(known, `The replay did not come to its end: ${message}`)
}

function cancelled(): LacunaError {
  return new LacunaError('cancelled', 'The replay was stopped on request; what is stored is unchanged.')
}
