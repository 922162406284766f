// One engine process as seen from the program: starts it, hands it one run at a time, stops it, notices that it died.
// Does not know how a process is made (`SpawnEngine`) nor where epochs are stored.
import type { EngineStatus } from '../../shared/contract.ts'
import { fromErrorReport, LacunaError } from '../../shared/errors.ts'
import type { EvaluateJob, Evaluated } from './evaluate-model.ts'
import type { MeasureJob, Measurement } from './measure.ts'
import type {
  FinishedEpoch,
  FromEngine,
  RunAbout,
  RunJob,
  RunOutcome,
  RunPosition,
  ToEngine,
} from './messages.ts'
import type { TimedRun, TimeJob } from './time-run.ts'
import type { TraceJob, Traced } from './trace-model.ts'

/** A process that has been started, whatever started it. */
export interface EngineProcess {
  readonly pid: number | undefined
  postMessage(message: ToEngine): void
  onMessage(listener: (message: FromEngine) => void): void
  /** `reason`: exit code or signal, and what it last wrote to stderr. */
  onExit(listener: (reason: string) => void): void
  kill(): void // at once, without asking
}

export type SpawnEngine = () => EngineProcess

/** What becomes of what an engine process reports during a run. */
export interface RunHooks {
  started: (about: RunAbout) => void
  position: (position: RunPosition) => void
  /** Store an epoch; resolves to false when it could not be stored because the run was stopped meanwhile. */
  epoch: (epoch: FinishedEpoch) => Promise<boolean>
}

/** `crashed`: the process ended by itself. */
export type HostOutcome = RunOutcome | { how: 'crashed'; reason: string }

export interface HostOptions {
  spawn: SpawnEngine
  memoryLimit: number // bytes a process may hold
  killAfterMs?: number // from asking to stop to killing
}

interface Work {
  hooks: RunHooks
  end: (outcome: HostOutcome) => void
  fail: (error: unknown) => void
  stopping?: NodeJS.Timeout
  storing: Promise<unknown>
}

interface Evaluating {
  resolve: (found: Evaluated) => void
  reject: (error: unknown) => void
  progress: (done: number) => void
}

export class EngineHost {
  readonly #options: HostOptions
  #process: EngineProcess | undefined
  #work: Work | undefined
  #engines: { resolve: (engines: EngineStatus[]) => void; reject: (error: unknown) => void } | undefined
  #measuring: { resolve: (found: Measurement) => void; reject: (error: unknown) => void } | undefined
  #timing: { resolve: (timed: TimedRun) => void; reject: (error: unknown) => void } | undefined
  #tracing: { resolve: (trace: Traced) => void; reject: (error: unknown) => void } | undefined
  #evaluating: Evaluating | undefined

  constructor(options: HostOptions) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /**
   * Run a job in the process, starting the process when there is none. The outcome comes after everything that was
   * reported has been handled. Rejects with what a hook throws.
   */
  run(job: RunJob, hooks: RunHooks): Promise<HostOutcome> {
    if (this.#work !== undefined)
      throw new LacunaError('internal', 'An engine process was given two runs at once.')
    return new Promise<HostOutcome>((resolve, reject) => {
      const work = { hooks, end: resolve, fail: reject, storing: Promise.resolve() }
      this.#work = work
      this.#guard(work, () => this.#send({ type: 'start', job }))
    })
  }

  /** Ask the run under way to stop; when it does not within the time limit the process is killed. */
  stop(): void {
    const work = this.#work
    if (work === undefined || work.stopping !== undefined) return
    work.stopping = setTimeout(() => this.#process?.kill(), this.#options.killAfterMs ?? 2000)
    this.#send({ type: 'stop' })
  }

  /** Ask which engines can be loaded. */
  engines(): Promise<EngineStatus[]> {
    return new Promise((resolve, reject) => {
      this.#engines = { resolve, reject }
      this.#send({ type: 'engines' })
    })
  }

  /** Ask how long training takes here; rejects with why it cannot be said. One question at a time. */
  measure(job: MeasureJob): Promise<Measurement> {
    return new Promise((resolve, reject) => {
      this.#measuring = { resolve, reject }
      this.#send({ type: 'measure', job })
    })
  }

  /** Ask how long one network takes here; rejects with why it cannot be said. One network at a time. */
  time(job: TimeJob): Promise<TimedRun> {
    return new Promise((resolve, reject) => {
      this.#timing = { resolve, reject }
      this.#send({ type: 'time', job })
    })
  }

  /** Run one sequence through a network; rejects with why it cannot be. One sequence at a time. */
  trace(job: TraceJob): Promise<Traced> {
    return new Promise((resolve, reject) => {
      this.#tracing = { resolve, reject }
      this.#send({ type: 'trace', job })
    })
  }

  /**
   * Let a network answer sequences; rejects with why it cannot, and when the process is closed meanwhile. One network
   * at a time.
   * @param progress told how many sequences are answered
   */
  evaluate(job: EvaluateJob, progress: (done: number) => void): Promise<Evaluated> {
    return new Promise<Evaluated>((resolve, reject) => {
      this.#evaluating = { resolve, reject, progress }
      this.#send({ type: 'evaluate', job })
    }).finally(() => {
      this.#evaluating = undefined
    })
  }

  /** End the process. A run under way ends as crashed: stop it first. */
  close(): void {
    this.#process?.kill()
  }

  #send(message: ToEngine): void {
    this.#process ??= this.#start()
    this.#process.postMessage(message)
  }

  #start(): EngineProcess {
    const engine = this.#options.spawn()
    engine.onMessage((message) => {
      if (engine === this.#process) this.#receive(message)
    })
    engine.onExit((reason) => {
      if (engine === this.#process) this.#exited(reason)
    })
    return engine
  }

  #receive(message: FromEngine): void {
    if (message.type === 'engines') {
      this.#engines?.resolve(message.engines)
      return
    }
    if (message.type === 'measured') {
      if ('problem' in message) this.#measuring?.reject(fromErrorReport(message.problem))
      else this.#measuring?.resolve(message.measurement)
      return
    }
    if (message.type === 'timed') {
      if ('problem' in message) this.#timing?.reject(fromErrorReport(message.problem))
      else this.#timing?.resolve(message.timed)
      return
    }
    if (message.type === 'traced') {
      if ('problem' in message) this.#tracing?.reject(fromErrorReport(message.problem))
      else this.#tracing?.resolve(message.trace)
      return
    }
    if (message.type === 'evaluating') {
      this.#evaluating?.progress(message.done)
      return
    }
    if (message.type === 'evaluated') {
      if ('problem' in message) this.#evaluating?.reject(fromErrorReport(message.problem))
      else this.#evaluating?.resolve(message.evaluated)
      return
    }
    const work = this.#work
    if (message.type === 'memory') {
      this.#checkMemory(work, message.bytes)
      return
    }
    if (work === undefined) return
    switch (message.type) {
      case 'started':
        this.#guard(work, () => work.hooks.started(message.about))
        break
      case 'position':
        work.hooks.position(message.position)
        break
      case 'epoch':
        work.storing = this.#store(work, message.epoch)
        break
      case 'ended':
        void work.storing.then(() => this.#finish(work, message.outcome))
        break
    }
  }

  async #store(work: Work, epoch: FinishedEpoch): Promise<void> {
    try {
      const stored = await work.hooks.epoch(epoch)
      // The process may have died while the epoch was being stored; its end is handled there.
      if (this.#work === work)
        this.#process?.postMessage(stored ? { type: 'stored', epoch: epoch.record.epoch } : { type: 'stop' })
    } catch (error) {
      this.#abandon(work, error)
    }
  }

  #guard(work: Work, action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#abandon(work, error)
    }
  }

  /** A hook failed: what the process computes now has nowhere to go. */
  #abandon(work: Work, error: unknown): void {
    if (this.#work !== work) return
    this.#clear(work)
    this.#dropProcess()
    work.fail(error)
  }

  /** An idle process may hold what it likes: it is ended soon. */
  #checkMemory(work: Work | undefined, bytes: number): void {
    const { memoryLimit } = this.#options
    if (bytes <= memoryLimit || (work === undefined && this.#evaluating === undefined)) return
    this.#dropProcess()
    const message = `The engine process held ${gigabytes(bytes)} of memory and was stopped; ${gigabytes(memoryLimit)} are allowed. Use fewer engine processes, a smaller batch or a smaller model.`
    this.#evaluating?.reject(new LacunaError('too-large', message))
    if (work !== undefined) this.#finish(work, { how: 'failed', problem: { code: 'too-large', message } })
  }

  #exited(reason: string): void {
    this.#process = undefined
    const ended = (doing: string) =>
      new LacunaError('engine-crashed', `The engine process ended while ${doing} (${reason}).`)
    this.#engines?.reject(ended('engines were being loaded'))
    this.#measuring?.reject(ended('its speed was being measured'))
    this.#timing?.reject(ended('a network was being timed'))
    this.#tracing?.reject(ended('a sequence ran through the network'))
    this.#evaluating?.reject(ended('a network was being tested'))
    const work = this.#work
    if (work === undefined) return
    const outcome: HostOutcome = work.stopping === undefined ? { how: 'crashed', reason } : { how: 'stopped' }
    void work.storing.then(() => this.#finish(work, outcome))
  }

  #finish(work: Work, outcome: HostOutcome): void {
    if (this.#work !== work) return
    this.#clear(work)
    work.end(outcome)
  }

  #clear(work: Work): void {
    clearTimeout(work.stopping)
    this.#work = undefined
  }

  /** Kill the process without taking its end for a crash. */
  #dropProcess(): void {
    const engine = this.#process
    this.#process = undefined
    engine?.kill()
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`
}

/** Find out which engines work here, in an engine process of its own that ends afterwards. */
export async function engineStatuses(spawn: SpawnEngine): Promise<EngineStatus[]> {
  const host = new EngineHost({ spawn, memoryLimit: Infinity })
  try {
    return await host.engines()
  } finally {
    host.close()
  }
}
