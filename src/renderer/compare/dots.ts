// One value for each group: a dot with its interval, groups below each other so that long names can be read.
import type { CustomSeriesOption, ScatterSeriesOption, YAXisComponentOption } from 'echarts'
import type { Comparison, CompareGroup } from '../../shared/compare.ts'
import type { Baseline } from '../../shared/dataset.ts'
import { baselineLevels, levelLegend } from '../charts/levels.ts'
import type { ChartTheme } from '../charts/palette.ts'
import { accuracyRange, frame, numberAxisX } from '../charts/parts.ts'
import type { ChartSpec } from '../charts/spec.ts'
import { formatInterval, formatShare } from '../format.ts'
import type { GroupLook } from './looks.ts'

const ROW = 24 // pixels of a group
const CUT = 42 // characters of a name beside the axis

/** Height of the chart in pixels. */
export function dotsHeight(groups: number): number {
  return Math.max(140, groups * ROW + 70)
}

export interface DotChart {
  groups: readonly CompareGroup[]
  axis: Comparison['axis']
  looks: ReadonlyMap<string, GroupLook>
  names: ReadonlyMap<string, string> // of groups by key
  baselines: readonly Baseline[]
  theme: ChartTheme
}

/** Categories of an axis have to differ; groups of one name get hair spaces behind it. */
function distinct(names: readonly string[]): string[] {
  const taken = new Map<string, number>()
  return names.map((name) => {
    const before = taken.get(name) ?? 0
    taken.set(name, before + 1)
    return name + '\u200a'.repeat(before)
  })
}

export function dotChart(input: DotChart): ChartSpec {
  const { groups, axis, looks, baselines, theme } = input
  const valued = groups.filter(({ points }) => points.length > 0)
  const names = distinct(valued.map(({ key }) => input.names.get(key)!))
  const levels = baselineLevels(theme, baselines)
  const range = accuracyRange([
    ...valued.flatMap(({ points, singles = [] }) => [
      points[0]!.low ?? points[0]!.mean,
      ...singles.map((single) => single.points[0]![1]),
    ]),
    ...baselines.map(({ accuracy }) => accuracy),
  ])
  return {
    option: {
      ...frame(numberAxisX(theme, axis.y, range), categories(theme, names), 24),
      series: [
        levelLines(levels),
        ...(valued.some(({ singles }) => singles !== undefined) ? [singleDots(valued, names, looks)] : []),
        intervals(valued, looks),
        means(valued, names, looks, theme.background),
      ],
    },
    legend: [],
    levels: levelLegend(levels),
    note: `Dots: means over ${axis.block}s; lines: 95 % bootstrap intervals.`,
    table: {
      columns: ['group', 'mean', 'interval low', 'interval high', 'n', 'runs'],
      rows: valued.map(({ name, points: [p], runs }) => [
        name,
        p!.mean,
        p!.low ?? null,
        p!.high ?? null,
        p!.n,
        runs,
      ]),
    },
    tooltip: (at) => {
      const index = names.indexOf(String(at))
      const group = valued[index]
      if (group === undefined) return undefined
      const { mean, low, high, n } = group.points[0]!
      const interval = low === undefined ? '' : `${formatInterval(low, high)}, `
      const note = `${interval}${n} ${axis.block}${n === 1 ? '' : 's'}, ${group.runs} runs`
      return {
        title: group.name,
        rows: [{ name: 'mean', value: formatShare(mean), note, colour: looks.get(group.key)!.colour }],
      }
    },
  }
}

function categories(theme: ChartTheme, names: readonly string[]): YAXisComponentOption {
  return {
    type: 'category',
    data: [...names],
    inverse: true,
    axisLine: { show: true, lineStyle: { color: theme.axis } },
    axisTick: { show: false },
    axisPointer: { show: true, type: 'line', lineStyle: { color: theme.axis }, label: { show: false } },
    axisLabel: {
      color: theme.text,
      fontSize: 11,
      interval: 0,
      formatter: (name: string) => (name.length > CUT ? `${name.slice(0, CUT - 1)}…` : name),
    },
  }
}

function levelLines(levels: ReturnType<typeof baselineLevels>): ScatterSeriesOption {
  return {
    type: 'scatter',
    name: 'levels',
    data: [],
    silent: true,
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      label: { show: false },
      data: levels.map(({ name, value, colour }) => ({
        name,
        xAxis: value,
        lineStyle: { color: colour, type: 'dotted' as const, width: 1.2 },
      })),
    },
  }
}

function means(
  groups: readonly CompareGroup[],
  names: readonly string[],
  looks: ReadonlyMap<string, GroupLook>,
  background: string,
): ScatterSeriesOption {
  return {
    type: 'scatter',
    name: 'mean',
    symbolSize: 11,
    data: groups.map(({ key, points }, i) => ({
      value: [points[0]!.mean * 100, names[i]!],
      itemStyle: { color: looks.get(key)!.colour, opacity: 1, borderColor: background, borderWidth: 1.5 },
    })),
  }
}

function singleDots(
  groups: readonly CompareGroup[],
  names: readonly string[],
  looks: ReadonlyMap<string, GroupLook>,
): ScatterSeriesOption {
  return {
    type: 'scatter',
    name: 'single runs',
    silent: true,
    symbolSize: 5,
    data: groups.flatMap(({ key, singles = [] }, i) =>
      singles.flatMap(({ points }) =>
        points.map(([, y]) => ({
          value: [y * 100, names[i]!],
          itemStyle: { color: looks.get(key)!.colour, opacity: 0.35 },
        })),
      ),
    ),
  }
}

function intervals(
  groups: readonly CompareGroup[],
  looks: ReadonlyMap<string, GroupLook>,
): CustomSeriesOption {
  const data = groups.flatMap(({ points: [point] }, i) =>
    point?.low === undefined || point.high === undefined ? [] : [[point.low * 100, i, point.high * 100]],
  )
  return {
    type: 'custom',
    name: 'interval',
    silent: true,
    data,
    renderItem: (_params, api) => {
      const row = Number(api.value(1))
      const from = api.coord([Number(api.value(0)), row])
      const to = api.coord([Number(api.value(2)), row])
      return {
        type: 'line',
        shape: { x1: from[0]!, y1: from[1]!, x2: to[0]!, y2: to[1]! },
        style: { stroke: looks.get(groups[row]!.key)!.colour, lineWidth: 2, opacity: 0.55 },
      }
    },
  }
}
