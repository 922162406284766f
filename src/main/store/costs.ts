// Measured times of the networks of runs: the last of every engine and machine. Measures nothing.
import type { MeasuredCost } from '../../shared/cost.ts'
import { inTransaction, type StoreContext } from './area.ts'

export class CostStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  /** The newest times of some runs, by run; a run that was never timed is left out. */
  of(runIds: readonly string[]): Map<string, MeasuredCost> {
    const rows = this.#context.database
      .prepare<[string], [string, string]>(
        `SELECT c.run_id, c.value FROM (SELECT value AS id FROM json_each(?)) chosen
         JOIN costs c ON c.run_id = chosen.id ORDER BY c.measured_at, c.rowid`,
      )
      .raw()
      .all(JSON.stringify(runIds))
    // Written by `put` alone, from this type. The newest comes last.
    return new Map(rows.map(([id, text]) => [id, JSON.parse(text) as MeasuredCost]))
  }

  /**
   * Store the times of a run in place of earlier ones of the same engine and machine.
   * @throws LacunaError disk-full
   */
  put(runId: string, measured: MeasuredCost): void {
    inTransaction(this.#context, () =>
      this.#context.database
        .prepare(
          'INSERT OR REPLACE INTO costs (run_id, engine, processor, measured_at, value) VALUES (?, ?, ?, ?, ?)',
        )
        .run(runId, measured.engine, measured.processor, measured.measuredAt, JSON.stringify(measured)),
    )
  }
}
