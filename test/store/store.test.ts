import Database from 'better-sqlite3'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import { tempDir } from '../support/temp-dir.ts'
import { clock, CONTENT, definition, draft, epoch, open, thrownBy, withStudy } from './support.ts'

describe('a workspace', () => {
  it('is made where there was nothing, with its folders', () => {
    const folder = join(tempDir(), 'deep', 'workspace')
    const store = open(folder)
    expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(['backups', 'lacuna.db', 'temp']))
    expect(store.datasets.list()).toEqual([])
    expect(store.bytes()).toBeGreaterThan(1000)
  })

  it('keeps everything across closing and opening', () => {
    const folder = tempDir()
    const first = openStore(folder, { now: clock() })
    const { studyId, runIds } = withStudy(first)
    first.runs.begin(runIds[0]!)
    first.runs.saveEpoch(runIds[0]!, epoch(1), { checkpoint: Buffer.from('state') })
    first.settings.change({ theme: 'dark', jobs: 3 })
    first.close()
    const second = open(folder)
    expect(second.settings.get()).toMatchObject({ theme: 'dark', jobs: 3, engine: 'auto' })
    expect(second.datasets.list()).toHaveLength(1)
    expect(second.studies.get(studyId).definition).toEqual(definition(draft().hash))
    expect(second.runs.get(runIds[0]!).epochs).toEqual([epoch(1)])
    expect(Buffer.from(second.blobs.read(runIds[0]!, 'checkpoint')!).toString()).toBe('state')
  })

  it('empties its temporary folder and removes half-written files at the start', () => {
    const folder = tempDir()
    openStore(folder, { now: clock() }).close()
    writeFileSync(join(folder, 'temp', 'upload'), 'x')
    writeFileSync(join(folder, 'lacuna.db.writing'), 'x')
    writeFileSync(join(folder, 'backups', 'lacuna-20260101-000000-000.db.writing-wal'), 'x')
    open(folder)
    expect(existsSync(join(folder, 'temp', 'upload'))).toBe(false)
    expect(readdirSync(folder).filter((n) => n.includes('writing'))).toEqual([])
    expect(readdirSync(join(folder, 'backups'))).toEqual([])
  })

  it('refuses a second opening, in the same process too, and names who holds it', () => {
    const folder = tempDir()
    open(folder, { program: 'lacuna serve' })
    expect(thrownBy(() => openStore(folder, { now: clock() }))).toMatchObject({
      code: 'workspace-locked',
      message: expect.stringContaining(`process ${process.pid} (lacuna serve, since 2026-11-23 10:00 UTC)`),
    })
  })

  it('opens in spite of the note and the empty lock file a dead process left', () => {
    const folder = tempDir()
    openStore(folder, { now: clock() }).close()
    writeFileSync(join(folder, 'lock.json'), JSON.stringify({ pid: process.pid, program: 'x', since: 'y' }))
    expect(existsSync(join(folder, 'lock.db'))).toBe(true)
    open(folder)
  })

  it('writes with the switches that make a commit last', () => {
    const folder = tempDir()
    const store = open(folder)
    // The connection is the store's own business; what it set is read back through the store's check.
    expect(store.switches()).toEqual({
      journalMode: 'wal',
      synchronous: 2,
      foreignKeys: 1,
      lockingMode: 'exclusive',
    })
    expect(store.check().every((c) => c.ok)).toBe(true)
  })

  it('leaves a database that other programs can read once it is closed', () => {
    const folder = tempDir()
    const store = openStore(folder, { now: clock() })
    withStudy(store)
    store.close()
    expect(existsSync(join(folder, 'lacuna.db-wal'))).toBe(false)
    const database = new Database(join(folder, 'lacuna.db'), { readonly: true })
    expect(database.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(5)
    database.close()
  })
})

describe('datasets', () => {
  it('are found by id, by the beginning of an id and by name', () => {
    const store = open(tempDir())
    const { id } = store.datasets.add(draft(), CONTENT, 'reber')
    expect(store.datasets.find(id).name).toBe('reber')
    expect(store.datasets.find(id.slice(0, 6)).id).toBe(id)
    expect(store.datasets.find('reber').id).toBe(id)
    expect(thrownBy(() => store.datasets.find(id.slice(0, 5)))).toMatchObject({ code: 'not-found' })
    expect(thrownBy(() => store.datasets.find('other'))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining("'reber'"),
    })
  })

  it('give back the content they were added with', () => {
    const store = open(tempDir())
    const { id } = store.datasets.add(draft(), CONTENT, 'reber')
    expect(Buffer.from(store.datasets.content(id)).equals(CONTENT)).toBe(true)
  })

  it('are kept once: the same content again is a conflict, from the trash a return', () => {
    const store = open(tempDir())
    const { id } = store.datasets.add(draft(), CONTENT, 'reber')
    expect(thrownBy(() => store.datasets.add(draft(), CONTENT, 'other'))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining("'reber'"),
    })
    store.datasets.remove(id)
    expect(store.datasets.list()).toEqual([])
    expect(store.datasets.listRemoved()).toHaveLength(1)
    expect(store.datasets.add(draft(), CONTENT, 'again').name).toBe('again')
    expect(store.datasets.list()).toHaveLength(1)
  })

  it('leave the trash for good only when no study uses them', () => {
    const store = open(tempDir())
    const { studyId } = withStudy(store)
    const id = store.datasets.list()[0]!.id
    store.datasets.remove(id)
    store.studies.remove(studyId)
    const later = new Date('2027-01-01')
    expect(store.datasets.purge(later)).toBe(0)
    expect(store.studies.purge(new Date('2026-01-01'))).toBe(0)
    expect(store.studies.purge(later)).toBe(1)
    expect(store.datasets.purge(later)).toBe(1)
    expect(thrownBy(() => store.datasets.content(id))).toMatchObject({ code: 'not-found' })
  })

  it('remember what was computed from them', () => {
    const store = open(tempDir())
    const { id } = store.datasets.add(draft(), CONTENT, 'reber')
    expect(store.datasets.baselines(id)).toBeUndefined()
    const baseline = {
      name: 'majority' as const,
      title: 't',
      description: 'd',
      correct: 1,
      total: 2,
      accuracy: 0.5,
    }
    store.datasets.remember(id, { baselines: [baseline] })
    expect(store.datasets.baselines(id)).toEqual([baseline])
    expect(store.datasets.profile(id)).toBeUndefined()
  })
})

describe('studies', () => {
  it('are stored with all their runs in order, or not at all', () => {
    const store = open(tempDir())
    const { studyId } = withStudy(store)
    expect(store.runs.list(studyId).map((r) => r.spec.key)).toEqual([
      'gru-s1-base',
      'gru-s1-both-50-magnitude',
      'gru-s1-both-90-magnitude',
      'gru-s1-both-50-random',
      'gru-s1-both-90-random',
    ])
    const again = () => store.studies.create(definition(draft().hash), { id: studyId, name: 'x' })
    expect(thrownBy(again)).toMatchObject({ code: 'conflict' })
    const elsewhere = () => store.studies.create(definition('f'.repeat(64)), { id: '1234567', name: 'x' })
    expect(thrownBy(elsewhere)).toMatchObject({ code: 'not-found' })
    expect(store.studies.has('1234567')).toBeUndefined()
  })

  it('are completed from the beginning of their id', () => {
    const store = open(tempDir())
    withStudy(store)
    expect(store.studies.resolve('abcdef')).toBe('abcdef0123456789')
    expect(thrownBy(() => store.studies.resolve('abcde'))).toMatchObject({ code: 'not-found' })
    expect(thrownBy(() => store.studies.resolve("ab' OR 1=1"))).toMatchObject({ code: 'not-found' })
  })

  it('go to the trash and come back', () => {
    const store = open(tempDir())
    const { studyId } = withStudy(store)
    store.studies.remove(studyId)
    expect(store.studies.list()).toEqual([])
    expect(store.studies.has(studyId)).toBe('removed')
    expect(store.runs.next()).toBeUndefined()
    store.studies.restore(studyId)
    expect(store.studies.has(studyId)).toBe('live')
    expect(store.runs.next()).toBeDefined()
  })
})
