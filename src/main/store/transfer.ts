// Whole studies in and out of a workspace, byte for byte: for reports, which tell sizes, and for bundles.
import type { GraphProperties } from '../../shared/graph.ts'
import type { RunRecord } from '../../shared/results.ts'
import { LacunaError } from '../../shared/errors.ts'
import { expandStudy } from '../../shared/study.ts'
import { inTransaction, type StoreContext } from './area.ts'
import type { BlobKind, BlobStore } from './blobs.ts'
import { INSERT_EPOCH, toValues } from './epochs.ts'
import { runId, type StoredStudy } from './studies.ts'

/** What a run brings along besides its record. */
export interface IncomingBlob {
  kind: BlobKind
  read: () => Uint8Array // called inside the transaction, one at a time
}

export interface IncomingRun {
  record: RunRecord
  properties?: Partial<GraphProperties> // of the graph of a structure
  blobs: readonly IncomingBlob[]
}

export interface IncomingStudy {
  study: Pick<StoredStudy, 'id' | 'name' | 'definition' | 'createdAt'>
  runs: readonly IncomingRun[] // in the order of the definition
}

/** Size of one stored blob. */
export interface BlobSize {
  runId: string
  kind: BlobKind
  bytes: number
}

export class TransferStore {
  readonly #context: StoreContext
  readonly #blobs: BlobStore

  constructor(context: StoreContext, blobs: BlobStore) {
    this.#context = context
    this.#blobs = blobs
  }

  /** Sizes of all blobs of a study, without reading them. */
  sizes(studyId: string): BlobSize[] {
    return this.#context.database
      .prepare<[string], { run_id: string; kind: BlobKind; bytes: number }>(
        `SELECT b.run_id, b.kind, length(b.content) AS bytes FROM runs r JOIN blobs b ON b.run_id = r.id
         WHERE r.study_id = ? ORDER BY r.position, b.kind`,
      )
      .all(studyId)
      .map(({ run_id: run, kind, bytes }) => ({ runId: run, kind, bytes }))
  }

  /**
   * Store a study that comes from another workspace with its runs, epochs and blobs, as they were there. A study with
   * work left is paused: nothing starts by itself. Part of the transaction under way, or one of its own.
   * @throws LacunaError bad-input when its runs are not those of its definition, conflict, disk-full
   */
  add({ study, runs }: IncomingStudy): void {
    const { database } = this.#context
    const specs = expandStudy(study.definition)
    assertRuns(
      study,
      specs.map(({ key }) => key),
      runs,
    )
    const left = runs.some(({ record }) => ['queued', 'interrupted'].includes(record.state))
    inTransaction(this.#context, () => {
      if (database.prepare('SELECT 1 FROM studies WHERE id = ?').get(study.id) !== undefined)
        throw new LacunaError('conflict', `The study ${study.id} exists already.`, { id: study.id })
      database
        .prepare(
          'INSERT INTO studies (id, name, definition, dataset_id, created_at, paused) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(
          study.id,
          study.name,
          JSON.stringify(study.definition),
          study.definition.dataset,
          study.createdAt,
          left ? 1 : 0,
        )
      runs.forEach((run, position) => {
        this.#addRun(run, position)
        for (const { kind, read } of run.blobs) this.#blobs.write(run.record.id, kind, read())
      })
    })
  }

  #addRun({ record, properties }: IncomingRun, position: number): void {
    const { database } = this.#context
    const { spec } = record
    const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))
    database
      .prepare(
        `INSERT INTO runs (id, study_id, position, key, base_id, cell, epochs, spec, state, last_epoch, problem, engine,
           recurrent_weights, parameters, started_at, ended_at, attempts, properties)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        record.id,
        record.studyId,
        position,
        spec.key,
        spec.base === undefined ? null : runId(record.studyId, spec.base),
        spec.cell,
        spec.epochs,
        JSON.stringify(spec),
        record.state,
        record.epochs.at(-1)?.epoch ?? null,
        json(record.problem),
        json(record.engine),
        record.recurrentWeights ?? null,
        record.parameters ?? null,
        record.startedAt ?? null,
        record.endedAt ?? null,
        record.attempts,
        json(properties),
      )
    const insert = database.prepare(INSERT_EPOCH)
    for (const epoch of record.epochs) insert.run(record.id, ...toValues(epoch))
  }
}

/** The runs must be those the definition expands to, in its order and under their own ids. */
function assertRuns(
  study: IncomingStudy['study'],
  keys: readonly string[],
  runs: IncomingStudy['runs'],
): void {
  const same =
    keys.length === runs.length &&
    runs.every(
      ({ record }, i) =>
        record.spec.key === keys[i] && record.id === runId(study.id, keys[i]) && record.studyId === study.id,
    )
  if (!same) {
    throw new LacunaError(
      'bad-input',
      `The ${runs.length} runs are not the ${keys.length} runs the definition of study ${study.id} stands for.`,
    )
  }
}
