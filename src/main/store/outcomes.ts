// Runs of many studies at once, as comparing needs them: what each is and how accurate, without the rest of its epochs.
// Reads only; one query for each question, so that thousands of runs take milliseconds.
import type { RunState } from '../../shared/results.ts'
import type { RunSpec } from '../../shared/study.ts'
import type { StoreContext } from './area.ts'

/** A run with the first and the last of its test accuracies. */
export interface Outcome {
  id: string
  studyId: string
  spec: RunSpec
  state: RunState
  engine?: string
  baseId?: string
  first?: number
  last?: number
}

/** Test scores of a run by epoch: epoch, accuracy 0 to 1, loss. */
export type Curve = readonly (readonly [epoch: number, accuracy: number, loss: number])[]

interface OutcomeRow {
  id: string
  study_id: string
  spec: string
  state: RunState
  engine: string | null
  base_id: string | null
  first: number | null
  last: number | null
}

export class OutcomeStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  /** List the runs of all studies that are not in the trash: newest study first, runs in their order. */
  list(): Outcome[] {
    return this.#query('')
  }

  /** List the runs of some studies, in the same order. */
  of(studyIds: readonly string[]): Outcome[] {
    return this.#query('AND s.id IN (SELECT value FROM json_each(?))', JSON.stringify(studyIds))
  }

  /** Ids of the studies that some runs belong to. */
  studiesOf(runIds: readonly string[]): string[] {
    return this.#context.database
      .prepare<[string], string>(
        'SELECT DISTINCT study_id FROM runs WHERE id IN (SELECT value FROM json_each(?))',
      )
      .pluck()
      .all(JSON.stringify(runIds))
  }

  #query(where: string, ...values: string[]): Outcome[] {
    const score = (epoch: string) =>
      `(SELECT e.test_correct * 1.0 / e.test_total FROM epochs e WHERE e.run_id = r.id AND e.epoch = ${epoch})`
    return this.#context.database
      .prepare<string[], OutcomeRow>(
        `SELECT r.id, r.study_id, r.spec, r.state, json_extract(r.engine, '$.name') AS engine, r.base_id,
           ${score('iif(r.base_id IS NULL, 1, 0)')} AS first, ${score('r.last_epoch')} AS last
         FROM studies s JOIN runs r ON r.study_id = s.id
         WHERE s.removed_at IS NULL ${where} ORDER BY s.number DESC, r.position`,
      )
      .all(...values)
      .map(toOutcome)
  }

  /** Curves of some runs by id. */
  curves(runIds: readonly string[]): Map<string, Curve> {
    const rows = this.#context.database
      .prepare<[string], [string, number, number, number, number]>(
        `SELECT e.run_id, e.epoch, e.test_correct, e.test_total, e.test_loss
         FROM (SELECT value AS id FROM json_each(?)) chosen JOIN epochs e ON e.run_id = chosen.id
         ORDER BY e.run_id, e.epoch`,
      )
      .raw()
    const curves = new Map<string, [number, number, number][]>()
    for (const [id, epoch, correct, total, loss] of rows.iterate(JSON.stringify(runIds))) {
      const curve = curves.get(id)
      const point: [number, number, number] = [epoch, total === 0 ? 0 : correct / total, loss]
      if (curve === undefined) curves.set(id, [point])
      else curve.push(point)
    }
    return curves
  }
}

function toOutcome(row: OutcomeRow): Outcome {
  return {
    id: row.id,
    studyId: row.study_id,
    spec: JSON.parse(row.spec) as RunSpec, // written by studies.ts alone
    state: row.state,
    ...(row.engine === null ? {} : { engine: row.engine }),
    ...(row.base_id === null ? {} : { baseId: row.base_id }),
    ...(row.first === null ? {} : { first: row.first }),
    ...(row.last === null ? {} : { last: row.last }),
  }
}
