import { describe, expect, it } from 'vitest'
import type { EncodedSplit, Engine, Model, TrainPlan } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import type { LacunaError } from '../../src/shared/errors.ts'
import { tempDir } from '../support/temp-dir.ts'
import { thrownBy } from '../store/support.ts'
import { localEngines, type Faults } from './local-engine.ts'
import { bench, fingerprint, tinyStudy, until, type Bench } from './support.ts'

/** A bench with engines inside the test, and a study that has been started. */
function started(faults: Faults = {}, changes: object = {}, options: Parameters<typeof bench>[1] = {}) {
  const spawn = localEngines(faults)
  const made = bench(tempDir(), { spawn, jobs: 1, killAfterMs: 50, retryMs: 10, ...options })
  made.service.open()
  const { id } = made.service.start(tinyStudy(made.dataset.id, { cells: ['gru'], ...changes }))
  return { ...made, id, spawn }
}

const states = ({ service }: Bench, id: string) => service.show(id).runs.map((r) => r.state)
/** What an undisturbed study computes; worked out by the first test that asks. */
let undisturbed: Record<string, string> | undefined
async function reference(): Promise<Record<string, string>> {
  if (undisturbed === undefined) {
    const { store, service, id } = started()
    await service.idle()
    undisturbed = fingerprint(store, id)
  }
  return undisturbed
}

/** An engine that trains like the oracle until the given epoch of a run, whose second batch is NaN. */
function divergingIn(epochOf: (job: { runId: string }) => number | undefined): NonNullable<Faults['engine']> {
  return (job) => {
    const bad = epochOf(job)
    let passes = 0
    const create: Engine['create'] = (network, options) => {
      const model = oracleEngine.create(network, options)
      const train: Model['train'] = (split: EncodedSplit, plan: TrainPlan, control) => {
        const result = model.train(split, plan, control)
        return ++passes === bad ? { ...result, nonFinite: { batch: 1, what: 'loss' } } : result
      }
      return new Proxy(model, { get: (target, key) => (key === 'train' ? train : bound(target, key)) })
    }
    return { info: oracleEngine.info, create }
  }
}

function bound(target: Model, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key)
  return typeof value === 'function' ? (value.bind(target) as unknown) : value
}

describe('a crash of an engine process', () => {
  it('costs nothing: the run goes on from its last epoch to the same bits', async () => {
    let crashes = 0
    const made = started({
      epoch: (engine, runId, epoch) => {
        if (runId.endsWith('base') && epoch === 2 && crashes++ === 0) engine.crash()
      },
    })
    await made.service.idle()
    expect(crashes).toBe(2) // the epoch was computed twice
    expect(made.spawn.all).toHaveLength(2)
    expect(fingerprint(made.store, made.id)).toEqual(await reference())
    expect(made.log.join()).toMatch(/ended \(signal SIGSEGV\); resuming/)
  })

  it('is survived twice; then the run fails with a message, and what depends on it too', async () => {
    const made = started({
      epoch: (engine, runId, epoch) => {
        if (runId.endsWith('base') && epoch === 2) engine.crash()
      },
    })
    await made.service.idle()
    expect(states(made, made.id)).toEqual(['failed', 'failed', 'failed'])
    const [base, pruned] = made.service.show(made.id).runs
    expect(base!.problem).toMatchObject({
      code: 'engine-crashed',
      message: expect.stringContaining('3 times'),
    })
    expect(base!.epochsDone).toBe(1)
    expect(pruned!.problem).toMatchObject({ code: 'base-failed' })
    expect(made.service.show(made.id).summary.state).toBe('incomplete')
    expect(made.spawn.all.filter((e) => e.alive)).toEqual([])
  })

  it('leaves runs that a retry takes to the end', async () => {
    let broken = true
    const made = started({
      epoch: (engine, runId, epoch) => {
        if (broken && runId.endsWith('base') && epoch === 2) engine.crash()
      },
    })
    await made.service.idle()
    broken = false
    // Retrying a pruned run takes its base along; the other pruned run failed for the same reason and comes too.
    made.service.retry(made.service.show(made.id).runs[0]!.id)
    await made.service.idle()
    expect(fingerprint(made.store, made.id)).toEqual(await reference())
  })
})

describe('a run that diverges', () => {
  it('says so, keeps its last finite epoch, and fails the runs that need it', async () => {
    const made = started({ engine: divergingIn(({ runId }) => (runId.endsWith('base') ? 2 : undefined)) })
    await made.service.idle()
    expect(states(made, made.id)).toEqual(['diverged', 'failed', 'failed'])
    const [base, pruned] = made.service.show(made.id).runs.map((r) => made.service.run(r.id))
    expect(base!.problem).toMatchObject({
      code: 'diverged',
      epoch: 2,
      batch: 1,
      message: expect.stringContaining('Epoch 2: the loss became NaN or infinite in batch 2'),
    })
    expect(base!.epochs).toHaveLength(1)
    expect(made.store.blobs.read(base!.id, 'checkpoint')).toBeDefined()
    expect(pruned!.problem!.message).toContain('diverged')
  })

  it('is not tried again by resuming the study, only by a retry, which begins anew', async () => {
    let bad = true
    const made = started({
      engine: divergingIn(({ runId }) => (bad && runId.endsWith('base') ? 2 : undefined)),
    })
    await made.service.idle()
    made.service.resume(made.id)
    await made.service.idle()
    expect(states(made, made.id)).toEqual(['diverged', 'failed', 'failed'])
    bad = false
    made.service.retry(made.service.show(made.id).runs[1]!.id)
    await made.service.idle()
    expect(states(made, made.id)).toEqual(['done', 'done', 'failed'])
    made.service.resume(made.id)
    await made.service.idle()
    expect(fingerprint(made.store, made.id)).toEqual(await reference())
  })
})

describe('an engine that is not there', () => {
  it('stands the study still with the reason instead of failing every run, and others go on', async () => {
    let missing = true
    const problem = {
      code: 'engine-unavailable',
      message: 'TensorFlow is not set up; run npm install again.',
    }
    const made = started({
      engine: ({ batchSize }) => (missing && batchSize === 8 ? { how: 'failed', problem } : oracleEngine),
    })
    await made.service.idle()
    expect(states(made, made.id)).toEqual(['queued', 'queued', 'queued'])
    expect(made.service.status().problem).toEqual(problem)
    const other = made.service.start(
      tinyStudy(made.dataset.id, { cells: ['gru'], training: { epochs: 1, batchSize: 16 } }),
    )
    await made.service.idle()
    expect(states(made, other.id)).toEqual(['done', 'done', 'done'])
    missing = false
    made.service.resume(made.id)
    await made.service.idle()
    expect(states(made, made.id)).toEqual(['done', 'done', 'done'])
    expect(made.service.status().problem).toBeUndefined()
  })
})

describe('people', () => {
  it('pause and resume a study; the epoch under way is dropped, nothing else', async () => {
    const made = started({
      epoch: (_, runId, epoch) => {
        if (runId.endsWith('base') && epoch === 2) queueMicrotask(() => made.service.pause(made.id))
      },
    })
    await until(
      () => made.service.status().running === 0 && made.service.show(made.id).summary.paused,
      'paused',
    )
    expect(made.service.show(made.id).summary.state).toBe('paused')
    expect(states(made, made.id)[0]).toBe('interrupted')
    expect(made.service.status()).toMatchObject({ running: 0, waiting: 0 })
    made.service.resume(made.id)
    await made.service.idle()
    expect(fingerprint(made.store, made.id)).toEqual(await reference())
  })

  it('cancel a study and queue it again later', async () => {
    const made = started({
      epoch: (_, runId, epoch) => {
        if (runId.endsWith('base') && epoch === 2) queueMicrotask(() => made.service.cancel(made.id))
      },
    })
    await made.service.idle()
    expect(states(made, made.id)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect(made.service.show(made.id).summary.state).toBe('cancelled')
    made.service.resume(made.id)
    await made.service.idle()
    expect(fingerprint(made.store, made.id)).toEqual(await reference())
  })

  it('change their mind about cancelling before it has happened', async () => {
    const made = started({
      epoch: (_, runId, epoch) => {
        if (!runId.endsWith('base') || epoch !== 2) return
        queueMicrotask(() => {
          made.service.cancel(made.id)
          made.service.resume(made.id)
        })
      },
    })
    await made.service.idle()
    expect(states(made, made.id)).toEqual(['done', 'done', 'done'])
  })

  it('delete a study while it runs and take it back', async () => {
    const made = started({
      epoch: (_, runId, epoch) => {
        if (runId.endsWith('base') && epoch === 2) queueMicrotask(() => made.service.delete(made.id))
      },
    })
    await made.service.idle()
    expect(made.service.list()).toEqual([])
    expect(made.service.status()).toMatchObject({ running: 0, waiting: 0 })
    made.service.restore(made.id)
    await made.service.idle()
    expect(fingerprint(made.store, made.id)).toEqual(await reference())
  })

  it('start the same study twice and have it once', async () => {
    const made = started()
    const again = made.service.start(tinyStudy(made.dataset.id, { cells: ['gru'] }), 'second name')
    expect(again).toMatchObject({ id: made.id, name: 'second name' })
    expect(made.service.list()).toHaveLength(1)
    expect(made.service.plan(tinyStudy('letters', { cells: ['gru'] }))).toMatchObject({
      id: made.id,
      exists: true,
    })
    await made.service.idle()
    made.service.start(tinyStudy(made.dataset.id, { cells: ['gru'] }))
    await made.service.idle()
    expect(made.service.show(made.id).runs.map((r) => r.attempts)).toEqual([1, 1, 1])
  })

  it('are told what cannot be done', () => {
    const { service, dataset, id } = started()
    const code = (work: () => unknown) => (thrownBy(work) as LacunaError).code
    expect(code(() => service.show('nothing-like-it'))).toBe('not-found')
    expect(code(() => service.start({ kind: 'pruning' }))).toBe('bad-request')
    expect(code(() => service.start(tinyStudy('no such dataset')))).toBe('not-found')
    expect(code(() => service.retry(service.show(id).runs[0]!.id))).toBe('conflict')
    const huge = { model: { embedding: 1024, hidden: 1024, layers: 16 }, training: { batchSize: 4096 } }
    const small = bench(tempDir(), { memory: 1e9 })
    expect(code(() => small.service.start(tinyStudy(small.dataset.id, huge)))).toBe('too-large')
    expect(dataset.name).toBe('letters')
  })
})

describe('an engine process', () => {
  it('that does not stop is killed after the time limit; what was stored stays', async () => {
    let hanging = 0
    const made = started({
      deaf: true,
      epoch: (engine, _, epoch) => {
        if (epoch !== 2 || hanging++ > 0) return
        // As if it were computing for ever: it is alive and says nothing more.
        const { postMessage } = engine
        engine.postMessage = () => void postMessage
        queueMicrotask(() => made.service.pause(made.id))
      },
    })
    await until(
      () => made.service.show(made.id).summary.paused && made.service.status().running === 0,
      'killed',
    )
    expect(made.spawn.all[0]!.alive).toBe(false)
    made.service.resume(made.id)
    await made.service.idle()
    expect(fingerprint(made.store, made.id)).toEqual(await reference())
  })

  it('that holds too much memory is ended, with the numbers', async () => {
    const made = started({ memory: 3e9 }, {}, { memory: 2e9 })
    await made.service.idle()
    expect(made.service.show(made.id).runs[0]!.problem).toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('held 3.00 GB of memory and was stopped; 2.00 GB are allowed'),
    })
    expect(made.spawn.all.every((e) => !e.alive)).toBe(true)
  })

  it('serves one run after the other, and as many are started as may work at a time', async () => {
    const made = started({}, { cells: ['gru', 'rnn-tanh', 'lstm'] }, { jobs: 2 })
    await made.service.idle()
    expect(made.spawn.all).toHaveLength(2)
    expect(made.spawn.all.reduce((sum, e) => sum + e.jobs.length, 0)).toBe(9)
    made.service.setJobs(1)
    await until(() => made.spawn.all.filter((e) => e.alive).length === 1, 'one process ended')
  })
})

describe('damaged items', () => {
  it('fail the run that needs them, and only that; a retry begins it anew', async () => {
    let pauses = 0
    const made = started({
      epoch: (_, runId, epoch) => {
        if (!runId.endsWith('base') || epoch !== 2 || pauses++ > 0) return
        queueMicrotask(() => made.service.pause(made.id))
      },
    })
    await until(
      () => made.service.status().running === 0 && made.service.show(made.id).summary.paused,
      'paused',
    )
    const base = made.service.show(made.id).runs[0]!.id
    made.store.blobs.write(base, 'checkpoint', Buffer.from('not a checkpoint, though its checksum is right'))
    made.service.resume(made.id)
    await made.service.idle()
    expect(made.service.run(base).problem).toMatchObject({ code: 'item-damaged' })
    made.service.resume(made.id)
    await made.service.idle()
    expect(fingerprint(made.store, made.id)).toEqual(await reference())
  })
})

describe('the end of the program', () => {
  it('stops every run after its last stored epoch, and the next start goes on', async () => {
    const folder = tempDir()
    const first = bench(folder, { spawn: localEngines(), jobs: 2 })
    first.service.open()
    const { id } = first.service.start(tinyStudy(first.dataset.id, { cells: ['gru'] }))
    await until(() => first.service.show(id).summary.epochsDone >= 1, 'an epoch')
    await first.service.close()
    expect(states(first, id)).not.toContain('running')
    first.store.close()
    const second = bench(folder, { spawn: localEngines() })
    second.service.open()
    await second.service.idle()
    expect(fingerprint(second.store, id)).toEqual(await reference())
  })

  it('is noticed by those who only look: nothing runs before the queue is opened', () => {
    const spawn = localEngines()
    const { service, dataset } = bench(tempDir(), { spawn })
    service.start(tinyStudy(dataset.id))
    expect(service.status()).toMatchObject({ running: 0, waiting: 6 })
    expect(spawn.all).toEqual([])
  })
})
