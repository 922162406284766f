import { describe, expect, it } from 'vitest'
import { fileStem, figureOption } from '../../src/renderer/charts/export.ts'
import { learningCurves, meanByEpoch } from '../../src/renderer/charts/learning-curves.ts'
import { CELL_COLOURS, chartTheme, rampColour } from '../../src/renderer/charts/palette.ts'
import { baselineLevels, levelSeries, spreadApart } from '../../src/renderer/charts/levels.ts'
import { accuracyRange } from '../../src/renderer/charts/parts.ts'
import { binLengths, lengthChart, symbolChart } from '../../src/renderer/charts/profile-charts.ts'
import {
  denseLevel,
  panelRange,
  pruningCurves,
  pruningPanel,
} from '../../src/renderer/charts/pruning-curves.ts'
import {
  neverHeight,
  neverLevel,
  regainLevels,
  regainPanel,
} from '../../src/renderer/charts/regain-curves.ts'
import { retrainingLevels } from '../../src/renderer/charts/retraining-curves.ts'
import { toCsv } from '../../src/renderer/charts/spec.ts'
import { placeTooltip } from '../../src/renderer/charts/tooltip.ts'
import type { StudyResults } from '../../src/shared/results.ts'
import { FakeWorkbench } from './fake-workbench.ts'

const theme = chartTheme('light')
const fake = new FakeWorkbench('full')
const results: StudyResults = await fake.handlers['study/results']({ id: 's1' })
const { profile, baselines } = await fake.handlers['dataset/show']({ id: 'da0a' })

interface DrawnSeries {
  name?: string
  type: string
  data: unknown[]
  lineStyle?: { color: string; type: string }
  markLine?: { data: { yAxis: number; lineStyle?: { type: string } }[]; label: unknown }
}
const seriesOf = (spec: { option: { series?: unknown } }) => spec.option.series as DrawnSeries[]

describe('a chart as a table', () => {
  it('quotes what CSV needs quoted and defuses text that a spreadsheet would run', () => {
    const csv = toCsv({
      columns: ['name', 'value'],
      rows: [
        ['a,"b"', 1],
        ['=cmd|x', -2],
        ['plain', null],
      ],
    })
    expect(csv).toBe('name,value\r\n"a,""b""",1\r\n\'=cmd|x,-2\r\nplain,\r\n')
  })

  it('makes a file name of any title', () => {
    expect(fileStem('Pruning both: input & recurrent')).toBe('pruning-both-input-recurrent')
    expect(fileStem('../..')).toBe('chart')
  })
})

describe('ranges and colours', () => {
  it('holds every accuracy on multiples of ten and never leaves 0 to 100', () => {
    expect(accuracyRange([0.937, 0.506])).toEqual({ min: 40, max: 100 })
    expect(accuracyRange([0.005])).toEqual({ min: 0, max: 100 })
    expect(accuracyRange([Number.NaN])).toEqual({ min: 0, max: 100 })
  })

  it('keeps the colour of every architecture', () => {
    expect(CELL_COLOURS).toEqual({
      'rnn-tanh': '#0072B2',
      'rnn-relu': '#E69F00',
      lstm: '#009E73',
      gru: '#CC79A7',
    })
  })

  it('runs the ramp from end to end and stays inside', () => {
    expect(rampColour(theme, 0)).toBe('rgb(68, 1, 84)')
    expect(rampColour(theme, 1)).toBe('rgb(122, 209, 81)')
    expect(rampColour(theme, 7)).toBe(rampColour(theme, 1))
    expect(rampColour(chartTheme('dark'), 1)).toBe('rgb(253, 231, 37)')
  })
})

describe('level lines', () => {
  it('draws baselines dotted, without a word over the curves', () => {
    const [lines] = levelSeries(theme, baselineLevels(theme, baselines)) as DrawnSeries[]
    expect(lines!.markLine!.data.map(({ lineStyle }) => lineStyle!.type)).toEqual([
      'dotted',
      'dotted',
      'dotted',
      'dotted',
    ])
    expect(lines!.markLine!.label).toEqual({ show: false })
    expect(levelSeries(theme, [])).toEqual([])
  })

  it('leaves names where they are when they are far apart', () => {
    expect(spreadApart([10, 40, 90], 12, 200)).toEqual([10, 40, 90])
  })

  it('moves close names apart around their middle, in their order', () => {
    expect(spreadApart([50, 52], 12, 200)).toEqual([45, 57])
    expect(spreadApart([10, 50, 50, 50], 12, 200)).toEqual([10, 38, 50, 62])
  })

  it('keeps every gap, also when groups grow into each other, and never passes the end', () => {
    const places = spreadApart([100, 104, 113, 118, 119], 12, 120)
    for (let i = 1; i < places.length; i++) expect(places[i]! - places[i - 1]!).toBeGreaterThanOrEqual(12)
    expect(places.at(-1)).toBe(120)
  })
})

describe('learning curves', () => {
  const base = results.base.filter(({ cell }) => cell === 'gru')
  const input = { cell: 'gru', seeds: base, metric: 'accuracy', epochsPlanned: 50, baselines, theme } as const

  it('draws one line per seed, their mean, and the baselines', () => {
    const names = seriesOf(learningCurves(input)).map(({ name }) => name)
    expect(names).toEqual([
      'levels',
      'names of levels',
      'seed 1',
      'seed 2',
      'seed 3',
      'seed 4',
      'seed 5',
      'mean of seeds, test',
    ])
  })

  it('draws training beside test when there is one seed, and no baselines for a loss', () => {
    const spec = learningCurves({ ...input, seeds: base.slice(0, 1), metric: 'loss' })
    expect(seriesOf(spec).map(({ name }) => name)).toEqual(['train', 'test'])
  })

  it('marks the first epoch, which draws no line yet', () => {
    const test = (epochs: number) => {
      const seeds = [{ ...base[0]!, epochs: base[0]!.epochs.slice(0, epochs) }]
      return seriesOf(learningCurves({ ...input, seeds })).find(({ name }) => name === 'test')
    }
    expect(test(1)).toMatchObject({ symbol: 'circle', showSymbol: true })
    expect(test(2)).toMatchObject({ symbol: 'none', showSymbol: false })
  })

  it('averages each epoch over the seeds that have it', () => {
    const [first, second] = base
    const short = { ...second!, epochs: second!.epochs.slice(0, 1) }
    const mean = meanByEpoch([first!, short], 'accuracy')
    expect(mean[0]![1]).toBeCloseTo(
      50 * (first!.epochs[0]!.test.accuracy + short.epochs[0]!.test.accuracy),
      10,
    )
    expect(mean[1]![1]).toBeCloseTo(100 * first!.epochs[1]!.test.accuracy, 10)
  })

  it('tells the value of every seed at an epoch and nothing beyond the last', () => {
    const spec = learningCurves(input)
    expect(spec.tooltip(3)!.rows).toHaveLength(5)
    expect(spec.tooltip(51)!.rows).toHaveLength(0)
  })
})

describe('pruning curves', () => {
  const curves = pruningCurves(results, 'before')

  it('has one curve per architecture, target and criterion, ascending in percentage', () => {
    expect(curves).toHaveLength(4 * 3 * 2)
    for (const { points } of curves) {
      expect(points.map(({ percent }) => percent)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    }
  })

  it('starts every curve at the dense accuracy', () => {
    const own = curves.filter(({ cell, target }) => cell === 'lstm' && target === 'both')
    const spec = pruningPanel({
      curves: own,
      panel: 'target',
      baselines,
      range: panelRange(own, baselines),
      theme,
    })
    const line = seriesOf(spec).find(({ name, type }) => name === 'LSTM' && type === 'line')!
    expect(line.data[0]).toEqual([0, denseLevel(results, 'lstm')!.mean * 100])
  })

  it('draws the random control dashed and marks it once in the legend', () => {
    const own = curves.filter(({ target }) => target === 'both')
    const spec = pruningPanel({ curves: own, panel: 'target', baselines, range: { min: 0, max: 100 }, theme })
    const control = seriesOf(spec).filter(({ name }) => name?.endsWith(', random'))
    expect(control.map(({ lineStyle }) => lineStyle!.type)).toEqual(['dashed', 'dashed', 'dashed', 'dashed'])
    expect(spec.legend.map(({ name }) => name)).toEqual([
      'RNN-Tanh',
      'RNN-ReLU',
      'LSTM',
      'GRU',
      'random control',
    ])
  })

  it('tells targets by line where one panel holds several', () => {
    const own = curves.filter(({ cell, criterion }) => cell === 'gru' && criterion === 'magnitude')
    const spec = pruningPanel({
      curves: own,
      panel: 'cell',
      baselines: [],
      range: { min: 0, max: 100 },
      theme,
    })
    const lines = seriesOf(spec).filter(({ type, data }) => type === 'line' && data.length > 0)
    expect(lines.map(({ lineStyle }) => lineStyle!.type)).toEqual(['solid', 'dashed', 'dotted'])
    expect(new Set(lines.map(({ lineStyle }) => lineStyle!.color))).toEqual(new Set([CELL_COLOURS.gru]))
  })

  it('draws a band only where there are intervals', () => {
    const bands = (list: typeof curves) =>
      seriesOf(
        pruningPanel({ curves: list, panel: 'target', baselines: [], range: { min: 0, max: 100 }, theme }),
      ).filter(({ name }) => name === 'interval').length
    const own = curves.slice(0, 1)
    expect(bands(own)).toBe(1)
    const single = own.map((curve) => ({
      ...curve,
      points: curve.points.map(({ percent, value }) => ({ percent, value: { n: 1, mean: value.mean } })),
    }))
    expect(bands(single)).toBe(0)
  })

  it('gives value, interval and number of seeds, and keeps text as text', () => {
    const spec = pruningPanel({
      curves: curves.slice(0, 1),
      panel: 'target',
      baselines,
      range: { min: 0, max: 100 },
      theme,
    })
    const [row] = spec.tooltip(40)!.rows
    expect(row!.note).toMatch(/%, 5 seeds$/)
    expect(spec.table.rows).toHaveLength(10)
  })

  it('exports a figure with its title and a legend of drawn lines only', () => {
    const spec = pruningPanel({
      curves: curves.slice(0, 2),
      panel: 'target',
      baselines,
      range: { min: 0, max: 100 },
      theme,
    })
    const option = figureOption({ title: '<b>x</b>', spec, theme })
    expect(option.title).toMatchObject({ text: '<b>x</b>' })
    expect(option.legend).toMatchObject({
      show: true,
      data: ['RNN-Tanh', { name: 'RNN-Tanh, random', itemStyle: { opacity: 0 } }],
    })
  })
})

describe('regaining accuracy', () => {
  it('draws never as a level above every epoch', () => {
    expect(neverLevel(10)).toBe(12)
    expect(neverLevel(2)).toBe(3)
    const levels = regainLevels(results, 'both')
    const spec = regainPanel({ levels, retrainEpochs: 10, theme })
    const gone = levels.find(({ cell, percent }) => cell === 'rnn-tanh' && percent === 100)!
    expect(gone.regain.never).toBe(5)
    const [means, strip] = seriesOf(spec).filter(({ name }) => name === 'RNN-Tanh')
    expect(strip!.data.at(-1)).toEqual([100, neverHeight(10, 0, 4)])
    expect(means!.data).toHaveLength(10 - strip!.data.length)
    expect(spec.tooltip(100)!.rows[0]).toMatchObject({ value: 'never', note: '5 of 5 seeds never' })
  })

  it('gives every architecture a row of its own inside the strip of never', () => {
    const rows = [0, 1, 2, 3].map((row) => neverHeight(10, row, 4))
    for (let i = 1; i < 4; i++) expect(rows[i - 1]! - rows[i]!).toBeCloseTo(0.45, 12)
    expect(Math.max(...rows)).toBeLessThan(13)
    expect(Math.min(...rows)).toBeGreaterThan(11)
    expect(neverHeight(10, 0, 1)).toBe(12)
  })

  it('draws a mean hollow where some seeds never regained', () => {
    const level = regainLevels(results, 'both').find(({ cell, percent }) => cell === 'gru' && percent === 50)!
    const some = { ...level, regain: { n: 5, never: 2, estimate: { n: 3, mean: 4 } } }
    const [, means] = seriesOf(regainPanel({ levels: [some], retrainEpochs: 10, theme }))
    expect(means!.data).toEqual([{ value: [50, 4], symbol: 'emptyCircle', symbolSize: 7 }])
  })

  it('averages the retraining curves of one level over its seeds', () => {
    const levels = retrainingLevels(results, 'gru', 'h2h')
    expect(levels.map(({ percent }) => percent)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    const own = results.pruned.filter(
      (r) => r.cell === 'gru' && r.target === 'h2h' && r.criterion === 'magnitude' && r.percent === 80,
    )
    const mean = own.reduce((sum, r) => sum + r.accuracy[10]!, 0) / own.length
    expect(levels[7]!.accuracy[10]).toBeCloseTo(mean, 12)
  })
})

describe('profile of a dataset', () => {
  it('joins lengths into few bars without losing a sequence', () => {
    const lengths = Array.from({ length: 1000 }, (_, i) => ({ length: i + 1, byClass: [1, 2] }))
    const bins = binLengths(lengths, 2, 80)
    expect(bins.length).toBeLessThanOrEqual(80)
    expect(bins.reduce((sum, { byClass }) => sum + byClass[0]! + byClass[1]!, 0)).toBe(3000)
    expect(binLengths([], 2)).toEqual([])
  })

  it('stacks the classes of the lengths', () => {
    const series = seriesOf(lengthChart(profile, 'train', theme))
    const all = series.flatMap(({ data }) => data as number[]).reduce((a, b) => a + b, 0)
    expect(series.map(({ name }) => name)).toEqual(['invalid', 'valid'])
    expect(all).toBe(profile.train.sequences)
  })

  it('draws symbols as shares of their class', () => {
    const series = seriesOf(symbolChart(profile, 'test', theme))
    for (const { data } of series) expect((data as number[]).reduce((a, b) => a + b, 0)).toBeCloseTo(100, 6)
  })
})

describe('the tooltip', () => {
  const window = { width: 1000, height: 600 }
  const size = { width: 300, height: 200 }

  it('stands to the right of the pointer, to the left where the window ends, and never outside', () => {
    const chart = { left: 100, top: 100 }
    expect(placeTooltip([50, 50], size, chart, window)).toEqual([66, 66])
    expect(placeTooltip([700, 50], size, chart, window)).toEqual([384, 66])
    const narrow = placeTooltip([150, 400], size, { left: 0, top: 100 }, { width: 400, height: 600 })
    expect(narrow).toEqual([8, 292])
  })
})
