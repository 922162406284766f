import { describe, expect, it } from 'vitest'
import { batchCount, cutBatches, fileOrder, padBatch } from '../../src/main/engine/batches.ts'
import type { EncodedSplit } from '../../src/main/engine/engine.ts'

const split: EncodedSplit = {
  tokens: Uint16Array.of(1, 2, 3, 4, 5, 6, 7),
  offsets: Uint32Array.of(0, 2, 3, 6, 7),
  labels: Uint16Array.of(0, 1, 1, 0),
}

describe('batches', () => {
  it('pads to the longest sequence of each batch, time first', () => {
    const [first, second] = [...cutBatches(split, Uint32Array.of(1, 0, 2), 2)]
    expect(first).toMatchObject({ index: 0, size: 2, steps: 2 })
    expect([...first!.tokens]).toEqual([3, 1, 0, 2]) // step 0: sequences 1 and 0, step 1: pad and 2
    expect([...first!.lengths]).toEqual([1, 2])
    expect([...first!.labels]).toEqual([1, 0])
    expect(second).toMatchObject({ index: 1, size: 1, steps: 3 })
    expect([...second!.tokens]).toEqual([4, 5, 6])
  })

  it('lays tokens out by sequence when asked to', () => {
    expect([...padBatch(split, Uint32Array.of(1, 0, 2), 'batch').tokens]).toEqual([3, 0, 0, 1, 2, 0, 4, 5, 6])
  })

  it('takes the file order, every sequence once, the last batch smaller', () => {
    const batches = [...cutBatches(split, fileOrder(split), 3)]
    expect(batches.map(({ size }) => size)).toEqual([3, 1])
    expect(batches.flatMap(({ sequences }) => [...sequences])).toEqual([0, 1, 2, 3])
    expect(batchCount(4, 3)).toBe(2)
  })
})
