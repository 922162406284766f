// Writes a study as a bundle: streamed, one blob in memory at a time, the same study the same bytes. The file appears
// complete or not at all.
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yazl from 'yazl'
import { NO_ANNOTATION, type Annotation } from '../../shared/compare.ts'
import { BLOB_KINDS } from '../store/blobs.ts'
import { moveIntoPlace, syncFile, temporaryName } from '../store/files.ts'
import type { Store } from '../store/store.ts'
import {
  blobPath,
  DATASET,
  FORMAT,
  FORMAT_VERSION,
  MANIFEST,
  RUNS,
  type Manifest,
  type RunLine,
} from './format.ts'

export interface BundleOptions {
  studyId: string
  program: string // that writes it
  extras: readonly { path: string; content: Uint8Array }[] // for people
  signal?: AbortSignal
  progress?: (done: number, total: number) => void // files
}

/** Every entry has the same date: the earliest a zip file knows, in local time as the format wants it. */
const ENTRY = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true } as const

/** A file of the bundle before it is read. */
interface Planned {
  path: string
  compress: boolean
  read: () => Uint8Array
}

/**
 * Write the bundle of a study to `path`.
 * @throws LacunaError not-found, item-damaged when something stored does not match its checksum
 */
export async function writeBundle(store: Store, path: string, options: BundleOptions): Promise<void> {
  const planned = plan(store, options)
  const temporary = temporaryName(path)
  const zip = new yazl.ZipFile()
  const files: Manifest['files'] = []
  for (const one of planned) {
    addLazy(zip, one.path, one.compress, () => {
      const content = one.read()
      files.push({
        path: one.path,
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      })
      options.progress?.(files.length, planned.length)
      return content
    })
  }
  // Entries are read one after the other, so the last one knows all checksums.
  addLazy(zip, MANIFEST, true, () => jsonBytes(manifestOf(store, options, files)))
  zip.end()
  try {
    const output = createWriteStream(temporary, { mode: 0o600 })
    // An entry that cannot be read must end the file, which waits for it.
    zip.on('error', (error) => output.destroy(error instanceof Error ? error : new Error(String(error))))
    await pipeline(zip.outputStream, output, { signal: options.signal })
    syncFile(temporary)
    moveIntoPlace(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function addLazy(zip: yazl.ZipFile, path: string, compress: boolean, read: () => Uint8Array): void {
  zip.addReadStreamLazy(path, { ...ENTRY, compress }, (done) => {
    let content: Uint8Array
    try {
      content = read()
    } catch (error) {
      zip.emit('error', error)
      return
    }
    done(
      null,
      Readable.from(
        content.length === 0 ? [] : [Buffer.from(content.buffer, content.byteOffset, content.length)],
      ),
    )
  })
}

function plan(store: Store, { studyId, extras }: BundleOptions): Planned[] {
  const { definition } = store.studies.get(studyId)
  const records = store.runs.records(studyId)
  const properties = store.runs.properties(studyId)
  const annotations = store.annotations.all('run')
  const times = store.costs.of(records.map(({ id }) => id))
  const numbers = new Map(records.map(({ id }, i) => [id, i]))
  const lines = records.map((record): RunLine => ({
    record: stopped(record),
    ...present('properties', properties.get(record.id)),
    ...written(annotations.get(record.id)),
    ...present('measured', times.get(record.id)),
  }))
  const stored = store.transfer
    .sizes(studyId)
    .sort((a, b) => BLOB_KINDS.indexOf(a.kind) - BLOB_KINDS.indexOf(b.kind))
  return [
    { path: DATASET, compress: true, read: () => store.datasets.content(definition.dataset) },
    {
      path: RUNS,
      compress: true,
      read: () => Buffer.from(lines.map((l) => `${JSON.stringify(l)}\n`).join('')),
    },
    ...stored.map(({ runId, kind }) => ({
      path: blobPath(kind, numbers.get(runId)!),
      compress: kind === 'masks', // weights hardly shrink
      read: () => store.blobs.require(runId, kind),
    })),
    ...extras.map(({ path, content }) => ({ path, compress: true, read: () => content })),
  ]
}

function present<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V })
}

/** What people wrote, where they wrote anything; a note that was taken back leaves nothing. */
function written(annotation: Annotation = NO_ANNOTATION): { annotation?: Annotation } {
  const { note, tags, favourite } = annotation
  return note === '' && tags.length === 0 && !favourite ? {} : { annotation }
}

/** A run under way is one that was interrupted, wherever the bundle is opened. */
function stopped(record: RunLine['record']): RunLine['record'] {
  if (record.state !== 'running') return record
  return { ...record, state: record.epochs.length === 0 ? 'queued' : 'interrupted' }
}

function manifestOf(store: Store, { studyId, program }: BundleOptions, files: Manifest['files']): Manifest {
  const { id, name, createdAt, definition } = store.studies.get(studyId)
  const dataset = store.datasets.get(definition.dataset)
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    program,
    study: { id, name, createdAt, definition, ...written(store.annotations.get('study', id)) },
    dataset: { id: dataset.id, name: dataset.name, source: dataset.source, notes: dataset.notes },
    files,
  }
}

function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 1)}\n`)
}
