// Weights of one matrix before and after pruning as two histograms over the same bins. Zeros that pruning made are not
// weights and have no bar; how many there are is said beside it. Counts have a square-root scale, else the few that are
// left would lie flat below the many that were there. Pure.
import type { LineSeriesOption } from 'echarts'
import { CELL_COLOURS, type ChartTheme } from '../charts/palette.ts'
import { frame, line, numberAxisX, numberAxisY } from '../charts/parts.ts'
import type { ChartSpec, TooltipContent } from '../charts/spec.ts'
import type { MatrixInsight } from '../../shared/insight.ts'
import type { Cell } from '../../shared/network.ts'
import { formatCount } from '../format.ts'
import { formatWeight } from './words.ts'

export interface HistogramChart {
  matrix: MatrixInsight
  cell: Cell
  theme: ChartTheme
  words: { before: string; after: string } // names of the two states
}

/** How many weights were pruned, and that the bars leave them out. */
export function prunedBeside({ live, total }: MatrixInsight): string {
  const gone = total - live
  if (gone === 0) return `${formatCount(total)} weights, none pruned`
  return `${formatCount(gone)} of ${formatCount(total)} pruned, left out of the bars`
}

export function histogramChart({ matrix, cell, theme, words }: HistogramChart): ChartSpec {
  const { edges, before, after } = matrix.histogram
  const colour = CELL_COLOURS[cell]
  const end = edges.at(-1) ?? 1
  const step = countStep(Math.max(1, ...after, ...(before ?? [])))
  const x = numberAxisX(theme, 'weight', { min: -end, max: end })
  return {
    option: {
      ...frame(
        {
          ...x,
          minInterval: 0,
          splitNumber: 4,
          axisLabel: {
            color: theme.faint,
            fontSize: 11,
            hideOverlap: true,
            formatter: (value: number) => formatWeight(Number(value.toPrecision(3))),
          },
        } as never,
        {
          ...numberAxisY(theme, 'weights, square root', {
            min: 0,
            max: COUNT_TICKS * step,
            step,
            label: (root) => formatCount(root * root),
          }),
          nameGap: 42,
        } as never,
      ),
      series: [
        ...(before === null ? [] : [steps(words.before, edges, before, { outline: theme.faint })]),
        steps(words.after, edges, after, { fill: colour }),
      ],
    },
    legend: [
      ...(before === null
        ? []
        : [{ name: words.before, colour: theme.faint, kind: 'line' as const, dash: 'solid' as const }]),
      { name: words.after, colour, kind: 'bar' },
    ],
    note: prunedBeside(matrix),
    table: {
      columns: ['from', 'to', ...(before === null ? [] : [words.before]), words.after],
      rows: after.map((count, i) => [
        edges[i]!,
        edges[i + 1]!,
        ...(before === null ? [] : [before[i]!]),
        count,
      ]),
    },
    tooltip: (at) => binTooltip(Number(at), { matrix, cell, theme, words }),
  }
}

const COUNT_TICKS = 4

/** Distance of ticks in roots of counts, so that four of them reach `most`; whole, and round where it is large. */
export function countStep(most: number): number {
  const least = Math.sqrt(most) / COUNT_TICKS
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(least)))
  return Math.ceil(least / unit) * unit
}

function binTooltip(at: number, { matrix, cell, theme, words }: HistogramChart): TooltipContent | undefined {
  const { edges, before, after } = matrix.histogram
  const bin = after.findIndex((_, i) => at >= edges[i]! && at <= edges[i + 1]!)
  if (bin < 0) return undefined
  return {
    title: `${formatWeight(edges[bin]!)} to ${formatWeight(edges[bin + 1]!)}`,
    rows: [
      ...(before === null
        ? []
        : [{ name: words.before, value: formatCount(before[bin]!), colour: theme.faint }]),
      { name: words.after, value: formatCount(after[bin]!), colour: CELL_COLOURS[cell] },
    ],
  }
}

/** A histogram as one stepped line: filled, or an outline that lets the other be seen. */
function steps(
  name: string,
  edges: readonly number[],
  counts: readonly number[],
  look: { fill: string } | { outline: string },
): LineSeriesOption {
  const data: [number, number][] = [
    [edges[0] ?? 0, 0],
    ...counts.map((count, i): [number, number] => [edges[i]!, Math.sqrt(count)]),
    [edges.at(-1) ?? 0, 0],
  ]
  const filled = 'fill' in look
  return {
    ...line({ name, colour: filled ? look.fill : look.outline, width: filled ? 1 : 1.4 }, data),
    step: 'end',
    z: filled ? 2 : 3,
    ...(filled ? { areaStyle: { color: look.fill, opacity: 0.7, origin: 'start' as const } } : {}),
  }
}
