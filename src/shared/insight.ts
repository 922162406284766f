// What pruning did to one network: masks, weights, units that died, and which sequences it answers differently from the
// run it was pruned from. Types and limits only.
import type { Corruption } from './dataset.ts'
import type { Cell } from './network.ts'

export const MATRIX_PARTS = ['i2h', 'h2h', 'output'] as const
export type MatrixPart = (typeof MATRIX_PARTS)[number]

/** Cells of a heatmap of one gate, at most; larger matrices are shown in blocks. */
export const HEAT_SIDE = 64

/** One gate of one weight matrix, rows of the gate by columns of its input. */
export interface GateInsight {
  gate: string // 'i', 'f', 'g', 'o'; 'r', 'z', 'n'; '' where a matrix has no gates
  live: number
  total: number // without what a random structure never had
  /** Blocks of the matrix, row-major. A block is one weight where the matrix fits into HEAT_SIDE x HEAT_SIDE. */
  heat: {
    rows: number
    columns: number
    live: number[] // share of weights kept in the block, 0 to 1; -1: never there
    weight: number[] // mean of the kept weights of the block, 4 significant digits; 0 where none is kept
  }
}

/** One weight matrix. */
export interface MatrixInsight {
  name: string // canonical parameter name
  label: string // 'layer 2, recurrent (h2h)'
  layer: number // recurrent layer from 0; the number of layers for the readout
  cell: number // 0: main cell; others are skip cells
  part: MatrixPart
  prunable: boolean // the target of the study includes it
  rows: number
  columns: number
  live: number
  total: number
  gates: GateInsight[]
  /** Signed weights in equal bins; pruned zeros are left out and counted by `total - live`. */
  histogram: {
    edges: number[] // bins + 1 values, ascending, symmetric about 0
    before: number[] | null // counts of the run it was pruned from; null for a run that was not pruned
    after: number[]
  }
  largest: number // magnitude over before and after: the end of the colour scale
}

/**
 * A unit no path of live weights leads to from the embedding, or from which none leads to the classes; biases do not
 * count.
 */
export interface DeadUnit {
  unit: number // within its layer
  why: 'no-input' | 'no-output' | 'isolated'
}

export interface PruningInsight {
  runId: string
  studyId: string
  baseId: string | null // the run it was pruned from
  title: string
  cell: Cell
  percent: number | null // pruned share asked for; null for a run that was not pruned
  epoch: number // as in 'structure/show'
  epochs: { available: number[]; all: number }
  accuracy: { before: number | null; after: number | null } // on the test split, 0 to 1
  matrices: MatrixInsight[]
  layers: { layer: number; units: number; dead: DeadUnit[] }[]
  reduced: string | null // how large matrices were reduced, in one sentence
}

/** A test sequence the two networks answer differently. */
export interface Flip {
  index: number // within the test split, as in 'dataset/sequences'
  text: string // cut at 200 symbols
  truth: string // class names
  before: string
  after: string
  corruption?: string // name of its kind, see OutcomeGroup
}

/** Test sequences of one kind: valid ones, or one corruption of the generator. */
export interface OutcomeGroup {
  name: string // 'valid', 'one symbol replaced', ...
  corruption: Corruption | null
  total: number
  before: number | null // classified right by the run it was pruned from
  after: number
  lost: number // right before, wrong after
  won: number // wrong before, right after
}

/** Flips of one direction an answer holds at most; `lost` and `won` count all. */
export const SHOWN_FLIPS = 2_000

export interface Outcomes {
  runId: string
  baseId: string | null
  epoch: number
  classes: string[]
  total: number
  before: { correct: number; confusion: number[][] } | null // confusion[truth][prediction]
  after: { correct: number; confusion: number[][] }
  note: string | null // where the counts are not those that were stored, and why
  lost: { count: number; flips: Flip[] }
  won: { count: number; flips: Flip[] }
  groups: OutcomeGroup[]
  groupsNote: string | null // where the kinds come from, or why there are none
  /** Units whose output hardly changed over the first sequences of the test split, by layer. */
  silent: { sequences: number; layers: { layer: number; units: number; constant: number[] }[] }
}
