import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LacunaError } from '../../src/shared/errors.ts'
import { openStore } from '../../src/main/store/store.ts'
import { thrownBy } from '../store/support.ts'
import { localEngines } from '../study/local-engine.ts'
import { addDataset, bench, fingerprint, sequences, tinyStudy, until } from '../study/support.ts'
import { tempDir } from '../support/temp-dir.ts'
import { memoryVolume, volumesMissing } from './volumes.ts'

const missing = volumesMissing()
if (missing !== undefined) console.warn(`disk-full tests are skipped: ${missing}`)

/** Write a file that leaves no room; returns how to remove it. */
function fill(volume: string): () => void {
  const path = join(volume, 'filler')
  const block = Buffer.alloc(4096)
  try {
    for (;;) writeFileSync(path, block, { flag: 'a' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
  return () => rmSync(path)
}

const undisturbed = async () => {
  const { store, service, dataset } = bench(tempDir(), { spawn: localEngines(), jobs: 1 })
  service.open()
  const { id } = service.start(tinyStudy(dataset.id, { cells: ['gru'] }))
  await service.idle()
  return fingerprint(store, id)
}

describe.skipIf(missing !== undefined)('a full disk', () => {
  for (const moment of [
    'before the first run',
    'after the first epoch',
    'before the last epoch of a run',
  ] as const) {
    it(`${moment} lets the study wait, loses nothing, and the study goes on when there is room`, async () => {
      const volume = memoryVolume(16)
      let makeRoom: (() => void) | undefined
      const spawn = localEngines({
        epoch: (_, runId, epoch) => {
          const due = moment === 'after the first epoch' ? epoch === 2 : epoch === 3
          if (moment !== 'before the first run' && runId.endsWith('base') && due) makeRoom ??= fill(volume)
        },
      })
      const { store, service, dataset, events } = bench(join(volume, 'workspace'), {
        spawn,
        jobs: 1,
        retryMs: 20,
      })
      const { id } = service.start(tinyStudy(dataset.id, { cells: ['gru'] }))
      if (moment === 'before the first run') makeRoom = fill(volume)
      service.open()
      await until(() => service.status().problem !== undefined, 'the problem')
      const { code, message, detail } = service.status().problem!
      expect([code, detail]).toMatchObject([
        'disk-full',
        { volume, needed: expect.any(Number), free: expect.any(Number) },
      ])
      expect(message).toMatch(/^The volume \S+ is full: \d+\.\d MB are needed, 0\.0 MB are free\./)
      const before = store.runs.records(id).flatMap((r) => r.epochs.map((e) => `${r.id} ${e.epoch}`))
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(service.status().problem).toBeDefined()
      makeRoom!()
      await service.idle()
      expect(service.status().problem).toBeUndefined()
      expect(fingerprint(store, id)).toEqual(await undisturbed())
      const finished = events.filter((e) => e.name === 'epoch/finished').length
      expect(finished).toBe(3 + 3 + 3) // every epoch was computed once
      expect(before.length).toBeLessThan(finished)
    })
  }

  it('does not keep the program from ending; the next start goes on', async () => {
    const volume = memoryVolume(16)
    const folder = join(volume, 'workspace')
    let makeRoom: (() => void) | undefined
    const spawn = localEngines({ epoch: (_, __, epoch) => void (epoch === 2 && (makeRoom ??= fill(volume))) })
    const first = bench(folder, { spawn, jobs: 1, retryMs: 20 })
    const { id } = first.service.start(tinyStudy(first.dataset.id, { cells: ['gru'] }))
    first.service.open()
    await until(() => first.service.status().problem !== undefined, 'the problem')
    await first.service.close()
    first.store.close()
    makeRoom!()
    const second = bench(folder, { spawn: localEngines() })
    expect(second.store.runs.progress(id).states).toMatchObject({ running: 0, interrupted: 1 })
    second.service.open()
    await second.service.idle()
    expect(fingerprint(second.store, id)).toEqual(await undisturbed())
  })

  it('is named by every write, and each leaves things as they were', async () => {
    const volume = memoryVolume(16)
    const folder = join(volume, 'workspace')
    const store = openStore(folder, { now: () => new Date() })
    const dataset = addDataset(store)
    await store.backups.make()
    const makeRoom = fill(volume)
    const big = sequences(2000, 500)
    const writes = [
      () => addDataset(store, big, 'second'),
      () => store.settings.change({ theme: 'dark' }),
      () => store.datasets.rename(dataset.id, 'other'),
      () => store.datasets.remove(dataset.id),
    ]
    for (const write of writes) {
      expect((thrownBy(write) as LacunaError).code).toBe('disk-full')
    }
    await expect(store.backups.make()).rejects.toMatchObject({ code: 'disk-full' })
    expect(store.datasets.list().map((d) => d.name)).toEqual(['letters'])
    expect(store.settings.get().theme).toBe('system')
    expect(readdirSync(join(folder, 'backups'))).toHaveLength(1)
    makeRoom()
    addDataset(store, big, 'second')
    expect(store.check().every((c) => c.ok)).toBe(true)
    store.close()
  })

  it('at the first start is named, and the next start is a first start again', () => {
    const volume = memoryVolume(16)
    const folder = join(volume, 'workspace')
    const makeRoom = fill(volume)
    expect((thrownBy(() => openStore(folder, { now: () => new Date() })) as LacunaError).code).toBe(
      'disk-full',
    )
    makeRoom()
    const store = openStore(folder, { now: () => new Date() })
    expect(store.datasets.list()).toEqual([])
    store.close()
  })
})
