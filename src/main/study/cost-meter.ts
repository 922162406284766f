// Times the networks of runs on this machine and remembers what was found. One at a time, each in an engine process of
// its own, and none while runs compute.
import { totalmem } from 'node:os'
import type { MeasuredCost } from '../../shared/cost.ts'
import { LacunaError } from '../../shared/errors.ts'
import { randomStream } from '../../shared/random.ts'
import { engineTitle, type RunRecord } from '../../shared/results.ts'
import { takeSequences } from '../data/vocabulary.ts'
import { sequenceCount } from '../engine/batches.ts'
import type { Store } from '../store/store.ts'
import { EngineHost, type SpawnEngine } from './engine-host.ts'
import type { MomentSource } from './inspect-weights.ts'
import { machineName } from './machine.ts'
import type { JobEngine } from './messages.ts'
import { JobPlanner } from './plan.ts'
import type { TimedRun, TimeJob } from './time-run.ts'

export interface CostMeterOptions {
  store: Store
  spawn: SpawnEngine
  now: () => Date
  busy: () => boolean // runs are computing: timing would disturb them and be disturbed
  engine?: JobEngine // tests only: instead of the one the study asks for
}

/** Sequences that are run alone. */
const SINGLE = 64

export class CostMeter {
  readonly #options: CostMeterOptions
  readonly #planner: JobPlanner
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: CostMeterOptions) {
    this.#options = options
    this.#planner = new JobPlanner(options.store, options.engine)
  }

  /**
   * Time the network a run ended with, or has reached so far, in the order in which runs are asked for.
   * @throws LacunaError not-found, item-damaged; conflict while runs compute or where nothing is trained yet;
   *   cancelled, engine-unavailable, engine-crashed
   */
  measure(id: string, signal: AbortSignal): Promise<MeasuredCost> {
    const work = this.#last.then(() => this.#measure(id, signal))
    this.#last = work.catch(() => undefined) // whoever asked is told
    return work
  }

  /** Resolves when nothing uses the store any more. Cancel first. */
  async close(): Promise<void> {
    await this.#last
  }

  async #measure(id: string, signal: AbortSignal): Promise<MeasuredCost> {
    if (signal.aborted) throw cancelled()
    if (this.#options.busy()) {
      throw new LacunaError(
        'conflict',
        'Runs are being computed, which would spoil the timing; measure when they are done, or pause the study.',
      )
    }
    const { store, now } = this.#options
    const job = this.#job(store.runs.get(id))
    const timed = await this.#time(job, signal)
    const measured: MeasuredCost = {
      engine: engineTitle(timed.engine),
      threads: timed.engine.threads ?? 1,
      processor: machineName(),
      measuredAt: now().toISOString(),
      batchSize: sequenceCount(job.batch),
      stepMs: timed.stepMs,
      inferenceMs: timed.inferenceMs,
    }
    store.costs.put(id, measured)
    return measured
  }

  async #time(job: TimeJob, signal: AbortSignal): Promise<TimedRun> {
    const host = new EngineHost({ spawn: this.#options.spawn, memoryLimit: totalmem() * 0.8 })
    const end = () => host.close()
    signal.addEventListener('abort', end)
    try {
      return await host.time(job)
    } catch (error) {
      throw signal.aborted ? cancelled() : error
    } finally {
      signal.removeEventListener('abort', end)
      host.close()
    }
  }

  #job(run: RunRecord): TimeJob {
    const { store } = this.#options
    const source = sourceOf(store, run)
    const { id, studyId, spec } = run
    const baseId = store.runs.baseOf(id)
    const waiting = { id, studyId, spec, ...(baseId === undefined ? {} : { baseId }) }
    const job = this.#planner.job(waiting, { fresh: true })
    const { engine, network, train, test, optimizer } = job
    const order = randomStream(spec.seed, 'shuffle', 1).permutation(sequenceCount(train))
    const singles = Uint32Array.from({ length: Math.min(SINGLE, sequenceCount(test)) }, (_, n) => n)
    return {
      engine,
      moment: { network, source },
      batch: takeSequences(train, order.subarray(0, job.batchSize)),
      single: takeSequences(test, singles),
      optimizer,
    }
  }
}

function sourceOf({ blobs }: Store, run: RunRecord): MomentSource {
  if (run.state === 'done')
    return { from: 'stored', weights: blobs.require(run.id, 'weights'), masks: blobs.read(run.id, 'masks') }
  const checkpoint = blobs.read(run.id, 'checkpoint')
  if (checkpoint !== undefined) return { from: 'checkpoint', checkpoint }
  throw new LacunaError(
    'conflict',
    `Run ${run.id} is ${run.state} and has no weights yet; measure it when it has been trained.`,
  )
}

function cancelled(): LacunaError {
  return new LacunaError('cancelled', 'The timing was stopped on request; it stores nothing.')
}
