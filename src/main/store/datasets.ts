// Datasets in the store: what is known about them, their content, and the trash. Does not look inside the content.
import type { Statement } from 'better-sqlite3'
import {
  datasetDraftSchema,
  type Baseline,
  type Dataset,
  type DatasetDraft,
  type DatasetProfile,
} from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import { inTransaction, timestamp, type StoreContext } from './area.ts'
import { checkedContent, sha256 } from './checksum.ts'

interface DatasetRow {
  id: string
  name: string
  draft: string
  created_at: string
  removed_at: string | null
}

const COLUMNS = 'id, name, draft, created_at, removed_at'

export class DatasetStore {
  readonly #context: StoreContext
  readonly #one: Statement<[string], DatasetRow>

  constructor(context: StoreContext) {
    this.#context = context
    this.#one = context.database.prepare(`SELECT ${COLUMNS} FROM datasets WHERE id = ?`)
  }

  /**
   * Store a dataset. Its id is the hash of its content: content that lies in the trash is taken out again under the
   * new name.
   * @throws LacunaError conflict when the same content is here already, disk-full
   */
  add(draft: DatasetDraft, content: Uint8Array, name: string): Dataset {
    const { database } = this.#context
    return inTransaction(
      this.#context,
      () => {
        const known = this.#one.get(draft.hash)
        if (known !== undefined) return this.#addAgain(known, name)
        database
          .prepare('INSERT INTO datasets (id, name, draft, created_at) VALUES (?, ?, ?, ?)')
          .run(draft.hash, name, JSON.stringify(draft), timestamp(this.#context))
        database
          .prepare('INSERT INTO dataset_contents (dataset_id, sha256, content) VALUES (?, ?, ?)')
          .run(draft.hash, sha256(content), content)
        return this.get(draft.hash)
      },
      content.length,
    )
  }

  #addAgain(known: DatasetRow, name: string): Dataset {
    if (known.removed_at === null) {
      throw new LacunaError('conflict', `The same data is in the workspace already, as '${known.name}'.`, {
        id: known.id,
      })
    }
    this.restore(known.id)
    return this.rename(known.id, name)
  }

  /** List the datasets that are not in the trash, newest first. */
  list(): Dataset[] {
    return this.#query('WHERE removed_at IS NULL')
  }

  /** List the datasets in the trash, newest first. */
  listRemoved(): Dataset[] {
    return this.#query('WHERE removed_at IS NOT NULL')
  }

  #query(where: string): Dataset[] {
    return this.#context.database
      .prepare<[], DatasetRow>(`SELECT ${COLUMNS} FROM datasets ${where} ORDER BY number DESC`)
      .all()
      .map(toDataset)
  }

  /**
   * Get a dataset by its id, also one in the trash: its studies still need it.
   * @throws LacunaError not-found
   */
  get(id: string): Dataset {
    const row = this.#one.get(id)
    if (row === undefined)
      throw new LacunaError('not-found', `There is no dataset ${id}; list them to see what is here.`)
    return toDataset(row)
  }

  /**
   * Find a dataset that is not in the trash by its id, by at least 6 characters its id begins with, or by its name.
   * @throws LacunaError not-found, conflict when several match
   */
  find(text: string): Dataset {
    const all = this.list()
    const exact = all.find((d) => d.id === text)
    if (exact !== undefined) return exact
    const named = all.filter((d) => d.name === text)
    const matches = named.length > 0 || text.length < 6 ? named : all.filter((d) => d.id.startsWith(text))
    if (matches.length === 1) return matches[0]!
    if (matches.length === 0) {
      const names = all.map((d) => `'${d.name}'`).join(', ')
      throw new LacunaError(
        'not-found',
        `There is no dataset '${text}'; found ${names === '' ? 'none' : names}.`,
      )
    }
    throw new LacunaError('conflict', `${matches.length} datasets match '${text}'; name one by its id.`, {
      ids: matches.map((d) => d.id),
    })
  }

  /**
   * Read the content as it was added.
   * @throws LacunaError item-damaged when it does not match its checksum, not-found
   */
  content(id: string): Uint8Array {
    const row = this.#context.database
      .prepare<[string], { sha256: Buffer; content: Buffer }>(
        'SELECT sha256, content FROM dataset_contents WHERE dataset_id = ?',
      )
      .get(id)
    const { name } = this.get(id)
    if (row === undefined)
      throw new LacunaError('item-damaged', `The content of dataset '${name}' is gone.`, { id })
    return checkedContent(row, `content of dataset '${name}'`)
  }

  /** The profile that was remembered, or undefined. */
  profile(id: string): DatasetProfile | undefined {
    return this.#remembered<DatasetProfile>(id, 'profile')
  }

  /** The baselines that were remembered, or undefined. */
  baselines(id: string): Baseline[] | undefined {
    return this.#remembered<Baseline[]>(id, 'baselines')
  }

  #remembered<T>(id: string, column: 'profile' | 'baselines'): T | undefined {
    const text = this.#context.database
      .prepare<[string], string | null>(`SELECT ${column} FROM datasets WHERE id = ?`)
      .pluck()
      .get(id)
    // Written by `remember` from the same type; nothing else writes these columns.
    return text === null || text === undefined ? undefined : (JSON.parse(text) as T)
  }

  /** Keep what was computed from the content, so that it is computed once. */
  remember(id: string, known: { profile?: DatasetProfile; baselines?: Baseline[] }): void {
    inTransaction(this.#context, () => {
      for (const [column, value] of Object.entries(known)) {
        if (column !== 'profile' && column !== 'baselines') continue
        this.#context.database
          .prepare(`UPDATE datasets SET ${column} = ? WHERE id = ?`)
          .run(JSON.stringify(value), id)
      }
    })
  }

  /** @throws LacunaError not-found */
  rename(id: string, name: string): Dataset {
    return this.#change(id, 'name = ?', name)
  }

  /** Put a dataset into the trash. Studies on it go on. */
  remove(id: string): void {
    this.#change(id, 'removed_at = ?', timestamp(this.#context))
  }

  /** Take a dataset out of the trash. */
  restore(id: string): Dataset {
    return this.#change(id, 'removed_at = ?', null)
  }

  #change(id: string, assignment: string, value: string | null): Dataset {
    return inTransaction(this.#context, () => {
      this.#context.database.prepare(`UPDATE datasets SET ${assignment} WHERE id = ?`).run(value, id)
      return this.get(id)
    })
  }

  /** Delete for good what has been in the trash since before `before` and no study uses; returns how many. */
  purge(before: Date): number {
    return inTransaction(this.#context, () =>
      this.#context.database
        .prepare('DELETE FROM datasets WHERE removed_at < ? AND id NOT IN (SELECT dataset_id FROM studies)')
        .run(before.toISOString()),
    ).changes
  }
}

function toDataset(row: DatasetRow): Dataset {
  const draft = datasetDraftSchema.parse(JSON.parse(row.draft))
  return { ...draft, id: row.id, name: row.name, createdAt: row.created_at }
}
