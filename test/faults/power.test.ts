import Database from 'better-sqlite3'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import { randomStream } from '../../src/shared/random.ts'
import { tempDir } from '../support/temp-dir.ts'
import { sleep } from './runner.ts'
import { fileVolume, mountFor, volumesMissing } from './volumes.ts'

const CUTS = Number(process.env['LACUNA_CUTS'] ?? 8)
const WRITER = join(import.meta.dirname, 'epoch-writer.ts')
const missing = volumesMissing()
if (missing !== undefined) console.warn(`power-cut tests are skipped: ${missing}`)
const strace = spawnSync('strace', ['-V']).status === 0
if (!strace) console.warn('counting of forced writes is skipped: strace is not installed')

describe.skipIf(!strace)('an acknowledged epoch', () => {
  it('has been forced to the disk, every single one', () => {
    const forced = (epochs: number) => {
      const log = join(tempDir(), 'strace')
      const args = [
        '-f',
        '-e',
        'trace=fsync,fdatasync',
        '-o',
        log,
        process.execPath,
        WRITER,
        tempDir(),
        'store',
      ]
      execFileSync('strace', [...args, String(epochs)], {
        stdio: 'pipe',
        env: { ...process.env, NODE_OPTIONS: '' },
      })
      return readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => /(fsync|fdatasync)\(\d+\) += 0/.test(line)).length
    }
    const difference = forced(50) - forced(0)
    console.log(`50 epochs were forced to the disk by ${difference} calls`)
    expect(difference).toBeGreaterThanOrEqual(50)
  })
})

/**
 * Let a writer work on a volume and take copies of what has reached its disk, as a power cut would leave it. Returns
 * for each cut the epochs acknowledged before it and those found on the copy.
 */
async function cutPower(
  kind: 'store' | 'normal',
  cuts: number,
): Promise<{ acknowledged: number; found: number }[]> {
  const { image, folder } = fileVolume(64)
  const writer = spawn(process.execPath, [WRITER, folder, kind, '1000000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const random = randomStream(1, 'power', kind)
  const results: { acknowledged: number; found: number }[] = []
  try {
    let acknowledged = 0
    const lines = createInterface({ input: writer.stdout })
    await once(lines, 'line')
    lines.on('line', (line) => (acknowledged = Number(line)))
    for (let cut = 0; cut < cuts; cut++) {
      await sleep(20 + random.float() * 150)
      writer.kill('SIGSTOP')
      await sleep(30) // what it said before is read
      const copy = join(tempDir(), 'copy')
      copyFileSync(image, copy)
      const before = acknowledged
      writer.kill('SIGCONT')
      results.push({ acknowledged: before, found: epochsOn(mountFor('-o', 'loop', copy), kind) })
    }
  } finally {
    writer.kill('SIGKILL')
    await once(writer, 'exit')
  }
  return results
}

function epochsOn(volume: string, kind: 'store' | 'normal'): number {
  if (kind === 'store') {
    const store = openStore(volume, { now: () => new Date() })
    const study = store.studies.list()[0]!
    const { epochs, id } = store.runs.records(study.id)[0]!
    if (epochs.length > 0) store.blobs.require(id, 'checkpoint') // checksum
    store.close()
    return epochs.length
  }
  const path = join(volume, 'normal.db')
  if (!existsSync(path)) return 0
  const database = new Database(path)
  const table = database.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'epochs'`).pluck().get()
  const count = table === 0 ? 0 : database.prepare('SELECT count(*) FROM epochs').pluck().get()
  database.close()
  return count as number
}

describe.skipIf(missing !== undefined)('a power cut', () => {
  it(`loses no acknowledged epoch in ${CUTS} cuts`, { timeout: 60_000 + CUTS * 5_000 }, async () => {
    const results = await cutPower('store', CUTS)
    const total = results.at(-1)!.acknowledged
    console.log(`${CUTS} power cuts while ${total} epochs were stored, 0 lost`)
    expect(total).toBeGreaterThan(CUTS)
    for (const { acknowledged, found } of results) expect(found).toBeGreaterThanOrEqual(acknowledged)
  })

  it('does lose rows with the setting SQLite would choose itself, so the test above can fail', async () => {
    const results = await cutPower('normal', 4)
    const lost = results.reduce((sum, r) => sum + Math.max(0, r.acknowledged - r.found), 0)
    console.log(`the same with synchronous = NORMAL: ${lost} acknowledged rows lost in 4 cuts`)
    expect(lost).toBeGreaterThan(0)
  })
})
