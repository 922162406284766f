// What the structure view shows: a network with its weights as units and connections, and one sequence running through it.
// Types and limits only.
import type { GraphProperties } from './graph.ts'
import type { Cell } from './network.ts'

/** `input`: a value of the embedding. `unit`: a recurrent unit. `output`: a class. */
export type UnitRole = 'input' | 'unit' | 'output'

export interface StructureUnit {
  id: number // index into `units`; the same for every run of the same network, so that layouts can be shared
  role: UnitRole
  layer: number // recurrent layer from 0; -1 for inputs, the number of layers for outputs
  row: number // within its layer
  label: string // 'layer 2, unit 7', 'embedding 3', the name of the class
  vertex?: number // of the graph the network was made from
  incoming: number // live connections from other units, shown or not
  outgoing: number
  selfWeight?: number // recurrent weight to itself, where it lives
  betweenness: number | null // of the live graph, 0 to 1; null where the graph is too large, and for inputs and outputs
}

/** `skip`: from a layer further back than the one before. `h2h`: recurrent, within a layer. */
export const CONNECTION_KINDS = ['input', 'i2h', 'skip', 'h2h', 'output'] as const
export type ConnectionKind = (typeof CONNECTION_KINDS)[number]

/** Against another run: `kept` in both, `removed` lives only in the other, `regrown` lives only in this one. */
export type Change = 'kept' | 'removed' | 'regrown'

export interface StructureConnection {
  source: number // unit id
  target: number
  kind: ConnectionKind
  cell: number // cell of the target's layer it belongs to; 0 is the main cell
  weight: number // of the chosen gate, or the one of largest magnitude; signed
  live: boolean // false: pruned, drawn as a ghost; `weight` is then the last value known (the base run's), or 0
  change?: Change
}

/** How many connections of one kind there are and how many of them are in the answer. */
export interface ConnectionCount {
  kind: ConnectionKind
  live: number
  pruned: number
  shownLive: number
  shownPruned: number
}

export interface StructureView {
  runId: string
  studyId: string
  title: string
  cell: Cell
  gates: readonly string[]
  gate: string // or 'any'
  epoch: number // the weights are those after this epoch; -1: before training; a pruned run begins with 0
  epochs: { available: number[]; all: number } // all: number of its last one; available: can be shown at once, the others after 'structure/replay'
  accuracy: number | null // test accuracy of that epoch
  layers: { size: number; cells: { sources: (number | 'embedding')[] }[] }[]
  units: StructureUnit[]
  connections: StructureConnection[] // strongest first within each kind
  counts: ConnectionCount[]
  reduced: string | null // how the drawing was reduced, in one sentence
  properties: GraphProperties | null // of the graph of its units: the drawn graph of a structure, else the live weights
  propertiesNote: string | null // what they are of, or why there are none
  against: {
    runId: string
    title: string
    epoch: number
    kept: number
    removed: number
    regrown: number
  } | null
  largestWeight: number // magnitude over all live connections that could be shown: the end of the colour scale
}

/** One cell of one layer while a sequence runs: arrays of T x H values, row-major by step. */
export interface CellTrace {
  layer: number
  cell: number
  h: number[]
  c?: number[] // LSTM
  gates: Record<string, number[]>
}

export interface StructureTrace {
  runId: string
  epoch: number
  symbols: string[] // T letters, as the network saw them; pads are not run
  text: string
  note?: string // what to know when comparing with the study's figures
  truth: string | null // class of the sequence; null for a typed one
  predicted: string
  probabilities: { name: string; value: number }[] // by class, sum 1
  units: number[] // H by layer
  cells: CellTrace[]
}

/** Connections one answer holds at most, live and ghost together; more are reduced to the strongest and said so. */
export const SHOWN_CONNECTIONS = 2_500

/** Numbers one trace holds at most (steps x values of all cells); longer sequences are refused. */
export const TRACED_VALUES = 2_000_000
