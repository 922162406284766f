// Runs trained a second time: every epoch comes out bit for bit, nothing is stored, and what differs is refused.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeCheckpoint } from '../../src/main/engine/checkpoint.ts'
import type { Engine } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { ReplayCache } from '../../src/main/study/replay-cache.ts'
import { replayRun, type Expected } from '../../src/main/study/replay.ts'
import { EngineHost } from '../../src/main/study/engine-host.ts'
import { JobPlanner } from '../../src/main/study/plan.ts'
import type { Cell } from '../../src/shared/network.ts'
import type { RunRecord } from '../../src/shared/results.ts'
import { tempDir } from '../support/temp-dir.ts'
import { inspected } from './inspected.ts'
import { localEngines, type Faults } from './local-engine.ts'
import { fingerprint, until } from './support.ts'

const CELLS: Cell[] = ['rnn-tanh', 'rnn-relu', 'lstm', 'gru']

function watcher() {
  const controller = new AbortController()
  const seen: { done: number; total: number; what: string }[] = []
  const progress = (done: number, total: number, what: string) => void seen.push({ done, total, what })
  return { controller, seen, watch: { signal: controller.signal, progress } }
}

describe('a replay', () => {
  it.each(CELLS)(
    'of %s gives the weights of every epoch of the base and of what was pruned',
    async (cell) => {
      const { inspector, runs, store, studyId } = await inspected({ cells: [cell] })
      const before = fingerprint(store, studyId)
      const [base, pruned] = runs
      const { watch, seen } = watcher()
      expect(await inspector.replay(base!.id, watch)).toEqual({ epochs: [-1, 1, 2, 3] })
      // 54 training sequences in batches of 8, three epochs.
      expect(seen.at(-1)).toEqual({ done: 21, total: 21, what: 'batches' })
      expect(await inspector.replay(pruned!.id, watcher().watch)).toEqual({ epochs: [0, 1, 2] })
      expect(fingerprint(store, studyId)).toEqual(before)

      const views = await Promise.all(
        [-1, 1, 2, 3].map((epoch) => inspector.show({ run: base!.id, epoch, gate: 'any' })),
      )
      expect(views.map(({ accuracy }) => accuracy)).toEqual([null, ...base!.accuracies])
      expect(new Set(views.map(({ connections }) => JSON.stringify(connections))).size).toBe(4)
      const kept = await Promise.all(
        [0, 1, 2].map((epoch) => inspector.show({ run: pruned!.id, epoch, gate: 'any' })),
      )
      expect(kept.map(({ epoch }) => epoch)).toEqual([0, 1, 2])
      expect(kept[1]!.counts).toEqual(kept[0]!.counts)
      expect(kept[1]!.epochs).toEqual({ available: [0, 1, 2], all: 2 })
    },
  )

  it('answers at once when it was made already, and deletes its files at the end', async () => {
    const { inspector, runs, store } = await inspected({ cells: ['rnn-tanh'] })
    await inspector.replay(runs[0]!.id, watcher().watch)
    const { watch, seen } = watcher()
    expect(await inspector.replay(runs[0]!.id, watch)).toEqual({ epochs: [-1, 1, 2, 3] })
    expect(seen).toEqual([])
    const folder = join(store.paths.temp, 'replays')
    expect(readdirSync(join(folder, '0')).sort()).toEqual(['1', '2', '3'].map((e) => `${e}.safetensors`))
    await inspector.close()
    expect(existsSync(folder)).toBe(false)
  })

  it('of a run with nothing to replay, or that is being replayed, is refused', async () => {
    const { inspector, runs } = await inspected({ cells: ['rnn-tanh'] })
    const first = inspector.replay(runs[0]!.id, watcher().watch)
    await expect(inspector.replay(runs[0]!.id, watcher().watch)).rejects.toMatchObject({ code: 'conflict' })
    await first
  })

  it('stops when it is cancelled and leaves nothing behind', async () => {
    const training = { epochs: 30, batchSize: 1, learningRate: 0.01 }
    const { inspector, runs, store, studyId } = await inspected({
      cells: ['lstm'],
      training,
      prune: undefined,
    })
    const before = fingerprint(store, studyId)
    const { controller, watch, seen } = watcher()
    const work = inspector.replay(runs[0]!.id, watch)
    await until(() => seen.some(({ done }) => done > 0), 'a first step')
    controller.abort()
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
    expect(readdirSync(store.paths.temp, { recursive: true }).filter((f) => String(f).includes('.'))).toEqual(
      [],
    )
    expect(fingerprint(store, studyId)).toEqual(before)
    expect(await inspector.show({ run: runs[0]!.id, gate: 'any' })).toMatchObject({
      epochs: { available: [-1, 30] },
    })
  })

  it('continues a run that was stopped in the middle up to where it is', async () => {
    const { inspector, runs, service, store } = await inspected(
      { cells: ['gru'], training: { epochs: 40, batchSize: 1, learningRate: 0.01 } },
      { stopAfter: 2 },
    )
    const run = service.run(runs[0]!.id)
    expect(run.state).toBe('interrupted')
    const last = run.epochs.at(-1)!.epoch
    expect(last).toBeLessThan(40)
    const before = await inspector.show({ run: run.id, gate: 'any' })
    expect(before).toMatchObject({ epoch: last, epochs: { available: [-1, last], all: 40 } })
    const { parameters } = decodeCheckpoint(store.blobs.require(run.id, 'checkpoint'))
    const read = before.connections.filter(({ kind }) => kind === 'output').map(({ weight }) => weight)
    expect(read.sort()).toEqual([...parameters.get('linear.weight')!].sort())
    const played = await inspector.trace({ run: run.id, sequence: { text: 'BEP' } })
    expect(played.epoch).toBe(last)
    const { epochs } = await inspector.replay(run.id, watcher().watch)
    expect(epochs).toEqual([-1, ...Array.from({ length: last }, (_, e) => e + 1)])
    expect(store.blobs.read(run.id, 'weights')).toBeUndefined()
  })
})

/** One finished run and what a replay on a changed engine says. */
async function replayedOn(change: Faults) {
  const { runs, store, service, studyId } = await inspected({ cells: ['gru'] })
  const run = service.run(runs[0]!.id)
  const job = new JobPlanner(store, 'oracle').job({ id: run.id, studyId, spec: run.spec }, { fresh: true })
  const expected: Expected = {
    runId: run.id,
    epochs: run.epochs,
    final: { weights: store.blobs.require(run.id, 'weights') },
    engine: run.engine!,
  }
  const spawn = localEngines(change)
  const replay = (given = expected) =>
    replayRun(new EngineHost({ spawn, memoryLimit: Infinity }), job, given, watcher().watch, () =>
      Promise.resolve(),
    )
  return { replay, expected, spawn }
}

describe('a replay that does not come out the same', () => {
  it('is told at the first figure that differs, with both engines', async () => {
    const engine = (): Engine => ({
      info: { name: 'oracle', version: '2' },
      create: (network, options) => {
        const model = oracleEngine.create(network, options)
        const { train } = model
        model.train = (split, plan, control) =>
          train.call(
            model,
            split,
            { ...plan, optimizer: { ...plan.optimizer, learningRate: 0.0101 } },
            control,
          )
        return model
      },
    })
    const { replay, spawn } = await replayedOn({ engine })
    await expect(replay()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /differs from what is stored from epoch 1 on, because it was computed with oracle .*, and now with oracle 2; only/,
      ) as string,
    })
    expect(spawn.all.map(({ alive }) => alive)).toEqual([false])
  })

  it('is told when one bit of the final weights differs', async () => {
    const { replay, expected } = await replayedOn({})
    await replay()
    const weights = Uint8Array.from(expected.final.weights)
    weights[weights.length - 1]! ^= 1
    await expect(replay({ ...expected, final: { weights } })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /in its weights after epoch 3, although both were computed with oracle/,
      ) as string,
    })
  })

  it('tells that the engine process ended by itself', async () => {
    const { replay } = await replayedOn({ epoch: (engine, _, epoch) => epoch === 2 && engine.crash() })
    await expect(replay()).rejects.toMatchObject({ code: 'engine-crashed' })
  })
})

describe('the files of replays', () => {
  const run = (id: string) => ({ id, startedAt: 'now' }) as RunRecord
  const kept = (value: number) => ({ weights: new Uint8Array(100).fill(value) })

  /** Keep `count` epochs of a run. */
  async function fill(cache: ReplayCache, id: string, count: number) {
    const writer = cache.begin(run(id), { count, last: count })
    for (let epoch = 1; epoch <= count; epoch++) await writer.keep(epoch, kept(epoch))
    return writer.finish()
  }

  it('stay below the limit: of a long run every second or third epoch is kept, and the last', async () => {
    const cache = new ReplayCache(tempDir(), 500)
    expect(await fill(cache, 'short', 5)).toEqual([1, 2, 3, 4, 5])
    expect(await fill(cache, 'long', 11)).toEqual([3, 6, 9, 11])
    expect(cache.epochs(run('short'))).toEqual([])
    expect((await cache.read(run('long'), 9)).weights).toEqual(Buffer.alloc(100, 9))
  })

  it('make room by those that were not looked at for longest', async () => {
    const cache = new ReplayCache(tempDir(), 500)
    await fill(cache, 'a', 2)
    await fill(cache, 'b', 2)
    await cache.read(run('a'), 1)
    await fill(cache, 'c', 2)
    expect(['a', 'b', 'c'].map((id) => cache.epochs(run(id)).length)).toEqual([2, 0, 2])
  })

  it('refuse weights that are larger than the limit', async () => {
    const cache = new ReplayCache(tempDir(), 99)
    await expect(fill(cache, 'a', 1)).rejects.toMatchObject({ code: 'disk-full' })
  })

  it('that are gone are made again', async () => {
    const folder = tempDir()
    const cache = new ReplayCache(folder, 500)
    await fill(cache, 'a', 2)
    new ReplayCache(folder).clear()
    await expect(cache.read(run('a'), 1)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/are not kept any more; replay the run/) as string,
    })
    expect(cache.epochs(run('a'))).toEqual([])
  })
})
