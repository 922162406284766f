import { describe, expect, it } from 'vitest'
import { analysisJson, analysisText } from '../../src/main/commands/analysis-text.ts'
import { analyseStructures } from '../../src/main/stats/analyse.ts'
import { randomStream } from '../../src/shared/random.ts'
import type { StructureRow } from '../../src/shared/structure-analysis.ts'

/** Two generators of 12 graphs whose score follows the edges; one training of the first failed. */
function rowsOf(count = 24): StructureRow[] {
  const random = randomStream(3, 'test-rows')
  return Array.from({ length: count }, (_, graph) => {
    const nodes = 10 + random.integer(41)
    const edges = 2 * nodes + random.integer(30)
    const score = graph === 0 ? 0.5 : 0.6 + edges / 1000 + 0.01 * random.normal()
    return {
      cell: 'lstm',
      generator: graph % 2 === 0 ? 'barabasi-albert' : 'watts-strogatz',
      graph: String(graph),
      properties: { nodes, edges, layers: 4 },
      score,
    }
  })
}

const quick = { folds: 3, repeats: 1, subsets: ['all'], regressors: ['bayesian-ridge'] } as const
const analysis = analyseStructures(rowsOf(), quick)

describe('the analysis as JSON', () => {
  const json = analysisJson('test_acc', analysis)

  it('gives each property once per architecture, its coefficients as plain numbers', () => {
    expect(json.properties.map(({ property }) => property)).toEqual(['layers', 'nodes', 'edges'])
    const [layers, nodes, edges] = json.properties
    expect(edges).toMatchObject({ cell: 'lstm', generator: null })
    expect(edges!.pearson).toBe(analysis.groups[0]!.all.properties[2]!.pearson!.r)
    expect(edges!.details.pearson!.low).toBeLessThan(edges!.pearson!)
    expect(nodes).toMatchObject({ partial: null })
    expect(layers).toMatchObject({ pearson: null, spearman: null, partial: null }) // it does not vary
  })

  it('keeps generators, failed trainings and regressors apart', () => {
    expect(json.within.map(({ generator }) => generator)).toEqual([
      ...Array<string>(3).fill('barabasi-albert'),
      ...Array<string>(3).fill('watts-strogatz'),
    ])
    expect(json.failures![0]).toMatchObject({ cell: 'lstm', generator: null, runs: 24, failed: 1 })
    expect(json.trained![2]!.pearson).not.toBe(json.properties[2]!.pearson)
    expect(json.regressors).toHaveLength(1)
    expect(json.regressors[0]).toMatchObject({ cell: 'lstm', regressor: 'bayesian-ridge', subset: 'all' })
  })

  it('says nothing about failed trainings where the target is no accuracy', () => {
    expect(Object.keys(analysisJson('test_loss', analysis))).toEqual([
      'target',
      'properties',
      'regressors',
      'within',
    ])
    expect(analysisText('test_loss', analysis)).not.toMatch(/failed/)
  })
})

describe('the analysis as text', () => {
  it('has a table for every group and for the regressors', () => {
    const text = analysisText('test_acc', analysis)
    for (const heading of [
      'LSTM, all generators: correlation with test_acc over 24 graphs',
      'LSTM, barabasi-albert: correlation with test_acc over 12 graphs',
      '1 of 24 trainings failed (4.17 %',
      'LSTM: R^2 on held-out graphs, one split as published, and 3 parts repeated 1 times',
    ])
      expect(text).toContain(heading)
    expect(text).toMatch(/^layers +- +- +- /m)
    expect(text).not.toMatch(/NaN|undefined/)
  })

  it('says when there are too few graphs', () => {
    const text = analysisText('test_acc', analyseStructures(rowsOf(4), quick))
    expect(text).toContain('at least 5 are needed')
    expect(text).toContain('too few graphs for regressors')
  })
})
