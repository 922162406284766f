// How much of each matrix and gate is left: one divided bar each, kept in the colour of the architecture, pruned in ghost
// grey. Pure.
import type { BarSeriesOption } from 'echarts'
import type { GateInsight, MatrixInsight, PruningInsight } from '../../shared/insight.ts'
import { CELL_COLOURS, type ChartTheme } from '../charts/palette.ts'
import { frame, numberAxisX } from '../charts/parts.ts'
import type { ChartSpec } from '../charts/spec.ts'
import { formatCount, formatShare } from '../format.ts'
import { gateTitle, keptText, prunedPercent, shortName } from './words.ts'

/** Bars one chart draws at most; beyond, a bar stands for a whole matrix, and beyond that for the first matrices. */
export const MOST_BARS = 48

export interface SparsityRow {
  matrix: MatrixInsight
  gate: GateInsight | undefined // undefined: the matrix as a whole
  live: number
  total: number
  name: string // 'layer 1 i2h', 'layer 1 i2h, gate i'
}

/** A row for each gate, or for the matrix where it has one gate or none. */
export function sparsityRows(matrices: readonly MatrixInsight[]): SparsityRow[] {
  return matrices.flatMap((matrix): SparsityRow[] =>
    matrix.gates.length < 2
      ? [wholeRow(matrix)]
      : matrix.gates.map((gate) => ({
          matrix,
          gate,
          live: gate.live,
          total: gate.total,
          name: `${shortName(matrix)}, ${gate.gate}`,
        })),
  )
}

function wholeRow(matrix: MatrixInsight): SparsityRow {
  return { matrix, gate: undefined, live: matrix.live, total: matrix.total, name: shortName(matrix) }
}

/** What the chart draws, and what it had to leave out, in one sentence. */
export function drawnRows(matrices: readonly MatrixInsight[]): { rows: SparsityRow[]; left: string | null } {
  const gates = sparsityRows(matrices)
  if (gates.length <= MOST_BARS) return { rows: gates, left: null }
  const whole = matrices.map(wholeRow)
  if (whole.length <= MOST_BARS)
    return { rows: whole, left: 'One bar for each matrix; the table has every gate.' }
  return {
    rows: whole.slice(0, MOST_BARS),
    left: `The first ${MOST_BARS} of ${formatCount(whole.length)} matrices; the table has all of them.`,
  }
}

/** Height of the chart in pixels. */
export function sparsityHeight(rows: number): number {
  return Math.max(120, rows * 17 + 52)
}

export function sparsityChart(insight: PruningInsight, theme: ChartTheme, ghost: string): ChartSpec {
  const { rows, left } = drawnRows(insight.matrices)
  const kept = rows.map((row) => (row.total === 0 ? 0 : 100 - prunedPercent(row)))
  const colour = CELL_COLOURS[insight.cell]
  const bars = (name: string, fill: string, data: number[], labelled: boolean): BarSeriesOption => ({
    type: 'bar',
    name,
    stack: 'all',
    data,
    itemStyle: { color: fill },
    barCategoryGap: '28%',
    emphasis: { disabled: true },
    ...(labelled
      ? {
          label: {
            show: true,
            position: 'insideRight',
            color: theme.text,
            fontSize: 10,
            formatter: ({ dataIndex }: { dataIndex: number }) => shareLabel(rows[dataIndex]!),
          },
        }
      : {}),
  })
  return {
    option: {
      ...frame(
        numberAxisX(theme, 'weights, %', { min: 0, max: 100, step: 20 }),
        {
          type: 'category',
          inverse: true,
          data: rows.map(({ name }) => name),
          axisLine: { show: false },
          axisTick: { show: false },
          axisLabel: {
            color: theme.faint,
            fontSize: 11,
            interval: 0,
            formatter: (name: string, at: number) => axisName(rows, at, name),
          },
        } as never,
        20,
      ),
      series: [
        bars('kept', colour, kept, false),
        bars(
          'pruned',
          ghost,
          rows.map((row) => (row.total === 0 ? 0 : prunedPercent(row))),
          true,
        ),
      ],
    },
    legend: [
      { name: 'kept', colour, kind: 'bar' },
      { name: 'pruned', colour: ghost, kind: 'bar' },
    ],
    ...(left === null ? {} : { note: left }),
    table: {
      columns: ['matrix', 'gate', 'kept', 'of', 'pruned, %'],
      rows: sparsityRows(insight.matrices).map((row) => [
        shortName(row.matrix),
        row.gate?.gate ?? '',
        row.live,
        row.total,
        Number(prunedPercent(row).toFixed(4)),
      ]),
    },
    fixed: true,
    tooltip: () => undefined,
    items: {
      tooltip: (_series, index) => {
        const row = rows[index]
        if (row === undefined) return undefined
        const gate = gateTitle(row.gate?.gate ?? '')
        return {
          title: gate === '' ? row.matrix.label : `${row.matrix.label}, ${gate}`,
          rows: [
            { name: keptText(row), value: '', colour },
            ...(row.matrix.prunable ? [] : [{ name: 'not a target of the study', value: '' }]),
          ],
        }
      },
      key: (_series, index) => (rows[index] === undefined ? undefined : rows[index].matrix.name),
    },
  }
}

function shareLabel(row: SparsityRow): string {
  if (row.total === 0) return ''
  const percent = prunedPercent(row)
  return percent < 14 ? '' : formatShare(percent / 100, 1)
}

/** A matrix is named at its first gate only. */
function axisName(rows: readonly SparsityRow[], at: number, name: string): string {
  const row = rows[at]
  if (row?.gate === undefined) return name
  return rows[at - 1]?.matrix === row.matrix ? row.gate.gate : `${shortName(row.matrix)}   ${row.gate.gate}`
}
