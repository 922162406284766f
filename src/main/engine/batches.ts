// Cuts an encoded split into padded batches, the same way for every engine. Knows no engine and no network.
import { PAD_TOKEN } from '../../shared/network.ts'
import type { EncodedSplit } from './engine.ts'

/** `time`: token t of sequence b is at t * B + b, [T, B]. `batch`: at b * T + t, [B, T]. */
export type TokenLayout = 'time' | 'batch'

export interface Batch {
  index: number // counts from 0 within the order
  sequences: Uint32Array // [B] indices into the split (a view of the order)
  size: number // B
  steps: number // T, length of the longest sequence of this batch
  tokens: Int32Array // [T, B] or [B, T], pads are 0
  lengths: Int32Array // [B]
  labels: Int32Array // [B]
}

/** Number of sequences in a split. */
export function sequenceCount(split: EncodedSplit): number {
  return split.labels.length
}

/** The order of the file: 0 .. N-1. */
export function fileOrder(split: EncodedSplit): Uint32Array {
  return Uint32Array.from({ length: sequenceCount(split) }, (_, n) => n)
}

/** Number of batches that `count` sequences make; the last may be smaller. */
export function batchCount(count: number, batchSize: number): number {
  return Math.ceil(count / batchSize)
}

/** Pad the sequences named by `sequences` to the longest of them. */
export function padBatch(
  split: EncodedSplit,
  sequences: Uint32Array,
  layout: TokenLayout = 'time',
  index = 0,
): Batch {
  const size = sequences.length
  const lengths = new Int32Array(size)
  const labels = new Int32Array(size)
  let steps = 0
  sequences.forEach((n, b) => {
    lengths[b] = split.offsets[n + 1]! - split.offsets[n]!
    labels[b] = split.labels[n]!
    steps = Math.max(steps, lengths[b]!)
  })
  const tokens = new Int32Array(steps * size).fill(PAD_TOKEN)
  const [stepStride, sequenceStride] = layout === 'time' ? [size, 1] : [1, steps]
  sequences.forEach((n, b) => {
    const start = split.offsets[n]!
    for (let t = 0; t < lengths[b]!; t++)
      tokens[t * stepStride + b * sequenceStride] = split.tokens[start + t]!
  })
  return { index, sequences, size, steps, tokens, lengths, labels }
}

/** Cut `order` into batches of `batchSize`: batch b is order[b * batchSize ..], padded to its own longest sequence. */
export function* cutBatches(
  split: EncodedSplit,
  order: Uint32Array,
  batchSize: number,
  layout: TokenLayout = 'time',
): Generator<Batch> {
  const count = batchCount(order.length, batchSize)
  for (let index = 0; index < count; index++) {
    yield padBatch(split, order.subarray(index * batchSize, (index + 1) * batchSize), layout, index)
  }
}
