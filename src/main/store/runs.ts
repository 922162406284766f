// Runs in the store: their states, their epochs, and which one is next. An epoch and its checkpoint are one
// transaction; what this returns from is on the disk.
import type { Statement } from 'better-sqlite3'
import type { RunSummary } from '../../shared/contract.ts'
import { LacunaError } from '../../shared/errors.ts'
import {
  RUN_STATES,
  type EpochRecord,
  type RunProblem,
  type RunRecord,
  type RunState,
} from '../../shared/results.ts'
import type { GraphProperties } from '../../shared/graph.ts'
import type { Cell } from '../../shared/network.ts'
import type { RunSpec } from '../../shared/study.ts'
import { inTransaction, timestamp, type StoreContext } from './area.ts'
import type { BlobStore } from './blobs.ts'
import { EPOCH_COLUMNS, fromValues, toValues } from './epochs.ts'
import { RUN_COLUMNS, toRun, toSummary, type RunRow } from './run-rows.ts'

const EPOCHS = EPOCH_COLUMNS.join(', ')

/** What is stored with an epoch, in the same transaction. */
export interface EpochBlobs {
  checkpoint?: Uint8Array // replaces the run's last one
  weights?: Uint8Array
  masks?: Uint8Array
}

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

export class RunStore {
  readonly #context: StoreContext
  readonly #blobs: BlobStore
  readonly #one: Statement<[string], RunRow>
  readonly #epochs: Statement<[string], (number | null)[]>
  readonly #engine: Statement<[string], string | null>
  readonly #insertEpoch: Statement
  readonly #advance: Statement<[number, string, number]>

  constructor(context: StoreContext, blobs: BlobStore) {
    const { database } = context
    this.#context = context
    this.#blobs = blobs
    this.#one = database.prepare(`SELECT ${RUN_COLUMNS} FROM runs WHERE id = ?`)
    this.#epochs = database
      .prepare<[string], (number | null)[]>(`SELECT ${EPOCHS} FROM epochs WHERE run_id = ? ORDER BY epoch`)
      .raw()
    this.#engine = database
      .prepare<[string], string | null>(`SELECT json_extract(engine, '$.name') FROM runs WHERE id = ?`)
      .pluck()
    this.#insertEpoch = database.prepare(
      `INSERT INTO epochs (run_id, ${EPOCHS}) VALUES (?${', ?'.repeat(EPOCH_COLUMNS.length)})`,
    )
    this.#advance = database.prepare(
      'UPDATE runs SET last_epoch = ? WHERE id = ? AND coalesce(last_epoch, -1) < ?',
    )
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
    const epochs = this.#epochsOf(studyId)
    return this.#rowsOf(studyId).map((row) => toSummary(row, epochs.get(row.id) ?? []))
  }

  /** One line of `list`. */
  summary(id: string): RunSummary {
    return toSummary(this.#row(id), this.#epochs.all(id).map(fromValues))
  }

  /** List the runs of a study in their order with all epochs. */
  records(studyId: string): RunRecord[] {
    const epochs = this.#epochsOf(studyId)
    return this.#rowsOf(studyId).map((row) => ({ ...toRun(row), epochs: epochs.get(row.id) ?? [] }))
  }

  #rowsOf(studyId: string): RunRow[] {
    return this.#context.database
      .prepare<[string], RunRow>(`SELECT ${RUN_COLUMNS} FROM runs WHERE study_id = ? ORDER BY position`)
      .all(studyId)
  }

  #epochsOf(studyId: string): Map<string, EpochRecord[]> {
    const rows = this.#context.database
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
    const rows = this.#context.database
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
    const row = this.#context.database
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
    return this.#context.database
      .prepare<[string], { cell: Cell; count: number; epochsLeft: number }>(
        `SELECT cell, count(*) AS count, sum(epochs - coalesce(last_epoch, 0)) AS epochsLeft FROM runs
         WHERE study_id = ? AND state IN ('queued', 'interrupted', 'running') GROUP BY cell`,
      )
      .all(studyId)
  }

  /** Runs of a study in one of `states`, in their order. */
  inState(studyId: string, states: readonly RunState[]): { id: string; spec: RunSpec }[] {
    return this.#context.database
      .prepare<[string, string], { id: string; spec: string }>(
        `SELECT id, spec FROM runs WHERE study_id = ? AND state IN (SELECT value FROM json_each(?)) ORDER BY position`,
      )
      .all(studyId, JSON.stringify(states))
      .map(({ id, spec }) => ({ id, spec: JSON.parse(spec) as RunSpec }))
  }

  /** Mean time of a training epoch by study, architecture and engine, oldest study first. */
  timings(): { studyId: string; cell: Cell; engine: string; epochs: number; ms: number }[] {
    return this.#context.database
      .prepare<[], { studyId: string; cell: Cell; engine: string; epochs: number; ms: number }>(
        `SELECT s.id AS studyId, r.cell, json_extract(r.engine, '$.name') AS engine, count(*) AS epochs,
           avg(e.elapsed_ms) AS ms
         FROM studies s JOIN runs r ON r.study_id = s.id JOIN epochs e ON e.run_id = r.id
         WHERE e.epoch > 0 AND r.engine IS NOT NULL
         GROUP BY s.number, r.cell, engine ORDER BY s.number`,
      )
      .all()
  }

  /** Mark a run as running. */
  begin(id: string): void {
    this.#update(
      id,
      `state = 'running', problem = NULL, ended_at = NULL, attempts = attempts + 1,
       started_at = coalesce(started_at, ?)`,
      timestamp(this.#context),
    )
  }

  /** Keep what is known once the engine has the run. */
  describe(
    id: string,
    about: {
      engine: NonNullable<RunRecord['engine']>
      recurrentWeights: number
      parameters: number
      properties?: Partial<GraphProperties>
    },
  ): void {
    this.#update(
      id,
      'engine = ?, recurrent_weights = ?, parameters = ?, properties = coalesce(?, properties)',
      JSON.stringify(about.engine),
      about.recurrentWeights,
      about.parameters,
      about.properties === undefined ? null : JSON.stringify(about.properties),
    )
  }

  /** Tell whether the graph of a run has been measured. */
  hasProperties(id: string): boolean {
    return (
      this.#context.database
        .prepare<[string], number>('SELECT properties IS NOT NULL FROM runs WHERE id = ?')
        .pluck()
        .get(id) === 1
    )
  }

  /** What the graphs of a study are like, by run; runs whose graph has not been measured are left out. */
  properties(studyId: string): Map<string, Partial<GraphProperties>> {
    const rows = this.#context.database
      .prepare<[string], [string, string]>(
        'SELECT id, properties FROM runs WHERE study_id = ? AND properties IS NOT NULL',
      )
      .raw()
      .all(studyId)
    // Written by `describe` alone, from this type.
    return new Map(rows.map(([id, text]) => [id, JSON.parse(text) as Partial<GraphProperties>]))
  }

  /**
   * Store an epoch with what belongs to it. With `done` the run has ended well: its checkpoint is dropped.
   * @throws LacunaError disk-full (nothing is stored), diverged for a number that is not finite
   */
  saveEpoch(id: string, record: EpochRecord, blobs: EpochBlobs, done = false): void {
    const values = toValues(record)
    const bytes = Object.values(blobs).reduce((sum: number, b: Uint8Array) => sum + b.length, 0)
    inTransaction(
      this.#context,
      () => {
        this.#insertEpoch.run(id, ...values)
        this.#advance.run(record.epoch, id, record.epoch)
        if (blobs.checkpoint !== undefined) this.#blobs.write(id, 'checkpoint', blobs.checkpoint)
        if (blobs.weights !== undefined) this.#blobs.write(id, 'weights', blobs.weights)
        if (blobs.masks !== undefined) this.#blobs.write(id, 'masks', blobs.masks)
        if (done) this.finish(id, 'done')
      },
      bytes,
    )
  }

  /** Mark a run as ended. */
  finish(id: string, state: 'done' | 'cancelled'): void
  finish(id: string, state: 'diverged' | 'failed', problem: RunProblem): void
  finish(id: string, state: RunState, problem?: RunProblem): void {
    inTransaction(this.#context, () => {
      this.#update(
        id,
        'state = ?, problem = ?, ended_at = ?',
        state,
        problem === undefined ? null : JSON.stringify(problem),
        timestamp(this.#context),
      )
      if (state === 'done') this.#blobs.remove(id, 'checkpoint')
    })
  }

  /** Mark a running run as stopped before its end; it goes on from its last epoch. */
  interrupt(id: string): void {
    this.#update(id, `state = CASE WHEN last_epoch IS NULL THEN 'queued' ELSE 'interrupted' END`)
  }

  /** After a kill nothing runs any more; returns how many runs said so. */
  interruptAll(): number {
    return inTransaction(this.#context, () =>
      this.#context.database.prepare(`UPDATE runs SET state = 'interrupted' WHERE state = 'running'`).run(),
    ).changes
  }

  /** Queue a run again from where it stopped. */
  requeue(id: string): void {
    this.#update(
      id,
      `problem = NULL, ended_at = NULL, state = CASE WHEN last_epoch IS NULL THEN 'queued' ELSE 'interrupted' END`,
    )
  }

  /** Forget the epochs, blobs and times of a run, so that it begins anew. */
  reset(id: string): void {
    inTransaction(this.#context, () => {
      this.#context.database.prepare('DELETE FROM epochs WHERE run_id = ?').run(id)
      this.#context.database.prepare('DELETE FROM costs WHERE run_id = ?').run(id)
      this.#blobs.remove(id)
      this.#update(
        id,
        `last_epoch = NULL, problem = NULL, engine = NULL, started_at = NULL, ended_at = NULL, state = 'queued'`,
      )
    })
  }

  /** Mark the runs of a study that wait as cancelled. */
  cancelWaiting(studyId: string): void {
    inTransaction(this.#context, () =>
      this.#context.database
        .prepare(
          `UPDATE runs SET state = 'cancelled', ended_at = ? WHERE study_id = ? AND state IN ('queued', 'interrupted')`,
        )
        .run(timestamp(this.#context), studyId),
    )
  }

  /** Mark the runs that wait for a base which will never be done as failed; returns their ids. */
  failDependents(baseId: string, problem: RunProblem): string[] {
    return inTransaction(this.#context, () =>
      this.#context.database
        .prepare<[string, string, string], string>(
          `UPDATE runs SET state = 'failed', problem = ?, ended_at = ?
           WHERE base_id = ? AND state IN ('queued', 'interrupted') RETURNING id`,
        )
        .pluck()
        .all(JSON.stringify(problem), timestamp(this.#context), baseId),
    )
  }

  /** Ids of the runs that start from the weights of `baseId`. */
  dependents(baseId: string): string[] {
    return this.#context.database
      .prepare<[string], string>('SELECT id FROM runs WHERE base_id = ? ORDER BY position')
      .pluck()
      .all(baseId)
  }

  /** Id of the run whose weights this one starts from. */
  baseOf(id: string): string | undefined {
    return (
      this.#context.database
        .prepare<[string], string | null>('SELECT base_id FROM runs WHERE id = ?')
        .pluck()
        .get(id) ?? undefined
    )
  }

  #update(id: string, assignments: string, ...values: (string | number | null)[]): void {
    const { changes } = inTransaction(this.#context, () =>
      this.#context.database.prepare(`UPDATE runs SET ${assignments} WHERE id = ?`).run(...values, id),
    )
    if (changes !== 1) throw new LacunaError('not-found', `There is no run ${id}.`)
  }
}
