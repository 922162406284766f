import Database from 'better-sqlite3'
import { cpSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LacunaError } from '../../src/shared/errors.ts'
import { MIGRATIONS } from '../../src/main/store/migrations/index.ts'
import { findDamage, openStore, recoverWorkspace } from '../../src/main/store/store.ts'
import { verifyAside } from '../../src/main/store/verify-copy.ts'
import { tempDir } from '../support/temp-dir.ts'
import { clock, CONTENT, epoch, open, thrownBy, withStudy } from './support.ts'

/** A workspace with a study and, when asked for, a backup made after it. */
async function usedWorkspace(backup: boolean): Promise<string> {
  const folder = tempDir()
  const store = openStore(folder, { now: clock() })
  withStudy(store)
  if (backup) await store.backups.make()
  store.close()
  return folder
}

const spoilt: Record<string, { spoil: (path: string) => void; reason: string }> = {
  'with 0 bytes': { spoil: (path) => truncateSync(path, 0), reason: 'empty' },
  'cut in the middle of a page': { spoil: (path) => truncateSync(path, 20_001), reason: 'damaged' },
  'cut after a page': { spoil: (path) => truncateSync(path, 8 * 4096), reason: 'damaged' },
  'that is a text': { spoil: (path) => writeFileSync(path, 'my notes, not a database'), reason: 'foreign' },
  'shorter than a header': { spoil: (path) => writeFileSync(path, 'SQL'), reason: 'foreign' },
  'of another program': {
    spoil: (path) => {
      truncateSync(path, 0)
      const other = new Database(path)
      other.exec('CREATE TABLE notes (text)')
      other.close()
    },
    reason: 'foreign',
  },
}

/** First page of a table or an index, counted from 1. */
function rootPage(path: string, name: string): number {
  const database = new Database(path, { readonly: true })
  const page = database
    .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(name)
  database.close()
  return page!
}

describe('a database', () => {
  for (const [what, { spoil, reason }] of Object.entries(spoilt)) {
    it(`${what} is kept, never overwritten, and the last backup is offered`, async () => {
      const folder = await usedWorkspace(true)
      const path = join(folder, 'lacuna.db')
      spoil(path)
      const bytes = readFileSync(path)
      const error = thrownBy(() => openStore(folder, { now: clock() }))
      expect(error).toMatchObject({
        code: 'workspace-damaged',
        detail: { reason, database: path, backup: { name: expect.stringMatching(/^lacuna-20261123-/) } },
      })
      const { keptAs } = (error as LacunaError).detail as { keptAs: string }
      expect(keptAs).toMatch(/lacuna\.db\.damaged-20261123-\d{6}-\d{3}$/)
      expect(readFileSync(keptAs).equals(bytes)).toBe(true)
      // The next start is not a first start either.
      expect(thrownBy(() => openStore(folder, { now: clock() }))).toMatchObject({
        code: 'workspace-damaged',
        detail: { reason: 'missing', keptAs },
      })
      recoverWorkspace(folder, 'backup', { now: clock() })
      expect(open(folder).studies.list()).toHaveLength(1)
      expect(existsSync(keptAs)).toBe(true)
    })
  }

  it('of a newer Lacuna is refused and left where that one looks for it', async () => {
    const folder = await usedWorkspace(true)
    const path = join(folder, 'lacuna.db')
    const database = new Database(path)
    database.pragma('user_version = 99')
    database.close()
    const bytes = readFileSync(path)
    expect(thrownBy(() => openStore(folder, { now: clock() }))).toMatchObject({
      code: 'workspace-damaged',
      message: expect.stringContaining('newer version'),
      detail: { reason: 'newer', backup: expect.anything() },
    })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    recoverWorkspace(folder, 'backup', { now: clock() })
    expect(readdirSync(folder).filter((n) => /damaged-[\d-]+$/.test(n))).toHaveLength(1)
  })

  it('without a backup begins anew only when told so', async () => {
    const folder = await usedWorkspace(false)
    truncateSync(join(folder, 'lacuna.db'), 0)
    expect(thrownBy(() => openStore(folder, { now: clock() }))).toMatchObject({ code: 'workspace-damaged' })
    expect(thrownBy(() => recoverWorkspace(folder, 'backup', { now: clock() }))).toMatchObject({
      code: 'not-found',
    })
    recoverWorkspace(folder, 'empty', { now: clock() })
    expect(open(folder).studies.list()).toEqual([])
  })

  it('is not replaced by a backup that is damaged itself', async () => {
    const folder = await usedWorkspace(true)
    truncateSync(join(folder, 'lacuna.db'), 0)
    const backup = join(folder, 'backups', readdirSync(join(folder, 'backups'))[0]!)
    truncateSync(backup, 4096 * 10)
    expect(thrownBy(() => openStore(folder, { now: clock() }))).toMatchObject({ code: 'workspace-damaged' })
    expect(thrownBy(() => recoverWorkspace(folder, 'backup', { now: clock() }))).toMatchObject({
      code: 'item-damaged',
    })
  })

  it('is replaced by an older backup when the newest is damaged itself', async () => {
    const folder = await usedWorkspace(true)
    const second = openStore(folder, { now: clock('2026-11-24T10:00:00.000Z') })
    await second.backups.make()
    second.close()
    truncateSync(join(folder, 'lacuna.db'), 0)
    truncateSync(join(folder, 'backups', readdirSync(join(folder, 'backups')).sort().at(-1)!), 4096 * 10)
    const backup = { name: expect.stringMatching(/^lacuna-20261123-/) as string }
    expect(thrownBy(() => openStore(folder, { now: clock() }))).toMatchObject({ detail: { backup } })
    expect(recoverWorkspace(folder, 'backup', { now: clock() })).toMatchObject({
      backup,
      keptAs: expect.stringContaining('lacuna.db.damaged-'),
    })
    expect(open(folder).studies.list()).toHaveLength(1)
  })

  it('begins anew without letting later backups push the last good one out', async () => {
    const folder = await usedWorkspace(true)
    const [good] = readdirSync(join(folder, 'backups'))
    truncateSync(join(folder, 'lacuna.db'), 0)
    expect(findDamage(folder, { now: clock() })).toMatchObject({ reason: 'empty' })
    recoverWorkspace(folder, 'empty', { now: clock() })
    const store = open(folder)
    for (let i = 0; i < 4; i++) await store.backups.make()
    expect(readdirSync(join(folder, 'backups'))).toContain(`${good!}.kept`)
  })

  it('with a damaged page inside is used until that is met, and refused at the next start', async () => {
    const folder = await usedWorkspace(true)
    const path = join(folder, 'lacuna.db')
    const bytes = readFileSync(path)
    bytes.fill(0x5a, 4096 * (rootPage(path, 'runs') - 1), 4096 * rootPage(path, 'runs'))
    writeFileSync(path, bytes)
    const error = thrownBy(() => openStore(folder, { now: clock() }).check())
    expect(error).toMatchObject({ code: 'workspace-damaged' })
    expect(findDamage(folder, { now: clock() })).toMatchObject({
      reason: 'damaged',
      backup: expect.anything() as object,
    })
    recoverWorkspace(folder, 'backup', { now: clock() })
    expect(findDamage(folder, { now: clock() })).toBeUndefined()
  })

  it('that only the check finds damaged is refused at the next start', async () => {
    const folder = await usedWorkspace(true)
    const path = join(folder, 'lacuna.db')
    // An index that lacks its rows is read without complaint and answers wrongly.
    const bytes = readFileSync(path)
    bytes.writeUInt16BE(0, 4096 * (rootPage(path, 'sqlite_autoindex_runs_1') - 1) + 3) // number of cells
    writeFileSync(path, bytes)
    const store = openStore(folder, { now: clock() })
    expect(store.check()[0]).toMatchObject({ name: 'database', ok: false })
    store.close()
    expect(thrownBy(() => openStore(folder, { now: clock() }))).toMatchObject({
      code: 'workspace-damaged',
      detail: { reason: 'damaged' },
    })
  })

  it('is not held back by a lock file that something else wrote into', () => {
    const folder = tempDir()
    openStore(folder, { now: clock() }).close()
    writeFileSync(join(folder, 'lock.db'), 'x'.repeat(5000))
    const store = open(folder)
    expect(thrownBy(() => openStore(folder, { now: clock() }))).toMatchObject({ code: 'workspace-locked' })
    expect(store.check()[0]!.ok).toBe(true)
  })

  it('that was killed with work in its log is recovered whole', () => {
    const folder = tempDir()
    const store = open(folder)
    const [id] = withStudy(store).runIds as [string]
    store.runs.saveEpoch(id, epoch(1), { checkpoint: Buffer.alloc(50_000, 1) })
    const copy = tempDir()
    // What a kill leaves behind: the files as they are, without the closing.
    cpSync(folder, copy, { recursive: true })
    expect(existsSync(join(copy, 'lacuna.db-wal'))).toBe(true)
    const recovered = open(copy)
    expect(recovered.runs.get(id).epochs).toHaveLength(1)
    expect(recovered.blobs.require(id, 'checkpoint')).toHaveLength(50_000)
  })
})

describe('backups', () => {
  it('are made while the store is in use, verified, and only three are kept', async () => {
    const store = open(tempDir())
    withStudy(store)
    expect(store.backups.due()).toBe(true)
    for (let i = 0; i < 4; i++) await store.backups.make()
    const list = store.backups.list()
    expect(list).toHaveLength(3)
    expect(list[0]!.madeAt > list[1]!.madeAt).toBe(true)
    expect(store.backups.due()).toBe(false)
    const copy = new Database(list[0]!.path, { readonly: true })
    expect(copy.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(5)
    copy.close()
  })

  it('are read back in a thread, which tells a whole copy from a damaged and a foreign one', async () => {
    const store = open(tempDir())
    withStudy(store)
    const { path } = await store.backups.make()
    await expect(verifyAside(path)).resolves.toBeUndefined()
    const size = statSync(path).size
    truncateSync(path, size - 4096)
    await expect(verifyAside(path)).rejects.toMatchObject({ code: 'item-damaged' })
    writeFileSync(path, Buffer.alloc(size, 'x'))
    await expect(verifyAside(path)).rejects.toMatchObject({
      code: 'item-damaged',
      message: expect.stringContaining('is damaged: '),
    })
  })
})

describe('migrations', () => {
  const second = {
    version: MIGRATIONS.length + 1,
    what: 'a test',
    sql: 'ALTER TABLE studies ADD COLUMN note TEXT',
  }
  const broken = {
    version: MIGRATIONS.length + 1,
    what: 'a test',
    sql: 'ALTER TABLE studies ADD COLUMN note TEXT; CREATE TABLE runs (x)',
  }

  it('are numbered without gaps', () => {
    expect(MIGRATIONS.map((m) => m.version)).toEqual(MIGRATIONS.map((_, i) => i + 1))
  })

  it('back up a database verifiably before they change it', async () => {
    const folder = await usedWorkspace(false)
    const store = open(folder, { migrations: [...MIGRATIONS, second] })
    expect(store.studies.list()).toHaveLength(1)
    const [backup] = store.backups.list()
    const copy = new Database(backup!.path, { readonly: true })
    expect(copy.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    expect(copy.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(5)
    copy.close()
  })

  it('change everything or nothing', async () => {
    const folder = await usedWorkspace(false)
    expect(() => openStore(folder, { now: clock(), migrations: [...MIGRATIONS, broken] })).toThrow(
      /already exists/,
    )
    const database = new Database(join(folder, 'lacuna.db'), { readonly: true })
    expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    expect(
      database.prepare(`SELECT count(*) FROM pragma_table_info('studies') WHERE name = 'note'`).pluck().get(),
    ).toBe(0)
    database.close()
    expect(open(folder).studies.list()).toHaveLength(1)
  })
})

describe('stored items', () => {
  it('are found damaged whichever bit flips, one by one, and the rest stays usable', () => {
    const folder = tempDir()
    const store = openStore(folder, { now: clock() })
    const { runIds } = withStudy(store)
    const [id, other] = runIds as [string, string]
    const weights = Buffer.from(Array.from({ length: 40 }, (_, i) => (i * 37) % 256))
    store.runs.saveEpoch(id, epoch(1), { checkpoint: weights, masks: Buffer.from('masks') })
    store.blobs.write(other, 'weights', weights)
    store.close()
    const path = join(folder, 'lacuna.db')
    let detected = 0
    for (let bit = 0; bit < weights.length * 8; bit++) {
      const flipped = Buffer.from(weights)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const database = new Database(path)
      database
        .prepare(`UPDATE blobs SET content = ? WHERE run_id = ? AND kind = 'checkpoint'`)
        .run(flipped, id)
      database.close()
      const again = openStore(folder, { now: clock() })
      const error = thrownBy(() => again.blobs.read(id, 'checkpoint'))
      if (error instanceof LacunaError && error.code === 'item-damaged') detected++
      if (bit === 0) {
        expect(Buffer.from(again.blobs.require(other, 'weights')).equals(weights)).toBe(true)
        expect(again.blobs.damaged()).toEqual([{ runId: id, kind: 'checkpoint' }])
        expect(again.check().find((c) => c.name === 'stored items')).toMatchObject({ ok: false })
      }
      again.close()
      if (bit === 40) bit = weights.length * 8 - 8 // both ends are enough: every open takes a few milliseconds
    }
    expect(detected).toBe(48)
  })

  it('are found damaged when cut, dataset contents too', () => {
    const folder = tempDir()
    const store = openStore(folder, { now: clock() })
    withStudy(store)
    const { id } = store.datasets.list()[0]!
    store.close()
    const database = new Database(join(folder, 'lacuna.db'))
    database.prepare('UPDATE dataset_contents SET content = ?').run(CONTENT.subarray(1))
    database.close()
    const again = open(folder)
    expect(thrownBy(() => again.datasets.content(id))).toMatchObject({
      code: 'item-damaged',
      message: expect.stringContaining("content of dataset 'reber'"),
    })
    expect(again.datasets.list()).toHaveLength(1)
  })
})
