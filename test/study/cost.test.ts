// Timing the network of a run: with its mask skipped and in full, and what is remembered of it.
import { describe, expect, it, onTestFinished } from 'vitest'
import { DEFAULT_OPTIMIZER, type Engine, type Masks, type Model } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import { pruneMasks } from '../../src/main/prune/index.ts'
import { CostMeter, type CostMeterOptions } from '../../src/main/study/cost-meter.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import { timeRun, type TimeJob } from '../../src/main/study/time-run.ts'
import { studyData, studyNetwork } from '../../src/main/study/plan.ts'
import { encodeArrays, recurrentCounts } from '../../src/main/study/weights.ts'
import { parseStudy, type StackedStudy } from '../../src/shared/study.ts'
import { tempDir } from '../support/temp-dir.ts'
import { bench, sequences, tinyStudy, until } from './support.ts'

const definition = parseStudy(tinyStudy('x', { cells: ['gru'] })) as StackedStudy
const data = studyData(definition, sequences(200, 20))
const network = studyNetwork(definition, 'gru', data)
const parameters = initialParameters(network, 1)
const masks = pruneMasks(network, parameters, {
  ...{ target: 'both', scope: 'global', rule: 'exact-count', criterion: 'magnitude' },
  percent: 80,
  seed: 1,
})

const jobOf = (own?: Masks): TimeJob => ({
  engine: 'oracle',
  moment: {
    network,
    source: {
      from: 'stored',
      weights: encodeArrays(network, parameters),
      masks: own && encodeArrays(network, own),
    },
  },
  batch: data.train,
  single: data.test,
  optimizer: DEFAULT_OPTIMIZER,
})

/** An engine on a clock of its own: a step costs `ms` in full, one sequence a tenth; a mask makes both shorter. */
function timedEngine(ms: number, skips = true) {
  let now = 0
  const calls: string[] = []
  const create: Engine['create'] = (described, options) => {
    const model = oracleEngine.create(described, options)
    const { nonzeros, recurrentWeights } = recurrentCounts(described, options.masks ?? new Map())
    const share = skips ? nonzeros / recurrentWeights : 1
    const name = (options.masks?.size ?? 0) > 0 ? 'sparse' : 'dense'
    const spend = (what: string, cost: number) => {
      calls.push(`${what} ${name}`)
      now += cost * share
    }
    const own: Model = {
      network: described,
      train: (_split, { order }) => {
        spend('step', ms)
        return { batches: 1, sequences: order.length, lossSum: 0, meanLoss: 0, correct: 0, stopped: false }
      },
      evaluate: (_split, { order }) => {
        expect(order).toHaveLength(1)
        spend('sequence', ms / 10)
        return { total: 1, correct: 0, lossSum: 0, meanLoss: 0, stopped: false }
      },
      gradients: (split, order) => model.gradients(split, order),
      trace: (tokens) => model.trace(tokens),
      parameters: () => model.parameters(),
      masks: () => model.masks(),
      optimizerState: () => model.optimizerState(),
      dispose: () => void calls.push(`dispose ${name}`),
    }
    return own
  }
  return { engine: { info: oracleEngine.info, create }, clock: () => now, calls }
}

describe('timing a run', () => {
  it('finds the time of a step and of a sequence, in full and with the mask skipped', () => {
    const { engine, clock, calls } = timedEngine(10)
    const timed = timeRun(engine, jobOf(masks), clock)
    expect(timed.stepMs.dense).toBeCloseTo(10)
    expect(timed.stepMs.sparse).toBeCloseTo(2, 1)
    expect(timed.inferenceMs.dense).toBeCloseTo(1)
    expect(timed.inferenceMs.sparse).toBeCloseTo(0.2, 1)
    // Turn by turn, so that what else the machine does falls on both.
    expect(calls.slice(0, 4)).toEqual(['step dense', 'step sparse', 'step dense', 'step sparse'])
    expect(calls.slice(-2).sort()).toEqual(['dispose dense', 'dispose sparse'])
  })

  it('finds no difference where the engine computes zeros like other numbers', () => {
    const { engine, clock } = timedEngine(10, false)
    const { stepMs, inferenceMs } = timeRun(engine, jobOf(masks), clock)
    expect(stepMs.sparse).toBeCloseTo(stepMs.dense)
    expect(inferenceMs.sparse).toBeCloseTo(inferenceMs.dense)
  })

  it('times a network without a mask once', () => {
    const { engine, clock, calls } = timedEngine(10)
    const { stepMs } = timeRun(engine, jobOf(), clock)
    expect(stepMs.sparse).toBe(stepMs.dense)
    expect(new Set(calls.filter((call) => call.startsWith('step')))).toEqual(new Set(['step dense']))
  })

  it('stays within two seconds, and of a slow network takes one cold call of each', () => {
    for (const ms of [1, 10, 100]) {
      const { engine, clock } = timedEngine(ms)
      timeRun(engine, jobOf(masks), clock)
      expect(clock()).toBeLessThan(2000)
    }
    const slow = timedEngine(5000)
    const { stepMs } = timeRun(slow.engine, jobOf(masks), slow.clock)
    expect(stepMs.dense).toBeCloseTo(5000)
    expect(slow.calls.filter((call) => call.startsWith('step'))).toEqual(['step dense', 'step sparse'])
  })
})

/** A study that is done, and a meter for its runs. */
async function finished(options: Partial<CostMeterOptions> = {}) {
  const made = bench(tempDir(), { jobs: 1 })
  made.service.open()
  const { id } = made.service.start(tinyStudy(made.dataset.id, { cells: ['gru'] }))
  await made.service.idle()
  const { runs } = made.service.show(id)
  const now = () => new Date('2026-11-24T08:00:00Z')
  const { store } = made
  const meter = new CostMeter({
    store,
    spawn: forkEngine(),
    now,
    busy: () => false,
    engine: 'oracle',
    ...options,
  })
  onTestFinished(() => meter.close())
  return { ...made, studyId: id, runs, meter, pruned: runs.find(({ spec }) => spec.prune !== undefined)! }
}

const never = new AbortController().signal

describe('a cost meter', () => {
  it('times the weights of a run in an engine process and remembers what it found', async () => {
    const { meter, store, pruned, runs } = await finished()
    const measured = await meter.measure(pruned.id, never)
    expect(measured).toMatchObject({ threads: 1, measuredAt: '2026-11-24T08:00:00.000Z', batchSize: 8 })
    expect(measured.engine).toContain('oracle')
    for (const ms of [...Object.values(measured.stepMs), ...Object.values(measured.inferenceMs)])
      expect(ms).toBeGreaterThan(0)
    expect([...store.costs.of(runs.map(({ id }) => id))]).toEqual([[pruned.id, measured]])
  })

  it('keeps the last times of an engine and machine, and forgets those of weights that are gone', async () => {
    const { store, pruned, meter } = await finished()
    const first = await meter.measure(pruned.id, never)
    const other = { ...first, engine: 'another', measuredAt: '2026-11-24T09:00:00.000Z' }
    store.costs.put(pruned.id, other)
    const again = { ...first, stepMs: { dense: 9, sparse: 9 } }
    store.costs.put(pruned.id, again)
    expect(store.costs.of([pruned.id]).get(pruned.id)).toEqual(other) // the newest
    store.runs.reset(pruned.id)
    expect(store.costs.of([pruned.id]).size).toBe(0)
  })

  it('refuses while runs compute, and where nothing has been trained', async () => {
    const { meter, store, pruned } = await finished()
    const busy = new CostMeter({ store, spawn: forkEngine(), now: () => new Date(), busy: () => true })
    await expect(busy.measure(pruned.id, never)).rejects.toMatchObject({ code: 'conflict' })
    store.runs.reset(pruned.id)
    await expect(meter.measure(pruned.id, never)).rejects.toThrow(/has no weights yet/)
    await expect(meter.measure('nothing', never)).rejects.toMatchObject({ code: 'not-found' })
    expect(store.costs.of([pruned.id]).size).toBe(0)
  })

  it('can be stopped, stores nothing then, and goes on with the next', async () => {
    const { meter, store, pruned, runs } = await finished()
    const stop = new AbortController()
    const work = meter.measure(pruned.id, stop.signal)
    const next = meter.measure(runs[0]!.id, never)
    setTimeout(() => stop.abort(), 50)
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
    await next
    expect([...store.costs.of(runs.map(({ id }) => id)).keys()]).toEqual([runs[0]!.id])
  })

  it('says what ended the process', async () => {
    const { store, pruned } = await finished()
    const spawn = () => {
      const process = forkEngine()()
      setTimeout(() => process.kill(), 20)
      return process
    }
    const meter = new CostMeter({ store, spawn, now: () => new Date(), busy: () => false, engine: 'oracle' })
    await expect(meter.measure(pruned.id, never)).rejects.toMatchObject({ code: 'engine-crashed' })
    await until(() => store.costs.of([pruned.id]).size === 0, 'nothing stored')
  })
})
