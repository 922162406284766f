// One pass over a file: bytes to text to records to the rows of a table. Knows neither columns nor datasets.
import { createHash } from 'node:crypto'
import {
  DEFAULT_MISSING,
  IMPORT_LIMITS,
  type ImportOptions,
  type ImportProblem,
  type ImportProgress,
  type TextEncoding,
} from '../../../shared/dataset.ts'
import { LacunaError } from '../../../shared/errors.ts'
import { streamDecoder, type StreamDecoder } from './decoder.ts'
import { detectDelimiter } from './dialect.ts'
import { detectEncoding } from './encoding.ts'
import { assertDelimitedText } from './magic.ts'
import { count } from './problems.ts'
import { RecordReader, type Dialect } from './record-reader.ts'
import type { ByteSource } from './source.ts'
import { TableReader, type TableSink } from './table.ts'

const HEAD_BYTES = 64 * 1024
const PROGRESS_BYTES = 8 << 20

/** How a caller follows and stops a pass. */
export interface ReadContext {
  signal?: AbortSignal
  onProgress?: (progress: ImportProgress) => void
}

/** How a file is to be read, found from its first bytes. */
export interface ReadingPlan {
  encoding: TextEncoding
  bomBytes: number
  dialect: Dialect
  missing: string[]
  problems: ImportProblem[]
}

/** What a pass has seen. */
export interface ScanResult {
  sha256: string
  decoder: StreamDecoder
  reader: RecordReader
  table: TableReader
}

async function readHead(source: ByteSource): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of source.chunks()) {
    parts.push(Buffer.from(chunk))
    length += chunk.length
    if (length >= HEAD_BYTES) break
  }
  return Buffer.concat(parts).subarray(0, HEAD_BYTES)
}

/** Text of the first bytes, cut at the last line end unless it is the whole file. */
function headText(head: Buffer, whole: boolean, encoding: TextEncoding, bomBytes: number): string {
  const decoder = streamDecoder(encoding, bomBytes)
  const text = decoder.decode(head.subarray(bomBytes))
  if (whole) return text + decoder.end()
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'))
  return end < 0 ? text : text.slice(0, end + 1)
}

/**
 * Find encoding and delimiter from the first 64 KiB.
 * @throws LacunaError bad-input for an empty file and for files that are not delimited text
 */
export async function planReading(source: ByteSource, options: ImportOptions): Promise<ReadingPlan> {
  if (source.size === 0)
    throw new LacunaError('bad-input', `${source.name} is empty (0 bytes). Nothing was imported.`)
  const head = await readHead(source)
  assertDelimitedText(source.name, head)
  const { encoding, bomBytes, problems } = detectEncoding(source.name, head, options)
  const quotes = options.quotes ?? 'standard'
  const delimiter =
    options.delimiter === undefined
      ? detectDelimiter(headText(head, head.length >= source.size, encoding, bomBytes), quotes)
      : options.delimiter
  const missing = options.missing ?? [...DEFAULT_MISSING]
  return { encoding, bomBytes, dialect: { delimiter, quotes }, missing, problems }
}

/** Check for a stop and tell how far reading has come, every 8 MiB (less than 20 times a second). */
function follower(source: ByteSource, context: ReadContext, rows: () => number): (bytes: number) => void {
  let told = 0
  return (bytes) => {
    if (context.signal?.aborted === true)
      throw new LacunaError('cancelled', `Reading ${source.name} was cancelled. Nothing was imported.`)
    if (bytes - told < PROGRESS_BYTES && bytes < source.size) return
    told = bytes
    context.onProgress?.({ fileName: source.name, bytes, totalBytes: source.size, rows: rows() })
  }
}

/**
 * Read the whole file once and deliver the rows of its table.
 * @throws LacunaError bad-input when the file changed or could not be read to its end; too-large over a limit;
 *   cancelled when the signal was aborted
 */
export async function scan(
  source: ByteSource,
  plan: ReadingPlan,
  options: ImportOptions,
  sink: TableSink,
  context: ReadContext,
): Promise<ScanResult> {
  const hash = createHash('sha256')
  const decoder = streamDecoder(plan.encoding, plan.bomBytes)
  const table = new TableReader(options, new Set(plan.missing), plan.dialect.delimiter ?? '', sink)
  const reader = new RecordReader(plan.dialect, (record) => table.feed(record))
  const rows = () => (table.inner ?? table).rows
  const follow = follower(source, context, rows)
  let bytes = 0
  follow(0)
  for await (const chunk of source.chunks()) {
    hash.update(chunk)
    reader.push(decoder.decode(bytes === 0 ? chunk.subarray(plan.bomBytes) : chunk))
    bytes += chunk.length
    follow(bytes)
    if (rows() > IMPORT_LIMITS.rows)
      throw new LacunaError(
        'too-large',
        `${source.name} has more than ${count(IMPORT_LIMITS.rows)} rows, the most that are imported; import a part of it.`,
      )
  }
  reader.push(decoder.end())
  reader.end()
  table.finish()
  await source.assertUnchanged()
  return { sha256: hash.digest('hex'), decoder, reader, table }
}
