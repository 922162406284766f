// Studies in the store: definition, name, the pause switch and the trash. What their runs do is in runs.ts.
import type { Statement } from 'better-sqlite3'
import { LacunaError } from '../../shared/errors.ts'
import { expandStudy, parseStudy, type RunSpec, type StudyDefinition } from '../../shared/study.ts'
import { inTransaction, timestamp, type StoreContext } from './area.ts'

export interface StoredStudy {
  id: string
  name: string
  definition: StudyDefinition
  datasetName: string
  createdAt: string // ISO 8601, UTC
  paused: boolean
  removed: boolean
}

interface StudyRow {
  id: string
  name: string
  dataset_name: string
  created_at: string
  paused: number
  removed_at: string | null
}

const SELECT = `SELECT s.id, s.name, d.name AS dataset_name, s.created_at, s.paused, s.removed_at
  FROM studies s JOIN datasets d ON d.id = s.dataset_id`

/** Id of a run: readable, and unique in the workspace. */
export function runId(studyId: string, key: string): string {
  return `${studyId}-${key}`
}

export class StudyStore {
  readonly #context: StoreContext
  readonly #one: Statement<[string], StudyRow>
  readonly #definition: Statement<[string], string>
  /** A definition never changes and is asked for with every epoch; one with graphs from files is long. */
  readonly #definitions = new Map<string, StudyDefinition>()

  constructor(context: StoreContext) {
    this.#context = context
    this.#one = context.database.prepare(`${SELECT} WHERE s.id = ?`)
    this.#definition = context.database
      .prepare<[string], string>('SELECT definition FROM studies WHERE id = ?')
      .pluck()
  }

  /**
   * Store a study with all its runs, every one queued.
   * @throws LacunaError not-found when its dataset is not here, conflict when the study exists, too-large, disk-full
   */
  create(definition: StudyDefinition, { id, name }: { id: string; name: string }): StoredStudy {
    const { database } = this.#context
    return inTransaction(this.#context, () => {
      if (this.#one.get(id) !== undefined)
        throw new LacunaError('conflict', `The study ${id} exists already.`, { id })
      if (database.prepare('SELECT 1 FROM datasets WHERE id = ?').get(definition.dataset) === undefined) {
        throw new LacunaError(
          'not-found',
          `The study needs dataset ${definition.dataset}, which is not in the workspace.`,
        )
      }
      database
        .prepare('INSERT INTO studies (id, name, definition, dataset_id, created_at) VALUES (?, ?, ?, ?, ?)')
        .run(id, name, JSON.stringify(definition), definition.dataset, timestamp(this.#context))
      this.#insertRuns(id, expandStudy(definition))
      return this.get(id)
    })
  }

  #insertRuns(studyId: string, specs: RunSpec[]): void {
    const insert = this.#context.database.prepare(
      `INSERT INTO runs (id, study_id, position, key, base_id, cell, epochs, spec) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    specs.forEach((spec, position) => {
      const base = spec.base === undefined ? null : runId(studyId, spec.base)
      insert.run(
        runId(studyId, spec.key),
        studyId,
        position,
        spec.key,
        base,
        spec.cell,
        spec.epochs,
        JSON.stringify(spec),
      )
    })
  }

  /** @throws LacunaError not-found; a study in the trash is found */
  get(id: string): StoredStudy {
    const row = this.#one.get(id)
    if (row === undefined)
      throw new LacunaError('not-found', `There is no study ${id}; list them to see what is here.`)
    return this.#toStudy(row)
  }

  /** `removed`: it lies in the trash. */
  has(id: string): 'live' | 'removed' | undefined {
    const row = this.#one.get(id)
    return row === undefined ? undefined : row.removed_at === null ? 'live' : 'removed'
  }

  /**
   * Complete an id of which at least 6 characters are given.
   * @throws LacunaError not-found, conflict when several begin so
   */
  resolve(text: string): string {
    if (this.#one.get(text) !== undefined) return text
    const matches = this.#context.database
      .prepare<[string, string], string>('SELECT id FROM studies WHERE substr(id, 1, length(?)) = ?')
      .pluck()
      .all(text, text)
    if (matches.length === 1 && text.length >= 6) return matches[0]!
    if (matches.length > 1 && text.length >= 6) {
      throw new LacunaError('conflict', `${matches.length} studies begin with ${text}; give more of the id.`)
    }
    throw new LacunaError('not-found', `There is no study ${text}; list them to see what is here.`)
  }

  /** List the studies that are not in the trash, newest first. */
  list(): StoredStudy[] {
    return this.#query('WHERE s.removed_at IS NULL')
  }

  /** List the studies in the trash, newest first. */
  listRemoved(): StoredStudy[] {
    return this.#query('WHERE s.removed_at IS NOT NULL')
  }

  #query(where: string): StoredStudy[] {
    return this.#context.database
      .prepare<[], StudyRow>(`${SELECT} ${where} ORDER BY s.number DESC`)
      .all()
      .map((row) => this.#toStudy(row))
  }

  rename(id: string, name: string): StoredStudy {
    return this.#change(id, 'name = ?', name)
  }

  /** Runs of a paused study are not started. */
  setPaused(id: string, paused: boolean): StoredStudy {
    return this.#change(id, 'paused = ?', paused ? 1 : 0)
  }

  /** Put a study into the trash; its runs keep their state and are not started. */
  remove(id: string): void {
    this.#change(id, 'removed_at = ?', timestamp(this.#context))
  }

  restore(id: string): StoredStudy {
    return this.#change(id, 'removed_at = ?', null)
  }

  #change(id: string, assignment: string, value: string | number | null): StoredStudy {
    return inTransaction(this.#context, () => {
      this.#context.database.prepare(`UPDATE studies SET ${assignment} WHERE id = ?`).run(value, id)
      return this.get(id)
    })
  }

  /** Delete for good what has been in the trash since before `before`; returns how many studies. */
  purge(before: Date): number {
    this.#definitions.clear()
    return inTransaction(this.#context, () =>
      this.#context.database.prepare('DELETE FROM studies WHERE removed_at < ?').run(before.toISOString()),
    ).changes
  }

  #toStudy(row: StudyRow): StoredStudy {
    const definition = this.#definitions.get(row.id) ?? parseStudy(JSON.parse(this.#definition.get(row.id)!))
    this.#definitions.set(row.id, definition)
    return {
      id: row.id,
      name: row.name,
      definition,
      datasetName: row.dataset_name,
      createdAt: row.created_at,
      paused: row.paused === 1,
      removed: row.removed_at !== null,
    }
  }
}
