// Lets networks of runs answer the test split, in an engine process that is kept for a while, one at a time. Keeps the
// answers of the last few networks.
import { LacunaError } from '../../shared/errors.ts'
import type { CheckWatch } from './engine-check.ts'
import type { EngineHost } from './engine-host.ts'
import type { EvaluateJob, Evaluated } from './evaluate-model.ts'

export interface EvaluatorOptions {
  host: () => EngineHost
  idleMs?: number | undefined // after which the process is ended
}

/** A network to be asked: `key` names its weights, `load` is called when its answers are not at hand. */
export interface Question {
  key: string
  load: () => Promise<EvaluateJob>
}

const IDLE_MS = 60_000

/** Networks whose answers are kept: two bytes a test sequence. */
const KEPT = 24

export class Evaluator {
  readonly #options: EvaluatorOptions
  readonly #kept = new Map<string, Evaluated>() // the one asked last is the last
  #host: EngineHost | undefined
  #last: Promise<unknown> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined

  constructor(options: EvaluatorOptions) {
    this.#options = options
  }

  /** Whether an engine process is being kept. */
  get open(): boolean {
    return this.#host !== undefined
  }

  /**
   * Let networks answer, in order. Cancelling ends the process, so that it takes effect within a batch of any size.
   * @throws LacunaError cancelled, engine-unavailable, engine-crashed, too-large, and what loading or the engine refuses
   */
  evaluate(questions: readonly Question[], watch: CheckWatch): Promise<Evaluated[]> {
    const { signal } = watch
    const turn = this.#last.then(() => this.#all(questions, watch))
    this.#last = turn.catch(() => undefined) // whoever asked is told
    return new Promise((resolve, reject) => {
      const stop = () => reject(cancelled())
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop)
      turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    })
  }

  async #all(questions: readonly Question[], watch: CheckWatch): Promise<Evaluated[]> {
    clearTimeout(this.#idle)
    const stop = () => this.close()
    watch.signal.addEventListener('abort', stop)
    const open = questions.filter(({ key }) => !this.#kept.has(key)).length
    let answered = 0
    try {
      const found: Evaluated[] = []
      for (const question of questions) {
        if (watch.signal.aborted) throw cancelled()
        const kept = this.#recall(question.key)
        found.push(kept ?? (await this.#ask(question, { open, before: answered }, watch)))
        if (kept === undefined) answered++
      }
      return found
    } finally {
      watch.signal.removeEventListener('abort', stop)
      this.#idle = setTimeout(() => this.close(), this.#options.idleMs ?? IDLE_MS).unref()
    }
  }

  #recall(key: string): Evaluated | undefined {
    const kept = this.#kept.get(key)
    if (kept !== undefined) this.#keep(key, kept)
    return kept
  }

  #keep(key: string, evaluated: Evaluated): void {
    this.#kept.delete(key)
    this.#kept.set(key, evaluated)
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!)
  }

  async #ask(
    { key, load }: Question,
    { open, before }: { open: number; before: number },
    { progress, signal }: CheckWatch,
  ): Promise<Evaluated> {
    const job = await load()
    const count = job.test.labels.length
    if (signal.aborted) throw cancelled()
    try {
      const host = (this.#host ??= this.#options.host())
      const evaluated = await host.evaluate(job, (done) =>
        progress(before * count + done, open * count, 'sequences'),
      )
      this.#keep(key, evaluated)
      return evaluated
    } catch (error) {
      // Whatever happened, the next network begins with a fresh process.
      this.close()
      throw error
    }
  }

  /** End the engine process. */
  close(): void {
    clearTimeout(this.#idle)
    this.#host?.close()
    this.#host = undefined
  }
}

function cancelled(): LacunaError {
  return new LacunaError('cancelled', 'The test was stopped on request; what is stored is unchanged.')
}
