// How often trainings never left chance, by architecture and generator, with Wilson's interval.
import type { CustomSeriesOption } from 'echarts'
import { CELL_NAMES } from '../../shared/network.ts'
import type { GroupAnalysis } from '../../shared/structure-analysis.ts'
import type { FamilyKind } from '../../shared/structure-study.ts'
import { FAMILY_NAMES } from '../composables/structure-words.ts'
import { formatInterval, formatShare } from '../format.ts'
import { CELL_COLOURS, type ChartTheme } from './palette.ts'
import { frame, numberAxisX } from './parts.ts'
import type { ChartSpec } from './spec.ts'

const WHISKER = 4

/** Name of a group: the architecture, and its generator where it is one of several. */
export function groupName({ cell, generator }: Pick<GroupAnalysis, 'cell' | 'generator'>): string {
  if (generator === null) return CELL_NAMES[cell]
  return `${CELL_NAMES[cell]}, ${generatorName(generator)}`
}

/** Name of a generator as the analysis tells them apart: controls have one of their own. */
function generatorName(generator: string): string {
  const kind = generator.replace(/-rewired$/, '')
  const name = FAMILY_NAMES[kind as FamilyKind] ?? kind
  return kind === generator ? name : `${name}, rewired`
}

/** Groups whose rates are drawn: one per generator where there are several, else the architecture. */
export function failureGroups(groups: readonly GroupAnalysis[]): GroupAnalysis[] {
  const split = new Set(groups.filter(({ generator }) => generator !== null).map(({ cell }) => cell))
  return groups.filter(({ cell, generator }) => (generator === null) !== split.has(cell))
}

export function failureChart(groups: readonly GroupAnalysis[], theme: ChartTheme): ChartSpec {
  const shown = failureGroups(groups)
  const most = Math.max(0.05, ...shown.map(({ failures }) => failures.high))
  const axis = numberAxisX(theme, 'trainings that failed, %', {
    min: 0,
    max: Math.min(100, Math.ceil(most * 20) * 5),
  })
  return {
    option: {
      ...frame(
        {
          ...axis,
          axisPointer: { show: false },
          splitLine: { show: true, lineStyle: { color: theme.grid } },
        } as typeof axis,
        {
          type: 'category',
          inverse: true,
          data: shown.map(groupName),
          axisLine: { lineStyle: { color: theme.axis } },
          axisTick: { show: false },
          axisLabel: { color: theme.text, fontSize: 11, interval: 0 },
        },
      ),
      series: [rateSeries(shown)],
    },
    legend: [],
    note: 'Dot: rate; line: 95 % Wilson interval.',
    table: {
      columns: ['architecture', 'generator', 'runs', 'failed', 'rate', 'low', 'high', 'accuracy at or below'],
      rows: shown.map(({ cell, generator, failures: f }) => [
        CELL_NAMES[cell],
        generator ?? 'all',
        f.runs,
        f.failed,
        f.rate,
        f.low,
        f.high,
        f.threshold,
      ]),
    },
    tooltip: () => undefined,
    fixed: true,
    items: {
      tooltip: (_series, index) => {
        const { failures } = shown[index]!
        return {
          title: groupName(shown[index]!),
          rows: [
            {
              name: `${failures.failed} of ${failures.runs} failed`,
              value: formatShare(failures.rate, 1),
              note: formatInterval(failures.low, failures.high),
            },
          ],
        }
      },
      key: () => undefined,
    },
  }
}

function rateSeries(groups: readonly GroupAnalysis[]): CustomSeriesOption {
  return {
    type: 'custom',
    name: 'failed',
    data: groups.map(({ failures: { rate, low, high } }, i) => [rate * 100, i, low * 100, high * 100]),
    encode: { x: [0, 2, 3], y: 1 },
    renderItem: ({ dataIndex }, api) => {
      const at = (value: number) => api.coord([value, api.value(1)]) as [number, number]
      const [x, y] = at(Number(api.value(0)))
      const [left] = at(Number(api.value(2)))
      const [right] = at(Number(api.value(3)))
      const colour = CELL_COLOURS[groups[dataIndex]!.cell]
      const style = { stroke: colour, lineWidth: 1.6 }
      const end = (to: number) => ({
        type: 'line' as const,
        shape: { x1: to, y1: y - WHISKER, x2: to, y2: y + WHISKER },
        style,
      })
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1: left, y1: y, x2: right, y2: y }, style },
          end(left),
          end(right),
          { type: 'circle', shape: { cx: x, cy: y, r: 4 }, style: { fill: colour } },
        ],
      }
    },
  }
}
