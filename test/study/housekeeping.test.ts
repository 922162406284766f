import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import { Housekeeping } from '../../src/main/study/housekeeping.ts'
import { parseStudy } from '../../src/shared/study.ts'
import { tempDir } from '../support/temp-dir.ts'
import { localEngines } from './local-engine.ts'
import { addDataset, bench, tinyStudy, until } from './support.ts'

const DAY = 24 * 60 * 60 * 1000

describe('housekeeping', () => {
  it('makes a backup a day and empties the trash after a month', async () => {
    let at = Date.parse('2026-11-01T00:00:00Z')
    const now = () => new Date(at)
    const store = openStore(tempDir(), { now })
    const dataset = addDataset(store)
    for (const id of ['aaaaaaaa', 'bbbbbbbb']) {
      store.studies.create(parseStudy(tinyStudy(dataset.id, { seeds: [id.length] })), { id, name: id })
    }
    store.studies.remove('aaaaaaaa')
    const log: string[] = []
    const housekeeping = new Housekeeping(store, now, (message) => void log.push(message))
    for (const days of [0, 0.5, 1.1, 31]) {
      at = Date.parse('2026-11-01T00:00:00Z') + days * DAY
      housekeeping.tidy()
      housekeeping.tidy()
      await housekeeping.finish()
    }
    expect(log).toEqual([])
    expect(store.backups.list().map((b) => b.madeAt.slice(0, 10))).toEqual([
      '2026-12-02',
      '2026-11-02',
      '2026-11-01',
    ])
    expect(store.studies.has('aaaaaaaa')).toBeUndefined()
    expect(store.studies.has('bbbbbbbb')).toBe('live')
    store.close()
  })

  it('happens when a study has come to its end, and the program waits for it', async () => {
    const { store, service, dataset } = bench(tempDir(), { spawn: localEngines() })
    service.open()
    service.start(tinyStudy(dataset.id, { cells: ['gru'] }))
    await service.idle()
    await until(() => store.backups.list().length === 1, 'the backup')
  })
})
