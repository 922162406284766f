// Colours and marks of the figures of a report: those of the interface (a test holds them together), chosen for print.
import type { Cell } from '../../shared/network.ts'
import type { Target } from '../../shared/study.ts'
import type { Look, Marker } from './document.ts'

/** Okabe and Ito, safe for colour blindness. */
export const CELL_COLOURS: Record<Cell, string> = {
  'rnn-tanh': '#0072B2',
  'rnn-relu': '#E69F00',
  lstm: '#009E73',
  gru: '#CC79A7',
}

/** Title of the panel of a target. */
export const TARGET_TITLES: Record<Target, string> = {
  both: 'both pruned together',
  i2h: 'i2h (input to hidden)',
  h2h: 'h2h (hidden to hidden)',
}

/** A mark of each architecture besides its colour, so that a print in grey can be read. */
export const CELL_MARKERS: Record<Cell, Marker> = {
  'rnn-tanh': 'circle',
  'rnn-relu': 'triangle',
  lstm: 'diamond',
  gru: 'square',
}

export const TARGET_MEANINGS: Record<Target, string> = {
  both: 'input-to-hidden and hidden-to-hidden weights together',
  i2h: 'input-to-hidden weights',
  h2h: 'hidden-to-hidden weights',
}

/** The curve of an architecture. */
export function cellLook(cell: Cell): Look {
  return {
    colour: CELL_COLOURS[cell],
    dash: 'solid',
    marker: CELL_MARKERS[cell],
    width: 1.6,
    opacity: 1,
    line: true,
  }
}

/** The random control of an architecture: lighter, dashed, without marks. */
export function controlLook(colour: string): Look {
  return { colour, dash: 'dashed', marker: 'none', width: 1.1, opacity: 0.6, line: true }
}

/** Grey that is read on white and on black: level lines and what belongs to no architecture. */
export const NEUTRAL = '#7a7f87'
