// Unpacks a zip file of unknown origin into an empty folder. The whole directory of the file is judged before anything is
// unpacked: names, kinds, sizes, ratio, count. Knows nothing of what the files mean.
import { createWriteStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { LacunaError } from '../../shared/errors.ts'
import { BUNDLE_LIMITS } from './format.ts'

export interface UnpackOptions {
  name: string // of the file, as the person knows it
  limits?: { entries: number; bytes: number; ratio: number; freeBytes: number }
  signal?: AbortSignal
  progress?: (done: number, total: number) => void // bytes
}

/** Kinds of file in the upper half of the external attributes, as Unix writes them. */
const FILE_KIND = 0o170000
const REGULAR = 0o100000

/** Plain names in plain folders; no name a system treats in its own way. */
const SAFE_PATH = /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/
const DEVICE = /(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.|\/|$)/

/**
 * Unpack every file and return their paths inside `folder`.
 * @throws LacunaError bad-input for what is no sound zip file, forbidden for names that point elsewhere and links,
 *   too-large over a limit, cancelled
 */
export async function unpack(path: string, folder: string, options: UnpackOptions): Promise<string[]> {
  const { name, limits = BUNDLE_LIMITS } = options
  const zip = await openPromise(path, { lazyEntries: true, decodeStrings: false, autoClose: false }).catch(
    (error: unknown) => {
      throw unreadable(name, error)
    },
  )
  try {
    const entries = await listEntries(zip, name, limits.entries)
    assertSizes(entries, (await stat(path)).size, name, limits)
    const total = entries.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0)
    let done = 0
    for (const { path: inside, entry } of entries) {
      const target = join(folder, inside)
      await mkdir(dirname(target), { recursive: true })
      await extract(zip, entry, target, { name, inside, signal: options.signal })
      done += entry.uncompressedSize
      options.progress?.(done, total)
    }
    return entries.map(({ path: inside }) => inside)
  } finally {
    zip.close()
  }
}

interface Listed {
  path: string
  entry: Entry
}

/** Read the directory of the file; every name is safe, every entry a plain file, no name twice. */
async function listEntries(zip: ZipFile, file: string, most: number): Promise<Listed[]> {
  const entries: Listed[] = []
  const seen = new Set<string>()
  for await (const entry of readDirectory(zip, file)) {
    const number = entries.length + 1
    if (number > most)
      throw new LacunaError('too-large', `${file} has more than ${most} entries; a bundle has fewer.`)
    const path = safePath(entry, number, file)
    if (seen.has(path))
      throw new LacunaError('bad-input', `${file}: entry ${number} has the name ${path} of an earlier one.`)
    seen.add(path)
    assertPlain(entry, number, path, file)
    entries.push({ path, entry })
  }
  return entries
}

async function* readDirectory(zip: ZipFile, file: string): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry()
  } catch (error) {
    throw unreadable(file, error)
  }
}

function safePath(entry: Entry, number: number, file: string): string {
  const path = entry.fileNameRaw.toString('utf8')
  if (SAFE_PATH.test(path) && !DEVICE.test(path) && path.length <= 200) return path
  const outside = /(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[a-z]:/i.test(path)
  throw new LacunaError(
    'forbidden',
    outside
      ? `${file}: entry ${number} points outside of the folder it is unpacked to; nothing was imported.`
      : `${file}: entry ${number} has a name no bundle has; nothing was imported.`,
  )
}

function assertPlain(entry: Entry, number: number, path: string, file: string): void {
  const kind = (entry.externalFileAttributes >>> 16) & FILE_KIND
  if (kind !== 0 && kind !== REGULAR) {
    throw new LacunaError(
      'forbidden',
      `${file}: entry ${number} (${path}) is a link or a special file; nothing was imported.`,
    )
  }
  if (entry.isEncrypted() || !entry.canDecodeFileData()) {
    throw new LacunaError(
      'bad-input',
      `${file}: entry ${number} (${path}) is encrypted or packed in a way that is not read; export the bundle again.`,
    )
  }
}

function assertSizes(
  entries: readonly Listed[],
  packed: number,
  file: string,
  { bytes, ratio, freeBytes }: typeof BUNDLE_LIMITS | NonNullable<UnpackOptions['limits']>,
): void {
  const total = entries.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0)
  if (total > bytes) {
    throw new LacunaError('too-large', `${file} would unpack to ${total} bytes; at most ${bytes} are read.`)
  }
  if (total > freeBytes && total > packed * ratio) {
    throw new LacunaError(
      'too-large',
      `${file} has ${packed} bytes and would unpack to ${total}; that is no bundle, nothing was imported.`,
    )
  }
}

async function extract(
  zip: ZipFile,
  entry: Entry,
  target: string,
  { name, inside, signal }: { name: string; inside: string; signal: AbortSignal | undefined },
): Promise<void> {
  try {
    // The library ends the stream with an error as soon as there is more than the directory says.
    const content = await zip.openReadStreamPromise(entry)
    await pipeline(content, createWriteStream(target, { flags: 'wx', mode: 0o600 }), { signal })
  } catch (error) {
    if (signal?.aborted === true) throw new LacunaError('cancelled', 'The import was cancelled.')
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
      throw new LacunaError(
        'disk-full',
        `The disk is full: ${name} could not be unpacked; make room and try again.`,
      )
    }
    throw unreadable(`${name}: ${inside}`, error)
  }
}

function unreadable(file: string, error: unknown): LacunaError {
  const reason = error instanceof Error ? error.message : String(error)
  return new LacunaError(
    'bad-input',
    `${file} cannot be read as a bundle (${reason}); export it again.`,
    undefined,
    { cause: error },
  )
}
