import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  correlationHeatmap,
  formatP,
  parseHeatKey,
  significance,
} from '../../src/renderer/charts/correlation-heatmap.ts'
import { failureChart, failureGroups, groupName } from '../../src/renderer/charts/failures.ts'
import {
  fitAt,
  formatCoefficient,
  formatR2,
  linearFit,
  meanInterval,
  studentQuantile,
  type Point,
} from '../../src/renderer/charts/fit.ts'
import {
  importanceChart,
  importanceOf,
  importanceOrder,
  measureAxis,
} from '../../src/renderer/charts/importances.ts'
import { GENERATOR_LOOKS, chartTheme, divergingColour, textOn } from '../../src/renderer/charts/palette.ts'
import { pairedDifferences, structurePoints } from '../../src/renderer/charts/structure-points.ts'
import {
  niceRange,
  outerBaselines,
  scatterFinding,
  scatterFit,
  structureScatter,
} from '../../src/renderer/charts/structure-scatter.ts'
import { accuracyStrip, controlStrip, spreadAt } from '../../src/renderer/charts/structure-strip.ts'
import { PROPERTY_TITLES, formatProperty } from '../../src/renderer/composables/structure-words.ts'
import { pearson } from '../../src/main/stats/correlation.ts'
import { studentQuantile as exactQuantile } from '../../src/main/stats/distributions.ts'
import { PROPERTY_NAMES } from '../../src/shared/graph.ts'
import { CELLS, type Cell } from '../../src/shared/network.ts'
import { publishedRelation } from '../../src/shared/published-structures.ts'
import type { StructureResult } from '../../src/shared/results.ts'
import { FakeWorkbench } from './fake-workbench.ts'

const theme = chartTheme('light')
const fake = new FakeWorkbench('structures')
fake.close()
const { baselines } = await fake.handlers['dataset/show']({ id: 'da0a' })
const whole = await fake.handlers['study/structures']({ id: 'g1' })
const withControls = await fake.handlers['study/structures']({ id: 'g2' })
const analysis = await fake.handlers['study/analyse']({
  id: 'g1',
  folds: 10,
  repeats: 10,
  leaveOutFailed: false,
  task: 't',
})
const levels = { chance: whole.chance, guess: 3161 / 6250 }
const points = structurePoints(whole.rows, levels)

interface Drawn {
  type: string
  name: string
  symbol?: string
  data: unknown[]
  lineStyle?: { type: string }
}
const seriesOf = (spec: { option: { series?: unknown } }) => spec.option.series as Drawn[]

/** A row of results; what a test is about is given. */
function row(change: Partial<StructureResult>): StructureResult {
  return {
    ...{ runId: 'r', cell: 'gru', seed: 1, generator: 'erdos-renyi', graph: 'g', rewired: 0, state: 'done' },
    ...{ properties: { nodes: 10 }, accuracies: [0.9], accuracy: 0.9 },
    ...change,
  }
}

describe('the fit of a scatter', () => {
  const line: Point[] = Array.from({ length: 12 }, (_, i) => [
    i,
    0.5 + 0.02 * i + (i % 2 === 0 ? 0.01 : -0.01),
  ])

  it('agrees with the analysis about r, and gives least squares', () => {
    const fit = linearFit(line)!
    // Both sum the same dozen products in doubles.
    expect(fit.r).toBeCloseTo(
      pearson(
        line.map(([x]) => x),
        line.map(([, y]) => y),
      )!,
      12,
    )
    const residuals = line.map(([x, y]) => y - fit.intercept - fit.slope * x)
    expect(residuals.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 12)
    expect(residuals.reduce((sum, r, i) => sum + r * line[i]![0], 0)).toBeCloseTo(0, 10)
    expect(fit.low).toBeLessThan(fit.r)
    expect(fit.high).toBeGreaterThan(fit.r)
  })

  it('has a band that is narrowest at the mean and holds the line', () => {
    const fit = linearFit(line)!
    const width = (x: number) => fitAt(fit, x).high - fitAt(fit, x).low
    expect(width(fit.meanX)).toBeLessThan(width(0))
    expect(width(fit.meanX)).toBeLessThan(width(11))
    const { y, low, high } = fitAt(fit, 3)
    expect((low + high) / 2).toBeCloseTo(y, 12)
  })

  it('claims nothing for four points or for values that do not vary', () => {
    expect(linearFit(line.slice(0, 4))).toBeUndefined()
    expect(linearFit(line.map(([, y]) => [3, y]))).toBeUndefined()
    expect(linearFit(line.map(([x]) => [x, 0.7]))).toBeUndefined()
  })

  it('knows the quantiles of t within half a per cent', () => {
    for (const df of [3, 4, 10, 58, 198]) {
      expect(Math.abs(studentQuantile(df) / exactQuantile(0.05, df) - 1)).toBeLessThan(0.005)
    }
  })

  it('gives means an interval from five values on', () => {
    expect(meanInterval([1, 2, 3])).toEqual({ n: 3, mean: 2 })
    const { mean, half } = meanInterval([1, 2, 3, 4, 5])
    expect(mean).toBe(3)
    expect(half).toBeCloseTo((exactQuantile(0.05, 4) * Math.sqrt(2.5)) / Math.sqrt(5), 2)
  })

  it('writes coefficients with a real minus and no negative zero', () => {
    expect([-0.666, 0.5, -0.001].map(formatCoefficient)).toEqual(['−0.67', '0.50', '0.00'])
    expect([-386.7, 270, 0.876, -0.2].map(formatR2)).toEqual(['< −10', '> 10', '0.88', '−0.20'])
  })
})

describe('points of a structure study', () => {
  it('are one for each architecture and graph, the mean of its seeds', () => {
    const [point, ...more] = structurePoints(
      [row({ seed: 1, accuracy: 0.8 }), row({ seed: 2, accuracy: 0.9, runId: 's' })],
      levels,
    )
    expect(more).toEqual([])
    expect(point).toMatchObject({ seeds: 2, runId: 'r', failed: false })
    expect(point!.accuracy).toBeCloseTo(0.85, 12)
    expect(points).toHaveLength(800)
  })

  it('count a diverged training as guessing and leave out runs that have not ended', () => {
    const { accuracy: _none, ...unfinished } = row({ state: 'running', graph: 'a' })
    const { accuracy: _nan, ...gone } = row({ state: 'diverged', graph: 'b' })
    const found = structurePoints([unfinished, gone], levels)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ graph: 'b', accuracy: levels.guess, failed: true, diverged: 1 })
  })

  it('drop properties that are not finite', () => {
    const properties = { nodes: 3, diameter: Infinity, layers: null as never }
    expect(structurePoints([row({ properties })], levels)[0]!.properties).toEqual({ nodes: 3 })
  })

  it('pair each graph with the mean of its own controls', () => {
    const controls = [1, 2].map((rewired) =>
      row({ rewired, accuracy: 0.7 + rewired / 10, runId: `c${rewired}` }),
    )
    const pairs = pairedDifferences(structurePoints([row({}), row({ graph: 'alone' }), ...controls], levels))
    expect(pairs).toHaveLength(1)
    expect(pairs[0]!.difference).toBeCloseTo(0.05, 12)
    expect(pairs[0]!.controls).toBe(2)
  })
})

describe('the scatter', () => {
  const input = {
    cell: 'gru' as Cell,
    points: points.filter(({ cell }) => cell === 'gru'),
    property: 'nodes' as const,
    baselines,
    published: publishedRelation('gru', 'nodes'),
    rangeX: niceRange([10, 50]),
    rangeY: { min: 40, max: 100 },
    theme,
  }

  it('draws every generator with its own shape, the fit, and the published line dashed', () => {
    const series = seriesOf(structureScatter(input))
    const scatter = series.filter(({ type }) => type === 'scatter')
    expect(scatter.map(({ name, symbol, data }) => [name, symbol, data.length])).toEqual([
      ['Barabási-Albert', 'circle', 100],
      ['Watts-Strogatz', 'triangle', 100],
    ])
    const lines = series.filter(({ type, name }) => type === 'line' && name.includes('fit'))
    expect(lines.map(({ name, lineStyle }) => [name, lineStyle!.type])).toEqual([
      ['linear fit of the graphs', 'solid'],
      ['published fit', 'dashed'],
    ])
  })

  it('draws controls hollow and below, and keeps them out of the fit', () => {
    const own = structurePoints(withControls.rows, levels).filter(({ cell }) => cell === 'gru')
    const spec = structureScatter({ ...input, points: own })
    const scatter = seriesOf(spec).filter(({ type }) => type === 'scatter')
    expect(scatter.map(({ symbol }) => symbol!.startsWith('empty'))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ])
    expect(scatterFit(own, 'nodes')!.n).toBe(own.filter(({ rewired }) => rewired === 0).length)
    expect(spec.legend.filter(({ hollow }) => hollow).map(({ name }) => name)).toEqual([
      'Barabási-Albert, rewired',
      'Erdős-Rényi, rewired',
      'Kleinberg small world, rewired',
    ])
  })

  it('gives the run and the tooltip of the point that is meant', () => {
    const { items } = structureScatter(input)
    const watts = input.points.filter(({ generator }) => generator === 'watts-strogatz')
    expect(items!.key('Watts-Strogatz', 4)).toBe(watts[4]!.runId)
    expect(items!.tooltip('Watts-Strogatz', 4)!.title).toBe('watts-strogatz 4')
    expect(items!.key('published fit', 0)).toBeUndefined()
  })

  it('says what was found, and says so when nothing was', () => {
    const found = { r: -0.67, low: -0.74, high: -0.58 }
    expect(scatterFinding('gru', 'closeness_var', found, 200)).toBe(
      'GRU: accuracy falls with closeness, variance, r = −0.67 (−0.74 to −0.58)',
    )
    expect(scatterFinding('gru', 'nodes', { r: 0.05, low: -0.1, high: 0.2 }, 200)).toMatch(
      /no clear relation/,
    )
    expect(scatterFinding('gru', 'nodes', undefined, 3)).toMatch(/too few graphs/)
    expect(scatterFinding('gru', 'nodes', undefined, 30)).toMatch(/does not vary/)
  })

  it('shows the lowest and the highest baseline', () => {
    expect(outerBaselines(baselines).map(({ name }) => name)).toEqual(['majority', 'bigram'])
  })

  it.each([
    [[10, 50], { min: 10, max: 50, step: 10 }],
    [[0.0526, 0.1111], { min: 0.04, max: 0.12, step: 0.02 }],
    [[7], { min: 2, max: 12, step: 2 }],
    [[], { min: 0, max: 1, step: 0.2 }],
  ])('chooses a round axis for %j', (values, range) => {
    const found = niceRange(values)
    for (const value of values) {
      expect(found.min).toBeLessThanOrEqual(value)
      expect(found.max).toBeGreaterThanOrEqual(value)
    }
    expect(found).toEqual(range)
  })
})

describe('the heatmap of correlations', () => {
  const groups = analysis.groups.filter(({ generator }) => generator === null)
  const of = (change: object) =>
    correlationHeatmap({ groups, statistic: 'pearson', set: 'all', published: false, theme, ...change })

  it('has a cell for every property and architecture, and a column of published values beside on request', () => {
    expect(seriesOf(of({}))[0]!.data).toHaveLength(23 * 4)
    const both = of({ published: true })
    expect(seriesOf(both)[0]!.data).toHaveLength(23 * 8)
    const key = PROPERTY_NAMES.map((_, i) => both.items!.key('correlations', 23 + i))
    expect(key).toEqual(PROPERTY_NAMES.map((name) => `${name} rnn-tanh`))
  })

  it('follows the statistic: nodes have no partial correlation given nodes', () => {
    const at = PROPERTY_NAMES.indexOf('nodes')
    const r = (spec: ReturnType<typeof of>) => spec.table.rows[at]![3]
    expect(r(of({}))).toBe(groups[0]!.all.properties[at]!.pearson!.r)
    expect(r(of({ statistic: 'spearman' }))).toBe(groups[0]!.all.properties[at]!.spearman!.r)
    expect(r(of({ statistic: 'partial' }))).toBeNull()
  })

  it('marks what survives Holm apart from what survives Benjamini and Hochberg', () => {
    expect(significance({ holm: 0.01, bh: 0.004 })).toBe('**')
    expect(significance({ holm: 0.2, bh: 0.04 })).toBe('*')
    expect(significance({ holm: 0.2, bh: 0.06 })).toBe('')
    expect(formatP(0.00002)).toBe('< 0.001')
    expect(formatP(0.0341)).toBe('0.034')
  })

  it('reads its own keys and no others', () => {
    expect(parseHeatKey('closeness_var gru')).toEqual({ property: 'closeness_var', cell: 'gru' })
    expect(parseHeatKey('colour gru')).toBeUndefined()
  })

  it('writes every number with enough contrast in both themes', () => {
    const luminance = (colour: string) => {
      const parts = colour.startsWith('#')
        ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
        : colour.match(/\d+/g)!.map(Number)
      const [r, g, b] = parts.map((part) => {
        const share = part / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
    }
    for (const appearance of ['light', 'dark'] as const) {
      for (let r = -1; r <= 1; r += 0.05) {
        const fill = divergingColour(chartTheme(appearance), r)
        const [light, dark] = [luminance(fill), luminance(textOn(fill))].sort((a, b) => b - a)
        expect((light! + 0.05) / (dark! + 0.05), `${appearance} ${r}`).toBeGreaterThan(4.5)
      }
    }
  })
})

describe('what else a structure study shows', () => {
  it('draws one rate with its interval for each architecture and generator', () => {
    const shown = failureGroups(analysis.groups)
    expect(shown).toHaveLength(8)
    expect(groupName(shown[0]!)).toBe('RNN-Tanh, Barabási-Albert')
    expect(groupName({ cell: 'gru', generator: 'kleinberg-rewired' })).toBe(
      'GRU, Kleinberg small world, rewired',
    )
    const spec = failureChart(analysis.groups, theme)
    expect(spec.table.rows).toHaveLength(8)
    expect(spec.items!.tooltip('failed', 0)!.rows[0]!.name).toBe(
      `${shown[0]!.failures.failed} of ${shown[0]!.failures.runs} failed`,
    )
    const alone = analysis.groups.filter(({ generator }) => generator === null)
    expect(failureGroups(alone)).toEqual(alone)
  })

  it('orders importances by what shuffling costs, and names what the model itself says', () => {
    const { cell, results } = analysis.regressors[0]!
    const ridge = results.find(({ regressor }) => regressor === 'bayesian-ridge')!
    const forest = results.find(({ regressor }) => regressor === 'random-forest')!
    const ordered = importanceOrder(forest.importances)
    expect(ordered[0]!.permutation).toBe(Math.max(...forest.importances.map((i) => i.permutation)))
    expect(importanceOf(ridge.importances[0]!, 'model')).toBe(Math.abs(ridge.importances[0]!.weight!))
    expect(measureAxis(ridge, 'model')).toMatch(/weight/)
    expect(measureAxis(forest, 'model')).toMatch(/impurity/)
    const [bars] = seriesOf(importanceChart(cell, forest, 'permutation', theme))
    expect(bars!.data).toEqual(ordered.map(({ permutation }) => permutation))
  })

  it('has a dot for every trained graph in the column of its architecture', () => {
    const spec = accuracyStrip({ cells: CELLS, points, chance: whole.chance, baselines, theme })
    const scatter = seriesOf(spec).filter(({ type }) => type === 'scatter')
    expect(scatter.map(({ data }) => data.length)).toEqual([200, 200, 200, 200])
    const first = (scatter[2]!.data[0] as { value: [number, number] }).value
    expect(Math.abs(first[0] - 2)).toBeLessThan(0.5)
    expect(Array.from({ length: 1000 }, (_, i) => Math.abs(spreadAt(i))).every((at) => at <= 0.5)).toBe(true)
  })

  it('draws the differences between graphs and their controls with the mean', () => {
    const pairs = pairedDifferences(structurePoints(withControls.rows, levels))
    const spec = controlStrip(['lstm', 'gru'], pairs, theme)
    expect(seriesOf(spec).find(({ name }) => name === 'mean')!.data).toHaveLength(2)
    expect(spec.table.rows).toHaveLength(120)
  })

  it('tells generators apart by shape as well as by colour', () => {
    const looks = Object.values(GENERATOR_LOOKS)
    expect(new Set(looks.map(({ marker }) => marker)).size).toBe(looks.length)
    expect(new Set(looks.map(({ colour }) => colour)).size).toBe(looks.length)
  })

  it('has a title for each of the 23 properties and writes their values', () => {
    expect(new Set(Object.values(PROPERTY_TITLES)).size).toBe(23)
    expect([26, 0.073846, 2.3e-6, undefined].map((value) => formatProperty(value))).toEqual([
      '26',
      '0.0738',
      '2.3e-6',
      '–',
    ])
  })
})

const published = resolve('..', 'shared', 'thesis', 'published')
const absent = existsSync(published) ? '' : 'the published tables are not on this machine'

describe.skipIf(absent !== '')(`the published relations${absent && ` (${absent})`}`, () => {
  it.each(CELLS)('are those of the published table of %s', (cell) => {
    const text = readFileSync(join(published, `structure_${cell.replace('-', '_')}.csv`), 'utf8')
    const [header, ...lines] = text
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','))
    const column = (name: string) => lines.map((line) => Number(line[header!.indexOf(name)]))
    const accuracy = column('test_acc')
    expect(accuracy).toHaveLength(200)
    for (const property of PROPERTY_NAMES) {
      const x = column(property)
      const fit = linearFit(x.map((value, i): Point => [value, accuracy[i]!]))!
      const known = publishedRelation(cell, property)
      // Kept with four (r) and five significant digits.
      expect(Math.abs(known.r - fit.r)).toBeLessThan(6e-5)
      expect(Math.abs(known.slope / fit.slope - 1)).toBeLessThan(6e-5)
      expect(Math.abs(known.intercept / fit.intercept - 1)).toBeLessThan(6e-5)
      const near = (a: number, b: number) => Math.abs(a - b) <= 6e-5 * Math.abs(b)
      expect(near(known.min, Math.min(...x)) && near(known.max, Math.max(...x)), property).toBe(true)
    }
  })
})
