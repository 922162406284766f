// SHA-256 of stored bytes: the database's own check notices few bit flips inside blobs, this one notices all.
import { createHash } from 'node:crypto'
import { LacunaError } from '../../shared/errors.ts'

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/**
 * Return `row.content` if it is what was written.
 * @throws LacunaError item-damaged naming `what`
 */
export function checkedContent(row: { sha256: Buffer; content: Buffer }, what: string): Uint8Array {
  if (sha256(row.content).equals(row.sha256)) return row.content
  throw new LacunaError(
    'item-damaged',
    `The stored ${what} does not match its checksum: the disk or the database was damaged. Everything else stays usable.`,
    { what },
  )
}
