// One Lacuna per workspace folder. The lock is the operating system's lock on an SQLite file: it ends with the process
// that holds it, however that ends, so there is no stale lock to recognise and no process id to trust.
import Database from 'better-sqlite3'
import { existsSync, readFileSync, truncateSync } from 'node:fs'
import { z } from 'zod'
import { LacunaError } from '../../shared/errors.ts'
import { errorCode, isCorruption } from './failures.ts'
import { writeFileAtomic } from './files.ts'
import type { WorkspacePaths } from './paths.ts'

const ownerSchema = z.object({ pid: z.number().int(), program: z.string(), since: z.string() })
export type LockOwner = z.infer<typeof ownerSchema>

/**
 * Take the lock of a workspace folder; the returned function gives it back.
 * @throws LacunaError workspace-locked naming the process that holds it, with the owner as detail
 */
export function lockWorkspace(paths: WorkspacePaths, owner: LockOwner): () => void {
  const file = openLock(paths)
  writeFileAtomic(paths.owner, JSON.stringify(owner))
  return () => {
    file.close()
  }
}

function openLock(paths: WorkspacePaths, again = false): Database.Database {
  const file = new Database(paths.lock, { timeout: 0 })
  try {
    // A transaction that is never ended keeps the exclusive file lock and writes nothing.
    file.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    file.close()
    if (errorCode(error).startsWith('SQLITE_BUSY')) throw locked(paths)
    if (again || !isCorruption(error) || !existsSync(paths.lock)) throw error
    // Whatever wrote into the file: it holds nothing. Emptied, not replaced, so that locks on it stay.
    truncateSync(paths.lock, 0)
    return openLock(paths, true)
  }
  return file
}

function locked(paths: WorkspacePaths): LacunaError {
  const owner = readOwner(paths)
  const holder =
    owner === undefined
      ? 'another Lacuna'
      : `process ${owner.pid} (${owner.program}, since ${owner.since.slice(0, 16).replace('T', ' ')} UTC)`
  return new LacunaError(
    'workspace-locked',
    `The workspace ${paths.folder} is in use by ${holder}; close it there or choose another folder with --workspace.`,
    owner,
  )
}

/** The note of the last holder. It may be missing for an instant, or say anything if someone edited it. */
function readOwner(paths: WorkspacePaths): LockOwner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(paths.owner, 'utf8')))
  } catch {
    return undefined // only the wording of the message depends on it
  }
}
