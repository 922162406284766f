import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import { tempDir } from '../support/temp-dir.ts'
import { clock, CONTENT, definition, draft, epoch, open, thrownBy, withStudy } from './support.ts'

const PROBLEM = {
  code: 'diverged',
  message: 'The loss became NaN in epoch 2, batch 31.',
  epoch: 2,
  batch: 31,
}

describe('runs', () => {
  it('start in the order of the study, pruned ones once their base is done', () => {
    const store = open(tempDir())
    const { runIds } = withStudy(store)
    expect(store.runs.next()).toMatchObject({ id: runIds[0], spec: { key: 'gru-s1-base' } })
    store.runs.begin(runIds[0]!)
    expect(store.runs.next()).toBeUndefined()
    store.runs.saveEpoch(runIds[0]!, epoch(2), { weights: Buffer.from('w') }, true)
    expect(store.runs.next()).toMatchObject({ id: runIds[1], baseId: runIds[0] })
  })

  it('do not start while their study is paused', () => {
    const store = open(tempDir())
    const { studyId } = withStudy(store)
    store.studies.setPaused(studyId, true)
    expect(store.runs.next()).toBeUndefined()
  })

  it('keep only the last checkpoint, and none once they are done', () => {
    const store = open(tempDir())
    const [id] = withStudy(store).runIds as [string]
    store.runs.begin(id)
    store.runs.saveEpoch(id, epoch(1), { checkpoint: Buffer.from('one') })
    store.runs.saveEpoch(id, epoch(2), { checkpoint: Buffer.from('two') })
    expect(Buffer.from(store.blobs.require(id, 'checkpoint')).toString()).toBe('two')
    store.runs.saveEpoch(id, epoch(3), { weights: Buffer.from('w'), masks: Buffer.from('m') }, true)
    expect(store.blobs.read(id, 'checkpoint')).toBeUndefined()
    expect(Buffer.from(store.blobs.require(id, 'weights')).toString()).toBe('w')
    expect(store.runs.get(id)).toMatchObject({ state: 'done', attempts: 1, endedAt: expect.any(String) })
  })

  it('store an epoch and its checkpoint together or not at all', () => {
    const store = open(tempDir())
    const [id] = withStudy(store).runIds as [string]
    store.runs.saveEpoch(id, epoch(1), { checkpoint: Buffer.from('one') })
    const again = () => store.runs.saveEpoch(id, epoch(1), { checkpoint: Buffer.from('two') })
    expect(thrownBy(again)).toMatchObject({ code: expect.stringContaining('SQLITE_CONSTRAINT') })
    expect(Buffer.from(store.blobs.require(id, 'checkpoint')).toString()).toBe('one')
  })

  it('refuse numbers that are not finite instead of storing NULL', () => {
    const store = open(tempDir())
    const [id] = withStudy(store).runIds as [string]
    for (const bad of [NaN, Infinity, -Infinity]) {
      const score = { ...epoch(1).test, loss: bad }
      expect(thrownBy(() => store.runs.saveEpoch(id, epoch(1, { test: score }), {}))).toMatchObject({
        code: 'diverged',
        message: expect.stringContaining('test_loss'),
      })
    }
    expect(store.runs.get(id).epochs).toEqual([])
  })

  it('cannot be called diverged or failed without saying why', () => {
    const store = open(tempDir())
    const [id] = withStudy(store).runIds as [string]
    // @ts-expect-error the type forbids it, and so does the database
    expect(() => store.runs.finish(id, 'diverged')).toThrow(/CHECK/)
    store.runs.finish(id, 'diverged', PROBLEM)
    expect(store.runs.get(id)).toMatchObject({ state: 'diverged', problem: PROBLEM })
  })

  it('give every number back as it was', () => {
    const store = open(tempDir())
    const [id] = withStudy(store).runIds as [string]
    const record = epoch(0)
    delete record.train
    delete record.validation
    const odd = epoch(1, { elapsedMs: 1e-300 })
    odd.test = { total: 3, correct: 1, accuracy: 1 / 3, loss: Math.PI, lossSum: 1.7976931348623157e308 }
    store.runs.saveEpoch(id, record, {})
    store.runs.saveEpoch(id, odd, {})
    expect(store.runs.get(id).epochs).toEqual([record, odd])
  })

  it('are interrupted, not running, after the program ended while they ran', () => {
    const folder = tempDir()
    const first = openStore(folder, { now: clock() })
    const { studyId, runIds } = withStudy(first)
    first.runs.begin(runIds[0]!)
    first.runs.saveEpoch(runIds[0]!, epoch(1), { checkpoint: Buffer.from('one') })
    first.close()
    const second = open(folder)
    expect(second.runs.progress(studyId)).toEqual({
      states: { queued: 4, running: 0, interrupted: 1, done: 0, diverged: 0, failed: 0, cancelled: 0 },
      epochsDone: 1,
      epochsTotal: 6,
    })
    expect(second.runs.next()).toMatchObject({ id: runIds[0] })
  })

  it('are cancelled, queued again from where they stopped, or from the beginning', () => {
    const store = open(tempDir())
    const { studyId, runIds } = withStudy(store)
    const [base, pruned] = runIds as [string, string]
    store.runs.begin(base)
    store.runs.saveEpoch(base, epoch(1), { checkpoint: Buffer.from('one') })
    store.runs.interrupt(base)
    store.runs.cancelWaiting(studyId)
    expect(store.runs.list(studyId).map((r) => r.state)).toEqual(Array(5).fill('cancelled'))
    for (const { id } of store.runs.inState(studyId, ['cancelled', 'failed'])) store.runs.requeue(id)
    expect([store.runs.state(base), store.runs.state(pruned)]).toEqual(['interrupted', 'queued'])
    store.runs.reset(base)
    expect(store.runs.get(base)).toMatchObject({ state: 'queued', epochs: [] })
    expect(store.blobs.read(base, 'checkpoint')).toBeUndefined()
  })

  it('fail with their base, with the reason', () => {
    const store = open(tempDir())
    const [base, ...pruned] = withStudy(store).runIds as [string, ...string[]]
    store.runs.finish(base, 'diverged', PROBLEM)
    const reason = { code: 'base-failed', message: 'Its base run diverged.' }
    expect(store.runs.failDependents(base, reason).sort()).toEqual([...pruned].sort())
    expect(store.runs.get(pruned[0]!)).toMatchObject({ state: 'failed', problem: reason })
    expect(store.runs.dependents(base)).toEqual(pruned)
    expect(store.runs.baseOf(pruned[0]!)).toBe(base)
  })

  it('tell how long epochs took in the newest studies and in those with work left, oldest first', () => {
    const store = open(tempDir())
    const dataset = store.datasets.add(draft(), CONTENT, 'reber')
    const engine = { name: 'fused', version: '1' } as const
    const about = { engine, recurrentWeights: 1, parameters: 1 }
    // Done and superseded; with work left; the newest with a GRU.
    const studies = [1, 2, 3].map((seed) => {
      const id = `abcdef0${seed}`
      store.studies.create(definition(dataset.id, { seeds: [seed] }), { id, name: id })
      const runs = store.runs.list(id).map((run) => run.id)
      for (const run of seed === 2 ? runs.slice(0, 1) : runs) {
        store.runs.describe(run, about)
        store.runs.saveEpoch(run, { ...epoch(0), elapsedMs: 1000 }, {})
        store.runs.saveEpoch(run, { ...epoch(1), elapsedMs: 10 * seed }, {}, true)
      }
      return id
    })
    expect(store.runs.timings()).toEqual([
      { studyId: studies[1], cell: 'gru', engine: 'fused', epochs: 1, ms: 20 },
      { studyId: studies[2], cell: 'gru', engine: 'fused', epochs: 5, ms: 30 },
    ])
  })

  it('are listed by the thousand with accuracies and last epochs in well under a second', () => {
    const store = open(tempDir())
    const percentages = Array.from({ length: 90 }, (_, i) => i + 1)
    const seeds = Array.from({ length: 28 }, (_, i) => i)
    const { studyId, runIds } = withStudy(store, {
      seeds,
      prune: { targets: ['both'], percentages, criteria: ['magnitude', 'random'], retrainEpochs: 10 },
    })
    expect(runIds.length).toBe(28 * 181)
    store.transaction(() => {
      for (const id of runIds) for (let e = 0; e <= 10; e++) store.runs.saveEpoch(id, epoch(e), {})
    })
    const start = performance.now()
    const list = store.runs.list(studyId)
    const listed = performance.now() - start
    store.runs.next()
    const chosen = performance.now() - start - listed
    console.log(
      `${list.length} runs listed in ${listed.toFixed(0)} ms, next found in ${chosen.toFixed(1)} ms`,
    )
    expect(list[5]).toMatchObject({ epochsDone: 10, last: epoch(10) })
    expect(list[5]!.accuracies).toHaveLength(11)
    const { epochs } = store.runs.get(list[5]!.id)
    expect(list[5]!.accuracies).toEqual(epochs.map(({ test }) => test.accuracy))
    expect(list[5]).toEqual(store.runs.summary(list[5]!.id))
    expect(listed).toBeLessThan(2000) // about 0.2 s alone; the limit allows for a busy machine
    expect(chosen).toBeLessThan(200)
  })
})
