// What a safetensors header says, checked against the size of the file before a byte of data is looked at. Repairs nothing.
import { LacunaError } from '../../shared/errors.ts'
import type { HeaderValue } from './safetensors-header.ts'
import { parseHeader } from './safetensors-header.ts'

/** Longest header read, in bytes. */
export const MAX_HEADER_BYTES = 16_000_000
/** Longest file read, in bytes: the largest buffer every platform can hold. */
export const MAX_FILE_BYTES = 2 ** 31 - 1
export const LENGTH_BYTES = 8
const MAX_DIMENSIONS = 32

/** Types this build reads and writes; weights from outside are F32 only. */
export const DTYPES = {
  F64: { bytes: 8, array: Float64Array },
  F32: { bytes: 4, array: Float32Array },
  U8: { bytes: 1, array: Uint8Array },
} as const

export type Dtype = keyof typeof DTYPES

/** Where a tensor stands: bytes `begin` (inclusive) to `end` (exclusive) of the data that follows the header. */
interface Entry {
  name: string
  dtype: Dtype
  shape: number[]
  begin: number
  end: number
}

export interface Layout {
  metadata: Map<string, string>
  entries: Entry[] // in order of their bytes
  dataAt: number // byte of the file at which the data starts
}

function bad(problem: string): LacunaError {
  return new LacunaError('bad-weights', problem)
}

/** Write a number of bytes for people, for example `9.2 EB` or `4 kB`. */
function sizeText(bytes: bigint): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']
  let unit = 0
  let value = Number(bytes)
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : Number(value.toPrecision(2))} ${units[unit]}`
}

/** Quote a name from the file so that it cannot break or flood a message. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 61)}...` : name)
}

/**
 * Check the first eight bytes against the size of the file and the limits.
 * @returns length of the header in bytes
 * @throws LacunaError bad-weights, too-large
 */
export function headerLength(start: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES || start.length < LENGTH_BYTES) {
    throw bad(
      `The file has ${fileBytes} bytes; a safetensors file starts with the 8-byte length of its header.`,
    )
  }
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true)
  if (length < 2n || length > BigInt(fileBytes - LENGTH_BYTES)) {
    throw bad(
      `The header says ${sizeText(length)}, the file has ${sizeText(BigInt(fileBytes))}; this is not a whole safetensors file.`,
    )
  }
  if (length > MAX_HEADER_BYTES) {
    throw new LacunaError(
      'too-large',
      `The header says ${sizeText(length)}; headers up to ${sizeText(BigInt(MAX_HEADER_BYTES))} are read.`,
    )
  }
  return Number(length)
}

/**
 * Read the header and check everything it says: names, types, shapes, and that the tensors fill the rest of the file
 * without overlap, hole or remainder.
 * @param start the file up to the end of its header, or more of it
 * @param dtypes types to accept; others are reported as unsupported
 * @throws LacunaError bad-weights, too-large, unsupported
 */
export function readLayout(start: Uint8Array, fileBytes: number, dtypes: readonly Dtype[] = ['F32']): Layout {
  const dataAt = LENGTH_BYTES + headerLength(start, fileBytes)
  const header = parseHeader(decodeText(start.subarray(LENGTH_BYTES, dataAt)))
  const metadata = readMetadata(header.get('__metadata__'))
  header.delete('__metadata__')
  assertSupported(header, dtypes)
  const dataBytes = fileBytes - dataAt
  const entries = [...header].map(([name, value]) =>
    readEntry(name, value as Map<string, HeaderValue>, dataBytes),
  )
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  assertGapless(entries, dataBytes)
  return { metadata, entries, dataAt }
}

function decodeText(bytes: Uint8Array): string {
  if (bytes[0] !== 0x7b)
    throw bad('The safetensors header does not start with {; this is another kind of file.')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new LacunaError(
      'bad-weights',
      'The safetensors header is not UTF-8 text; export the file again.',
      undefined,
      {
        cause: error,
      },
    )
  }
}

function readMetadata(value: HeaderValue | undefined): Map<string, string> {
  if (value === undefined) return new Map()
  if (!(value instanceof Map))
    throw bad('The __metadata__ of the header is not an object of texts; export the file again.')
  return new Map(
    [...value].map(([key, text]) => {
      if (typeof text !== 'string')
        throw bad(`The metadata ${quoted(key)} is not a text; export the file again.`)
      return [key, text]
    }),
  )
}

function assertSupported(header: Map<string, HeaderValue>, dtypes: readonly Dtype[]): void {
  const foreign: { tensor: string; dtype: string }[] = []
  for (const [name, value] of header) {
    const dtype = value instanceof Map ? value.get('dtype') : undefined
    if (typeof dtype !== 'string') throw bad(`Tensor ${quoted(name)} has no dtype; export the file again.`)
    if (!dtypes.some((known) => known === dtype)) foreign.push({ tensor: name, dtype })
  }
  if (foreign.length === 0) return
  const { tensor, dtype } = foreign[0]!
  throw new LacunaError(
    'unsupported',
    `${foreign.length} tensors have an unsupported type (first: ${quoted(tensor)} is ${quoted(dtype)}), nothing was loaded; convert them to ${dtypes.join(', ')}.`,
    { tensors: foreign.slice(0, 100) },
  )
}

function readEntry(name: string, value: Map<string, HeaderValue>, dataBytes: number): Entry {
  for (const key of value.keys()) {
    if (!['dtype', 'shape', 'data_offsets'].includes(key)) {
      throw bad(`Tensor ${quoted(name)} has the unknown field ${quoted(key)}; export the file again.`)
    }
  }
  const dtype = value.get('dtype') as Dtype
  const shape = integers(name, 'shape', value.get('shape'))
  const offsets = integers(name, 'data_offsets', value.get('data_offsets'))
  if (shape.length > MAX_DIMENSIONS) {
    throw bad(`Tensor ${quoted(name)} has ${shape.length} dimensions; at most ${MAX_DIMENSIONS} are read.`)
  }
  const [begin, end] = offsets
  if (offsets.length !== 2 || begin! > end! || end! > BigInt(dataBytes)) {
    throw bad(
      `Tensor ${quoted(name)} claims the bytes ${offsets.slice(0, 3).join(' to ')}, but the data has ${dataBytes} bytes; the file is cut off or damaged.`,
    )
  }
  // Bigints: a product of dimensions may exceed what a double, or 64 bits, can tell apart.
  const needed = shape.reduce((product, dimension) => product * dimension, BigInt(DTYPES[dtype].bytes))
  if (needed !== end! - begin!) {
    throw bad(
      `Tensor ${quoted(name)} with shape ${shape.join('×')} ${dtype} needs ${needed} bytes, has ${end! - begin!}; export the file again.`,
    )
  }
  return { name, dtype, shape: shape.map(Number), begin: Number(begin), end: Number(end) }
}

function integers(name: string, field: string, value: HeaderValue | undefined): bigint[] {
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'bigint')) {
    throw bad(`The ${field} of tensor ${quoted(name)} is not a list of whole numbers; export the file again.`)
  }
  return value as bigint[]
}

function assertGapless(entries: Entry[], dataBytes: number): void {
  let at = 0
  let before: Entry | undefined
  for (const entry of entries) {
    if (entry.begin < at) {
      const last = Math.min(at, entry.end) - 1
      throw bad(
        `The tensors ${quoted(before!.name)} and ${quoted(entry.name)} share bytes ${entry.begin}–${last}; each needs its own, export the file again.`,
      )
    }
    if (entry.begin > at) {
      throw bad(
        `The ${entry.begin - at} bytes before tensor ${quoted(entry.name)} belong to no tensor; export the file again.`,
      )
    }
    at = entry.end
    before = entry
  }
  if (at < dataBytes) {
    throw bad(`There are ${dataBytes - at} bytes after the last tensor; a safetensors file ends with it.`)
  }
}
