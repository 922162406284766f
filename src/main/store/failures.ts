// Turns what SQLite and the file system report into errors a person can act on. Passes on what it does not know.
import { statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { LacunaError } from '../../shared/errors.ts'

/** What a disk-full error carries in `detail`. */
export interface DiskFull {
  volume: string // where the volume is mounted
  needed: number // bytes the write needs at most
  free: number // bytes that were free
}

/** Writes below this size need some room all the same: a page of the log, an index. */
const SMALLEST_WRITE = 256 * 1024

/** Run `write`; on failure throw the LacunaError that names the cause. `bytes`: size of what is being written. */
export function guardWrite<T>(path: string, bytes: number, write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw storeFailure(error, path, bytes)
  }
}

/** Find the error to throw for something that went wrong with the file or database at `path`. */
export function storeFailure(error: unknown, path: string, bytes = 0): unknown {
  if (error instanceof LacunaError) return error
  const code = errorCode(error)
  const needed = bytes + SMALLEST_WRITE
  const options = { cause: error }
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, needed, options)
  // A volume that fills up while the log grows shows as an input/output error.
  if (code.startsWith('SQLITE_IOERR') && freeBytes(path) < needed) return diskFull(path, needed, options)
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    suspect(path)
    return new LacunaError(
      'workspace-damaged',
      `The database ${path} is damaged (${String(code)}); close Lacuna and start it again to use the last backup.`,
      { database: path, reason: code },
      options,
    )
  }
  return error
}

/** Tell whether SQLite found a file that is not what it wrote. */
export function isCorruption(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(errorCode(error))
}

/** File beside a database whose presence makes the next start read every page before using it. */
export function suspectMark(database: string): string {
  return `${database}.suspect`
}

/** Leave the mark; `path` may also be a folder, which is none of our databases. */
export function suspect(path: string): void {
  if (!path.endsWith('.db')) return
  try {
    writeFileSync(suspectMark(path), '')
  } catch {
    // The damage itself is being reported and matters more; the doctor finds it again.
  }
}

function diskFull(path: string, needed: number, options: ErrorOptions): LacunaError {
  const volume = volumeOf(path)
  const detail: DiskFull = { volume, needed, free: freeBytes(path) }
  return new LacunaError(
    'disk-full',
    `The volume ${volume} is full: ${megabytes(needed)} are needed, ${megabytes(detail.free)} are free. Make room; work goes on by itself.`,
    detail,
    options,
  )
}

/** Bytes an ordinary user may still write on the volume that holds `path` (which must exist, or its folder). */
export function freeBytes(path: string): number {
  const existing = statSync(path, { throwIfNoEntry: false }) === undefined ? dirname(path) : path
  const { bavail, bsize } = statfsSync(existing)
  return bavail * bsize
}

/** Folder at which the volume that holds `path` begins: the highest folder on the same device. */
export function volumeOf(path: string): string {
  let at = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path)
  const { dev } = statSync(at)
  for (;;) {
    const parent = dirname(at)
    if (parent === at || statSync(parent).dev !== dev) return at
    at = parent
  }
}

export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
