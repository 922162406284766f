// What calibrations of this machine found, by a key that names everything it depends on. Forgets what is a month old.
import { inTransaction, timestamp, type StoreContext } from './area.ts'

const KEPT_MS = 30 * 24 * 60 * 60 * 1000

export class CalibrationStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  /** The value stored for a key within the last month, or undefined. */
  get(key: string): unknown {
    const text = this.#context.database
      .prepare<[string, string], string>('SELECT value FROM calibrations WHERE key = ? AND measured_at > ?')
      .pluck()
      .get(key, this.#oldest())
    return text === undefined ? undefined : JSON.parse(text)
  }

  /** @throws LacunaError disk-full */
  put(values: ReadonlyMap<string, unknown>): void {
    const { database } = this.#context
    inTransaction(this.#context, () => {
      database.prepare<[string]>('DELETE FROM calibrations WHERE measured_at <= ?').run(this.#oldest())
      const insert = database.prepare<[string, string, string]>(
        'INSERT OR REPLACE INTO calibrations (key, value, measured_at) VALUES (?, ?, ?)',
      )
      for (const [key, value] of values) insert.run(key, JSON.stringify(value), timestamp(this.#context))
    })
  }

  #oldest(): string {
    return new Date(this.#context.now().getTime() - KEPT_MS).toISOString()
  }
}
