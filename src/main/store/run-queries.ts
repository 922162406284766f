// Questions about runs: what each is, how far a study is, and which run is next. Changes nothing; runs.ts does.
import type { Statement } from 'better-sqlite3'
import type { RunSummary } from '../../shared/contract.ts'
import { LacunaError } from '../../shared/errors.ts'
import type { GraphProperties } from '../../shared/graph.ts'
import type { Cell } from '../../shared/network.ts'
import { RUN_STATES, type EpochRecord, type RunRecord, type RunState } from '../../shared/results.ts'
import type { RunSpec } from '../../shared/study.ts'
import type { StoreContext } from './area.ts'
import type { Connection } from './database.ts'
import { EPOCHS, fromValues } from './epochs.ts'
import { RUN_COLUMNS, toRun, toSummary, type RunRow } from './run-rows.ts'

/** A run that can start now. */
export interface WaitingRun {
  id: string
  studyId: string
  baseId?: string
  spec: RunSpec
}

/** How far a study is. */
export interface StudyProgress {
  states: Record<RunState, number>
  epochsDone: number
  epochsTotal: number
}

export class RunQueries {
  readonly #database: Connection
  readonly #one: Statement<[string], RunRow>
  readonly #epochs: Statement<[string], (number | null)[]>
  readonly #engine: Statement<[string], string | null>

  constructor({ database }: StoreContext) {
    this.#database = database
    this.#one = database.prepare(`SELECT ${RUN_COLUMNS} FROM runs WHERE id = ?`)
    this.#epochs = database
      .prepare<[string], (number | null)[]>(`SELECT ${EPOCHS} FROM epochs WHERE run_id = ? ORDER BY epoch`)
      .raw()
    this.#engine = database
      .prepare<[string], string | null>(`SELECT json_extract(engine, '$.name') FROM runs WHERE id = ?`)
      .pluck()
  }

  /** @throws LacunaError not-found */
  get(id: string): RunRecord {
    return { ...toRun(this.#row(id)), epochs: this.#epochs.all(id).map(fromValues) }
  }

  #row(id: string): RunRow {
    const row = this.#one.get(id)
    if (row === undefined)
      throw new LacunaError('not-found', `There is no run ${id}; show its study to see the runs.`)
    return row
  }

  /** State of one run. */
  state(id: string): RunState {
    return this.#row(id).state
  }

  /** List the runs of a study in their order, without epochs but with what tables and sparklines show. */
  list(studyId: string): RunSummary[] {
    const accuracies = this.#accuraciesOf(studyId)
    const last = this.#lastEpochsOf(studyId)
    return this.#rowsOf(studyId).map((row) => toSummary(row, accuracies.get(row.id) ?? [], last.get(row.id)))
  }

  /** Test accuracies of the runs of a study by epoch: of all epochs, so nothing else of them is read. */
  #accuraciesOf(studyId: string): Map<string, number[]> {
    const rows = this.#database
      .prepare<[string], [string, number, number]>(
        `SELECT run_id, test_correct, test_total FROM (SELECT id FROM runs WHERE study_id = ?) r
         JOIN epochs ON epochs.run_id = r.id ORDER BY run_id, epoch`,
      )
      .raw()
    const accuracies = new Map<string, number[]>()
    for (const [id, correct, total] of rows.iterate(studyId)) {
      const accuracy = total === 0 ? 0 : correct / total
      const list = accuracies.get(id)
      if (list === undefined) accuracies.set(id, [accuracy])
      else list.push(accuracy)
    }
    return accuracies
  }

  #lastEpochsOf(studyId: string): Map<string, EpochRecord> {
    const rows = this.#database
      .prepare<[string], [string, ...(number | null)[]]>(
        `SELECT run_id, ${EPOCHS} FROM (SELECT id, last_epoch FROM runs WHERE study_id = ?) r
         JOIN epochs ON epochs.run_id = r.id AND epochs.epoch = r.last_epoch`,
      )
      .raw()
      .all(studyId)
    return new Map(rows.map(([id, ...values]) => [id, fromValues(values)]))
  }

  /** One line of `list`. */
  summary(id: string): RunSummary {
    const epochs = this.#epochs.all(id).map(fromValues)
    return toSummary(
      this.#row(id),
      epochs.map(({ test }) => test.accuracy),
      epochs.at(-1),
    )
  }

  /** List the runs of a study in their order with all epochs. */
  records(studyId: string): RunRecord[] {
    const epochs = this.#epochsOf(studyId)
    return this.#rowsOf(studyId).map((row) => ({ ...toRun(row), epochs: epochs.get(row.id) ?? [] }))
  }

  #rowsOf(studyId: string): RunRow[] {
    return this.#database
      .prepare<[string], RunRow>(`SELECT ${RUN_COLUMNS} FROM runs WHERE study_id = ? ORDER BY position`)
      .all(studyId)
  }

  #epochsOf(studyId: string): Map<string, EpochRecord[]> {
    const rows = this.#database
      .prepare<[string], [string, ...(number | null)[]]>(
        `SELECT run_id, ${EPOCHS} FROM (SELECT id FROM runs WHERE study_id = ?) r JOIN epochs ON epochs.run_id = r.id
         ORDER BY run_id, epoch`,
      )
      .raw()
    const epochs = new Map<string, EpochRecord[]>()
    for (const [id, ...values] of rows.iterate(studyId)) {
      const list = epochs.get(id)
      if (list === undefined) epochs.set(id, [fromValues(values)])
      else list.push(fromValues(values))
    }
    return epochs
  }

  /** Count the runs of a study by state, and its epochs. */
  progress(studyId: string): StudyProgress {
    const rows = this.#database
      .prepare<[string], { state: RunState; count: number; done: number; total: number }>(
        `SELECT state, count(*) AS count, coalesce(sum(last_epoch), 0) AS done, sum(epochs) AS total
         FROM runs WHERE study_id = ? GROUP BY state`,
      )
      .all(studyId)
    const states = Object.fromEntries(RUN_STATES.map((s) => [s, 0])) as Record<RunState, number>
    for (const { state, count } of rows) states[state] = count
    return {
      states,
      epochsDone: rows.reduce((sum, r) => sum + r.done, 0),
      epochsTotal: rows.reduce((sum, r) => sum + r.total, 0),
    }
  }

  /**
   * The next run to start: studies by age, runs in their order, pruned runs once their base is done.
   * @param except studies that cannot run now
   */
  next(except: readonly string[] = []): WaitingRun | undefined {
    const row = this.#database
      .prepare<[string], { id: string; study_id: string; base_id: string | null; spec: string }>(
        `SELECT r.id, r.study_id, r.base_id, r.spec
         FROM studies s JOIN runs r ON r.study_id = s.id LEFT JOIN runs b ON b.id = r.base_id
         WHERE s.paused = 0 AND s.removed_at IS NULL AND r.state IN ('queued', 'interrupted')
           AND (r.base_id IS NULL OR b.state = 'done')
           AND s.id NOT IN (SELECT value FROM json_each(?))
         ORDER BY s.number, r.position LIMIT 1`,
      )
      .get(JSON.stringify(except))
    if (row === undefined) return undefined
    const waiting = { id: row.id, studyId: row.study_id, spec: JSON.parse(row.spec) as RunSpec }
    return row.base_id === null ? waiting : { ...waiting, baseId: row.base_id }
  }

  /** Name of the engine a run began with, or undefined before it began. */
  engineOf(id: string): string | undefined {
    return this.#engine.get(id) ?? undefined
  }

  /** Runs of a study that wait or run, by architecture, with the training epochs they have left. */
  workLeft(studyId: string): { cell: Cell; count: number; epochsLeft: number }[] {
    return this.#database
      .prepare<[string], { cell: Cell; count: number; epochsLeft: number }>(
        `SELECT cell, count(*) AS count, sum(epochs - coalesce(last_epoch, 0)) AS epochsLeft FROM runs
         WHERE study_id = ? AND state IN ('queued', 'interrupted', 'running') GROUP BY cell`,
      )
      .all(studyId)
  }

  /** Runs of a study in one of `states`, in their order. */
  inState(studyId: string, states: readonly RunState[]): { id: string; spec: RunSpec }[] {
    return this.#database
      .prepare<[string, string], { id: string; spec: string }>(
        `SELECT id, spec FROM runs WHERE study_id = ? AND state IN (SELECT value FROM json_each(?)) ORDER BY position`,
      )
      .all(studyId, JSON.stringify(states))
      .map(({ id, spec }) => ({ id, spec: JSON.parse(spec) as RunSpec }))
  }

  /**
   * Mean time of a training epoch by study, architecture and engine, oldest study first. Only of studies that tell
   * something about work to come: those with runs that are not done, and the newest of each architecture and engine.
   * Reading the epochs of all others would take seconds where there are millions.
   */
  timings(): { studyId: string; cell: Cell; engine: string; epochs: number; ms: number }[] {
    return this.#database
      .prepare<[], { studyId: string; cell: Cell; engine: string; epochs: number; ms: number }>(
        `WITH telling AS MATERIALIZED (
           SELECT DISTINCT s.number FROM studies s JOIN runs r ON r.study_id = s.id WHERE r.state <> 'done'
           UNION
           SELECT max(s.number) FROM studies s JOIN runs r ON r.study_id = s.id
           WHERE r.engine IS NOT NULL AND r.last_epoch > 0 GROUP BY r.cell, json_extract(r.engine, '$.name')
         )
         SELECT s.id AS studyId, r.cell, json_extract(r.engine, '$.name') AS engine, count(*) AS epochs,
           avg(e.elapsed_ms) AS ms
         FROM telling CROSS JOIN studies s ON s.number = telling.number JOIN runs r ON r.study_id = s.id
           JOIN epochs e ON e.run_id = r.id
         WHERE e.epoch > 0 AND r.engine IS NOT NULL
        GROUP BY s.number, r.cell, engine ORDER BY s.number`,
      )
      .all()
  }

  /** Tell whether the graph of a run has been measured. */
  hasProperties(id: string): boolean {
    return (
      this.#database
        .prepare<[string], number>('SELECT properties IS NOT NULL FROM runs WHERE id = ?')
        .pluck()
        .get(id) === 1
    )
  }

  /** What the graphs of a study are like, by run; runs whose graph has not been measured are left out. */
  properties(studyId: string): Map<string, Partial<GraphProperties>> {
    const rows = this.#database
      .prepare<[string], [string, string]>(
        'SELECT id, properties FROM runs WHERE study_id = ? AND properties IS NOT NULL',
      )
      .raw()
      .all(studyId)
    // Written by `describe` alone, from this type.
    return new Map(rows.map(([id, text]) => [id, JSON.parse(text) as Partial<GraphProperties>]))
  }

  /** Ids of the runs that start from the weights of `baseId`. */
  dependents(baseId: string): string[] {
    return this.#database
      .prepare<[string], string>('SELECT id FROM runs WHERE base_id = ? ORDER BY position')
      .pluck()
      .all(baseId)
  }

  /** Id of the run whose weights this one starts from. */
  baseOf(id: string): string | undefined {
    return (
      this.#database
        .prepare<[string], string | null>('SELECT base_id FROM runs WHERE id = ?')
        .pluck()
        .get(id) ?? undefined
    )
  }
}
