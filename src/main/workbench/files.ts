// Files a person handed over for reading, known to the interface only by a random id. The interface can never name a
// path: an upload is written by the server, a drop is named by the desktop shell.
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { LacunaError } from '../../shared/errors.ts'
import type { FileRef } from '../../shared/contract.ts'

export interface StagedFile {
  path: string
  name: string // as the person knows it
  owned: boolean // deleted when discarded
}

/** Files staged at one time; the oldest makes room, so that a forgotten tab cannot fill the disk. */
const MAX_STAGED = 64

export class FileRegistry {
  readonly #files = new Map<string, StagedFile>()

  /** Remember a file; returns what the interface may say to mean it. */
  stage(path: string, options: { owned: boolean; name: string }): FileRef {
    if (this.#files.size >= MAX_STAGED) {
      const [oldest] = this.#files.keys()
      this.discard({ fileId: oldest! })
    }
    const fileId = randomBytes(16).toString('hex')
    this.#files.set(fileId, { path, ...options })
    return { fileId }
  }

  /**
   * Find a staged file and make sure that it can be read to an end.
   * @throws LacunaError not-found when it was discarded or is gone; bad-input when it is not a regular file
   */
  async resolve({ fileId }: FileRef): Promise<StagedFile> {
    const file = this.#files.get(fileId)
    if (file === undefined) {
      throw new LacunaError('not-found', 'This file is no longer held for import; drop it again.')
    }
    const stat = await lstat(file.path).catch((error: NodeJS.ErrnoException) => {
      throw new LacunaError(
        'not-found',
        `${file.name} cannot be read (${error.code === 'ENOENT' ? 'file not found' : (error.code ?? error.message)}).`,
      )
    })
    if (!stat.isFile() && !stat.isSymbolicLink()) {
      throw new LacunaError(
        'bad-input',
        `${file.name} is not a regular file. Only regular files can be imported.`,
      )
    }
    return file
  }

  /** Forget a file, and delete it when it is an upload. */
  discard({ fileId }: FileRef): void {
    const file = this.#files.get(fileId)
    this.#files.delete(fileId)
    if (file?.owned === true) rmSync(file.path, { force: true })
  }

  discardAll(): void {
    for (const fileId of [...this.#files.keys()]) this.discard({ fileId })
  }
}
