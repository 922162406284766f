// Runs one sequence through the weights of a moment, in an engine process that is kept for a while so that the next
// sequence is there at once.
import type { NetworkDescription } from '../../shared/network.ts'
import type { EngineHost } from './engine-host.ts'
import type { Moment } from './inspect-weights.ts'
import type { JobEngine } from './messages.ts'
import type { TraceJob, Traced } from './trace-model.ts'

export interface TracerOptions {
  host: () => EngineHost
  idleMs?: number // after which the process is ended
}

/** Weights to be sent to the process. */
export interface Traceable {
  engine: JobEngine
  moment: Moment
}

/** The tokens to run, or an error when the network is not made for them. */
type SequenceFor = (network: NetworkDescription) => Uint16Array

export interface TracedBy {
  trace: Traced
  network: NetworkDescription
}

const IDLE_MS = 60_000

export class Tracer {
  readonly #options: TracerOptions
  #host: EngineHost | undefined
  #loaded:
    { key: string; pid: number | undefined; engine: JobEngine; network: NetworkDescription } | undefined
  #last: Promise<unknown> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined

  constructor(options: TracerOptions) {
    this.#options = options
  }

  /** Whether an engine process is being kept. */
  get open(): boolean {
    return this.#host !== undefined
  }

  /**
   * Run a sequence through a network; one at a time, in the order in which they were asked for.
   * @param key names the weights: they are loaded only when the process does not have them
   * @throws LacunaError engine-unavailable, engine-crashed, and what loading or the engine refuses
   */
  trace(key: string, load: () => Promise<Traceable>, sequence: SequenceFor): Promise<TracedBy> {
    const work = this.#last.then(() => this.#trace(key, load, sequence))
    this.#last = work.catch(() => undefined) // whoever asked is told
    return work
  }

  async #trace(key: string, load: () => Promise<Traceable>, sequence: SequenceFor): Promise<TracedBy> {
    clearTimeout(this.#idle)
    try {
      const held =
        this.#loaded?.key === key && this.#loaded.pid === this.#host?.pid ? this.#loaded : undefined
      const fresh = held === undefined ? await load() : undefined
      const { engine, network } = held ?? { engine: fresh!.engine, network: fresh!.moment.network }
      const moment = fresh === undefined ? {} : { moment: fresh.moment }
      const trace = await this.#ask({ engine, key, tokens: sequence(network), ...moment })
      this.#loaded = { key, pid: this.#host?.pid, engine, network }
      return { trace, network }
    } finally {
      this.#idle = setTimeout(() => this.close(), this.#options.idleMs ?? IDLE_MS).unref()
    }
  }

  async #ask(job: TraceJob): Promise<Traced> {
    try {
      return await (this.#host ??= this.#options.host()).trace(job)
    } catch (error) {
      // Whatever happened, the next sequence begins with a fresh process.
      this.close()
      throw error
    }
  }

  /** End the engine process. */
  close(): void {
    clearTimeout(this.#idle)
    this.#host?.close()
    this.#host = undefined
    this.#loaded = undefined
  }
}
