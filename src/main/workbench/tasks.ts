// Long requests that can be watched and cancelled: the caller names the task, progress events carry that name.
import { LacunaError } from '../../shared/errors.ts'
import type { Emit } from '../../shared/contract.ts'

/** Progress events per task and second, at most. */
const EVENTS_PER_SECOND = 10

export interface TaskContext {
  signal: AbortSignal
  progress(done: number, total: number | undefined, what: string): void
}

export class Tasks {
  readonly #running = new Map<string, AbortController>()
  readonly #emit: Emit
  readonly #now: () => number

  constructor(emit: Emit, now: () => number) {
    this.#emit = emit
    this.#now = now
  }

  /**
   * Run `work` under a name.
   * @throws LacunaError conflict when a task of that name runs already
   */
  async run<T>(task: string, work: (context: TaskContext) => Promise<T>): Promise<T> {
    if (this.#running.has(task)) throw new LacunaError('conflict', `The task '${task}' is running already.`)
    const controller = new AbortController()
    this.#running.set(task, controller)
    let last = 0
    try {
      return await work({
        signal: controller.signal,
        progress: (done, total, what) => {
          const now = this.#now()
          if (now - last < 1000 / EVENTS_PER_SECOND && done !== total) return
          last = now
          this.#emit('task/progressed', { task, done, what, ...(total === undefined ? {} : { total }) })
        },
      })
    } finally {
      this.#running.delete(task)
    }
  }

  /** Ask a task to stop; one that is not running has nothing to stop. */
  cancel(task: string): void {
    this.#running.get(task)?.abort()
  }

  cancelAll(): void {
    for (const controller of this.#running.values()) controller.abort()
  }
}
