import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { importBundle } from '../../src/main/bundle/read.ts'
import { writeBundle } from '../../src/main/bundle/write.ts'
import type { Store } from '../../src/main/store/store.ts'
import { studyResults } from '../../src/main/study/results.ts'
import { tempDir } from '../support/temp-dir.ts'
import { HOSTILE } from '../report/support.ts'
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
      message:
        'The study of this bundle is here as ‘First look’ already; nothing was imported, and its notes, tags and favourites stay as they are.',
    })
    store.studies.remove(id)
    await expect(importBundle(store, file, NAME)).rejects.toThrow(/in the trash already/)
    expect(store.runs.records(id)).toEqual(before)
  })

  it('brings notes, tags, favourites and measured times along, whatever they say', async () => {
    const { store, id } = storeWithStudy()
    const runs = store.runs.list(id)
    HOSTILE.forEach((text, i) =>
      store.annotations.change('run', runs[i % 2]!.id, {
        note: text,
        tags: HOSTILE.slice(0, 3),
        favourite: true,
      }),
    )
    const note = HOSTILE.join('\n')
    store.annotations.change('study', id, { note, tags: ['a tag'] })
    store.annotations.change('run', runs[2]!.id, { note: 'taken back' })
    store.annotations.change('run', runs[2]!.id, { note: '' })
    const measured = {
      ...{ engine: 'fused 1.0.0, avx2, 1 thread', threads: 1, processor: HOSTILE[1]! },
      ...{ measuredAt: '2026-11-23T10:00:00.000Z', batchSize: 64 },
      stepMs: { dense: 1.5, sparse: 0.25 },
      inferenceMs: { dense: 0.5, sparse: 0.125 },
    }
    store.costs.put(runs[1]!.id, measured)
    const file = await bundleOf(store, id)
    const second = emptyStore('2027-01-01')
    await importBundle(second, file, NAME)
    expect(second.annotations.get('study', id)).toEqual({ note, tags: ['a tag'], favourite: false })
    for (const run of runs)
      expect(second.annotations.get('run', run.id)).toEqual(store.annotations.get('run', run.id))
    expect(second.annotations.all('run').size).toBe(2)
    expect([...second.costs.of(runs.map((run) => run.id))]).toEqual([[runs[1]!.id, measured]])
    expect(readFileSync(file).equals(readFileSync(await bundleOf(second, id)))).toBe(true)
  })

  it('does not change what is written here on a study that is here already', async () => {
    const { store, id } = storeWithStudy()
    store.annotations.change('study', id, { note: 'theirs' })
    const file = await bundleOf(store, id)
    const second = emptyStore()
    await importBundle(second, file, NAME)
    second.annotations.change('study', id, { note: 'mine', favourite: true })
    await expect(importBundle(second, file, NAME)).rejects.toThrow(
      /its notes, tags and favourites stay as they are/,
    )
    expect(second.annotations.get('study', id)).toEqual({ note: 'mine', tags: [], favourite: true })
  })

  it('from before there were notes in bundles is read as ever', async () => {
    const old = path.resolve(import.meta.dirname, '../fixtures/bundle/without-notes.lacuna')
    const store = emptyStore()
    const { studyId, runs } = await importBundle(store, old, NAME)
    const { store: same, id } = storeWithStudy()
    expect([studyId, runs]).toEqual([id, 3])
    expect(store.runs.records(id)).toEqual(same.runs.records(id))
    expect(store.annotations.all('run').size).toBe(0)
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
      annotations: store.annotations,
      costs: store.costs,
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
