// The heatmap of one gate as numbers and colours: which weights a block stands for, and how it looks. Signed weights run
// from blue over white to red, what was pruned is ghost grey, what a random structure never had is left empty. Pure.
import type { GateInsight, MatrixInsight } from '../../shared/insight.ts'
import type { TooltipContent } from '../charts/spec.ts'
import { countOf, formatCount, formatShare } from '../format.ts'
import { weightShare } from '../structure/colours.ts'
import type { Appearance } from '../theme.ts'
import { formatWeight, gateTitle } from './words.ts'

type Rgb = readonly [number, number, number]

/** What the colour of a block says. */
export const SHOWN = ['weight', 'mask'] as const
export type Shown = (typeof SHOWN)[number]

export interface HeatTheme {
  ghost: Rgb // pruned
  kept: Rgb // of the mask
  hatch: string // never there
  background: string
  text: string
  faint: string
  frame: string
  negative: readonly Rgb[] // from zero to the end of the scale
  positive: readonly Rgb[]
}

// White stands for zero on dark backgrounds too: the pruned must recede, not the kept.
const THEMES: Record<Appearance, HeatTheme> = {
  light: {
    ghost: [207, 207, 201],
    kept: [52, 81, 198],
    hatch: '#d6d6d1',
    background: '#ffffff',
    text: '#1b1c1e',
    faint: '#686d74',
    frame: '#c8c8c2',
    negative: [
      [255, 255, 255],
      [146, 197, 222],
      [67, 147, 195],
      [5, 72, 140],
    ],
    positive: [
      [255, 255, 255],
      [244, 165, 130],
      [214, 96, 77],
      [160, 10, 34],
    ],
  },
  dark: {
    ghost: [52, 56, 61],
    kept: [147, 168, 255],
    hatch: '#33373b',
    background: '#17181a',
    text: '#e9e9e7',
    faint: '#959ba3',
    frame: '#474c52',
    negative: [
      [240, 240, 237],
      [150, 198, 226],
      [78, 158, 212],
      [32, 104, 190],
    ],
    positive: [
      [240, 240, 237],
      [244, 172, 140],
      [224, 108, 88],
      [186, 32, 52],
    ],
  },
}

export function heatTheme(appearance: Appearance): HeatTheme {
  return THEMES[appearance]
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share)
  return [at(0), at(1), at(2)]
}

/** Colour of a signed share of the scale, -1 to 1. */
export function scaleColour(theme: HeatTheme, share: number): Rgb {
  const stops = share < 0 ? theme.negative : theme.positive
  const at = Math.min(1, Math.abs(share)) * (stops.length - 1)
  const low = Math.min(stops.length - 2, Math.floor(at))
  return mix(stops[low]!, stops[low + 1]!, at - low)
}

export function css([r, g, b]: Rgb): string {
  return `rgb(${r}, ${g}, ${b})`
}

/**
 * Colour of one block, or undefined for what was never there. A block of many weights fades towards the ghost grey by
 * the share that was pruned.
 * @param largest magnitude at the end of the scale
 */
export function blockColour(
  { heat }: Pick<GateInsight, 'heat'>,
  at: number,
  shown: Shown,
  largest: number,
  theme: HeatTheme,
): Rgb | undefined {
  const live = heat.live[at]!
  if (live < 0) return undefined
  const full = shown === 'mask' ? theme.kept : scaleColour(theme, weightShare(heat.weight[at]!, largest))
  return mix(theme.ghost, full, live)
}

/** First and last weight of a block along one side, from 0; `size` weights are shown as `blocks`. */
export function blockRange(block: number, blocks: number, size: number): [first: number, last: number] {
  const first = Math.ceil((block * size) / blocks)
  return [first, Math.max(first, Math.ceil(((block + 1) * size) / blocks) - 1)]
}

/** Rows of one gate of a matrix. */
export function gateRows({ rows, gates }: Pick<MatrixInsight, 'rows' | 'gates'>): number {
  return rows / Math.max(1, gates.length)
}

function span(name: string, [first, last]: [number, number]): string {
  return first === last
    ? `${name} ${formatCount(first + 1)}`
    : `${name}s ${formatCount(first + 1)}–${formatCount(last + 1)}`
}

/** What rows and columns of a matrix stand for. */
export function sides({ part, layer, cell }: Pick<MatrixInsight, 'part' | 'layer' | 'cell'>): {
  row: string
  column: string
  columnAxis: string
} {
  if (part === 'output') return { row: 'class', column: 'unit', columnAxis: 'unit that is read out' }
  if (part === 'h2h') return { row: 'unit', column: 'unit', columnAxis: 'unit, one step before' }
  return layer === 0 && cell === 0
    ? { row: 'unit', column: 'embedding', columnAxis: 'value of the embedding' }
    : { row: 'unit', column: 'input', columnAxis: 'input from the layer below' }
}

/** What one block says, in words: unit by input, share kept, weight. */
export function describeBlock(matrix: MatrixInsight, gate: GateInsight, at: number): TooltipContent {
  const { rows, columns, live, weight } = gate.heat
  const { row, column } = sides(matrix)
  const own = blockRange(Math.floor(at / columns), rows, gateRows(matrix))
  const from = blockRange(at % columns, columns, matrix.columns)
  const count = (own[1] - own[0] + 1) * (from[1] - from[0] + 1)
  const title = `${span(row, own)} ← ${span(column, from)}`
  const share = live[at]!
  const name = gateTitle(gate.gate)
  const where = { name: 'matrix', value: name === '' ? matrix.label : `${matrix.label}, ${name}` }
  if (share < 0) return { title, rows: [where, { name: 'state', value: 'never there' }] }
  if (count === 1)
    return {
      title,
      rows: [
        where,
        { name: 'state', value: share > 0 ? 'kept' : 'pruned' },
        ...(share > 0 ? [{ name: 'weight', value: formatWeight(weight[at]!) }] : []),
      ],
    }
  return {
    title,
    rows: [
      where,
      { name: 'kept', value: formatShare(share, 1), note: `of ${countOf(count, 'weight')}` },
      ...(share > 0 ? [{ name: 'mean of the kept', value: formatWeight(weight[at]!) }] : []),
    ],
  }
}

/** The block below a point of a drawing, given as shares of its width and height. */
export function blockAt({ heat }: Pick<GateInsight, 'heat'>, x: number, y: number): number | undefined {
  const column = Math.floor(x * heat.columns)
  const row = Math.floor(y * heat.rows)
  const inside = column >= 0 && column < heat.columns && row >= 0 && row < heat.rows
  return inside ? row * heat.columns + column : undefined
}

/** Tell whether any block of these gates was never there. */
export function hasNever(gates: readonly Pick<GateInsight, 'heat'>[]): boolean {
  return gates.some(({ heat }) => heat.live.some((live) => live < 0))
}
