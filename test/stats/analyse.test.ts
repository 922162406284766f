import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import type { PropertyName } from '../../src/shared/graph.ts'
import { PROPERTY_NAMES } from '../../src/shared/graph.ts'
import { randomStream } from '../../src/shared/random.ts'
import type { StructureRow } from '../../src/shared/structure-analysis.ts'
import { analyseStructures } from '../../src/main/stats/analyse.ts'
import { crossValidate, singleSplit } from '../../src/main/stats/cross-validation.ts'
import { chanceThreshold, failureRate, PUBLISHED_CHANCE } from '../../src/main/stats/failures.ts'
import type { Regressor } from '../../src/main/stats/regressors/regressor.ts'
import { fitBayesianRidge } from '../../src/main/stats/regressors/bayesian-ridge.ts'
import { structureRows } from '../../src/main/stats/structure-rows.ts'
import { describeWithShared } from '../support/shared-folder.ts'

/** Graphs whose score is told by `density`, with `edges` following `nodes` and nothing else. */
function madeUpRows(count: number, { generator = 'made-up', seeds = 1, failing = 0 } = {}): StructureRow[] {
  const random = randomStream(11, 'test-rows', generator)
  return Array.from({ length: count }, (_, graph) => {
    const nodes = 10 + random.integer(41)
    const density = 0.1 + 0.2 * random.float()
    const properties = { nodes, edges: 2 * nodes + random.integer(5), density, layers: 4 }
    return Array.from({ length: seeds }, (_, seed): StructureRow => ({
      cell: 'gru',
      generator,
      graph: String(graph),
      seed,
      properties,
      score: graph < failing ? 0.5 : 0.6 + nodes / 100 + 2 * density + 0.01 * random.normal(),
    }))
  }).flat()
}

const quick = { repeats: 2, folds: 5, regressors: ['bayesian-ridge'], subsets: ['all'] } as const

describe('Analysis', () => {
  const rows = madeUpRows(60)
  const { groups, regressors } = analyseStructures(rows, quick)
  const table = groups[0]!.all
  const of = (name: PropertyName) => table.properties.find(({ property }) => property === name)!

  it('lists the properties the rows have, in published order, and nothing for one that does not vary', () => {
    expect(table.properties.map(({ property }) => property)).toEqual(['layers', 'nodes', 'edges', 'density'])
    expect(of('layers')).toEqual({
      property: 'layers',
      pearson: null,
      pearsonBootstrap: null,
      spearman: null,
      partial: null,
    })
  })

  it('takes the number of nodes out of what only follows it', () => {
    expect(of('edges').pearson!.r).toBeGreaterThan(0.2)
    expect(of('edges').pearson!.p).toBeLessThan(0.05)
    expect(Math.abs(of('edges').partial!.r)).toBeLessThan(0.3)
    expect(of('density').partial!.r).toBeGreaterThan(0.9)
    expect(of('nodes').partial).toBeNull()
  })

  it('adjusts each statistic over the properties for which it exists', () => {
    const family = [of('nodes'), of('edges'), of('density')].map(({ pearson }) => pearson!)
    const smallest = family.toSorted((a, b) => a.p - b.p)[0]!
    expect(smallest.holm).toBeCloseTo(3 * smallest.p, 15)
    expect(family.every(({ p, bh, holm }) => p <= bh! && bh! <= holm!)).toBe(true)
  })

  it('predicts the score where it can be predicted', () => {
    const [result] = regressors[0]!.results
    expect(regressors[0]!.results).toHaveLength(1)
    expect(result!.crossValidation.mean).toBeGreaterThan(0.9)
    expect(result!.crossValidation.low).toBeLessThan(result!.crossValidation.mean)
    expect(result!.splitRange.low).toBeLessThanOrEqual(result!.splitRange.high)
    const best = result!.importances.toSorted((a, b) => b.permutation - a.permutation)[0]!
    expect(best.property).toBe('density')
    expect(best.impurity).toBeNull()
    expect(best.weight).toBeGreaterThan(0)
  })

  it('is the same for the same rows and seed', () => {
    expect(analyseStructures(rows, quick)).toEqual({ groups, regressors })
  })

  it('looks within each generator when there are several', () => {
    const both = [...madeUpRows(20, { generator: 'a' }), ...madeUpRows(25, { generator: 'b' })]
    const found = analyseStructures(both, { ...quick, regressors: [] })
    expect(found.groups.map(({ generator, all }) => [generator, all.graphs])).toEqual([
      [null, 45],
      ['a', 20],
      ['b', 25],
    ])
  })

  it('counts a graph once, whatever the number of its seeds', () => {
    const seeds = analyseStructures(madeUpRows(20, { seeds: 5 }), { ...quick, regressors: [] }).groups[0]!
    expect(seeds.failures.runs).toBe(100)
    expect(seeds.all.graphs).toBe(20)
    expect(seeds.all.properties[1]!.pearson!.n).toBe(20)
  })

  it('reports failed trainings as a rate and keeps them out of the second table', () => {
    const group = analyseStructures(madeUpRows(40, { failing: 10 }), { ...quick, regressors: [] }).groups[0]!
    expect(group.failures).toMatchObject({ runs: 40, failed: 10, rate: 0.25 })
    expect(group.failures.low).toBeGreaterThan(0.1)
    expect(group.failures.high).toBeLessThan(0.45)
    expect([group.all.graphs, group.trained.graphs]).toEqual([40, 30])
    const nodes = [group.all, group.trained].map((t) => t.properties[3]!.pearson!.r)
    expect(nodes[1]).toBeGreaterThan(nodes[0]!)
  })

  it('can keep failed trainings from the regressors', () => {
    const failing = madeUpRows(40, { failing: 10 })
    const kept = analyseStructures(failing, quick).regressors[0]!.results[0]!
    const left = analyseStructures(failing, { ...quick, failedTrainings: 'leave-out' }).regressors[0]!
      .results[0]!
    expect([kept.graphs, left.graphs]).toEqual([40, 30])
    expect(left.crossValidation.mean).toBeGreaterThan(kept.crossValidation.mean)
  })

  it('says when there are too few graphs, and fits nothing', () => {
    const found = analyseStructures(madeUpRows(4))
    expect(found.groups[0]!.note).toContain('4 graphs were trained without failing, too few')
    expect(found.groups[0]!.all.properties).toEqual([])
    expect(found.regressors).toEqual([{ cell: 'gru', results: [] }])
  })

  it('reports progress to the end', () => {
    const seen: number[] = []
    analyseStructures(rows, {
      ...quick,
      subsets: ['all', 'variances', 'nodes-and-edges'],
      onProgress: (done, total) => seen.push(done / total),
    })
    expect(seen).toEqual([1 / 3, 2 / 3, 1])
  })

  it('refuses no rows and scores that are not numbers', () => {
    expect(() => analyseStructures([])).toThrow('no trained structures')
    expect(() => analyseStructures([{ ...rows[0]!, score: Number.NaN }])).toThrow('Row 1 has the score NaN')
  })
})

describe('Failed trainings', () => {
  it('are those within three standard errors of chance', () => {
    expect(chanceThreshold({ accuracy: 0.5, total: 10_000 })).toBeCloseTo(0.515, 12)
    expect(chanceThreshold(PUBLISHED_CHANCE)).toBeCloseTo(0.52473, 4)
  })

  it('have a rate with an interval inside 0 to 1, also for none and all', () => {
    const rows = madeUpRows(10)
    expect(failureRate(rows, 0)).toMatchObject({ rate: 0, low: 0 })
    expect(failureRate(rows, 0).high).toBeCloseTo(0.2775, 3) // Wilson: z^2 / (n + z^2)
    expect(failureRate(rows, 2)).toMatchObject({ rate: 1, high: 1 })
  })
})

describe('Cross-validation', () => {
  const random = randomStream(3, 'test-cv')
  const x = Array.from({ length: 50 }, () => [random.normal(), random.normal()])
  const y = x.map(([a]) => a! + 0.5 * random.normal())
  const ridge: Regressor = (rows, targets) => fitBayesianRidge(rows, targets)

  it('predicts every sample once per repeat, by a model that has not seen it', () => {
    const seenTogether: number[] = []
    const spy: Regressor = (_rows, targets) => {
      const known = new Set(targets)
      return {
        predict: (held) => {
          seenTogether.push(known.size + held.length)
          return held.map(() => targets[0]!)
        },
      }
    }
    const { scores, pooled } = crossValidate(spy, x, y, { folds: 5, repeats: 3 })
    expect(scores).toHaveLength(15)
    expect(pooled).toBeLessThan(0.1)
    expect(new Set(seenTogether)).toEqual(new Set([50])) // 40 fitted + 10 held out
  })

  it('has an interval wider than that of independent scores', () => {
    const { mean, low, high, scores } = crossValidate(ridge, x, y, { folds: 5, repeats: 4 })
    const variance = scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / (scores.length - 1)
    const naive = 2 * Math.sqrt(variance / scores.length)
    expect(mean - low).toBeCloseTo(high - mean, 12)
    expect(high - mean).toBeGreaterThan(2 * naive)
  })

  it('finds the feature that matters by shuffling', () => {
    const { permutation } = crossValidate(ridge, x, y, { folds: 5, repeats: 1 })
    expect(permutation[0]).toBeGreaterThan(0.5)
    expect(Math.abs(permutation[1]!)).toBeLessThan(0.1)
  })

  it('refuses parts with fewer than two samples', () => {
    expect(() => crossValidate(ridge, x.slice(0, 9), y.slice(0, 9), { folds: 5 })).toThrow('in 5 parts')
  })

  it('has a single split that depends on its seed alone', () => {
    const scores = [1, 1, 2].map((seed) => singleSplit(ridge, x, y, { seed }))
    expect(scores[0]).toBe(scores[1])
    expect(scores[0]).not.toBe(scores[2])
  })
})

describe('Rows of a table', () => {
  const record = { mode: 'RNN_TANH', graph: 'barabasi_albert', graph_nr: '3', nodes: '20', test_acc: '0.9' }

  it('take published and own column names', () => {
    const row = {
      cell: 'rnn-tanh',
      generator: 'barabasi-albert',
      graph: '3',
      properties: { nodes: 20 },
      score: 0.9,
    }
    expect(structureRows([record])).toEqual([row])
    const own = {
      cell: 'rnn-tanh',
      generator: 'barabasi-albert',
      index: '3',
      seed: '7',
      nodes: '20',
      f1: '0.9',
    }
    expect(structureRows([own], 'f1')).toEqual([{ ...row, seed: 7 }])
  })

  it.each([
    [[], 'The table has no rows'],
    [[{ ...record, mode: 'TRANSFORMER' }], "Row 1 names the architecture 'TRANSFORMER'"],
    [[record, { ...record, nodes: 'many' }], "Row 2 has 'many' in column nodes; expected a number."],
    [[{ ...record, test_acc: '' }], "Row 1 has '' in column test_acc"],
    [[{ mode: 'GRU', graph: 'x', test_acc: '1' }], 'none of the graph properties'],
    [[{ graph: 'x', test_acc: '1', nodes: '1' }], 'no column cell or mode'],
  ])('name what is wrong with them', (records, message) => {
    expect(() => structureRows(records as Record<string, string>[])).toThrow(message)
  })

  it('name a target that is not there', () => {
    expect(() => structureRows([record], 'f1')).toThrow('no column f1; its columns are mode, graph')
  })
})

/** Published correlations with test accuracy (science.md section 4): RNN-Tanh, RNN-ReLU, LSTM, GRU. */
const PUBLISHED: Partial<Record<PropertyName, number[]>> = {
  layers: [0.25, 0.3, 0.28, 0.34],
  nodes: [0.4, 0.44, 0.44, 0.49],
  edges: [0.38, 0.43, 0.42, 0.49],
  source_nodes: [0.35, 0.47, 0.57, 0.74],
  diameter: [-0.23, -0.27, -0.32, -0.2],
  density: [0.29, 0.15, 0.29, 0.34],
  average_shortest_path_length: [-0.27, -0.25, -0.36, -0.23],
  eccentricity_var: [-0.22, -0.24, -0.3, -0.21],
  degree_var: [-0.28, -0.26, -0.39, -0.58],
  closeness_var: [-0.46, -0.39, -0.51, -0.67],
  nodes_betweenness_var: [-0.49, -0.41, -0.56, -0.52],
  edge_betweenness_var: [-0.34, -0.3, -0.44, -0.26],
}

describeWithShared('Published structure studies', (folder) => {
  const read = (name: string) =>
    structureRows(
      parse(readFileSync(path.join(folder, 'thesis', 'published', `structure_${name}.csv`)), {
        columns: true,
      }),
    )

  it.each(['rnn_tanh', 'rnn_relu', 'lstm', 'gru'].map((name, column) => ({ name, column })))(
    'have the published correlations to two decimals: $name',
    ({ name, column }) => {
      const { groups } = analyseStructures(read(name), { regressors: [] })
      expect(groups.map(({ generator }) => generator)).toEqual([null, 'barabasi-albert', 'watts-strogatz'])
      const { properties } = groups[0]!.all
      expect(properties.map(({ property }) => property)).toEqual(PROPERTY_NAMES)
      const found = properties
        .filter(({ property }) => PUBLISHED[property] !== undefined)
        .map(({ property, pearson }) => [property, Math.round(pearson!.r * 100) / 100])
      const wanted = Object.entries(PUBLISHED).map(([property, values]) => [property, values[column]])
      expect(found).toEqual(wanted)
    },
  )

  it('have the failure rates that the tables show', () => {
    const failed = ['rnn_tanh', 'rnn_relu', 'lstm', 'gru'].map((name) => {
      const { groups } = analyseStructures(read(name), { regressors: [] })
      return groups[0]!.failures.failed
    })
    expect(failed).toEqual([15, 70, 3, 0])
  })

  it('are predicted best for GRU, and a single split says little: the published forest R^2 is within its range', () => {
    const { results } = analyseStructures(read('gru'), { subsets: ['all'], repeats: 1 }).regressors[0]!
    const forest = results.find(({ regressor }) => regressor === 'random-forest')!
    expect(forest.crossValidation.mean).toBeGreaterThan(0.3)
    expect(forest.crossValidation.mean).toBeLessThan(0.876) // published, from one split
    expect(forest.importances.toSorted((a, b) => b.impurity! - a.impurity!)[0]!.property).toBe('source_nodes')
  })
})
