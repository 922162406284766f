// Weights, masks and the last checkpoint of every run, each with its own SHA-256. Does not look inside them.
import type { Statement } from 'better-sqlite3'
import { LacunaError } from '../../shared/errors.ts'
import { inTransaction, type StoreContext } from './area.ts'
import { checkedContent, sha256 } from './checksum.ts'

/** `checkpoint`: all a run needs to go on, while it is not done. `weights`, `masks`: what it ended with. */
export const BLOB_KINDS = ['checkpoint', 'weights', 'masks'] as const
export type BlobKind = (typeof BLOB_KINDS)[number]

export class BlobStore {
  readonly #context: StoreContext
  readonly #read: Statement<[string, BlobKind], { sha256: Buffer; content: Buffer }>
  readonly #write: Statement<[string, BlobKind, Buffer, Uint8Array]>

  constructor(context: StoreContext) {
    this.#context = context
    this.#read = context.database.prepare('SELECT sha256, content FROM blobs WHERE run_id = ? AND kind = ?')
    this.#write = context.database.prepare(
      `INSERT INTO blobs (run_id, kind, sha256, content) VALUES (?, ?, ?, ?)
       ON CONFLICT (run_id, kind) DO UPDATE SET sha256 = excluded.sha256, content = excluded.content`,
    )
  }

  /**
   * Read a blob, or undefined when the run has none of this kind.
   * @throws LacunaError item-damaged when it does not match its checksum
   */
  read(runId: string, kind: BlobKind): Uint8Array | undefined {
    const row = this.#read.get(runId, kind)
    return row === undefined ? undefined : checkedContent(row, `${kind} of run ${runId}`)
  }

  /**
   * Read a blob that must be there.
   * @throws LacunaError not-found, item-damaged
   */
  require(runId: string, kind: BlobKind): Uint8Array {
    const content = this.read(runId, kind)
    if (content === undefined) throw new LacunaError('not-found', `Run ${runId} has no ${kind} stored.`)
    return content
  }

  /** Store a blob in place of the run's earlier one of this kind. */
  write(runId: string, kind: BlobKind, content: Uint8Array): void {
    inTransaction(this.#context, () => this.#write.run(runId, kind, sha256(content), content), content.length)
  }

  /** Delete blobs of a run, all of them without `kind`. */
  remove(runId: string, kind?: BlobKind): void {
    inTransaction(this.#context, () => {
      const { database } = this.#context
      if (kind === undefined) database.prepare('DELETE FROM blobs WHERE run_id = ?').run(runId)
      else database.prepare('DELETE FROM blobs WHERE run_id = ? AND kind = ?').run(runId, kind)
    })
  }

  /** Name every blob that does not match its checksum. Reads all of them: seconds per gigabyte. */
  damaged(): { runId: string; kind: BlobKind }[] {
    const found: { runId: string; kind: BlobKind }[] = []
    const all = this.#context.database.prepare<
      [],
      { run_id: string; kind: BlobKind; sha256: Buffer; content: Buffer }
    >('SELECT run_id, kind, sha256, content FROM blobs')
    for (const row of all.iterate()) {
      if (!sha256(row.content).equals(row.sha256)) found.push({ runId: row.run_id, kind: row.kind })
    }
    return found
  }
}
