// Writing files so that a kill or a power cut leaves the old content or the new one, never half of it.
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Mark of files that are being written; whatever carries it at the next start is rubbish. */
const TEMPORARY = '.writing'

/** Name under which `path` is prepared before it takes its place. */
export function temporaryName(path: string): string {
  return path + TEMPORARY
}

/** Write `content` beside `path`, force it to the disk and move it into place. */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const temporary = temporaryName(path)
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
  const file = openSync(temporary, 'w', 0o600)
  try {
    // One write may take only part of a large buffer.
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  moveIntoPlace(temporary, path)
}

/** Rename a file that is complete on the disk to its final name, and make the rename itself last. */
export function moveIntoPlace(temporary: string, path: string): void {
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Force the content of a closed file to the disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Force the names in a folder to the disk. Windows keeps names safe by itself and cannot open folders. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Remove what a killed program left half-written in `folder` (not in its subfolders). */
export function removeStaleFiles(folder: string): void {
  for (const name of readdirSync(folder)) {
    // SQLite appends -wal, -shm and -journal to the name of a database that was being prepared.
    if (/\.writing(-(wal|shm|journal))?$/.test(name)) rmSync(join(folder, name), { force: true })
  }
}

/** Empty a folder that holds nothing worth keeping. */
export function emptyFolder(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
}

/** Bytes of all files in a folder and below. Files that vanish while it looks count as nothing. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) =>
        sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
}
