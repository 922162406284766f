// Colours of units and connections. Signed quantities: blue, white, red, symmetric, zero at white (grey on dark).
import type { Change, StructureUnit } from '../../shared/structure-view.ts'
import { chartTheme, rampColour, type ChartTheme } from '../charts/palette.ts'
import type { Appearance } from '../theme.ts'

type Rgb = readonly [number, number, number]

export interface StructureTheme {
  chart: ChartTheme
  background: string
  text: string
  faint: string
  ghost: string // pruned
  outline: string // of units
  idle: string // units without a value
  accent: string
  changes: Record<Change, string>
  negative: readonly Rgb[] // from zero to the end of the scale
  positive: readonly Rgb[]
}

const LIGHT: StructureTheme = {
  chart: chartTheme('light'),
  background: '#ffffff',
  text: '#1b1c1e',
  faint: '#686d74',
  ghost: '#d3d3cd',
  outline: '#5d6167',
  idle: '#f1f1ee',
  accent: '#3451c6',
  changes: { kept: '#b4b7bb', removed: '#d55e00', regrown: '#008c66' },
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
}

const DARK: StructureTheme = {
  chart: chartTheme('dark'),
  background: '#17181a',
  text: '#e9e9e7',
  faint: '#959ba3',
  ghost: '#3b3f44',
  outline: '#8b9198',
  idle: '#26292c',
  accent: '#93a8ff',
  changes: { kept: '#5c6167', removed: '#f5902e', regrown: '#2fcf9f' },
  negative: [
    [58, 61, 65],
    [54, 100, 150],
    [72, 150, 222],
    [150, 210, 255],
  ],
  positive: [
    [58, 61, 65],
    [150, 72, 62],
    [228, 98, 82],
    [255, 178, 160],
  ],
}

export function structureTheme(appearance: Appearance): StructureTheme {
  return appearance === 'dark' ? DARK : LIGHT
}

function along(stops: readonly Rgb[], share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1)
  const low = Math.min(stops.length - 2, Math.floor(at))
  const mix = (i: 0 | 1 | 2) =>
    Math.round(stops[low]![i] + (stops[low + 1]![i] - stops[low]![i]) * (at - low))
  return `rgb(${mix(0)}, ${mix(1)}, ${mix(2)})`
}

/** Colour of a signed share, -1 to 1; values beyond count as the ends. */
export function signedColour(theme: StructureTheme, share: number): string {
  return along(share < 0 ? theme.negative : theme.positive, Math.abs(share))
}

/** Share of the scale a weight has, -1 to 1. A square root, so that the many small weights are told apart. */
export function weightShare(weight: number, largest: number): number {
  return largest > 0 ? Math.sign(weight) * Math.sqrt(Math.min(1, Math.abs(weight) / largest)) : 0
}

/** The weight at a share of the scale: inverse of `weightShare`. */
export function shareWeight(share: number, largest: number): number {
  return Math.sign(share) * share * share * largest
}

export const UNIT_COLOURS = ['layer', 'degree', 'betweenness', 'activity'] as const
export type UnitColour = (typeof UNIT_COLOURS)[number]

export const UNIT_COLOUR_NAMES: Record<UnitColour, string> = {
  layer: 'layer',
  degree: 'degree',
  betweenness: 'betweenness',
  activity: 'activity (state h)',
}

/** Live connections of a unit to other units. */
export function degreeOf({ incoming, outgoing }: StructureUnit): number {
  return incoming + outgoing
}

/** The quantity of a unit that is coloured, or null where it has none. */
function unitQuantity(unit: StructureUnit, by: UnitColour): number | null {
  if (by === 'activity') return null
  if (by === 'layer') return unit.role === 'unit' ? unit.layer : null
  if (unit.role !== 'unit') return null
  return by === 'degree' ? degreeOf(unit) : unit.betweenness
}

/** Smallest and largest quantity of all units; equal ends where there is none. */
export function quantityRange(units: readonly StructureUnit[], by: UnitColour): [number, number] {
  const values = units.flatMap((unit) => unitQuantity(unit, by) ?? [])
  return values.length === 0 ? [0, 0] : [Math.min(...values), Math.max(...values)]
}

/** Fill colours by unit id. */
export function unitFills(units: readonly StructureUnit[], by: UnitColour, theme: StructureTheme): string[] {
  const [low, high] = quantityRange(units, by)
  return units.map((unit) => {
    const value = unitQuantity(unit, by)
    if (value === null) return theme.idle
    return rampColour(theme.chart, high > low ? (value - low) / (high - low) : 0.5)
  })
}

/** Tell whether text on this `rgb(...)` or `#rrggbb` colour has to be white. */
export function isDark(colour: string): boolean {
  const parts = colour.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    : colour.match(/\d+/g)!.map(Number)
  return parts[0]! * 0.299 + parts[1]! * 0.587 + parts[2]! * 0.114 < 140
}
