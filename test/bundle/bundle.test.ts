import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { importBundle } from '../../src/main/bundle/read.ts'
import { writeBundle } from '../../src/main/bundle/write.ts'
import type { Store } from '../../src/main/store/store.ts'
import { studyResults } from '../../src/main/study/results.ts'
import { tempDir } from '../support/temp-dir.ts'
import { emptyStore, storeWithStudy } from './support.ts'

async function bundleOf(store: Store, studyId: string): Promise<string> {
  const file = path.join(tempDir(), 'study.lacuna.zip')
  const extras = [{ path: 'report.html', content: Buffer.from('<p>for people</p>') }]
  await writeBundle(store, file, { studyId, program: 'Lacuna 0.1.0', extras })
  return file
}

const NAME = { name: 'study.lacuna.zip' }

describe('a bundle', () => {
  it('shows the same study in another workspace: ids, definition, results, dates, weights byte for byte', async () => {
    const { store, id, definition } = storeWithStudy()
    const second = emptyStore('2027-01-01')
    const imported = await importBundle(second, await bundleOf(store, id), NAME)
    expect(imported).toEqual({ studyId: id, studyName: 'First look', runs: 3, datasetAdded: true })
    expect(second.runs.records(id)).toEqual(store.runs.records(id))
    expect(studyResults(id, definition, second.runs.records(id))).toEqual(
      studyResults(id, definition, store.runs.records(id)),
    )
    const { paused: _, ...study } = store.studies.get(id)
    expect(second.studies.get(id)).toMatchObject(study)
    expect(second.transfer.sizes(id)).toEqual(store.transfer.sizes(id))
    for (const { runId, kind } of store.transfer.sizes(id)) {
      expect(second.blobs.require(runId, kind)).toEqual(store.blobs.require(runId, kind))
    }
    expect(second.datasets.content(definition.dataset)).toEqual(store.datasets.content(definition.dataset))
    const { createdAt: _date, ...dataset } = store.datasets.get(definition.dataset)
    expect(second.datasets.get(definition.dataset)).toMatchObject(dataset)
  })

  it('with work left comes in paused, so that nothing starts by itself', async () => {
    const { store, id } = storeWithStudy()
    const second = emptyStore()
    await importBundle(second, await bundleOf(store, id), NAME)
    expect(second.studies.get(id).paused).toBe(true)
    expect(second.runs.next()).toBeUndefined()
    second.studies.setPaused(id, false)
    expect(second.runs.next()?.id).toBe(store.runs.list(id)[1]!.id)
  })

  it('is the same bytes each time, also when it is written from its own import', async () => {
    const { store, id } = storeWithStudy()
    const first = readFileSync(await bundleOf(store, id))
    expect(first.equals(readFileSync(await bundleOf(store, id)))).toBe(true)
    const second = emptyStore('2027-01-01')
    const file = path.join(tempDir(), 'first.zip')
    writeFileSync(file, first)
    await importBundle(second, file, NAME)
    expect(first.equals(readFileSync(await bundleOf(second, id)))).toBe(true)
  })

  it('uses the dataset that is here already, under its own name', async () => {
    const { store, id, definition } = storeWithStudy()
    const second = emptyStore()
    const { createdAt: _date, id: _id, name: _name, ...draft } = store.datasets.get(definition.dataset)
    second.datasets.add(draft, store.datasets.content(definition.dataset), 'My letters')
    const { datasetAdded } = await importBundle(second, await bundleOf(store, id), NAME)
    expect(datasetAdded).toBe(false)
    expect(second.studies.get(id).datasetName).toBe('My letters')
  })

  it('of a study that is here or in the trash is refused, and changes nothing', async () => {
    const { store, id } = storeWithStudy()
    const file = await bundleOf(store, id)
    const before = store.runs.records(id)
    await expect(importBundle(store, file, NAME)).rejects.toMatchObject({
      code: 'conflict',
      message: 'The study of this bundle is here as ‘First look’ already; nothing was imported.',
    })
    store.studies.remove(id)
    await expect(importBundle(store, file, NAME)).rejects.toThrow(/in the trash already/)
    expect(store.runs.records(id)).toEqual(before)
  })

  it('with something damaged in the store is not written at all', async () => {
    const { store, id } = storeWithStudy()
    const file = path.join(tempDir(), 'study.zip')
    const { runId } = store.transfer.sizes(id)[0]!
    const damaged = {
      ...store,
      studies: store.studies,
      runs: store.runs,
      datasets: store.datasets,
      transfer: store.transfer,
      blobs: {
        require: () => {
          throw new Error(`weights of ${runId} do not match their checksum`)
        },
      },
    } as unknown as Store
    const options = { studyId: id, program: 'Lacuna', extras: [] }
    await expect(writeBundle(damaged, file, options)).rejects.toThrow(/do not match/)
    expect(() => readFileSync(file)).toThrow(/ENOENT/)
  })
})
