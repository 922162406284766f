// The few settings of a workspace. What was never changed keeps following the default.
import { availableParallelism } from 'node:os'
import { settingsSchema, type Settings } from '../../shared/contract.ts'
import { inTransaction, type StoreContext } from './area.ts'

/** One engine process per core. */
const DEFAULTS: Settings = { theme: 'system', jobs: Math.min(256, availableParallelism()), engine: 'auto' }

export class SettingStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  get(): Settings {
    const rows = this.#context.database
      .prepare<[], { name: string; value: string }>('SELECT name, value FROM settings')
      .all()
    const stored = Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value) as unknown]))
    return settingsSchema.parse({ ...DEFAULTS, ...stored })
  }

  /** @throws LacunaError disk-full */
  change(part: { [K in keyof Settings]?: Settings[K] | undefined }): Settings {
    const put = this.#context.database.prepare(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    )
    return inTransaction(this.#context, () => {
      for (const [name, value] of Object.entries(part)) {
        if (value !== undefined) put.run(name, JSON.stringify(value))
      }
      return this.get()
    })
  }
}
