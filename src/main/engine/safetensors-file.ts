// Reads a safetensors file from disk: the header first, so that a file that lies about its size is refused without
// reading more than its header.
import type { FileHandle } from 'node:fs/promises'
import { open, stat } from 'node:fs/promises'
import { LacunaError } from '../../shared/errors.ts'
import type { TensorFile } from './safetensors.ts'
import { readSafetensors } from './safetensors.ts'
import { MAX_FILE_BYTES, headerLength, readLayout } from './safetensors-layout.ts'

/**
 * Read float32 weights from `path`.
 * @throws LacunaError not-found, bad-weights, too-large, unsupported
 */
export async function loadSafetensors(path: string): Promise<TensorFile<Float32Array>> {
  const file = await openFile(path)
  try {
    const { size } = await file.stat()
    const headerBytes = headerLength(await readBytes(file, Math.min(size, 8)), size)
    readLayout(await readBytes(file, 8 + headerBytes), size)
    if (size > MAX_FILE_BYTES) {
      throw new LacunaError(
        'too-large',
        `The file ${path} has ${size} bytes; weights of up to 2 GB are read.`,
      )
    }
    return readSafetensors(await readBytes(file, size))
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Asked first: opening a named pipe waits for somebody who writes to it.
    if (!(await stat(path)).isFile()) {
      throw new LacunaError('bad-input', `${path} is not a file; name a safetensors file.`)
    }
    return await open(path, 'r')
  } catch (error) {
    if (error instanceof LacunaError) throw error
    throw new LacunaError(
      'not-found',
      `The file ${path} cannot be opened; check the path and its permissions.`,
      undefined,
      {
        cause: error,
      },
    )
  }
}

/** Read the first `length` bytes. */
async function readBytes(file: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  while (at < length) {
    const { bytesRead } = await file.read(bytes, at, length - at, at)
    if (bytesRead === 0) {
      throw new LacunaError(
        'bad-weights',
        `The file ended after ${at} of ${length} bytes; it changed while it was read, try again.`,
      )
    }
    at += bytesRead
  }
  return bytes
}
