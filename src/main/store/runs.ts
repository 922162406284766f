// Runs in the store: how their states change and their epochs are kept. An epoch and its checkpoint are one
// transaction; what this returns from is on the disk.
import type { Statement } from 'better-sqlite3'
import { LacunaError } from '../../shared/errors.ts'
import type { GraphProperties } from '../../shared/graph.ts'
import type { EpochRecord, RunProblem, RunRecord, RunState } from '../../shared/results.ts'
import { inTransaction, timestamp, type StoreContext } from './area.ts'
import type { BlobStore } from './blobs.ts'
import { INSERT_EPOCH, toValues } from './epochs.ts'
import { RunQueries } from './run-queries.ts'

/** What is stored with an epoch, in the same transaction. */
export interface EpochBlobs {
  checkpoint?: Uint8Array // replaces the run's last one
  weights?: Uint8Array
  masks?: Uint8Array
}

export class RunStore extends RunQueries {
  readonly #context: StoreContext
  readonly #blobs: BlobStore
  readonly #insertEpoch: Statement
  readonly #advance: Statement<[number, string, number]>

  constructor(context: StoreContext, blobs: BlobStore) {
    super(context)
    this.#context = context
    this.#blobs = blobs
    this.#insertEpoch = context.database.prepare(INSERT_EPOCH)
    this.#advance = context.database.prepare(
      'UPDATE runs SET last_epoch = ? WHERE id = ? AND coalesce(last_epoch, -1) < ?',
    )
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

  #update(id: string, assignments: string, ...values: (string | number | null)[]): void {
    const { changes } = inTransaction(this.#context, () =>
      this.#context.database.prepare(`UPDATE runs SET ${assignments} WHERE id = ?`).run(...values, id),
    )
    if (changes !== 1) throw new LacunaError('not-found', `There is no run ${id}.`)
  }
}
