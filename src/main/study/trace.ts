// Runs one sequence through the weights of a moment, in an engine process that is kept for a while so that the next
// sequence is there at once.
import type { EngineHost } from './engine-host.ts'
import type { Moment } from './inspect-weights.ts'
import type { JobEngine } from './messages.ts'
import type { Traced } from './trace-model.ts'

export interface TracerOptions {
  host: () => EngineHost
  idleMs?: number // after which the process is ended
}

const IDLE_MS = 60_000

export class Tracer {
  readonly #options: TracerOptions
  #host: EngineHost | undefined
  #loaded: { key: string; pid: number | undefined } | undefined
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
   * @param key names the weights: they are sent only when the process does not have them
   * @throws LacunaError engine-unavailable, engine-crashed, and what the engine refuses
   */
  trace(engine: JobEngine, key: string, moment: Moment, tokens: Uint16Array): Promise<Traced> {
    const work = this.#last.then(() => this.#trace(engine, `${engine} ${key}`, moment, tokens))
    this.#last = work.catch(() => undefined) // whoever asked is told
    return work
  }

  async #trace(engine: JobEngine, key: string, moment: Moment, tokens: Uint16Array): Promise<Traced> {
    clearTimeout(this.#idle)
    const host = (this.#host ??= this.#options.host())
    const known = this.#loaded?.key === key && this.#loaded.pid === host.pid
    try {
      const trace = await host.trace({ engine, key, tokens, ...(known ? {} : { moment }) })
      this.#loaded = { key, pid: host.pid }
      return trace
    } catch (error) {
      // Whatever happened, the next sequence begins with a fresh process.
      this.close()
      throw error
    } finally {
      this.#idle = setTimeout(() => this.close(), this.#options.idleMs ?? IDLE_MS).unref()
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
