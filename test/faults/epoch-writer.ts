// Writes epochs as fast as it can and says after each that it is stored. `store` uses Lacuna's store; `normal` a bare
// database with SQLite's default for a log, as the control of the power-cut test.
// Arguments: folder, store | normal, number of epochs.
import Database from 'better-sqlite3'
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../src/main/store/store.ts'
import { addDataset, tinyStudy } from '../study/bench.ts'
import { parseStudy } from '../../src/shared/study.ts'

const [folder, kind, count] = process.argv.slice(2) as [string, 'store' | 'normal', string]
const score = { total: 4, correct: 3, accuracy: 0.75, loss: 0.5, lossSum: 1 }
const checkpoint = Buffer.alloc(2000, 7)

function prepareStore(): (epoch: number) => void {
  const store = openStore(folder, { now: () => new Date() })
  const dataset = addDataset(store)
  store.studies.create(parseStudy(tinyStudy(dataset.id)), { id: 'abcdef0123456789', name: 'written' })
  const { id } = store.runs.list('abcdef0123456789')[0]!
  return (epoch) =>
    store.runs.saveEpoch(id, { epoch, test: score, nonzeros: 1, elapsedMs: 1 }, { checkpoint })
}

function prepareNormal(): (epoch: number) => void {
  const database = new Database(join(folder, 'normal.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec('CREATE TABLE epochs (epoch INTEGER PRIMARY KEY, checkpoint BLOB)')
  const insert = database.prepare('INSERT INTO epochs VALUES (?, ?)')
  return (epoch) => void insert.run(epoch, checkpoint)
}

const write = kind === 'store' ? prepareStore() : prepareNormal()
writeSync(1, 'ready\n')
for (let epoch = 1; epoch <= Number(count); epoch++) {
  write(epoch)
  writeSync(1, `${epoch}\n`)
}
