// Where the trainings of a structure study end: one dot per graph in a column for each architecture, filling while runs
// finish; and the paired differences between graphs and their rewired controls in the same form.
import type { CustomSeriesOption, ScatterSeriesOption } from 'echarts'
import type { Baseline } from '../../shared/dataset.ts'
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import { formatPoints } from '../format.ts'
import { meanInterval } from './fit.ts'
import { LEVEL_MARGIN, baselineLevels, levelLegend, levelSeries, type Level } from './levels.ts'
import { CELL_COLOURS, type ChartTheme } from './palette.ts'
import { accuracyRange, frame, numberAxisX, numberAxisY } from './parts.ts'
import type { ChartSpec, TooltipContent } from './spec.ts'
import type { PairedDifference, StructurePoint } from './structure-points.ts'
import { niceRange, outerBaselines, pointTip } from './structure-scatter.ts'

const WIDTH = 0.7 // of a column, as a share of the room between two

/** Place of dot `index` in its column, -0.5 to 0.5: even and without chance, so that nothing jumps. */
export function spreadAt(index: number): number {
  return ((index * 0.6180339887) % 1) - 0.5
}

/** One column of dots for each architecture; `value` is in the unit of the vertical axis. */
function columns<T extends { point: StructurePoint }>(
  cells: readonly Cell[],
  items: readonly T[],
  value: (item: T) => number,
): { series: ScatterSeriesOption[]; at: (series: string, index: number) => T | undefined } {
  const groups = new Map(cells.map((cell) => [CELL_NAMES[cell], items.filter((i) => i.point.cell === cell)]))
  const series = cells.map((cell, column): ScatterSeriesOption => {
    const own = groups.get(CELL_NAMES[cell])!
    return {
      type: 'scatter',
      name: CELL_NAMES[cell],
      symbolSize: own.length > 150 ? 4 : 6,
      data: own.map((item, i) => ({
        value: [column + spreadAt(i) * WIDTH, value(item)],
        ...(item.point.rewired > 0 ? { symbol: 'emptyCircle' } : {}),
      })),
      itemStyle: { color: CELL_COLOURS[cell], opacity: 0.65 },
      cursor: 'pointer',
      clip: true,
    }
  })
  return { series, at: (name, index) => groups.get(name)?.[index] }
}

function cellAxis(theme: ChartTheme, cells: readonly Cell[]) {
  const axis = numberAxisX(theme, '', { min: -0.5, max: cells.length - 0.5, step: 1 })
  const label = (value: number) => (Number.isInteger(value) ? CELL_NAMES[cells[value]!] : '')
  return {
    ...axis,
    axisPointer: { show: false },
    axisTick: { show: false },
    // Ticks of a step of 1 from -0.5 fall between the columns; the names stand on their middles.
    axisLabel: { color: theme.text, fontSize: 11, customValues: cells.map((_, i) => i), formatter: label },
  } as typeof axis
}

function items<T>(
  at: (series: string, index: number) => T | undefined,
  tip: (item: T) => TooltipContent,
  run: (item: T) => string,
): NonNullable<ChartSpec['items']> {
  return {
    tooltip: (series, index) => {
      const item = at(series, index)
      return item === undefined ? undefined : tip(item)
    },
    key: (series, index) => {
      const item = at(series, index)
      return item === undefined ? undefined : run(item)
    },
  }
}

export interface AccuracyStrip {
  cells: readonly Cell[]
  points: readonly StructurePoint[]
  chance: number
  baselines: readonly Baseline[]
  theme: ChartTheme
}

/** Test accuracy of every graph by architecture. */
export function accuracyStrip({ cells, points, chance, baselines, theme }: AccuracyStrip): ChartSpec {
  const levels = [...baselineLevels(theme, outerBaselines(baselines)), chanceLevel(chance, theme)]
  const range = accuracyRange([...points.map((p) => p.accuracy), ...baselines.map((b) => b.accuracy)])
  const { series, at } = columns(
    cells,
    points.map((point) => ({ point })),
    ({ point }) => point.accuracy * 100,
  )
  return {
    option: {
      ...frame(cellAxis(theme, cells), numberAxisY(theme, 'test accuracy, %', range), LEVEL_MARGIN),
      series: [...levelSeries(theme, levels), ...series],
    },
    legend: [],
    levels: levelLegend(levels),
    note: 'One dot per graph; hollow: rewired controls. At or below the dashed line a training counts as failed.',
    table: {
      columns: ['architecture', 'graph', 'control', 'accuracy', 'run'],
      rows: points.map((p) => [CELL_NAMES[p.cell], p.graph, p.rewired, p.accuracy, p.runId]),
    },
    tooltip: () => undefined,
    items: items(
      at,
      ({ point }) => pointTip(point, undefined, theme),
      ({ point }) => point.runId,
    ),
  }
}

function chanceLevel(chance: number, theme: ChartTheme): Level {
  return {
    name: 'failed at or below',
    value: chance * 100,
    colour: theme.axis,
    dash: 'dashed',
    unlabelled: true,
  }
}

/** Accuracy of each graph minus that of its rewired controls, with the mean of each architecture. */
export function controlStrip(
  cells: readonly Cell[],
  pairs: readonly PairedDifference[],
  theme: ChartTheme,
): ChartSpec {
  const points = (pair: PairedDifference) => pair.difference * 100
  const { series, at } = columns(cells, pairs, points)
  const { min, max } = niceRange([0, ...pairs.map(points)])
  const zero: Level = {
    name: 'no difference',
    value: 0,
    colour: theme.faint,
    dash: 'solid',
    unlabelled: true,
  }
  return {
    option: {
      ...frame(cellAxis(theme, cells), numberAxisY(theme, 'difference, percentage points', { min, max })),
      series: [
        ...levelSeries(theme, [zero]),
        ...series,
        meanMarks(
          cells.flatMap((cell, column) => {
            const own = pairs.filter(({ point }) => point.cell === cell).map(points)
            return own.length === 0 ? [] : [{ column, ...meanInterval(own) }]
          }),
          theme,
        ),
      ],
    },
    legend: [
      { name: 'one graph', colour: theme.faint, kind: 'point', marker: 'circle' },
      { name: 'mean with 95 % interval (t)', colour: theme.text, kind: 'line' },
    ],
    note: 'Above zero the graph did better than the same degrees in random order.',
    table: {
      columns: ['architecture', 'graph', 'controls', 'accuracy', 'difference, percentage points', 'run'],
      rows: pairs.map(({ point, controls, difference }) => [
        CELL_NAMES[point.cell],
        point.graph,
        controls,
        point.accuracy,
        difference * 100,
        point.runId,
      ]),
    },
    tooltip: () => undefined,
    items: items(
      at,
      (pair) => {
        const { title, rows } = pointTip(pair.point, undefined, theme)
        return {
          title,
          rows: [
            ...rows,
            { name: 'minus its controls', value: formatPoints(pair.difference), note: `${pair.controls}` },
          ],
        }
      },
      ({ point }) => point.runId,
    ),
  }
}

/** Mean of each column as a bar with its interval. */
function meanMarks(
  means: readonly { column: number; mean: number; half?: number }[],
  theme: ChartTheme,
): CustomSeriesOption {
  return {
    type: 'custom',
    name: 'mean',
    silent: true,
    clip: true,
    z: 5,
    tooltip: { show: false },
    data: means.map(({ column, mean, half = 0 }) => [column, mean, mean - half, mean + half]),
    renderItem: (_params, api) => {
      const [x, y] = api.coord([api.value(0), api.value(1)]) as [number, number]
      const [, top] = api.coord([api.value(0), api.value(3)]) as [number, number]
      const [, bottom] = api.coord([api.value(0), api.value(2)]) as [number, number]
      const style = { stroke: theme.text, lineWidth: 2 }
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1: x - 26, y1: y, x2: x + 26, y2: y }, style },
          { type: 'line', shape: { x1: x, y1: top, x2: x, y2: bottom }, style },
        ],
      }
    },
  }
}
