// Row 70 of the hardening table, and bundles that lie: one sentence each, and nothing of them stays.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { importBundle } from '../../src/main/bundle/read.ts'
import { unpack } from '../../src/main/bundle/unpack.ts'
import { writeBundle } from '../../src/main/bundle/write.ts'
import type { Store } from '../../src/main/store/store.ts'
import { tempDir } from '../support/temp-dir.ts'
import { emptyStore, makeZip, storeWithStudy } from './support.ts'

const NAME = { name: 'x.zip' }
const LIMITS = { entries: 5, bytes: 1e6, ratio: 20, freeBytes: 1e5 }

/** Import something bad, and make sure that nothing of it is left. */
async function refused(store: Store, file: string): Promise<{ code: string; message: string }> {
  const error: unknown = await importBundle(store, file, NAME).catch((thrown: unknown) => thrown)
  expect(store.studies.list()).toEqual([])
  expect(store.datasets.list()).toEqual([])
  expect(readdirSync(store.paths.temp)).toEqual([])
  return error as { code: string; message: string }
}

describe('a zip file of unknown origin', () => {
  it.each([
    ['../../evil.txt', 'points outside'],
    ['/etc/passwd123', 'points outside'],
    ['..\\..\\evil.txt', 'points outside'],
    ['C:\\windows.txt1', 'points outside'],
    ['a/CON/file.txt', 'has a name no bundle has'],
    ['a/nul.txt/file', 'has a name no bundle has'],
    ['a\0b/file12.txt', 'has a name no bundle has'],
  ])('with an entry %j is refused', async (name, reason) => {
    const placeholder = '@'.repeat(name.length)
    const file = await makeZip([{ name: 'good.txt' }, { name: placeholder }], { [placeholder]: name })
    const error = await refused(emptyStore(), file)
    expect(error).toMatchObject({ code: 'forbidden' })
    expect(error.message).toContain(`x.zip: entry 2 ${reason}`)
  })

  it('with a link is refused', async () => {
    const file = await makeZip([{ name: 'link', content: '/etc/passwd', mode: 0o120777 }])
    const error = await refused(emptyStore(), file)
    expect(error.message).toBe('x.zip: entry 1 (link) is a link or a special file; nothing was imported.')
  })

  it('with a name twice is refused', async () => {
    const file = await makeZip([{ name: 'aa' }, { name: 'bb' }], { bb: 'aa' })
    expect((await refused(emptyStore(), file)).message).toContain('entry 2 has the name aa of an earlier one')
  })

  it('that grows too much, or is too large, or has too many entries is refused before anything is unpacked', async () => {
    const folder = tempDir()
    const options = { ...NAME, limits: LIMITS }
    const bomb = await makeZip([{ name: 'zeros', content: new Uint8Array(9e5) }])
    await expect(unpack(bomb, folder, options)).rejects.toThrow(/would unpack to 900000; that is no bundle/)
    const large = await makeZip([{ name: 'zeros', content: new Uint8Array(2e6) }])
    await expect(unpack(large, folder, options)).rejects.toThrow(/at most 1000000 are read/)
    const many = await makeZip(Array.from({ length: 9 }, (_, i) => ({ name: `f${i}` })))
    await expect(unpack(many, folder, options)).rejects.toThrow(/more than 5 entries/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('that has more in it than its directory says is refused', async () => {
    const file = await makeZip([{ name: 'zeros', content: new Uint8Array(5000) }])
    const bytes = readFileSync(file)
    // The size in the central directory, 24 bytes after its signature, is cut to 50.
    bytes.writeUInt32LE(50, bytes.indexOf('PK\x01\x02', 0, 'latin1') + 24)
    writeFileSync(file, bytes)
    expect((await refused(emptyStore(), file)).code).toBe('bad-input')
  })

  it.each([
    ['no zip file', 'hello, this is no archive at all'],
    ['an empty file', ''],
    ['a cut one', 'PK\x03\x04\x14\0\0\0'],
  ])('that is %s is refused in a sentence', async (_what, text) => {
    const file = path.join(tempDir(), 'x.zip')
    writeFileSync(file, text, 'latin1')
    const error = await refused(emptyStore(), file)
    expect(error.code).toBe('bad-input')
    expect(error.message).toMatch(/^x\.zip cannot be read as a bundle \(.+\); export it again\.$/)
  })

  it('that is no bundle is refused', async () => {
    const error = await refused(emptyStore(), await makeZip([{ name: 'data.csv' }]))
    expect(error.message).toContain('there is no manifest.json, so it is no bundle of Lacuna')
  })
})

/** Unpack a true bundle, change it, and pack it again with checksums that fit. */
async function changedBundle(change: (files: Map<string, string>) => void, honest = true): Promise<string> {
  const { store, id } = storeWithStudy()
  const file = path.join(tempDir(), 'true.zip')
  await writeBundle(store, file, { studyId: id, program: 'Lacuna', extras: [] })
  const folder = tempDir()
  const files = new Map(
    (await unpack(file, folder, NAME)).map((name) => [name, readFileSync(path.join(folder, name), 'latin1')]),
  )
  change(files)
  if (honest) {
    const manifest = JSON.parse(files.get('manifest.json')!) as { files: object[] }
    manifest.files = [...files]
      .filter(([name]) => name !== 'manifest.json')
      .map(([name, text]) => {
        const content = Buffer.from(text, 'latin1')
        const sha256 = createHash('sha256').update(content).digest('hex')
        return { path: name, bytes: content.length, sha256 }
      })
    files.set('manifest.json', JSON.stringify(manifest))
  }
  return makeZip([...files].map(([name, text]) => ({ name, content: Buffer.from(text, 'latin1') })))
}

const edit = (name: string, from: string | RegExp, to: string) => (files: Map<string, string>) => {
  const text = files.get(name)!.replace(from, to)
  if (text === files.get(name)) throw new Error(`nothing to change in ${name}`)
  files.set(name, text)
}

describe('a bundle that lies', () => {
  it('is accepted when nothing was changed', async () => {
    const file = await changedBundle(() => undefined)
    expect((await importBundle(emptyStore(), file, NAME)).runs).toBe(3)
  })

  it.each([
    [
      'about its weights',
      edit('weights/00000.safetensors', /^.../s, 'abc'),
      false,
      'weights/00000.safetensors does not match its checksum',
    ],
    [
      'about what is inside',
      (files: Map<string, string>) => files.set('extra.txt', 'x'),
      false,
      'extra.txt is not listed in manifest.json',
    ],
    [
      'about what is there',
      (files: Map<string, string>) => files.delete('masks/00000.safetensors'),
      false,
      'masks/00000.safetensors is missing',
    ],
    [
      'about its definition',
      edit('manifest.json', '"epochs": 3', '"epochs": 4'),
      true,
      'its definition stands for study',
    ],
    ['about its sequences', edit('dataset.jsonl', 'BTSE', 'BTTE'), true, 'are not those of dataset'],
    [
      'about its runs',
      edit('runs.jsonl', '"percent":50', '"percent":51'),
      true,
      'runs.jsonl, line 2 is not run gru-s1-both-50-magnitude',
    ],
    [
      'about an accuracy',
      edit('runs.jsonl', /"accuracy":0\.\d+/, '"accuracy":7'),
      true,
      'runs.jsonl, line 1 is not as this version',
    ],
    [
      'about a state',
      edit('runs.jsonl', '"interrupted"', '"running"'),
      true,
      'a run cannot be running in a bundle',
    ],
    [
      'about a note',
      edit(
        'runs.jsonl',
        /}\n/,
        `,"annotation":{"note":"${'x'.repeat(10_001)}","tags":[],"favourite":true}}\n`,
      ),
      true,
      'runs.jsonl, line 1 is not as this version of Lacuna writes it (annotation.note',
    ],
    [
      'about a tag',
      edit(
        'manifest.json',
        '"createdAt"',
        '"annotation": {"note": "", "tags": [7], "favourite": true}, "createdAt"',
      ),
      true,
      'manifest.json is not as this version of Lacuna writes it (study.annotation.tags.0',
    ],
    [
      'about a time',
      edit(
        'runs.jsonl',
        /}\n/,
        ',"measured":{"engine":"e","threads":1,"processor":"p","measuredAt":"2026-11-23T10:00:00.000Z","batchSize":1,"stepMs":{"dense":-1,"sparse":1},"inferenceMs":{"dense":1,"sparse":1}}}\n',
      ),
      true,
      '(measured.stepMs.dense',
    ],
    [
      'about its version',
      edit('manifest.json', '"version": 1', '"version": 9'),
      true,
      'manifest.json is not as this version of Lacuna writes it',
    ],
    ['in its form', edit('manifest.json', '{', '{{'), false, 'manifest.json is not JSON'],
  ] as const)('%s is refused', async (_what, change, honest, reason) => {
    const error = await refused(emptyStore(), await changedBundle(change, honest))
    expect(error.message).toContain(reason)
    expect(error.message).toMatch(/nothing was imported\.$/)
  })

  it('leaves nothing behind when the last step fails', async () => {
    const file = await changedBundle(() => undefined)
    const store = emptyStore()
    const add = store.transfer.add.bind(store.transfer)
    store.transfer.add = (study) => {
      add(study)
      throw new Error('power')
    }
    expect((await refused(store, file)).message).toBe('power')
  })

  it('is not read further once it is cancelled', async () => {
    const file = await changedBundle(() => undefined)
    const store = emptyStore()
    const signal = AbortSignal.abort()
    await expect(importBundle(store, file, { ...NAME, signal })).rejects.toMatchObject({ code: 'cancelled' })
    expect(store.studies.list()).toEqual([])
  })
})
