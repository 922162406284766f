// What is done once a day while nothing runs: a verified backup, and emptying the trash of what has lain there for a
// month. Never in the way of a run; failures are logged and tried again the next day.
import type { Store } from '../store/store.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const TRASH_DAYS = 30

export class Housekeeping {
  readonly #store: Store
  readonly #now: () => Date
  readonly #log: (message: string, error?: unknown) => void
  #work: Promise<void> | undefined
  #triedAt = -Infinity

  constructor(store: Store, now: () => Date, log: (message: string, error?: unknown) => void) {
    this.#store = store
    this.#now = now
    this.#log = log
  }

  /** Do what is due. Call when nothing runs; returns at once. */
  tidy(): void {
    const now = this.#now().getTime()
    if (this.#work !== undefined || now - this.#triedAt < DAY_MS || !this.#store.backups.due()) return
    this.#triedAt = now
    this.#work = this.#tidy(new Date(now - TRASH_DAYS * DAY_MS)).finally(() => {
      this.#work = undefined
    })
  }

  /** Resolves when what was begun has ended; the store must stay open until then. */
  async finish(): Promise<void> {
    await this.#work
  }

  async #tidy(before: Date): Promise<void> {
    try {
      this.#store.studies.purge(before)
      this.#store.datasets.purge(before)
      await this.#store.backups.make()
    } catch (error) {
      this.#log('The daily backup failed', error)
    }
  }
}
