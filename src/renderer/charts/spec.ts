// What a chart is before it is drawn: an option for the drawing library, its legend, its tooltip and the same data as
// a table. Builders of specs are pure functions.
import type { EChartsOption } from 'echarts'
import { csvCell } from '../../shared/csv.ts'

export interface ChartTable {
  columns: string[]
  rows: (string | number | null)[][]
}

export type Dash = 'solid' | 'dashed' | 'dotted'
export type Marker =
  'circle' | 'triangle' | 'diamond' | 'rect' | 'roundRect' | 'pin' | 'arrow' | 'ring' | 'none'

export interface LegendItem {
  name: string
  colour: string
  kind: 'line' | 'band' | 'bar' | 'point'
  dash?: Dash
  marker?: Marker
  opacity?: number
  hollow?: boolean
}

export interface TooltipRow {
  name: string
  value: string
  note?: string // interval, number of runs, the run itself
  colour?: string
}
export interface TooltipContent {
  title: string
  rows: TooltipRow[]
}

export interface ChartSpec {
  option: EChartsOption
  legend: LegendItem[]
  /** Level lines with their values; views with many panels show these once for all. */
  levels?: LegendItem[]
  /** What the reader of an exported figure must know besides title and legend. */
  note?: string
  table: ChartTable
  /** Content for a position on the x axis; undefined draws nothing. */
  tooltip: (x: number | string) => TooltipContent | undefined
  /** Charts whose marks are pointed at one by one, by series and index, instead of by position on the x axis. */
  items?: {
    tooltip: (series: string, index: number) => TooltipContent | undefined
    key: (series: string, index: number) => string | undefined // what a click on the mark means to the view
  }
  /** Cannot be zoomed: categories on both axes. */
  fixed?: boolean
}

/** Write a table as CSV (RFC 4180), its cells kept from being read as formulas. */
export function toCsv({ columns, rows }: ChartTable): string {
  return [columns, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n'
}
