// Reads and writes safetensors, the file format of weights and the inside of Lacuna's binary blobs. The checks are in
// safetensors-layout.ts; nothing is repaired.
import { LacunaError } from '../../shared/errors.ts'
import type { Dtype } from './safetensors-layout.ts'
import { DTYPES, LENGTH_BYTES, quoted, readLayout } from './safetensors-layout.ts'

export type TensorData = Float64Array | Float32Array | Uint8Array

export interface Tensor<Data extends TensorData = TensorData> {
  shape: readonly number[]
  data: Data
}

export interface TensorFile<Data extends TensorData = TensorData> {
  metadata: Map<string, string>
  tensors: Map<string, Tensor<Data>>
  /** Names of tensors that hold NaN or infinity; whoever loads them must ask first (`nonFiniteWarning`). */
  nonFinite: string[]
}

/**
 * Read a whole file that is in memory. The arrays are copies.
 * @throws LacunaError bad-weights, too-large, unsupported
 */
export function readSafetensors(file: Uint8Array): TensorFile<Float32Array>
export function readSafetensors(file: Uint8Array, dtypes: readonly Dtype[]): TensorFile
export function readSafetensors(file: Uint8Array, dtypes: readonly Dtype[] = ['F32']): TensorFile {
  const { metadata, entries, dataAt } = readLayout(file, file.length, dtypes)
  const tensors = new Map<string, Tensor>()
  const nonFinite: string[] = []
  for (const { name, dtype, shape, begin, end } of entries) {
    // The slice starts at byte 0 of its own buffer, which the typed array's alignment needs. All platforms Lacuna runs
    // on are little-endian, as the format is.
    // A Buffer's own slice would be a view into a shared pool; this one always copies.
    const bytes = Uint8Array.prototype.slice.call(file, dataAt + begin, dataAt + end)
    const data = new DTYPES[dtype].array(bytes.buffer, 0, bytes.length / DTYPES[dtype].bytes)
    if (!data.every((value: number) => Number.isFinite(value))) nonFinite.push(name)
    tensors.set(name, { shape, data })
  }
  return { metadata, tensors, nonFinite }
}

/** The question to ask before weights with NaN or infinity are used, or undefined when there are none. */
export function nonFiniteWarning(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  return `${names.length} ${names.length === 1 ? 'tensor contains' : 'tensors contain'} NaN or infinity (first: ${names[0]}); results computed with them mean nothing.`
}

function dtypeOf(data: TensorData): Dtype {
  return data instanceof Float64Array ? 'F64' : data instanceof Float32Array ? 'F32' : 'U8'
}

/**
 * Write a file. The same arguments give the same bytes: tensors keep their order except that wider types come first,
 * so that every tensor is aligned; metadata is sorted by key.
 * @throws LacunaError shape-mismatch when an array does not have the size its shape says
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  const ordered = [...tensors].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT, // stable: equal widths keep their order
  )
  const header: [string, unknown][] = []
  if (metadata.size > 0) {
    const sorted = [...metadata].sort(([a], [b]) => (a < b ? -1 : 1))
    header.push(['__metadata__', Object.fromEntries(sorted)])
  }
  let at = 0
  for (const [name, { shape, data }] of ordered) {
    if (shape.reduce((a, b) => a * b, 1) !== data.length) {
      throw new LacunaError(
        'shape-mismatch',
        `Tensor ${quoted(name)} of shape ${shape.join('×')} was given ${data.length} values; the sizes must agree.`,
      )
    }
    header.push([name, { dtype: dtypeOf(data), shape, data_offsets: [at, at + data.byteLength] }])
    at += data.byteLength
  }
  const text = `{${header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`
  return assemble(text, ordered, at)
}

function assemble(text: string, ordered: [string, Tensor][], dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(text)
  const headerBytes = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + dataBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true)
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes)
  file.set(json, LENGTH_BYTES)
  let at = LENGTH_BYTES + headerBytes
  for (const [, { data }] of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return file
}
