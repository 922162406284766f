import { describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../src/main/store/store.ts'
import { studyId } from '../../src/main/study/identity.ts'
import { randomStream, type RandomStream } from '../../src/shared/random.ts'
import { parseStudy } from '../../src/shared/study.ts'
import { addDataset, fingerprint, sequences, tinyStudy } from '../study/support.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Runner, sleep } from './runner.ts'

/** How often a program is killed; `LACUNA_KILLS=200` for the long form. */
const KILLS = Number(process.env['LACUNA_KILLS'] ?? 20)
const LONGEST_LIFE_MS = 400 // after the event that was waited for

/** Put a study into a new workspace; nothing works on it yet. */
function prepare(epochs: number): { folder: string; id: string } {
  const folder = tempDir()
  const store = openStore(folder, { now: () => new Date() })
  const dataset = addDataset(store, sequences(120, 40))
  const definition = parseStudy(
    tinyStudy(dataset.id, {
      cells: ['gru', 'rnn-relu'],
      training: { epochs, batchSize: 8, learningRate: 0.01 },
      prune: { targets: ['both', 'h2h'], percentages: [50], criteria: ['magnitude'], retrainEpochs: epochs },
    }),
  )
  const id = studyId(definition)
  store.studies.create(definition, { id, name: 'to be killed' })
  store.close()
  return { folder, id }
}

function look<T>(folder: string, read: (store: Store) => T): T {
  const store = openStore(folder, { now: () => new Date() })
  try {
    return read(store)
  } finally {
    store.close()
  }
}

interface Toll {
  kills: number
  engineKills: number
  epochs: number
}

/** Start and kill the program until it was killed often enough or the study is done; every epoch it stored is found again. */
async function killUntil(folder: string, id: string, toll: Toll, random: RandomStream): Promise<void> {
  const acknowledged = new Set<string>()
  let finished = false
  while (!finished && toll.kills + toll.engineKills < KILLS) {
    const runner = new Runner(folder)
    // Kills hit the start, the opening of the workspace, the first epochs and the work under way.
    const when = random.float()
    if (when > 0.1) expect(await runner.line('opened')).toBe('opened 0')
    // The kill before may have hit between the last epoch and the word that all is done: then nothing is left to store.
    if (when > 0.3) await runner.line('stored', 'finished')
    await sleep(random.float() * LONGEST_LIFE_MS)
    // At most one engine process per life: a third crash of one run would rightly end it.
    if (random.float() < 0.5 && runner.killEngine()) {
      toll.engineKills++
      await sleep(random.float() * LONGEST_LIFE_MS)
    }
    await runner.kill()
    toll.kills++
    finished = runner.finished
    for (const epoch of runner.stored) {
      expect(acknowledged.has(epoch), `${epoch} was computed twice`).toBe(false)
      acknowledged.add(epoch)
    }
    const found = look(folder, (store) => {
      const runs = store.runs.records(id)
      expect(runs.filter((r) => r.state === 'running')).toEqual([])
      expect(store.blobs.damaged()).toEqual([])
      return new Set(runs.flatMap((r) => r.epochs.map((e) => `${r.id} ${e.epoch}`)))
    })
    expect([...acknowledged].filter((epoch) => !found.has(epoch))).toEqual([])
    // Stored, but killed before it could say so: not lost either.
    for (const epoch of found) acknowledged.add(epoch)
  }
  toll.epochs += acknowledged.size
}

describe('a study whose processes are killed at random moments', () => {
  it(
    `loses no acknowledged epoch in ${KILLS} kills and ends with the same bits`,
    { timeout: 60_000 + KILLS * 10_000 },
    async () => {
      const epochs = Math.max(6, 2 * KILLS)
      const undisturbed = prepare(epochs)
      const whole = new Runner(undisturbed.folder)
      await whole.ended
      expect(whole.finished, whole.stderr).toBe(true)
      const expected = look(undisturbed.folder, (store) => fingerprint(store, undisturbed.id))

      const random = randomStream(Number(process.env['LACUNA_KILL_SEED'] ?? 1), 'kills')
      const toll: Toll = { kills: 0, engineKills: 0, epochs: 0 }
      // A fast machine ends the study before it was killed often enough: then the same study begins again.
      while (toll.kills + toll.engineKills < KILLS) {
        const { folder, id } = prepare(epochs)
        await killUntil(folder, id, toll, random)
        const last = new Runner(folder)
        await last.ended
        expect(last.finished, last.stderr).toBe(true)
        expect(look(folder, (store) => store.runs.list(id).flatMap((r) => r.problem ?? []))).toEqual([])
        expect(look(folder, (store) => fingerprint(store, id))).toEqual(expected)
      }
      console.log(
        `${toll.kills} kills of the program and ${toll.engineKills} of an engine process; ${toll.epochs} epochs were stored before the last starts, 0 lost`,
      )
    },
  )

  it('ends its engine processes with it', async () => {
    const { folder } = prepare(20)
    const runner = new Runner(folder)
    await runner.line('stored')
    const engines = [...runner.engines]
    expect(engines.length).toBeGreaterThan(0)
    await runner.kill()
    const alive = (pid: number) => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    for (let i = 0; i < 1000 && engines.some(alive); i++) await sleep(10)
    expect(engines.filter(alive)).toEqual([])
  })

  it('stops politely within a quarter of a second, every finished epoch saved', async () => {
    const { folder, id } = prepare(20)
    const runner = new Runner(folder)
    await runner.line('stored')
    const start = performance.now()
    runner.process.kill('SIGTERM')
    await runner.line('closed')
    const took = performance.now() - start
    await runner.ended
    console.log(`stopped and saved in ${took.toFixed(0)} ms`)
    const found = look(folder, (store) =>
      store.runs.records(id).flatMap((r) => r.epochs.map((e) => `${r.id} ${e.epoch}`)),
    )
    expect(runner.stored.filter((epoch) => !found.includes(epoch))).toEqual([])
    expect(took).toBeLessThan(2000) // 250 ms on a machine of its own; the limit allows for a busy one
  })
})

describe('the lock of a workspace', () => {
  it('names the process that holds it, and is free the moment that process is killed', async () => {
    const { folder } = prepare(20)
    const runner = new Runner(folder)
    await runner.line('opened')
    expect(() => openStore(folder, { now: () => new Date() })).toThrow(
      new RegExp(`in use by process ${runner.process.pid} \\(study-runner, since `),
    )
    await runner.kill()
    expect(look(folder, (store) => store.studies.list().length)).toBe(1)
  })
})
