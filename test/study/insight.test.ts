// What pruning did to the runs of a study, trained by the oracle in engine processes: counts against what is stored of
// them, answers against the accuracies they were stored with.
import { describe, expect, it } from 'vitest'
import type { EngineProcess } from '../../src/main/study/engine-host.ts'
import { EngineHost } from '../../src/main/study/engine-host.ts'
import type { EvaluateJob } from '../../src/main/study/evaluate-model.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import { differenceNote } from '../../src/main/study/insight.ts'
import type { FromEngine, ToEngine } from '../../src/main/study/messages.ts'
import { decodeMasks, decodeWeights } from '../../src/main/study/weights.ts'
import { testedIndices } from '../../src/main/study/plan.ts'
import type { Outcomes, PruningInsight } from '../../src/shared/insight.ts'
import type { PruningStudy } from '../../src/shared/study.ts'
import { inspected } from './inspected.ts'
import { sequences, until } from './support.ts'

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

function quiet() {
  const controller = new AbortController()
  const told: [done: number, total: number, what: string][] = []
  const progress = (...step: [number, number, string]) => void told.push(step)
  return { controller, told, watch: { signal: controller.signal, progress } }
}

/** Engine processes whose questions are counted. */
function counting() {
  const fork = forkEngine()
  const seen = { processes: 0, evaluations: 0, alive: new Set<EngineProcess>() }
  const spawn = (): EngineProcess => {
    const engine = fork()
    seen.processes++
    seen.alive.add(engine)
    engine.onExit(() => seen.alive.delete(engine))
    const postMessage = (message: ToEngine) => {
      if (message.type === 'evaluate') seen.evaluations++
      engine.postMessage(message)
    }
    return { ...engine, postMessage }
  }
  return { spawn, seen }
}

/** A level that breaks the networks, so that answers differ. */
const hard = {
  prune: { targets: ['both'], percentages: [90], criteria: ['magnitude'], retrainEpochs: 2 },
}

function expectConsistent({ matrices }: PruningInsight, nonzeros: number): void {
  const recurrent = matrices.filter(({ part }) => part !== 'output')
  expect(sum(recurrent.map(({ live }) => live))).toBe(nonzeros)
  for (const { live, total, gates, histogram } of matrices) {
    expect(sum(gates.map((gate) => gate.live))).toBe(live)
    expect(sum(gates.map((gate) => gate.total))).toBe(total)
    expect(sum(histogram.after)).toBe(live)
    if (histogram.before !== null) expect(sum(histogram.before)).toBe(total)
  }
}

describe('the masks and weights of a run', () => {
  it('are those that are stored, with the run it was pruned from', async () => {
    const { inspector, runs, store, networkOf, studyId } = await inspected({ cells: ['gru'] })
    const [base, pruned] = runs
    const found = await inspector.insights.show({ run: pruned!.id })
    expect(found).toMatchObject({
      ...{ runId: pruned!.id, studyId, baseId: base!.id, cell: 'gru', percent: 50, epoch: 2 },
      epochs: { available: [0, 2], all: 2 },
      accuracy: { before: base!.last!.test.accuracy, after: pruned!.last!.test.accuracy },
      reduced: null,
    })
    expectConsistent(found, pruned!.last!.nonzeros)
    const network = networkOf(pruned!)
    const masks = decodeMasks(network, store.blobs.require(pruned!.id, 'masks'))
    const [weights, before] = [pruned!, base!].map(({ id }) =>
      decodeWeights(network, store.blobs.require(id, 'weights')),
    )
    for (const { name, gates, histogram, largest, columns, part, prunable } of found.matrices) {
      const values = weights!.get(name)!
      const mask = masks.get(name)
      const kept = gates.flatMap(({ heat }) => heat.live)
      expect(kept).toEqual(Array.from(values, (_, at) => mask?.[at] ?? 1))
      const shown = gates.flatMap(({ heat }) => heat.weight)
      values.forEach((value, at) =>
        expect(Math.abs(shown[at]! - value)).toBeLessThanOrEqual(1e-3 * Math.abs(value)),
      )
      expect(largest).toBe(Math.max(...[...values, ...before!.get(name)!].map(Math.abs)))
      expect(histogram.edges.at(-1)).toBe(largest)
      expect(columns * gates.length * gates[0]!.heat.rows).toBe(values.length)
      expect(prunable).toBe(part !== 'output')
    }
  })

  it('right after pruning and of the base', async () => {
    const { inspector, runs } = await inspected({ cells: ['rnn-tanh'] })
    const start = await inspector.insights.show({ run: runs[1]!.id, epoch: 0 })
    expect(start.epoch).toBe(0)
    expectConsistent(start, runs[1]!.last!.nonzeros)
    // Before retraining a weight that lives is what it was.
    const { histogram, live, total } = start.matrices[0]!
    expect(total - live).toBeGreaterThan(0)
    histogram.after.forEach((count, bin) => expect(count).toBeLessThanOrEqual(histogram.before![bin]!))
    const base = await inspector.insights.show({ run: runs[0]!.id })
    expect(base).toMatchObject({ baseId: null, percent: null, epoch: 3, accuracy: { before: null } })
    expect(base.matrices.every(({ histogram: { before } }) => before === null)).toBe(true)
    expect(base.matrices.map(({ prunable }) => prunable)).toEqual([true, true, false])
    expectConsistent(base, runs[0]!.last!.nonzeros)
  })

  it('of a random structure leave out what it never had', async () => {
    const { inspector, runs } = await inspected({
      ...{ kind: 'structure', cells: ['lstm'], model: { embedding: 4 }, prune: undefined },
      training: { epochs: 2, batchSize: 16, learningRate: 0.01 },
      structure: { families: [{ kind: 'watts-strogatz', count: 1 }], nodes: { min: 12, max: 12 } },
    })
    const run = runs[0]!
    const found = await inspector.insights.show({ run: run.id })
    expectConsistent(found, run.last!.nonzeros)
    expect(found).toMatchObject({ baseId: null, percent: null, epoch: 2 })
    expect(found.matrices.every(({ live, total, prunable }) => live === total && !prunable)).toBe(true)
    const sparse = found.matrices.filter(({ rows, columns, total }) => total < rows * columns)
    expect(sparse.length).toBeGreaterThan(0)
    for (const { gates, rows, columns, total } of sparse) {
      const absent = gates.flatMap(({ heat }) => heat.live).filter((share) => share === -1)
      expect(absent).toHaveLength(rows * columns - total)
    }
    const outcomes = await inspector.insights.outcomes({ run: run.id }, quiet().watch)
    expect(outcomes.after.correct).toBe(run.last!.test.correct)
    expect(outcomes.before).toBeNull()
    expect(outcomes.silent.layers.map(({ units }) => units)).toEqual(found.layers.map(({ units }) => units))
  })

  it('that are not there are said', async () => {
    const { inspector, runs } = await inspected({ cells: ['gru'] })
    const { insights } = inspector
    await expect(insights.show({ run: 'none' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(insights.show({ run: runs[0]!.id, epoch: 2 })).rejects.toMatchObject({ code: 'not-found' })
    const outcomes = insights.outcomes({ run: runs[0]!.id, epoch: 2 }, quiet().watch)
    await expect(outcomes).rejects.toMatchObject({ code: 'not-found' })
  })
})

function expectAdded({ total, before, after, lost, won, groups }: Outcomes): void {
  for (const side of before === null ? [after] : [before, after]) {
    expect(sum(side.confusion.flat())).toBe(total)
    expect(sum(side.confusion.map((row, k) => row[k]!))).toBe(side.correct)
  }
  expect(sum(groups.map((group) => group.total))).toBe(total)
  expect(sum(groups.map((group) => group.after))).toBe(after.correct)
  expect(sum(groups.map((group) => group.lost))).toBe(lost.count)
  expect(sum(groups.map((group) => group.won))).toBe(won.count)
  if (before === null) return
  expect(sum(groups.map((group) => group.before!))).toBe(before.correct)
  expect(before.correct - after.correct).toBe(lost.count - won.count)
}

describe('the answers of a run and of the one it was pruned from', () => {
  // Batches of 8 make 13 or 57 sequences end in a smaller one; padded batches depend on which sequences they hold.
  it.each([
    ['mask', null],
    ['process', null],
    ['process', 13],
  ] as const)('are as many right as were stored: padding %s, tested on %s', async (padding, testLimit) => {
    const content = sequences(60, 57)
    const training = { epochs: 10, batchSize: 8, learningRate: 0.02 } // long enough to have something to lose
    const { inspector, runs, service, studyId } = await inspected(
      { ...hard, training, cells: ['rnn-relu', 'lstm'], padding, testLimit },
      { content },
    )
    const tested = testedIndices(service.show(studyId).summary.definition as PruningStudy, content)
    expect(tested?.length ?? 57).toBe(testLimit ?? 57)
    let flips = 0
    for (const [base, pruned] of [
      [runs[0]!, runs[1]!],
      [runs[2]!, runs[3]!],
    ] as const) {
      for (const epoch of [0, 2]) {
        const { watch } = quiet()
        const found = await inspector.insights.outcomes({ run: pruned.id, epoch }, watch)
        const stored = service.run(pruned.id).epochs.find((record) => record.epoch === epoch)!
        expect(found).toMatchObject({
          runId: pruned.id,
          baseId: base.id,
          epoch,
          total: testLimit ?? 57,
          note: null,
        })
        expect(found.after.correct).toBe(stored.test.correct)
        expect(found.before!.correct).toBe(base.last!.test.correct)
        expectAdded(found)
        expect(found.groups.map(({ name }) => name)).toEqual(found.classes)
        expect(found.groupsNote).toMatch(/^By class/)
        for (const [side, { truth, before, after, index, text, corruption }] of [
          ...found.lost.flips.map((flip) => ['lost', flip] as const),
          ...found.won.flips.map((flip) => ['won', flip] as const),
        ]) {
          flips++
          expect(content.test[index]).toMatchObject({ text, label: found.classes.indexOf(truth) })
          expect(tested === undefined || tested.includes(index)).toBe(true)
          expect([before === truth, after === truth]).toEqual(side === 'lost' ? [true, false] : [false, true])
          expect(corruption).toBeUndefined()
        }
      }
    }
    expect(flips).toBeGreaterThan(0)
  })

  it('of a base run are those of one network', async () => {
    const { inspector, runs } = await inspected({ cells: ['gru'] })
    const { watch, told } = quiet()
    const found = await inspector.insights.outcomes({ run: runs[0]!.id }, watch)
    expect(found).toMatchObject({ baseId: null, before: null, epoch: 3 })
    expect([found.lost.count, found.won.count]).toEqual([0, 0])
    expect(found.after.correct).toBe(runs[0]!.last!.test.correct)
    expectAdded(found)
    expect(told.at(-1)).toEqual([20, 20, 'sequences'])
    expect(found.silent).toMatchObject({ sequences: 20, layers: [{ layer: 0, units: 6 }] })
    expect(found.silent.layers[0]!.constant.length).toBeLessThan(6)
  })

  it('say which units are silent: all of them where nothing is left', async () => {
    const everything = { prune: { ...hard.prune, percentages: [100], retrainEpochs: 0 } }
    const { inspector, runs } = await inspected({ ...everything, cells: ['rnn-tanh'] })
    const found = await inspector.insights.outcomes({ run: runs[1]!.id }, quiet().watch)
    expect(found.silent.layers).toEqual([{ layer: 0, units: 6, constant: [0, 1, 2, 3, 4, 5] }])
    const { layers } = await inspector.insights.show({ run: runs[1]!.id })
    expect(layers[0]!.dead.map(({ why }) => why)).toEqual(new Array(6).fill('no-input'))
    // One answer for all: the confusion has one column.
    expect(found.after.confusion.map((row) => row.filter((count) => count > 0).length)).toEqual([1, 1])
  })

  it('are computed once per network, by one process that ends when nobody asks', async () => {
    const { spawn, seen } = counting()
    const { inspector, runs } = await inspected({ ...hard, cells: ['gru'] }, { spawn, idleMs: 3000 })
    const ask = () => inspector.insights.outcomes({ run: runs[1]!.id }, quiet().watch)
    const [first, second] = await Promise.all([ask(), ask()])
    expect(second).toEqual(first)
    expect([seen.processes, seen.evaluations]).toEqual([1, 2])
    await inspector.insights.outcomes({ run: runs[1]!.id, epoch: 0 }, quiet().watch)
    expect([seen.processes, seen.evaluations]).toEqual([1, 3]) // the base is known already
    await until(() => !inspector.insights.open && seen.alive.size === 0, 'the process ends')
    expect(await ask()).toEqual(first)
    expect([seen.processes, seen.evaluations]).toEqual([1, 3])
  })

  it('stop within 250 ms when cancelled, leave no process, and can be asked for again', async () => {
    const { spawn, seen } = counting()
    const content = sequences(60, 6000)
    const study = { ...hard, cells: ['lstm'], training: { epochs: 1, batchSize: 8 }, testLimit: null }
    const { inspector, runs } = await inspected(study, { content, spawn })
    const { controller, watch, told } = quiet()
    const started = new Promise<void>((resolve) => {
      const { progress } = watch
      watch.progress = (...step) => {
        progress(...step)
        resolve()
      }
    })
    const asked = inspector.insights.outcomes({ run: runs[1]!.id }, watch)
    const waiting = quiet()
    const next = inspector.insights.outcomes({ run: runs[1]!.id }, waiting.watch)
    const ended = [asked, next].map((one) =>
      one.then(
        () => 'done',
        (error: { code: string }) => error.code,
      ),
    )
    await started
    const from = performance.now()
    waiting.controller.abort()
    controller.abort()
    expect(await Promise.all(ended)).toEqual(['cancelled', 'cancelled'])
    expect(performance.now() - from).toBeLessThan(250)
    const [done, total] = told.at(-1)!
    expect(total).toBe(12_000)
    expect(done).toBeLessThan(total)
    await until(() => seen.alive.size === 0, 'the process ends')
    await expect(inspector.insights.outcomes({ run: runs[1]!.id }, watch)).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(seen.processes).toBe(1)
    const found = await inspector.insights.outcomes({ run: runs[1]!.id }, quiet().watch)
    expect(found.after.correct).toBe(runs[1]!.last!.test.correct)
  }, 60_000)
})

describe('what the answers were stored with', () => {
  const test = { total: 100, correct: 90, accuracy: 0.9, loss: 1, lossSum: 1 }
  const moment = { epoch: 2, title: 'LSTM, base, seed 1', run: { epochs: [{ epoch: 2, test }] } } as never

  it('is named where the count differs now, and only there', () => {
    expect(differenceNote([{ of: moment, correct: 90 }])).toBeNull()
    expect(differenceNote([{ of: moment, correct: 89 }])).toMatch(
      /^LSTM, base, seed 1: 89 of 100 right here, 90 when it was trained\. .*round differently/,
    )
  })
})

describe('an engine process that takes too much memory for a test', () => {
  it('is ended, and that is said', async () => {
    let [killed, tell] = [false, (_: FromEngine): void => undefined]
    const engine: EngineProcess = {
      pid: undefined,
      onMessage: (listener) => (tell = listener),
      onExit: () => undefined,
      postMessage: () => setImmediate(() => tell({ type: 'memory', bytes: 2e9 })),
      kill: () => (killed = true),
    }
    const host = new EngineHost({ spawn: () => engine, memoryLimit: 1e9 })
    await expect(host.evaluate({} as EvaluateJob, () => undefined)).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(
        /held 2\.00 GB of memory and was stopped; 1\.00 GB are allowed/,
      ) as string,
    })
    expect(killed).toBe(true)
  })
})
