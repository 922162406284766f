// Files that commands read whole and write: regular files within a size, and output that is complete or absent.
import { readFile, stat } from 'node:fs/promises'
import { LacunaError } from '../../shared/errors.ts'
import { writeFileAtomic } from '../store/files.ts'

const REASONS: Record<string, string> = {
  ENOENT: 'not found',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? error.code ?? error.message
}

/**
 * Read a whole file.
 * @param limit most bytes that are read
 * @throws LacunaError not-found when it cannot be read, bad-input for what is no regular file, too-large
 */
export async function readInput(path: string, limit: number): Promise<Uint8Array> {
  const unreadable = (error: NodeJS.ErrnoException) => {
    throw new LacunaError(
      'not-found',
      `The file ${path} cannot be read: ${reasonOf(error)}; check the path and its permissions.`,
      undefined,
      { cause: error },
    )
  }
  // Asked first: a pipe or a device may never end.
  const found = await stat(path).catch(unreadable)
  if (!found.isFile()) throw new LacunaError('bad-input', `${path} is not a file; name a regular file.`)
  if (found.size > limit) {
    throw new LacunaError(
      'too-large',
      `${path} has ${found.size} bytes; files up to ${limit} bytes are read, take a part of it.`,
    )
  }
  return readFile(path).catch(unreadable)
}

/**
 * Write a file in one piece, replacing what was there.
 * @throws LacunaError disk-full or not-found with the reason
 */
export function writeOutput(path: string, text: string): void {
  try {
    writeFileAtomic(path, text)
  } catch (error) {
    const failure = error as NodeJS.ErrnoException
    throw new LacunaError(
      failure.code === 'ENOSPC' ? 'disk-full' : 'not-found',
      `The file ${path} cannot be written: ${reasonOf(failure)}; choose another place.`,
      undefined,
      { cause: error },
    )
  }
}
