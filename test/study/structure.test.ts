// A structure study from its definition to its table, on the oracle engine: small graphs, a few epochs.
import { describe, expect, it } from 'vitest'
import type { Engine, Model } from '../../src/main/engine/engine.ts'
import { countNonzeros } from '../../src/main/engine/parameters.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { graphProperties } from '../../src/main/graph/properties.ts'
import { sampleGraph } from '../../src/main/graph/sample.ts'
import { chanceThreshold } from '../../src/main/stats/failures.ts'
import { chanceOf, structureRows } from '../../src/main/stats/structure-rows.ts'
import { openStore } from '../../src/main/store/store.ts'
import { studyData } from '../../src/main/study/plan.ts'
import { startOf } from '../../src/main/study/twin.ts'
import { structureNetwork } from '../../src/main/study/structure.ts'
import type { RunJob } from '../../src/main/study/messages.ts'
import { modelSizes } from '../../src/main/study/model-size.ts'
import { decodeMasks, decodeWeights } from '../../src/main/study/weights.ts'
import { parseStudy, type StructureStudy, type StudyInput } from '../../src/shared/study.ts'
import { tempDir } from '../support/temp-dir.ts'
import { localEngines } from './local-engine.ts'
import { bench, fingerprint, sequences, until } from './support.ts'

/** Two generators, two graphs each, one control: 8 runs of two epochs. */
function tinyStructures(dataset: string, structure: object = {}, rest: object = {}): StudyInput {
  return {
    kind: 'structure',
    dataset,
    cells: ['gru'],
    seeds: [3],
    model: { embedding: 4 },
    training: { epochs: 3, batchSize: 8, learningRate: 0.01 },
    structure: {
      families: [
        { kind: 'barabasi-albert', count: 2 },
        { kind: 'watts-strogatz', count: 2, k: 4 },
      ],
      nodes: { min: 6, max: 9 },
      rewired: 1,
      ...structure,
    },
    ...rest,
  } as StudyInput
}

/** A model whose loss is no number in its first batch. */
function diverging(model: Model): Model {
  const nonFinite = { what: 'loss', batch: 0 } as const
  const train = () => ({ ...{ losses: [], meanLoss: 0, lossSum: 0, correct: 0, stopped: false }, nonFinite })
  return { train, masks: () => model.masks(), dispose: () => model.dispose() } as unknown as Model
}

const watch = (progress: number[] = [], signal = new AbortController().signal) => ({
  signal,
  progress: (done: number) => void progress.push(done),
})
const choice = { folds: 2, repeats: 1, leaveOutFailed: false }

/** Records of a table whose cells hold neither commas nor quotes. */
function records(text: string): Record<string, string>[] {
  const [head, ...lines] = text.trim().split('\r\n')
  const names = head!.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])))
}

describe.each(['lacuna', 'darji-2021'] as const)('a structure study with %s wiring', (wiring) => {
  it('trains the network of every graph, keeps what is not joined at zero, and measures each graph once', async () => {
    const gateMask = wiring === 'lacuna' ? 'per-gate' : 'row-repeat'
    const { service, store, dataset } = bench(tempDir(), { spawn: localEngines() })
    const { id } = service.start(tinyStructures(dataset.id, { wiring, gateMask }))
    service.open()
    await service.idle()
    expect(service.show(id).summary).toMatchObject({ state: 'done', runs: { done: 8 } })
    const definition = store.studies.get(id).definition as StructureStudy
    const sizes = studyData(definition, sequences())
    const measured = store.runs.properties(id)
    for (const { id: run, spec, epochs, parameters } of store.runs.records(id)) {
      const made = structureNetwork(definition, 'gru', spec.structure!, sizes)
      const weights = decodeWeights(made.network, store.blobs.require(run, 'weights'))
      const masks = decodeMasks(made.network, store.blobs.require(run, 'masks'))
      expect(masks).toEqual(made.masks)
      for (const [name, mask] of masks)
        mask.forEach((keep, i) => keep === 0 && expect(weights.get(name)![i]).toBe(0))
      expect(parameters).toBe(countNonzeros(made.network, masks))
      expect(measured.get(run)).toEqual(graphProperties(made.graph))
      expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3])
    }
  })

  it('goes on from a checkpoint to the same bits', async () => {
    const changes = { wiring, rewired: 0 }
    const whole = bench(tempDir(), { spawn: localEngines() })
    const { id } = whole.service.start(tinyStructures(whole.dataset.id, changes))
    whole.service.open()
    await whole.service.idle()

    const folder = tempDir()
    const crashing = localEngines({
      // The process dies with an epoch on its lips, in every second epoch of every run.
      epoch: (engine, _run, epoch) => {
        if (epoch === 2 && engine.jobs.at(-1)!.checkpoint === undefined) engine.crash()
      },
    })
    const broken = bench(folder, { spawn: crashing })
    expect(broken.service.start(tinyStructures(broken.dataset.id, changes)).id).toBe(id)
    broken.service.open()
    await broken.service.idle()
    expect(
      crashing.all.flatMap(({ jobs }) => jobs).filter(({ checkpoint }) => checkpoint !== undefined),
    ).toHaveLength(4)
    expect(fingerprint(broken.store, id)).toEqual(fingerprint(whole.store, id))
    expect(broken.store.runs.properties(id)).toEqual(whole.store.runs.properties(id))
  })
})

describe('the results of a structure study', () => {
  async function done(changes: object = {}, rest: object = {}) {
    const made = bench(tempDir(), { spawn: localEngines() })
    const { id } = made.service.start(tinyStructures(made.dataset.id, changes, rest))
    made.service.open()
    await made.service.idle()
    return { ...made, id }
  }

  it('have a row for every run, with its graph, its accuracies and what guessing scores', async () => {
    const { service, id, dataset, store } = await done()
    const { rows, chance } = service.structures(id)
    const [no, yes] = dataset.counts.test
    const total = no! + yes!
    expect(chance).toBe(chanceThreshold({ accuracy: Math.max(no!, yes!) / total, total }))
    expect(rows).toHaveLength(8)
    expect(rows[1]).toMatchObject({
      generator: 'barabasi-albert',
      graph: 'barabasi-albert 0',
      rewired: 1,
      state: 'done',
    })
    for (const row of rows) {
      expect(row.accuracies).toHaveLength(3)
      expect(row.accuracy).toBe(row.accuracies[2])
      expect(row.properties.nodes).toBeGreaterThanOrEqual(6)
    }
    // Controls have the size of their graph.
    expect(rows[1]!.properties.edges).toBe(rows[0]!.properties.edges)
    expect(() =>
      service.structures(
        store.studies.create(parseStudy({ kind: 'training', dataset: dataset.id }), {
          id: 'feedbeef',
          name: 'other',
        }).id,
      ),
    ).toThrow(/'other' trains no random structures/)
  })

  it('are a table under the published names, which is read back as it was analysed', async () => {
    const { service, id } = await done({
      families: [
        { kind: 'barabasi-albert', count: 3 },
        { kind: 'barabasi-albert', count: 3 },
      ],
    })
    const table = records(service.csv(id).text)
    expect(Object.keys(table[0]!).slice(0, 4)).toEqual(['mode', 'graph', 'graph_nr', 'layers'])
    expect(table.slice(0, 4).map((row) => `${row['graph']} ${row['graph_nr']}`)).toEqual([
      'barabasi_albert 0',
      'barabasi_albert_rewired 0.1',
      'barabasi_albert b0',
      'barabasi_albert_rewired b0.1',
    ])
    const rows = structureRows(table)
    const { rows: results } = service.structures(id)
    expect(rows.map(({ score }) => score)).toEqual(results.map(({ accuracy }) => accuracy))
    expect(rows.map(({ properties }) => properties)).toEqual(results.map(({ properties }) => properties))
    expect(rows.filter(({ control }) => control === true)).toHaveLength(6)
    expect(new Set(rows.map(({ generator, graph }) => `${generator} ${graph}`)).size).toBe(12)
    expect(chanceThreshold(chanceOf(table)!)).toBe(service.structures(id).chance)
  })

  it('are analysed in threads, with controls apart, once for the same runs', async () => {
    const { service, id } = await done()
    const progress: number[] = []
    const analysis = await service.analyse(id, choice, watch(progress))
    expect(progress.at(-1)).toBe(100)
    expect(analysis.groups.map(({ generator, all }) => [generator, all.graphs])).toEqual([
      [null, 4],
      ['barabasi-albert', 2],
      ['barabasi-albert-rewired', 2],
      ['watts-strogatz', 2],
      ['watts-strogatz-rewired', 2],
    ])
    expect(analysis.regressors[0]!.results[0]).toMatchObject({ graphs: 4 })
    expect(await service.analyse(id, choice, watch())).toBe(analysis)
    expect(await service.analyse(id, { ...choice, leaveOutFailed: true }, watch())).not.toBe(analysis)
    const aborted = AbortSignal.abort()
    await expect(service.analyse(id, { ...choice, repeats: 2 }, watch([], aborted))).rejects.toMatchObject({
      code: 'cancelled',
    })
  })

  it('count a training that became NaN as failed and the study as done, without numbers where there are none', async () => {
    const engine = (job: RunJob): Engine =>
      job.runId.includes('barabasi')
        ? { ...oracleEngine, create: (...of) => diverging(oracleEngine.create(...of)) }
        : oracleEngine
    const made = bench(tempDir(), { spawn: localEngines({ engine }) })
    const { id } = made.service.start(tinyStructures(made.dataset.id))
    made.service.open()
    await made.service.idle()
    expect(made.service.show(id).summary).toMatchObject({ state: 'done', runs: { done: 4, diverged: 4 } })
    const { rows } = made.service.structures(id)
    const diverged = rows.filter(({ state }) => state === 'diverged')
    expect(diverged.map(({ accuracy, properties }) => [accuracy, properties.layers! > 0])).toEqual(
      Array(4).fill([undefined, true]),
    )
    expect(made.service.csv(id).text).not.toMatch(/,NaN|undefined|null/)
    const { groups } = await made.service.analyse(id, choice, watch())
    const ofBarabasi = groups.find(({ generator }) => generator === 'barabasi-albert')!
    expect(ofBarabasi.failures).toMatchObject({ runs: 2, failed: 2, rate: 1 })
  })
})

describe('the plan of a structure study', () => {
  it('counts the parameters, weights and masks of its networks as they are', () => {
    const store = openStore(tempDir(), { now: () => new Date() })
    store.close()
    const graph = { nodes: 4, edges: [[0, 1], [0, 2], [1, 3], [0, 3]] as [number, number][] } // prettier-ignore
    const families = [{ kind: 'given', graphs: [{ name: 'g', graph }] }]
    const definition = parseStudy(tinyStructures('x', { families, wiring: 'darji-2021' })) as StructureStudy
    const content = sequences(80, 20)
    const sizes = studyData(definition, content)
    const { network, masks } = structureNetwork(definition, 'gru', { family: 0, index: 0, rewired: 0 }, sizes)
    const dataset = { alphabetSize: sizes.vocabulary - 2, classes: content.classes } as Parameters<
      typeof modelSizes
    >[2]
    const { mean, largest } = modelSizes(definition, 'gru', dataset)
    expect(mean).toEqual(largest)
    expect(mean.kept).toBeLessThan(mean.recurrent)
    expect(mean.maskBytes).toBe([...masks.values()].reduce((sum, { length }) => sum + length, 0))
    expect(mean.cells).toBe(network.layers.reduce((sum, { cells }) => sum + cells.length, 0))
  })

  it('is measured with a graph of each generator where nothing like it has run', async () => {
    const { service, dataset, events } = bench(tempDir(), { content: sequences(200, 40), jobs: 1 })
    expect(service.plan(tinyStructures(dataset.id)).estimate).toBeUndefined()
    await until(() => events.some(({ name }) => name === 'plan/estimated'), 'the calibration')
    const { estimate, runs, diskBytes } = service.plan(tinyStructures(dataset.id))
    expect(estimate!.ms).toBeGreaterThan(0)
    expect(estimate!.basis).toMatch(/a graph of each generator with the oracle engine/)
    expect(runs).toHaveLength(8)
    expect(diskBytes).toBeGreaterThan(8 * 200)
  })

  it('refuses graphs that cannot be, before anything runs', () => {
    const { service, dataset } = bench(tempDir())
    const plan = (structure: object) => () => service.plan(tinyStructures(dataset.id, structure))
    expect(plan({ budget: { kind: 'edges', edges: 3 } })).toThrow(/6 vertices cannot have exactly 3 edges/)
    expect(plan({ nodes: { min: 3, max: 9 } })).toThrow(/3 vertices was asked for with k = 4/)
    expect(plan({ nodes: { min: 10, max: 2000 } })).toThrow(
      /2000 vertices have about 360000 edges.*at most 20000/,
    )
    expect(plan({ budget: { kind: 'parameters', parameters: 5 } })).toThrow(/of 5 trained values/)
  })

  it('of 2,000 runs is made, listed and counted without a noticeable wait', () => {
    const { service, store, dataset } = bench(tempDir())
    const families = ['barabasi-albert', 'watts-strogatz'].map((kind) => ({ kind, count: 250 }))
    const large = tinyStructures(
      dataset.id,
      { families, nodes: { min: 10, max: 50 }, rewired: 0 },
      {
        cells: ['rnn-tanh', 'rnn-relu', 'lstm', 'gru'],
      },
    )
    const timed = <T>(work: () => T): [T, number] => {
      const begin = performance.now()
      return [work(), performance.now() - begin]
    }
    const [plan, planMs] = timed(() => service.plan(large))
    expect(plan.runs).toHaveLength(2000)
    // Measured 0.15 s on the development machine; ten times that still feels like an answer.
    expect(planMs).toBeLessThan(1500)
    const { id } = service.start(large)
    const record = {
      epoch: 1,
      test: { total: 20, correct: 15, accuracy: 0.75, loss: 1, lossSum: 3 },
      nonzeros: 9,
      elapsedMs: 1,
    }
    store.transaction(() => {
      for (const { id: run } of store.runs.inState(id, ['queued']))
        store.runs.saveEpoch(run, record, {}, true)
    })
    const [{ runs }, showMs] = timed(() => service.show(id))
    expect(runs).toHaveLength(2000)
    expect(showMs).toBeLessThan(1500)
    const [, statusMs] = timed(() => service.status())
    expect(statusMs).toBeLessThan(200)
  })
})

describe('the weights a structure starts from', () => {
  it('are zero where the graph joins nothing, as an engine check compares them', () => {
    const definition = parseStudy(tinyStructures('x')) as StructureStudy
    const { network, masks } = structureNetwork(
      definition,
      'gru',
      { family: 1, index: 0, rewired: 0 },
      { vocabulary: 8, classes: 2 },
    )
    const job = { network, masks, seed: 5 } as unknown as RunJob
    const start = startOf(job)
    expect(start.masks).toEqual(masks)
    for (const [name, mask] of masks)
      mask.forEach((keep, i) => keep === 0 && expect(start.parameters.get(name)![i]).toBe(0))
    expect(
      sampleGraph(definition.structure, { family: 1, index: 0, cell: 'gru' }).graph.edges.length,
    ).toBeGreaterThan(8)
  })
})
