// Colours and marks of charts. Architectures keep their colour everywhere (Okabe and Ito, safe for colour blindness);
// targets are told by marker and line, never by colour.
import type { Cell } from '../../shared/network.ts'
import type { FamilyKind } from '../../shared/structure-study.ts'
import type { Target } from '../../shared/study.ts'
import type { Appearance } from '../theme.ts'
import type { Dash, Marker } from './spec.ts'

export const CELL_COLOURS: Record<Cell, string> = {
  'rnn-tanh': '#0072B2',
  'rnn-relu': '#E69F00',
  lstm: '#009E73',
  gru: '#CC79A7',
}

export const TARGET_MARKS: Record<Target, { marker: Marker; dash: Dash; name: string; meaning: string }> = {
  both: { marker: 'circle', dash: 'solid', name: 'both', meaning: 'input and recurrent weights' },
  i2h: { marker: 'triangle', dash: 'dashed', name: 'i2h', meaning: 'input-to-hidden weights' },
  h2h: { marker: 'diamond', dash: 'dotted', name: 'h2h', meaning: 'hidden-to-hidden weights' },
}

/**
 * Generators of graphs: a shape each, and colours apart from those of the architectures and from each other for colour
 * blind eyes (after Okabe and Ito, and Tol).
 */
export const GENERATOR_LOOKS: Record<FamilyKind, { colour: string; marker: Marker }> = {
  'barabasi-albert': { colour: '#D55E00', marker: 'circle' },
  'watts-strogatz': { colour: '#56A5E0', marker: 'triangle' },
  'erdos-renyi': { colour: '#7A7F87', marker: 'diamond' },
  'random-dag': { colour: '#8A6BBE', marker: 'rect' },
  kleinberg: { colour: '#A08A1B', marker: 'pin' },
  'layered-complete': { colour: '#3B9A92', marker: 'arrow' },
  given: { colour: '#A3415F', marker: 'roundRect' },
}

export interface ChartTheme {
  text: string
  faint: string // axis labels, baselines
  grid: string
  axis: string
  background: string
  ramp: readonly [number, number] // part of the ordered colour scale that shows on the background, 0 to 1
  controlOpacity: number // how much lighter the random control is drawn
  classes: string[] // of a dataset, in class order, then repeated
}

const themes: Record<Appearance, ChartTheme> = {
  light: {
    text: '#1b1c1e',
    faint: '#686d74',
    grid: '#ececea',
    axis: '#c8c8c2',
    background: '#ffffff',
    ramp: [0, 0.8],
    controlOpacity: 0.45,
    classes: ['#b5b9c0', '#3451c6', '#c26d1b', '#2f8f83', '#8a5fb0', '#7f8a2d'],
  },
  dark: {
    text: '#e9e9e7',
    faint: '#959ba3',
    grid: '#26292c',
    axis: '#474c52',
    background: '#17181a',
    ramp: [0.28, 1],
    controlOpacity: 0.65,
    classes: ['#62676f', '#93a8ff', '#e3a565', '#66c2b5', '#bb96dd', '#b7c163'],
  },
}

export function chartTheme(appearance: Appearance): ChartTheme {
  return themes[appearance]
}

/** Colour of a dataset's class. */
export function classColour(theme: ChartTheme, index: number): string {
  return theme.classes[index % theme.classes.length]!
}

// Viridis. Each theme leaves out the end that is lost on its background.
const RAMP = [
  [68, 1, 84],
  [65, 68, 135],
  [42, 120, 142],
  [34, 168, 132],
  [122, 209, 81],
  [253, 231, 37],
] as const

/** Colour for an ordered quantity; `share` 0 to 1. */
export function rampColour(theme: ChartTheme, share: number): string {
  const [first, last] = theme.ramp
  const at = (first + (last - first) * Math.min(1, Math.max(0, share))) * (RAMP.length - 1)
  const low = Math.min(RAMP.length - 2, Math.floor(at))
  const [from, to] = [RAMP[low]!, RAMP[low + 1]!]
  const mix = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * (at - low))
  return `rgb(${mix(0)}, ${mix(1)}, ${mix(2)})`
}

// Blue, white, red (ColorBrewer RdBu); zero is the background of the theme.
const NEGATIVE = [33, 102, 172] as const
const POSITIVE = [178, 24, 43] as const

/** Colour for a signed share, -1 to 1: blue below zero, red above, nothing at zero. */
export function divergingColour(theme: ChartTheme, share: number): string {
  const end = share < 0 ? NEGATIVE : POSITIVE
  const zero = [1, 3, 5].map((at) => Number.parseInt(theme.background.slice(at, at + 2), 16))
  const by = Math.min(1, Math.abs(share)) ** 0.8
  const mix = (i: 0 | 1 | 2) => Math.round(zero[i]! + (end[i] - zero[i]!) * by)
  return `rgb(${mix(0)}, ${mix(1)}, ${mix(2)})`
}

/** Ink that can be read on a colour written as rgb(r, g, b). */
export function textOn(colour: string): string {
  const [r = 0, g = 0, b = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  // Where black and white ink have the same contrast (WCAG 2).
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000000' : '#ffffff'
}
