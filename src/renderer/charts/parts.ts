// Axes, lines and bands shared by the chart builders. Pure.
import type {
  CustomSeriesOption,
  EChartsOption,
  LineSeriesOption,
  XAXisComponentOption,
  YAXisComponentOption,
} from 'echarts'
import { formatCount } from '../format.ts'
import type { ChartTheme } from './palette.ts'
import type { Dash, Marker } from './spec.ts'

const MARKER_SIZE = 6

/** Frame of every chart: margins, no animation, the axes given. */
export function frame(x: XAXisComponentOption, y: YAXisComponentOption, right = 16): EChartsOption {
  return {
    animation: false,
    grid: { left: 8, right, top: 10, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    xAxis: x,
    yAxis: y,
  }
}

function axisLook(theme: ChartTheme) {
  return {
    axisLine: { show: true, lineStyle: { color: theme.axis } },
    axisTick: { show: true, lineStyle: { color: theme.axis }, length: 4 },
    axisLabel: { color: theme.faint, fontSize: 11, hideOverlap: true },
    splitLine: { lineStyle: { color: theme.grid } },
    nameTextStyle: { color: theme.faint, fontSize: 11 },
    nameLocation: 'middle' as const,
  }
}

/** A horizontal axis of numbers; `name` holds the unit. */
export function numberAxisX(
  theme: ChartTheme,
  name: string,
  range: { min?: number; max?: number; step?: number } = {},
): XAXisComponentOption {
  const look = axisLook(theme)
  const { min, max, step } = range
  return {
    ...look,
    type: 'value',
    name,
    nameGap: 26,
    splitLine: { show: false },
    axisPointer: { show: true, type: 'line', lineStyle: { color: theme.axis }, label: { show: false } },
    minInterval: 1,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(step === undefined ? {} : { interval: step }),
  }
}

export function categoryAxisX(theme: ChartTheme, name: string, data: string[]): XAXisComponentOption {
  return { ...axisLook(theme), type: 'category', name, nameGap: 26, data, splitLine: { show: false } }
}

export function numberAxisY(
  theme: ChartTheme,
  name: string,
  range: { min?: number; max?: number; step?: number; label?: (value: number) => string } = {},
): YAXisComponentOption {
  return {
    ...axisLook(theme),
    type: 'value',
    name,
    nameGap: 34,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: theme.faint, fontSize: 11, formatter: range.label ?? axisNumber },
    ...(range.min === undefined ? {} : { min: range.min }),
    ...(range.max === undefined ? {} : { max: range.max }),
    ...(range.step === undefined ? {} : { interval: range.step }),
    scale: true,
  }
}

function axisNumber(value: number): string {
  return Math.abs(value) >= 1000 ? formatCount(value) : String(Number(value.toPrecision(4)))
}

/**
 * Range of an accuracy axis in per cent that holds all `shares` (0 to 1), with a little air, on multiples of ten.
 */
export function accuracyRange(shares: readonly number[]): { min: number; max: number } {
  const finite = shares.filter(Number.isFinite)
  if (finite.length === 0) return { min: 0, max: 100 }
  const low = Math.min(...finite) * 100
  return { min: Math.max(0, Math.floor((low - 1) / 10) * 10), max: 100 }
}

export interface LineLook {
  name: string
  colour: string
  dash?: Dash
  marker?: Marker
  width?: number
  opacity?: number
}

/** One line through [x, y] points. */
export function line(look: LineLook, data: [number, number | null][]): LineSeriesOption {
  const { name, colour, dash = 'solid', marker = 'none', width = 2, opacity = 1 } = look
  const single = marker === 'none' && data.length === 1 // one point draws no line
  return {
    type: 'line',
    name,
    data,
    symbol: single ? 'circle' : marker === 'ring' ? 'emptyCircle' : marker,
    symbolSize: MARKER_SIZE,
    showSymbol: single || marker !== 'none',
    itemStyle: { color: colour, opacity },
    lineStyle: { color: colour, type: dash, width, opacity },
    emphasis: { disabled: true },
    connectNulls: false,
    clip: true,
  }
}

/** The interval of a curve as a band; points are [x, low, high]. */
export function band(colour: string, points: [number, number, number][], opacity = 0.14): CustomSeriesOption {
  return {
    type: 'custom',
    name: 'interval',
    silent: true,
    clip: true,
    z: 1,
    tooltip: { show: false },
    data: points.length < 2 ? [] : [[points[0]![0], points[0]![1]]],
    renderItem: (_params, api) => ({
      type: 'polygon',
      shape: {
        points: [
          ...points.map(([x, low]) => api.coord([x, low])),
          ...points.map(([x, , high]) => api.coord([x, high])).reverse(),
        ],
      },
      style: { fill: colour, opacity },
    }),
  }
}
