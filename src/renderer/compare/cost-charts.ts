// Charts of what runs cost: accuracy against multiply-adds, and what the mask does to the time by how much is pruned.
import type { LineSeriesOption } from 'echarts'
import type { Baseline } from '../../shared/dataset.ts'
import { niceRange, outerBaselines } from '../charts/structure-scatter.ts'
import { LEVEL_MARGIN, baselineLevels, levelLegend, levelSeries, type Level } from '../charts/levels.ts'
import type { ChartTheme } from '../charts/palette.ts'
import { accuracyRange, frame, line, numberAxisX, numberAxisY } from '../charts/parts.ts'
import type { ChartSpec, TooltipContent } from '../charts/spec.ts'
import { formatCount, formatPercent, formatShare } from '../format.ts'
import { formatRatio, formatTime, keptText, speedUp, type CostRow } from './cost-rows.ts'
import type { GroupLook } from './looks.ts'

export const COST_CHARTS = ['accuracy', 'step', 'inference'] as const
export type CostChart = (typeof COST_CHARTS)[number]

export interface CostChartInput {
  rows: readonly CostRow[] // of the panel
  all: readonly CostRow[] // of all panels, which share their ranges
  dense: ReadonlyMap<string, number> // accuracy before pruning, by group
  looks: ReadonlyMap<string, GroupLook>
  names: ReadonlyMap<string, string> // of groups, by key
  baselines: readonly Baseline[]
  theme: ChartTheme
}

interface Mark {
  x: number
  y: number
  row: CostRow
  full: boolean // the network before pruning
}

/** Recurrent weights that are gone, per cent. */
export function goneOf({ kept, recurrent }: CostRow): number {
  return recurrent === 0 ? 0 : (1 - kept / recurrent) * 100
}

export function costChart(chart: CostChart, input: CostChartInput): ChartSpec {
  return chart === 'accuracy' ? accuracyChart(input) : timeChart(chart, input)
}

function accuracyChart(input: CostChartInput): ChartSpec {
  const { all, dense, baselines, theme } = input
  const levels = baselineLevels(theme, outerBaselines(baselines))
  const marks = (row: CostRow): Mark[] =>
    row.accuracy === undefined
      ? []
      : [{ x: row.multiplyAdds.sparse, y: row.accuracy * 100, row, full: false }]
  const start = (row: CostRow): Mark[] => {
    const accuracy = row.percent === null ? undefined : dense.get(row.group.key)
    return accuracy === undefined ? [] : [{ x: row.multiplyAdds.dense, y: accuracy * 100, row, full: true }]
  }
  const own = marksOf(input, (rows) => [...rows.flatMap(marks), ...rows.slice(0, 1).flatMap(start)])
  const rangeX = niceRange([0, ...all.map(({ multiplyAdds }) => multiplyAdds.dense)])
  const rangeY = accuracyRange([
    ...all.flatMap(({ accuracy }) => accuracy ?? []),
    ...outerBaselines(baselines).map(({ accuracy }) => accuracy),
  ])
  const x = numberAxisX(theme, 'multiply-adds of the recurrent weights, for one symbol', rangeX)
  return {
    option: {
      ...frame(
        byItem(x),
        numberAxisY(theme, 'test accuracy, %', rangeY),
        levels.length === 0 ? undefined : LEVEL_MARGIN,
      ),
      series: [...levelSeries(theme, levels), ...seriesOf(input, own)],
    },
    legend: legendOf(input, own),
    levels: levelLegend(levels),
    note: 'Every mark is a level; the one furthest to the right is the network before pruning, where it is known.',
    table: tableOf(input, own, 'multiply-adds', 'accuracy, %'),
    tooltip: () => undefined,
    items: itemsOf(input, own, ({ y, full, row }) => [
      { name: 'accuracy', value: formatShare(y / 100), note: full ? 'before pruning' : '' },
      {
        name: 'multiply-adds',
        value: formatCount(full ? row.multiplyAdds.dense : row.multiplyAdds.sparse),
        note: full ? '' : `of ${formatCount(row.multiplyAdds.dense)}`,
      },
    ]),
  }
}

const TIMES = {
  step: { pick: (row: CostRow) => row.stepMs, axis: 'step: time with the mask / in full' },
  inference: { pick: (row: CostRow) => row.inferenceMs, axis: 'inference: time with the mask / in full' },
} as const

function timeChart(chart: 'step' | 'inference', input: CostChartInput): ChartSpec {
  const { all, theme } = input
  const { pick, axis } = TIMES[chart]
  const share = (row: CostRow) => {
    const pair = pick(row)
    return pair === undefined ? [] : [1 / speedUp(pair)]
  }
  const own = marksOf(input, (rows) =>
    rows.flatMap((row) => share(row).map((y): Mark => ({ x: goneOf(row), y, row, full: false }))),
  )
  const even: Level = {
    name: 'as long as in full',
    value: 1,
    colour: theme.faint,
    dash: 'dotted',
    unlabelled: true,
  }
  const range = niceRange([0, 1.1, ...all.flatMap(share)])
  return {
    option: {
      ...frame(
        byItem(numberAxisX(theme, 'recurrent weights pruned, %', { min: 0, max: 100, step: 20 })),
        numberAxisY(theme, axis, range),
      ),
      series: [...levelSeries(theme, [even]), ...seriesOf(input, own)],
    },
    legend: [
      ...legendOf(input, own),
      { name: 'as long as in full', colour: theme.faint, kind: 'line', dash: 'dotted' },
    ],
    note: 'Medians, on this machine. Below the dotted line the mask saves time.',
    table: tableOf(input, own, 'recurrent weights pruned, %', 'time with the mask / in full'),
    tooltip: () => undefined,
    items: itemsOf(input, own, ({ row }) => {
      const pair = pick(row)!
      return [
        {
          name: chart === 'step' ? 'training step' : 'one sequence',
          value: `${formatTime(pair.sparse)} with the mask`,
          note: `${formatTime(pair.dense)} in full, ${formatRatio(pair)}`,
        },
        { name: 'recurrent weights', value: keptText(row), note: 'kept' },
      ]
    }),
  }
}

/** Marks of each group by the name of its series; a group of single runs is many marks without a line. */
function marksOf({ rows, names }: CostChartInput, marks: (rows: CostRow[]) => Mark[]) {
  const groups = Map.groupBy(rows, ({ group }) => group.key)
  return new Map(
    [...groups].flatMap(([key, own]) => {
      const found = marks(own).toSorted((a, b) => a.x - b.x)
      return found.length === 0 ? [] : [[key, { name: names.get(key)!, marks: found }] as const]
    }),
  )
}
type Marks = ReturnType<typeof marksOf>

function byItem(axis: ReturnType<typeof numberAxisX>): typeof axis {
  const label = { ...axis.axisLabel, formatter: formatCount }
  return { ...axis, axisPointer: { show: false }, axisLabel: label } as typeof axis
}

function seriesOf({ looks }: CostChartInput, own: Marks): LineSeriesOption[] {
  return [...own].map(([key, { name, marks }]) => {
    const look = looks.get(key)!
    const levels = marks.every(({ row }) => row.percent !== null)
    const drawn = line(
      { name, ...look, width: levels ? look.width : 0 },
      marks.map(({ x, y }) => [x, y]),
    )
    return { ...drawn, cursor: 'default', ...(levels ? {} : { symbolSize: marks.length > 150 ? 4 : 7 }) }
  })
}

function legendOf({ looks }: CostChartInput, own: Marks): ChartSpec['legend'] {
  return [...own].map(([key, { name, marks }]) => {
    const { colour, marker, opacity } = looks.get(key)!
    const levels = marks.every(({ row }) => row.percent !== null)
    return { name, colour, marker, opacity, kind: levels ? ('line' as const) : ('point' as const) }
  })
}

function itemsOf(
  { looks }: CostChartInput,
  own: Marks,
  rows: (mark: Mark) => TooltipContent['rows'],
): NonNullable<ChartSpec['items']> {
  const at = (series: string, index: number) => {
    const found = [...own].find(([, { name }]) => name === series)
    const mark = found?.[1].marks[index]
    return found === undefined || mark === undefined ? undefined : { key: found[0], mark }
  }
  return {
    tooltip: (series, index) => {
      const found = at(series, index)
      if (found === undefined) return undefined
      const { key, mark } = found
      const level = mark.full ? 'before pruning' : mark.row.title
      return {
        title: mark.row.percent === null ? level : `${mark.row.group.name}, ${level}`,
        rows: rows(mark).map((row) => ({ ...row, colour: looks.get(key)!.colour })),
      }
    },
    key: () => undefined,
  }
}

function tableOf({ names }: CostChartInput, own: Marks, x: string, y: string): ChartSpec['table'] {
  return {
    columns: ['group', 'level or run', x, y],
    rows: [...own].flatMap(([key, { marks }]) =>
      marks.map((mark) => [
        names.get(key)!,
        mark.full ? `before pruning (${formatPercent(0)})` : mark.row.title,
        mark.x,
        mark.y,
      ]),
    ),
  }
}
