import { describe, expect, it } from 'vitest'
import type { CreateOptions, Engine, EngineName, Model } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import type { RunJob } from '../../src/main/study/messages.ts'
import { weightDifference } from '../../src/main/study/twin.ts'
import { FIRST_TOLERANCE } from '../../src/shared/engine-check.ts'
import { tempDir } from '../support/temp-dir.ts'
import { localEngines, type Faults } from './local-engine.ts'
import { bench, fingerprint, tinyStudy, until } from './support.ts'

/** The oracle under another name, with one thing about its models changed. */
function engineNamed(name: EngineName, change: (model: Model) => Partial<Model> = () => ({})): Engine {
  return {
    info: { name, version: '1' },
    create: (network, options: CreateOptions) => {
      const model = oracleEngine.create(network, options)
      const own: Model = {
        network: model.network,
        train: (...args) => model.train(...args),
        evaluate: (...args) => model.evaluate(...args),
        gradients: (...args) => model.gradients(...args),
        trace: (tokens) => model.trace(tokens),
        parameters: () => model.parameters(),
        masks: () => model.masks(),
        optimizerState: () => model.optimizerState(),
        dispose: () => model.dispose(),
      }
      return { ...own, ...change(model) }
    },
  }
}

/** A study that is done, and a check of one of its runs where `wrong` changes what tensorflow computes. */
async function checked(
  run: number,
  change?: (model: Model) => Partial<Model>,
  faults: Faults = {},
  study: object = {},
) {
  const engine = (job: RunJob) =>
    job.engine === 'oracle'
      ? oracleEngine
      : engineNamed(job.engine as EngineName, job.engine === 'tensorflow' ? change : undefined)
  const spawn = localEngines({ engine, ...faults })
  const made = bench(tempDir(), { spawn, jobs: 1 })
  made.service.open()
  const { id } = made.service.start(tinyStudy(made.dataset.id, { cells: ['gru'], ...study }))
  await made.service.idle()
  const { runs } = made.service.show(id)
  const progress: { done: number; total: number; what: string }[] = []
  const controller = new AbortController()
  const check = (epochs = 1) =>
    made.service.check(runs[run]!.id, epochs, {
      signal: controller.signal,
      progress: (done, total, what) => void progress.push({ done, total, what }),
    })
  return { ...made, check, controller, progress, studyId: id, spawn, runId: runs[run]!.id }
}

describe('a check of a run on both engines', () => {
  it('trains the base run again from its beginning and finds the engines equal', async () => {
    const { check, service, store, studyId, progress, runId } = await checked(0)
    const before = fingerprint(store, studyId)
    const found = await check(2)
    expect(found).toMatchObject({ verdict: 'same', own: { name: 'fused' }, other: { name: 'tensorflow' } })
    // 54 training sequences in batches of 8.
    expect([found.first.batches, found.whole.batches]).toEqual([7, 14])
    expect(found.first.weights).toEqual({ largest: 0, overall: 0 })
    const stored = service.run(runId).epochs
    expect(found.whole.epochs.map(({ own }) => ({ ...own, elapsedMs: 0 }))).toEqual(
      stored.slice(0, 2).map((record) => ({ ...record, elapsedMs: 0 })),
    )
    expect(fingerprint(store, studyId)).toEqual(before)
    expect(progress.at(-1)).toEqual({ done: 14, total: 14, what: 'batches on fused, nudged' })
  })

  it('starts a pruned run from the weights and masks of its base', async () => {
    const { check, service, runId } = await checked(1)
    const found = await check()
    const stored = service.run(runId).epochs
    expect(found.verdict).toBe('same')
    expect(found.whole.epochs.map(({ epoch, own }) => [epoch, own.nonzeros, own.test.loss])).toEqual(
      stored.slice(0, 2).map(({ epoch, nonzeros, test }) => [epoch, nonzeros, test.loss]),
    )
    expect(found.whole.epochs.map(({ twin }) => twin === undefined)).toEqual([true, false])
  })

  it('moves every weight of the twin and sees how little that is', async () => {
    const { first } = await (await checked(1)).check()
    expect(first.twin.overall).toBeGreaterThan(0)
    expect(first.twin.overall).toBeLessThan(FIRST_TOLERANCE)
  })

  it.each<[string, (model: Model) => Partial<Model>, RegExp]>([
    [
      'learns one per cent faster',
      (model) => ({
        train: (split, plan, control) => {
          const learningRate = plan.optimizer.learningRate * 1.01
          return model.train(split, { ...plan, optimizer: { ...plan.optimizer, learningRate } }, control)
        },
      }),
      /apart by 9\.\de-3 of the way they were trained, 1\.0e-3 is allowed/,
    ],
    [
      'forgets to clip',
      (model) => ({
        train: (split, plan, control) =>
          model.train(split, { ...plan, optimizer: { ...plan.optimizer, clipNorm: Infinity } }, control),
      }),
      /weights are/,
    ],
    [
      'reports the loss one per cent too high',
      (model) => ({
        evaluate: (...args) => {
          const result = model.evaluate(...args)
          return { ...result, meanLoss: result.meanLoss * 1.01 }
        },
      }),
      /losses differ by 9\.9e-3/,
    ],
    [
      'classifies five sequences differently',
      (model) => ({
        evaluate: (...args) => {
          const result = model.evaluate(...args)
          return { ...result, correct: result.correct - 5 }
        },
      }),
      /classify 2\.5e-1 of the sequences differently/,
    ],
  ])('tells an engine that %s', async (_, change, message) => {
    const training = { epochs: 3, batchSize: 8, learningRate: 0.01, clipNorm: 0.05 }
    const { check } = await checked(0, change, {}, { training })
    const found = await check()
    expect(found.verdict).toBe('different')
    expect(found.sentence).toMatch(message)
  })

  it('says what to do where an engine is missing', async () => {
    const message = 'TensorFlow is not set up.'
    const { check } = await checked(0, undefined, {
      engine: (job) =>
        job.engine === 'tensorflow'
          ? { how: 'failed', problem: { code: 'engine-unavailable', message } }
          : oracleEngine,
    })
    await expect(check()).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(/needs both engines.*not set up.*lacuna doctor/) as string,
    })
  })

  it('ends its engine process when it is cancelled, and leaves the queue alone', async () => {
    const { check, controller, spawn, service } = await checked(0)
    const started = spawn.all.length
    const found = check(10)
    await until(() => (spawn.all[started]?.jobs.length ?? 0) > 0, 'an engine at work')
    controller.abort()
    await expect(found).rejects.toMatchObject({ code: 'cancelled' })
    expect(spawn.all[started]!.alive).toBe(false)
    expect(service.status().running).toBe(0)
  })

  it('ends its engine process when it is done', async () => {
    const { check, spawn } = await checked(0)
    const before = spawn.all.length
    await check()
    expect(spawn.all.slice(before).map(({ alive }) => alive)).toEqual([false])
  })

  it('tells that the engine process ended by itself', async () => {
    const { check } = await checked(0, undefined, {
      epoch: (engine, _, epoch) => {
        if (engine.jobs.at(-1)!.engine !== 'oracle' && epoch === 1) engine.crash()
      },
    })
    await expect(check()).rejects.toMatchObject({ code: 'engine-crashed' })
  })

  it('refuses a pruned run whose base is not done', async () => {
    const { service, dataset } = bench(tempDir(), { spawn: localEngines(), jobs: 1 })
    const { id } = service.start(tinyStudy(dataset.id))
    const pruned = service.show(id).runs[1]!
    const watch = { signal: new AbortController().signal, progress: () => undefined }
    await expect(service.check(pruned.id, 1, watch)).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('the difference of two trained networks', () => {
  const weights = (...values: number[]) => new Map([['w', Float32Array.from(values)]])

  it('is measured against the largest weight and the way of training', () => {
    const found = weightDifference(weights(0, 0, 0), weights(3, 4, 0), weights(3, 4, 0.5))
    expect(found).toEqual({ largest: 0.125, overall: 0.1 })
  })

  it('is infinite where a weight is not a number', () => {
    expect(weightDifference(weights(0), weights(1), weights(Number.NaN)).overall).toBe(Infinity)
  })
})
