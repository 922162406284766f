// A replay on a volume that fills up: it ends with a sentence and leaves the room it took.
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ReplayCache } from '../../src/main/study/replay-cache.ts'
import type { RunRecord } from '../../src/shared/results.ts'
import { memoryVolume, volumesMissing } from './volumes.ts'

const missing = volumesMissing()
if (missing !== undefined) console.warn(`disk-full tests of replays are skipped: ${missing}`)

const run = { id: 'run-1', startedAt: 'now' } as RunRecord
const weights = new Uint8Array(400_000).fill(7)

/** Write a file that leaves no room. */
function fill(path: string): void {
  const block = Buffer.alloc(4096)
  expect(() => {
    for (;;) writeFileSync(path, block, { flag: 'a' })
  }).toThrow(/ENOSPC/)
}

describe.skipIf(missing !== undefined)('a volume without room for a replay', () => {
  it('ends it in words when it fills up, and nothing of it stays', async () => {
    const volume = memoryVolume(4)
    const cache = new ReplayCache(volume)
    const writer = cache.begin(run, { count: 3, last: 3 })
    await writer.keep(1, { weights })
    fill(join(volume, 'filler'))
    await expect(writer.keep(2, { weights })).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/no room for the weights of every epoch: one takes 0\.4 MB/) as string,
      detail: { volume },
    })
    writer.discard()
    expect(readdirSync(join(volume, 'replays'))).toEqual([])
    rmSync(join(volume, 'filler'))
    const again = cache.begin(run, { count: 3, last: 3 })
    for (const epoch of [1, 2, 3]) await again.keep(epoch, { weights })
    expect(again.finish()).toEqual([1, 2, 3])
  })

  it('keeps fewer epochs from the start, so that half of what is free stays free', async () => {
    const volume = memoryVolume(4)
    const cache = new ReplayCache(volume)
    const writer = cache.begin(run, { count: 10, last: 10 })
    for (let epoch = 1; epoch <= 10; epoch++) await writer.keep(epoch, { weights })
    // Five times 0.4 MB fit into 2.1 MB.
    expect(writer.finish()).toEqual([3, 6, 9, 10])
  })
})
