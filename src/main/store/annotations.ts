// Notes, tags and favourites of studies and runs. They are people's words: nothing is computed from them.
import { NO_ANNOTATION, type Annotation } from '../../shared/compare.ts'
import { LacunaError } from '../../shared/errors.ts'
import { inTransaction, timestamp, type StoreContext } from './area.ts'

interface AnnotationRow {
  note: string
  tags: string
  favourite: number
}

const COLUMN = { study: 'study_id', run: 'run_id' } as const
const TABLE = { study: 'studies', run: 'runs' } as const
export type Annotated = keyof typeof COLUMN

/** Fields that change; absent ones stay as they are. */
export type AnnotationChange = { [K in keyof Annotation]?: Annotation[K] | undefined }

export class AnnotationStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  /** What is written on a study or a run; nothing when it was never touched. */
  get(what: Annotated, id: string): Annotation {
    const row = this.#context.database
      .prepare<[string], AnnotationRow>(
        `SELECT note, tags, favourite FROM annotations WHERE ${COLUMN[what]} = ?`,
      )
      .get(id)
    return row === undefined ? NO_ANNOTATION : toAnnotation(row)
  }

  /** All that is written on studies, or on runs, by id. */
  all(what: Annotated): Map<string, Annotation> {
    const rows = this.#context.database
      .prepare<[], AnnotationRow & { id: string }>(
        `SELECT ${COLUMN[what]} AS id, note, tags, favourite FROM annotations WHERE ${COLUMN[what]} IS NOT NULL`,
      )
      .all()
    return new Map(rows.map((row) => [row.id, toAnnotation(row)]))
  }

  /**
   * Change what is written on a study or a run. Tags keep their order, each once.
   * @throws LacunaError not-found, disk-full
   */
  change(what: Annotated, id: string, change: AnnotationChange): Annotation {
    return inTransaction(this.#context, () => {
      const { database } = this.#context
      if (database.prepare(`SELECT 1 FROM ${TABLE[what]} WHERE id = ?`).get(id) === undefined)
        throw new LacunaError('not-found', `There is no ${what} ${id} to write on.`)
      const before = this.get(what, id)
      const after: Annotation = {
        note: change.note ?? before.note,
        tags: [...new Set(change.tags ?? before.tags)],
        favourite: change.favourite ?? before.favourite,
      }
      database
        .prepare(
          `INSERT INTO annotations (${COLUMN[what]}, note, tags, favourite, changed_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (${COLUMN[what]}) DO UPDATE
           SET note = excluded.note, tags = excluded.tags, favourite = excluded.favourite, changed_at = excluded.changed_at`,
        )
        .run(id, after.note, JSON.stringify(after.tags), after.favourite ? 1 : 0, timestamp(this.#context))
      return after
    })
  }
}

function toAnnotation({ note, tags, favourite }: AnnotationRow): Annotation {
  // Written by `change` alone, from this type.
  return { note, tags: JSON.parse(tags) as string[], favourite: favourite === 1 }
}
