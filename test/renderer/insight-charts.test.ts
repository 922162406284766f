import { describe, expect, it } from 'vitest'
import { chartTheme } from '../../src/renderer/charts/palette.ts'
import { askedView } from '../../src/renderer/composables/use-run-search.ts'
import { heatChart, heatTable, stepOf } from '../../src/renderer/insight/heat-chart.ts'
import { toHeatSvg } from '../../src/renderer/insight/heat-figure.ts'
import {
  blockAt,
  blockColour,
  blockRange,
  css,
  describeBlock,
  heatTheme,
  scaleColour,
} from '../../src/renderer/insight/heat.ts'
import { countStep, histogramChart } from '../../src/renderer/insight/histogram-chart.ts'
import { MOST_CLASSES, confusionChart, groupChart } from '../../src/renderer/insight/outcome-charts.ts'
import { sequenceLink, unitNumber } from '../../src/renderer/insight/place.ts'
import { MOST_BARS, drawnRows, sparsityChart } from '../../src/renderer/insight/sparsity-chart.ts'
import { epochWords, formatWeight, keptText, overall } from '../../src/renderer/insight/words.ts'
import type { MatrixInsight } from '../../src/shared/insight.ts'
import { FakeWorkbench } from './fake-workbench.ts'

const fake = new FakeWorkbench('full')
const insight = await fake.handlers['insight/show']({ run: 's1-131' })
const first = insight.matrices[0]!
const theme = chartTheme('light')
const heat = heatTheme('light')
const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, ' ')

/** A matrix with a kept, a pruned and an absent weight. */
const tiny: MatrixInsight = {
  ...first,
  label: 'layer 1, input (i2h)',
  rows: 1,
  columns: 3,
  live: 1,
  total: 2,
  largest: 2,
  gates: [
    { gate: '', live: 1, total: 2, heat: { rows: 1, columns: 3, live: [1, 0, -1], weight: [-0.5, 0, 0] } },
  ],
}
const gate = tiny.gates[0]!

describe('words of what is left', () => {
  it('never rounds to nothing or everything', () => {
    expect(plain(keptText({ live: 4500, total: 22_500 }))).toBe('80 % pruned (4 500 of 22 500 kept)')
    expect(plain(keptText({ live: 1, total: 100_000 }))).toBe('> 99.9 % pruned (1 of 100 000 kept)')
    expect(plain(keptText({ live: 99_999, total: 100_000 }))).toBe('< 0.1 % pruned (99 999 of 100 000 kept)')
    expect(plain(keptText({ live: 0, total: 10 }))).toBe('100 % pruned (0 of 10 kept)')
    expect(keptText({ live: 10, total: 10 })).toBe('all 10 kept')
    expect(keptText({ live: 0, total: 0 })).toBe('never had a weight')
  })

  it('counts the matrices pruning may touch', () => {
    const { live, total } = overall(insight)
    expect([live, total]).toEqual([6000, 60_000])
  })

  it('names moments and weights', () => {
    expect(epochWords(0, true)).toBe('pruned, before retraining')
    expect(plain(epochWords(1, true))).toBe('after 1 epoch of retraining')
    expect(epochWords(-1, false)).toBe('before training')
    expect(formatWeight(-0.12345)).toBe('−0.123')
    expect(formatWeight(0.00001)).toBe('1.0e-5')
  })
})

describe('a heatmap', () => {
  it('is white at zero, symmetric, grey where pruned and empty where never there', () => {
    expect(css(scaleColour(heat, 0))).toBe('rgb(255, 255, 255)')
    const [r, , b] = scaleColour(heat, -1)
    expect(b).toBeGreaterThan(r)
    const [red, , blue] = scaleColour(heat, 1)
    expect(red).toBeGreaterThan(blue)
    expect(blockColour(gate, 1, 'weight', 2, heat)).toEqual(heat.ghost)
    expect(blockColour(gate, 2, 'weight', 2, heat)).toBeUndefined()
    expect(blockColour(gate, 0, 'mask', 2, heat)).toEqual(heat.kept)
  })

  it('cuts sides into the blocks the workbench counts', () => {
    for (const [size, blocks] of [
      [50, 50],
      [300, 64],
      [7, 3],
    ] as const) {
      for (let at = 0; at < size; at++) {
        const [from, to] = blockRange(Math.floor((at * blocks) / size), blocks, size)
        expect(at >= from && at <= to, `${at} of ${size} in ${blocks}`).toBe(true)
      }
    }
  })

  it('tells what is pointed at', () => {
    expect(blockAt(gate, 0.5, 0.5)).toBe(1)
    expect(blockAt(gate, 1.01, 0.5)).toBeUndefined()
    const told = describeBlock(tiny, gate, 0)
    expect(told.title).toBe('unit 1 ← embedding 1')
    expect(told.rows.map(({ value }) => value)).toEqual(['layer 1, input (i2h)', 'kept', '−0.5'])
    expect(describeBlock(tiny, gate, 1).rows.at(-1)!.value).toBe('pruned')
    expect(describeBlock(tiny, gate, 2).rows.at(-1)!.value).toBe('never there')
  })

  it('has one mark for each block, a scale, and the same numbers as a table', () => {
    const spec = heatChart({ matrix: first, gate: first.gates[0]!, shown: 'weight', heat, theme })
    const series = spec.option.series as { name: string; data: unknown[] }[]
    expect(series.map(({ name, data }) => [name, data.length])).toEqual([
      ['weights', 2500],
      ['scale', 1],
    ])
    expect(spec.table.rows).toHaveLength(2500)
    expect(heatTable(tiny, gate).rows).toEqual([
      [1, 1, 1, -0.5],
      [1, 2, 0, null],
      [1, 3, null, null],
    ])
    expect([3, 50, 300].map(stepOf)).toEqual([1, 10, 100])
  })

  it('is saved with all others as one picture in which text of users stays text', () => {
    const svg = toHeatSvg({
      title: '<script>alert(1)</script>',
      matrices: [tiny],
      shown: 'weight',
      theme: heat,
    })
    expect(svg).toContain('&lt;script&gt;')
    expect(svg).not.toContain('<script')
    expect(svg).toContain('url(#never)')
    expect(svg).toContain('50 % kept')
  })
})

describe('charts of what pruning did', () => {
  it('divides each bar into kept and pruned', () => {
    const spec = sparsityChart(insight, theme, '#ccc')
    const [kept, pruned] = spec.option.series as { data: number[] }[]
    expect(kept!.data).toHaveLength(25)
    kept!.data.forEach((share, at) => expect(share + pruned!.data[at]!).toBeCloseTo(100, 9))
    expect(spec.items!.key('kept', 0)).toBe(first.name)
  })

  it('draws matrices instead of gates, and the first of them, where there are many, and says so', () => {
    const some = Array.from({ length: 20 }, () => first)
    expect(drawnRows(some)).toMatchObject({ left: 'One bar for each matrix; the table has every gate.' })
    expect(drawnRows(some).rows).toHaveLength(20)
    const many = drawnRows(Array.from({ length: 500 }, () => first))
    expect(many.rows).toHaveLength(MOST_BARS)
    expect(many.left).toContain(`The first ${MOST_BARS} of 500`)
  })

  it('draws histograms on a root scale with counts at the ticks, and says what they leave out', () => {
    const words = { before: 'before', after: 'after' }
    const spec = histogramChart({ matrix: first, cell: 'lstm', theme, words })
    expect(spec.legend.map(({ name }) => name)).toEqual(['before', 'after'])
    expect(plain(spec.note!)).toBe(
      `${plain((first.total - first.live).toLocaleString('en').replace(',', ' '))} of 10 000 pruned, left out of the bars`,
    )
    for (const most of [1, 3, 16, 17, 1400, 90_000])
      expect((4 * countStep(most)) ** 2).toBeGreaterThanOrEqual(most)
    const alone = histogramChart({
      matrix: { ...first, histogram: { ...first.histogram, before: null } },
      cell: 'lstm',
      theme,
      words,
    })
    expect(alone.legend.map(({ name }) => name)).toEqual(['after'])
  })

  it('draws the largest classes of many, and survives kinds without sequences', () => {
    const classes = Array.from({ length: 50 }, (_, i) => `class ${i}`)
    const confusion = classes.map((_, t) => classes.map((__, a) => (t === a ? t : 0)))
    const spec = confusionChart({ classes, after: { correct: 0, confusion } }, confusion, theme)
    expect((spec.option.series as { data: unknown[] }[])[0]!.data).toHaveLength(MOST_CLASSES ** 2)
    expect(plain(spec.note!)).toBe('The 20 largest of 50 classes.')
    const none = { name: 'none', corruption: null, total: 0, before: 0, after: 0, lost: 0, won: 0 }
    const groups = groupChart([none], 'gru', theme, { before: 'b', after: 'a' })
    expect((groups.option.series as { data: unknown[] }[])[0]!.data).toEqual(['-'])
  })
})

describe('ways out of the view', () => {
  it('numbers units as the drawing of the network does', async () => {
    const view = await fake.handlers['structure/show']({ run: 's1-131', gate: 'any' })
    const number = unitNumber(insight, 2, 6)!
    expect(view.units[number]).toMatchObject({ role: 'unit', layer: 2, row: 6 })
  })

  it('plays a sequence at the same moment', () => {
    expect(sequenceLink(insight, 4)).toMatchObject({ query: { sequence: 'test:4' } })
    expect(sequenceLink({ ...insight, epoch: 0 }, 4)).toMatchObject({
      query: { sequence: 'test:4', epoch: '0' },
    })
  })

  it('is found by words of pruning beside those of a run', () => {
    expect(askedView('pruning gru both 80')).toEqual({ text: 'gru both 80', pruning: true })
    expect(askedView('gru both 80').pruning).toBe(false)
    expect(askedView('pruning').pruning).toBe(false)
  })
})
