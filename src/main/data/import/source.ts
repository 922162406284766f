// Hands out the bytes of one regular file and notices when it changes or vanishes meanwhile. Never writes.
import { createHash } from 'node:crypto'
import { constants, type BigIntStats } from 'node:fs'
import { open, realpath, stat, type FileHandle } from 'node:fs/promises'
import { basename, isAbsolute, relative } from 'node:path'
import { LacunaError } from '../../../shared/errors.ts'

const CHUNK_BYTES = 1 << 20
const EDGE_BYTES = 64 * 1024

/** Bytes that can be read from the start as often as needed. */
export interface ByteSource {
  readonly name: string
  readonly size: number
  /** Chunks in order. A chunk is overwritten by the next one. */
  chunks(): AsyncIterable<Uint8Array>
  /** @throws LacunaError bad-input when the bytes changed since the source was opened */
  assertUnchanged(): Promise<void>
  close(): Promise<void>
}

const REASONS: Record<string, string> = {
  EIO: 'device not available',
  ENXIO: 'device not available',
  ENODEV: 'device not available',
  ESTALE: 'network share gone',
  ENOTCONN: 'network share gone',
  EHOSTDOWN: 'network share gone',
  ENOENT: 'file not found',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? (code === '' ? String(error) : code)
}

function kindOf(found: BigIntStats): string {
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a named pipe'
  if (found.isSocket()) return 'a socket'
  return 'a device'
}

function assertRegular(name: string, found: BigIntStats): void {
  if (found.isFile()) return
  throw new LacunaError('bad-input', `Only regular files can be imported; ${name} is ${kindOf(found)}.`)
}

async function edgeHash(handle: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(EDGE_BYTES)
  for (const position of [0, Math.max(0, size - EDGE_BYTES)]) {
    const { bytesRead } = await handle.read(buffer, 0, EDGE_BYTES, position)
    hash.update(buffer.subarray(0, bytesRead))
  }
  return hash.digest('hex')
}

/** Read a file piece by piece; a read that fails says how far it came. */
async function* readChunks(name: string, handle: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(CHUNK_BYTES)
  for (let position = 0; ;) {
    let bytesRead: number
    try {
      bytesRead = (await handle.read(buffer, 0, CHUNK_BYTES, position)).bytesRead
    } catch (error) {
      throw readingStopped(name, position, error)
    }
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** The error for a device that failed after `bytes` bytes. */
export function readingStopped(name: string, bytes: number, cause: unknown): LacunaError {
  const megabytes = Math.floor(bytes / 1e6)
  return new LacunaError(
    'bad-input',
    `Reading ${name} stopped at ${megabytes} MB: ${reasonOf(cause)}. Nothing was imported; make the file available and try again.`,
    { bytes },
    { cause },
  )
}

function changed(name: string): LacunaError {
  return new LacunaError('bad-input', `${name} changed while it was read; try again. Nothing was imported.`)
}

/**
 * Open a regular file for reading. Links are followed. `name` is what messages call it.
 * @param name what messages call it
 * @throws LacunaError not-found when it does not exist; bad-input when it is a folder, pipe, device or socket, or
 *   cannot be opened
 */
export async function openSource(path: string, name = basename(path)): Promise<ByteSource> {
  let handle: FileHandle
  try {
    assertRegular(name, await stat(path, { bigint: true }))
    // Without O_NONBLOCK, opening a pipe that took the file's place just now would wait for ever.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (error instanceof LacunaError) throw error
    const reason = reasonOf(error)
    const code = reason === 'file not found' ? 'not-found' : 'bad-input'
    throw new LacunaError(code, `${name} cannot be read: ${reason}.`, undefined, { cause: error })
  }
  try {
    const before = await handle.stat({ bigint: true })
    assertRegular(name, before)
    return fileSource(path, name, handle, before, await edgeHash(handle, Number(before.size)))
  } catch (error) {
    await handle.close()
    throw error
  }
}

function fileSource(
  path: string,
  name: string,
  handle: FileHandle,
  before: BigIntStats,
  edges: string,
): ByteSource {
  const size = Number(before.size)
  const same = (now: BigIntStats) =>
    now.size === before.size &&
    now.mtimeNs === before.mtimeNs &&
    now.ino === before.ino &&
    now.dev === before.dev
  return {
    name,
    size,
    chunks: () => readChunks(name, handle),
    async assertUnchanged() {
      let now: BigIntStats[]
      try {
        now = [await handle.stat({ bigint: true }), await stat(path, { bigint: true })]
      } catch (error) {
        throw readingStopped(name, size, error)
      }
      if (!now.every(same) || (await edgeHash(handle, size)) !== edges) throw changed(name)
    },
    close: () => handle.close(),
  }
}

/**
 * Give the real path of a file inside an allowed folder, for callers that take paths from elsewhere.
 * @throws LacunaError forbidden, without naming the path, when a link or `..` leads outside; the same for what is absent
 */
export async function assertInside(folder: string, path: string): Promise<string> {
  const refused = new LacunaError('forbidden', 'This file is outside the folder files may be read from.')
  let real: string
  let root: string
  try {
    root = await realpath(folder)
    real = await realpath(path)
  } catch {
    throw refused // whether it is absent or forbidden is nobody's business here
  }
  const inner = relative(root, real)
  if (
    inner === '' ||
    inner === '..' ||
    inner.startsWith('../') ||
    inner.startsWith('..\\') ||
    isAbsolute(inner)
  )
    throw refused
  return real
}
