import { describe, expect, it } from 'vitest'
import type { Engine, Masks, Model } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import { pruneMasks } from '../../src/main/prune/index.ts'
import { Calibrator } from '../../src/main/study/calibration.ts'
import type { EngineProcess } from '../../src/main/study/engine-host.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import { measure, type MeasureJob } from '../../src/main/study/measure.ts'
import { keptShare } from '../../src/main/study/outlook.ts'
import { studyData, studyNetwork } from '../../src/main/study/plan.ts'
import { createStudyService } from '../../src/main/study/service.ts'
import { recurrentCounts } from '../../src/main/study/weights.ts'
import { CELLS } from '../../src/shared/network.ts'
import { parseStudy, TARGETS, type StackedStudy, type StudyInput } from '../../src/shared/study.ts'
import { tempDir } from '../support/temp-dir.ts'
import { bench, sequences, tinyStudy, until } from './support.ts'

const definition = parseStudy(tinyStudy('x', { cells: [...CELLS] })) as StackedStudy
const data = studyData(definition, sequences(200, 20))
const job: MeasureJob = {
  engine: 'oracle',
  models: CELLS.map((cell) => ({ network: studyNetwork(definition, cell, data) })),
  sequences: data.train,
  batchSize: 8,
}

/** An engine on a clock of its own: a sequence costs `ms`, a pruned one by its kept weights, a test a quarter. */
function timedEngine(ms: number) {
  let now = 0
  const cost = (count: number, masks: Masks | undefined, network: Model['network'], share: number) => {
    const { nonzeros, recurrentWeights } = recurrentCounts(network, masks ?? new Map())
    now += count * ms * share * (nonzeros / recurrentWeights)
  }
  const create: Engine['create'] = (network, options) => {
    const model = oracleEngine.create(network, options)
    return {
      network,
      train: (_split, { order }) => {
        cost(order.length, options.masks, network, 1)
        return { batches: 1, sequences: order.length, lossSum: 0, meanLoss: 0, correct: 0, stopped: false }
      },
      evaluate: (_split, { order }) => {
        cost(order!.length, options.masks, network, 0.25)
        return { total: order!.length, correct: 0, lossSum: 0, meanLoss: 0, stopped: false }
      },
      gradients: (split, order) => model.gradients(split, order),
      trace: (tokens) => model.trace(tokens),
      parameters: () => model.parameters(),
      masks: () => model.masks(),
      optimizerState: () => model.optimizerState(),
      dispose: () => model.dispose(),
    }
  }
  return { engine: { info: oracleEngine.info, create }, clock: () => now }
}

describe('a calibration', () => {
  it('finds what a sequence costs to train, to train pruned and to test', () => {
    const { engine, clock } = timedEngine(0.02)
    const { paces } = measure(engine, job, clock)
    expect(paces).toHaveLength(CELLS.length)
    for (const { train, pruned, test } of paces) {
      expect(train).toBeCloseTo(0.02, 9)
      expect(pruned).toBeCloseTo(0.002, 3) // a tenth of the weights, rounded to whole ones
      expect(test).toBeCloseTo(0.005, 9)
    }
  })

  it('ends within 1.5 s whatever the speed, unless a single batch takes longer', () => {
    for (const ms of [0.001, 0.1, 1, 5, 15, 40]) {
      const { engine, clock } = timedEngine(ms)
      const { paces } = measure(engine, job, clock)
      const oneBatch = ms * job.batchSize
      expect(clock()).toBeLessThanOrEqual(Math.max(1500, CELLS.length * 3 * oneBatch))
      expect(paces[0]!.train).toBeCloseTo(ms, 6)
    }
  })
})

describe('the share of recurrent weights a pruned run keeps', () => {
  it('is what the masks of that run keep', () => {
    const { network } = job.models[3]!
    for (const target of TARGETS) {
      const prune = {
        target,
        percent: 50,
        scope: 'global',
        rule: 'exact-count',
        criterion: 'random',
      } as const
      const masks = pruneMasks(network, initialParameters(network, 1), { ...prune, seed: 1 })
      const { nonzeros, recurrentWeights } = recurrentCounts(network, masks)
      expect(keptShare(definition, prune)).toBeCloseTo(nonzeros / recurrentWeights, 2)
    }
    expect(keptShare(definition, undefined)).toBe(1)
  })
})

/** The bench with a count of the engine processes that were started. */
function counted(folder: string) {
  let started = 0
  const fork = forkEngine()
  const spawn = (): EngineProcess => {
    started++
    return fork()
  }
  const made = bench(folder, { spawn, content: sequences(200, 40), jobs: 1 })
  return { ...made, started: () => started }
}

describe('the plan of a study nothing like which has run here', () => {
  it('is answered at once without a time, and says so when it has been measured', async () => {
    const { service, dataset, events } = counted(tempDir())
    const ask = (changes: object = {}) => service.plan(tinyStudy(dataset.id, changes)).estimate
    expect(ask()).toBeUndefined()
    expect(service.plan(tinyStudy(dataset.id)).unmeasured).toBe('measuring')
    await until(() => events.some(({ name }) => name === 'plan/estimated'), 'the calibration')
    const found = ask()!
    expect(service.plan(tinyStudy(dataset.id)).unmeasured).toBeUndefined()
    expect(found.ms).toBeGreaterThan(0)
    expect(found.basis).toMatch(/^measured on this machine: .*oracle/)
    // Twice the epochs of every kind, twice the time; half the sequences, half the time.
    const prune = { targets: ['both'], percentages: [50], criteria: ['magnitude', 'random'] }
    const training = { batchSize: 8, learningRate: 0.01 }
    const doubled = { training: { ...training, epochs: 6 }, prune: { ...prune, retrainEpochs: 4 } }
    expect(ask(doubled)!.ms / found.ms).toBeCloseTo(2, 9)
    expect(ask({ trainLimit: 100, testLimit: 20 })!.ms / found.ms).toBeCloseTo(0.5, 9)
    // Pruning more never costs more.
    const pruned = (percent: number) =>
      ask({ prune: { ...prune, percentages: [percent], retrainEpochs: 50 } })!.ms
    expect(pruned(90)).toBeLessThanOrEqual(pruned(30))
  })

  it('has its time at once after a restart: the machine is not measured again', async () => {
    const { store, service, dataset, events } = counted(tempDir())
    service.plan(tinyStudy(dataset.id))
    await until(() => events.some(({ name }) => name === 'plan/estimated'), 'the calibration')
    const again = createStudyService({
      ...{ store, jobs: 1, engine: 'oracle', emit: () => undefined, now: () => new Date() },
      spawn: () => {
        throw new Error('an engine process was started')
      },
      log: fail,
    })
    expect(again.plan(tinyStudy(dataset.id)).estimate!.ms).toBeGreaterThan(0)
    await again.close()
  })

  it('is measured again for another size, once, and only the last one wanted', async () => {
    const { service, dataset, started, events } = counted(tempDir())
    const sized = (hidden: number): StudyInput =>
      tinyStudy(dataset.id, { model: { embedding: 4, hidden, layers: 1 } })
    for (const hidden of [1, 12, 128]) service.plan(sized(hidden))
    await until(() => events.some(({ name }) => name === 'plan/estimated'), 'the calibration')
    expect(service.plan(sized(128)).estimate).toBeDefined()
    expect(started()).toBe(1)
    expect(events.filter(({ name }) => name === 'plan/estimated')).toHaveLength(1)
  })
})

describe('measuring', () => {
  it('is not begun while runs compute', () => {
    const { store, dataset } = bench(tempDir())
    const spawn = () => {
      throw new Error('started')
    }
    const calibrator = new Calibrator({ store, spawn, busy: () => true, emit: () => undefined, log: fail })
    expect(calibrator.want(parseStudy(tinyStudy(dataset.id)))).toBe('busy')
    return calibrator.close()
  })

  it('that a run spoils which began meanwhile is no measurement, and whoever waits is told to ask again', async () => {
    const { store, dataset } = bench(tempDir())
    const events: string[] = []
    const emit = (name: string) => void events.push(name)
    let busy = false
    const fork = forkEngine()
    const spawn = (): EngineProcess => {
      busy = true // a run begins once measuring has begun
      return fork()
    }
    const options = { store, spawn, emit, log: fail, engine: 'oracle' as const }
    const calibrator = new Calibrator({ ...options, busy: () => busy })
    const definition = parseStudy(tinyStudy(dataset.id))
    expect(calibrator.want(definition)).toBe('measuring')
    await until(() => events.includes('plan/estimated'), 'the event')
    expect(calibrator.want(definition)).toBe('busy')
    busy = false
    expect(calibrator.want(definition)).toBe('measuring')
    await calibrator.close()
  })

  it('that fails is logged once and leaves the plan without a time, for a reason', async () => {
    const dying = (): EngineProcess => {
      let exit: (reason: string) => void = () => undefined
      return {
        pid: undefined,
        postMessage: () => setImmediate(() => exit('exit code 7')),
        onMessage: () => undefined,
        onExit: (listener) => (exit = listener),
        kill: () => undefined,
      }
    }
    const { service, dataset, log, events } = bench(tempDir(), { spawn: dying })
    const ask = () => service.plan(tinyStudy(dataset.id))
    expect(ask()).toMatchObject({ unmeasured: 'measuring' })
    await until(() => log.length > 0, 'the failure')
    expect(events.filter(({ name }) => name === 'plan/estimated')).toHaveLength(1)
    expect(ask()).toMatchObject({ unmeasured: 'failed' })
    expect(ask().estimate).toBeUndefined()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(log).toHaveLength(1)
    expect(log[0]).toContain('exit code 7')
  })
})

function fail(message: string): never {
  throw new Error(message)
}
