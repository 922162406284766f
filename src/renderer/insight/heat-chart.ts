// One gate as a large heatmap: unit by input, with its colour scale beside it, so that a saved figure has one too. Pure.
import type { CustomSeriesOption } from 'echarts'
import type { GateInsight, MatrixInsight } from '../../shared/insight.ts'
import type { ChartTheme } from '../charts/palette.ts'
import type { ChartSpec } from '../charts/spec.ts'
import { formatCount } from '../format.ts'
import { shareWeight } from '../structure/colours.ts'
import {
  blockColour,
  blockRange,
  css,
  describeBlock,
  gateRows,
  hasNever,
  scaleColour,
  sides,
  type HeatTheme,
  type Shown,
} from './heat.ts'
import { formatWeight, keptText } from './words.ts'

const SCALE_STEPS = 64

export interface HeatChart {
  matrix: MatrixInsight
  gate: GateInsight
  shown: Shown
  heat: HeatTheme
  theme: ChartTheme
}

/** The heatmap of a gate. `items` are its blocks, row by row. */
export function heatChart(input: HeatChart): ChartSpec {
  const { matrix, gate, theme } = input
  const { row, columnAxis } = sides(matrix)
  const rows = gateRows(matrix)
  const axis = (name: string, size: number, gap: number, room: number) => ({
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap: gap,
    nameTextStyle: { color: theme.faint, fontSize: 11 },
    min: 0,
    max: size * room,
    interval: stepOf(size),
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      color: theme.faint,
      fontSize: 11,
      showMaxLabel: room === 1 ? (null as never) : false,
      formatter: (value: number) => (value <= size ? formatCount(value) : ''),
    },
  })
  return {
    option: {
      animation: false,
      grid: { left: 8, right: 40, top: 10, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
      // The scale stands right of the matrix, on the same axis.
      xAxis: axis(columnAxis, matrix.columns, 26, 1.1),
      yAxis: { ...axis(row, rows, 36, 1), inverse: true },
      series: [blockSeries(input, rows), scaleSeries(input, rows)],
    },
    legend: [],
    note: noteOf(input),
    table: heatTable(matrix, gate),
    tooltip: () => undefined,
    fixed: true,
    items: {
      tooltip: (series, index) => (series === 'weights' ? describeBlock(matrix, gate, index) : undefined),
      key: () => undefined,
    },
  }
}

/** Whole ticks, about five of them. */
export function stepOf(size: number): number {
  const rough = Math.max(1, size / 5)
  const power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].map((by) => by * power).find((step) => step >= rough) ?? rough
}

function noteOf({ gate, shown }: HeatChart): string {
  const colours =
    shown === 'mask'
      ? 'Blue: kept; grey: pruned'
      : 'Blue: negative, white: zero, red: positive, square-root scale; grey: pruned'
  const never = hasNever([gate]) ? '; hatched: never there' : ''
  return `${keptText(gate)}. ${colours}${never}.`
}

function blockSeries({ matrix, gate, shown, heat }: HeatChart, rows: number): CustomSeriesOption {
  const { columns, rows: blockRows } = gate.heat
  const fills = gate.heat.live.map((_, at) => blockColour(gate, at, shown, matrix.largest, heat))
  return {
    type: 'custom',
    name: 'weights',
    clip: true,
    data: fills.map((_, at) => {
      const [left, right] = blockRange(at % columns, columns, matrix.columns)
      const [top, bottom] = blockRange(Math.floor(at / columns), blockRows, rows)
      return [left, top, right + 1, bottom + 1]
    }),
    encode: { x: [0, 2], y: [1, 3] },
    renderItem: ({ dataIndex }, api) => {
      const [x, y] = api.coord([api.value(0), api.value(1)]) as [number, number]
      const [right, bottom] = api.coord([api.value(2), api.value(3)]) as [number, number]
      const fill = fills[dataIndex]
      if (fill === undefined)
        return {
          type: 'line',
          shape: { x1: x, y1: bottom, x2: right, y2: y },
          style: { stroke: heat.hatch, lineWidth: 1 },
        }
      // A hair wider than the block: no seams between neighbours.
      return {
        type: 'rect',
        shape: { x, y, width: right - x + 0.35, height: bottom - y + 0.35 },
        style: { fill: css(fill) },
      }
    },
  }
}

/** Colour bar with its ends and zero; the mask has no scale. */
function scaleSeries({ matrix, shown, heat, theme }: HeatChart, rows: number): CustomSeriesOption {
  const [left, right] = [matrix.columns * 1.04, matrix.columns * 1.07]
  const ticks = [-1, -0.5, 0, 0.5, 1]
  return {
    type: 'custom',
    name: 'scale',
    silent: true,
    clip: false,
    tooltip: { show: false },
    data: shown === 'mask' ? [] : [[left, 0]],
    encode: { x: 0, y: 1 },
    renderItem: (_params, api) => {
      const [x, top] = api.coord([left, 0]) as [number, number]
      const [end, bottom] = api.coord([right, rows]) as [number, number]
      const at = (share: number) => top + ((1 - share) / 2) * (bottom - top)
      const step = (bottom - top) / SCALE_STEPS
      return {
        type: 'group',
        children: [
          ...Array.from({ length: SCALE_STEPS }, (_, i) => ({
            type: 'rect' as const,
            shape: { x, y: top + i * step, width: end - x, height: step + 0.35 },
            style: { fill: css(scaleColour(heat, 1 - (2 * (i + 0.5)) / SCALE_STEPS)) },
          })),
          {
            type: 'rect' as const,
            shape: { x, y: top, width: end - x, height: bottom - top },
            style: { fill: 'none', stroke: heat.frame, lineWidth: 1 },
          },
          ...ticks.map((share) => ({
            type: 'text' as const,
            x: end + 4,
            y: at(share),
            style: {
              text: formatWeight(shareWeight(share, matrix.largest)),
              fill: theme.faint,
              font: '10px sans-serif',
              textVerticalAlign: 'middle' as const,
            },
          })),
        ],
      }
    },
  }
}

/** The blocks as rows; ranges where a block stands for many weights. */
export function heatTable(matrix: MatrixInsight, gate: GateInsight): ChartSpec['table'] {
  const { rows, columns, live, weight } = gate.heat
  const { row, column } = sides(matrix)
  const text = ([first, last]: [number, number]) => (first === last ? first + 1 : `${first + 1}-${last + 1}`)
  return {
    columns: [row, column, 'share kept', 'weight'],
    rows: live.map((share, at) => [
      text(blockRange(Math.floor(at / columns), rows, gateRows(matrix))),
      text(blockRange(at % columns, columns, matrix.columns)),
      share < 0 ? null : share,
      share > 0 ? weight[at]! : null,
    ]),
  }
}
