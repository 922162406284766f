// What a report consists of before it has a format: sections of paragraphs, lists, tables and figures. Text is plain;
// every writer escapes all of it.
import type { ReportSection } from '../../shared/report.ts'

/** Plain text, or plain text with parts set apart. */
export type Inline = string | { strong: string } | { code: string }
export type Text = string | readonly Inline[]

export interface Column {
  name: string
  align?: 'right' // numbers
}

export interface Table {
  kind: 'table'
  caption: string
  columns: readonly Column[]
  rows: readonly (readonly string[])[]
  note?: string
}

export type Dash = 'solid' | 'dashed' | 'dotted'
export type Marker = 'circle' | 'triangle' | 'diamond' | 'square' | 'none'

/** How a curve is drawn, in the plot and in the legend. */
export interface Look {
  colour: string // #rrggbb
  dash: Dash
  marker: Marker
  width: number
  opacity: number // 0 to 1
  line: boolean // false: points only
}

/** One curve or cloud of points. Values are in the units of the axes. */
export interface Series {
  name: string
  look: Look
  points: readonly (readonly [x: number, y: number])[]
  band?: readonly (readonly [x: number, low: number, high: number])[]
}

export interface LegendEntry {
  name: string
  look: Look | 'band'
}

/** A horizontal line across all panels. `mark` is the short sign that stands beside it. */
export interface LevelLine {
  name: string
  mark: string
  value: number
}

export interface Axis {
  name: string // with its unit
  min: number
  max: number
  ticks: readonly number[]
}

export interface Panel {
  title: string
  series: readonly Series[]
}

/** Small multiples that share both axes, one legend and one caption. */
export interface Figure {
  kind: 'figure'
  caption: string
  note?: string
  x: Axis
  y: Axis
  panels: readonly Panel[]
  legend: readonly LegendEntry[]
  levels: readonly LevelLine[]
}

export type Block =
  | { kind: 'paragraph'; text: Text }
  | { kind: 'heading'; text: string }
  | { kind: 'list'; items: readonly Text[] }
  | { kind: 'facts'; rows: readonly (readonly [name: string, value: Text])[] }
  | { kind: 'code'; text: string }
  | Table
  | Figure

export interface Section {
  id: ReportSection
  title: string
  blocks: readonly Block[]
}

export interface ReportDocument {
  title: string
  subtitle: string
  facts: readonly (readonly [name: string, value: Text])[]
  sections: readonly Section[]
}

export const paragraph = (text: Text): Block => ({ kind: 'paragraph', text })
export const heading = (text: string): Block => ({ kind: 'heading', text })
export const list = (items: readonly Text[]): Block => ({ kind: 'list', items })
