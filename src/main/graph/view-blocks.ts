// Every connection of a network as blocks of numbers: one block per kind, cell and source layer, gates put together.
// Draws nothing and leaves nothing out.
import { LacunaError } from '../../shared/errors.ts'
import {
  cellInputSize,
  cellParameterName,
  GATES,
  readoutSize,
  type Cell,
  type NetworkDescription,
  type Source,
} from '../../shared/network.ts'
import type { ConnectionKind } from '../../shared/structure-view.ts'
import type { Masks, Parameters } from '../engine/engine.ts'

/** What became of a connection. `NONE`: the network never had it. */
export const NONE = 0
export const LIVE = 1
export const PRUNED = 2

export interface NetworkWeights {
  network: NetworkDescription
  parameters: Parameters
  masks: Masks
  /** Connections a random structure does not have, as masks: they are not pruned, they never were. */
  structure?: Masks | undefined
  /** Weights before pruning: what a pruned connection was worth. */
  before?: Parameters | undefined
}

/** Connections from the `columns` units from id `source` on to the `rows` units from id `target` on, row-major. */
export interface Block {
  kind: ConnectionKind
  layer: number // of the targets; the number of layers for outputs
  cell: number
  source: number
  target: number
  rows: number
  columns: number
  weights: Float64Array // [rows, columns] of the gate, or the largest in magnitude; of a pruned one before pruning
  states: Uint8Array // [rows, columns]
}

export interface Blocks {
  blocks: Block[]
  selfWeights: Map<number, number> // by unit id, where they live
}

/** Unit ids: inputs, then the units layer by layer, then outputs. */
export interface UnitIds {
  starts: number[] // first unit of each layer
  outputs: number // first output
  count: number
}

export function unitIds({ embedding, layers, classes }: NetworkDescription): UnitIds {
  let at = embedding
  const starts = layers.map(({ size }) => {
    const start = at
    at += size
    return start
  })
  return { starts, outputs: at, count: at + classes }
}

/**
 * Row blocks of a gate in the stacked weights, of every gate for `any`.
 * @throws LacunaError bad-request for a gate the cell does not have
 */
export function gateIndices(cell: Cell, gate: string): number[] {
  const names = GATES[cell]
  if (gate === 'any') return names.map((_, index) => index)
  const index = names.indexOf(gate)
  if (index >= 0) return [index]
  throw new LacunaError(
    'bad-request',
    `The gate '${gate}' was asked for; ${cell} has ${names.join(', ')}, or any.`,
  )
}

/** One matrix [gates * units, inputs] and which of its columns come from one source. */
interface Part {
  name: string
  units: number
  inputs: number
  gates: readonly number[]
  offsets: readonly number[] // first column of the source, once for every time the cell reads it
}

/** Put the gates of one part together: a connection lives while one gate keeps it. */
function fill(block: Block, part: Part, { parameters, masks, structure, before }: NetworkWeights): void {
  const { name, units, inputs, gates, offsets } = part
  const [values, mask] = [parameters.get(name)!, masks.get(name)]
  const [exists, old] = [structure?.get(name), before?.get(name)]
  const { rows, columns, weights, states } = block
  for (const gate of gates) {
    for (const offset of offsets) {
      for (let row = 0; row < rows; row++) {
        const from = (gate * units + row) * inputs + offset
        for (let column = 0; column < columns; column++) {
          const at = from + column
          if (exists !== undefined && exists[at] === 0) continue
          const to = row * columns + column
          const live = mask === undefined ? values[at] !== 0 : mask[at] === 1
          if (!live && states[to] === LIVE) continue
          const weight = live ? values[at]! : (old?.[at] ?? 0)
          const state = live ? LIVE : PRUNED
          if (states[to] === state && Math.abs(weight) <= Math.abs(weights[to]!)) continue
          states[to] = state
          weights[to] = weight
        }
      }
    }
  }
}

type Place = Pick<Block, 'kind' | 'layer' | 'cell' | 'source' | 'target' | 'rows' | 'columns'>

function blockOf(place: Place, part: Part, weights: NetworkWeights): Block {
  const size = place.rows * place.columns
  const block = { ...place, weights: new Float64Array(size), states: new Uint8Array(size) }
  fill(block, part, weights)
  return block
}

/** First columns of every source, which a cell or the readout may name several times. */
function columnsOf(sources: readonly Source[], sizeOf: (source: Source) => number): Map<Source, number[]> {
  const columns = new Map<Source, number[]>()
  let at = 0
  for (const source of sources) {
    const known = columns.get(source)
    if (known === undefined) columns.set(source, [at])
    else known.push(at)
    at += sizeOf(source)
  }
  return columns
}

function kindOf(source: Source, layer: number): ConnectionKind {
  if (source === 'embedding') return 'input'
  return source === layer - 1 ? 'i2h' : 'skip'
}

/** Take the diagonal out of a recurrent block: a unit's connection to itself belongs to the unit. */
function takeSelf({ rows, target, weights, states }: Block, selfWeights: Map<number, number>): void {
  for (let unit = 0; unit < rows; unit++) {
    const at = unit * rows + unit
    const known = selfWeights.get(target + unit)
    const larger = known === undefined || Math.abs(weights[at]!) > Math.abs(known)
    if (states[at] === LIVE && larger) selfWeights.set(target + unit, weights[at]!)
    states[at] = NONE
  }
}

/**
 * Collect the connections of a network. A weight lives while its mask keeps it; without a mask, while it is not 0.
 * Sizes must have been checked (`assertParameters`, `assertMasks`).
 * @param gate name of a gate, or `any`: live while one gate keeps it, with the weight of largest magnitude
 * @throws LacunaError bad-request for a gate the cell does not have
 */
export function connectionBlocks(weights: NetworkWeights, gate: string): Blocks {
  const { network } = weights
  const gates = gateIndices(network.cell, gate)
  const ids = unitIds(network)
  const sizeOf = (source: Source) =>
    source === 'embedding' ? network.embedding : network.layers[source]!.size
  const startOf = (source: Source) => (source === 'embedding' ? 0 : ids.starts[source]!)
  const blocks: Block[] = []
  const selfWeights = new Map<number, number>()
  network.layers.forEach(({ size, cells }, layer) =>
    cells.forEach(({ sources }, cell) => {
      const place = { layer, cell, target: ids.starts[layer]!, rows: size }
      const part = { units: size, gates, inputs: cellInputSize(network, layer, cell) }
      for (const [source, offsets] of columnsOf(sources, sizeOf)) {
        const from = { kind: kindOf(source, layer), source: startOf(source), columns: sizeOf(source) }
        const name = cellParameterName(layer, cell, 'weight_ih')
        blocks.push(blockOf({ ...place, ...from }, { ...part, name, offsets }, weights))
      }
      const name = cellParameterName(layer, cell, 'weight_hh')
      const back = { kind: 'h2h' as const, source: place.target, columns: size }
      const own = blockOf({ ...place, ...back }, { ...part, name, inputs: size, offsets: [0] }, weights)
      takeSelf(own, selfWeights)
      blocks.push(own)
    }),
  )
  const readout = { units: network.classes, gates: [0], inputs: readoutSize(network), name: 'linear.weight' }
  for (const [source, offsets] of columnsOf(network.readout, sizeOf)) {
    const from = { source: startOf(source), columns: sizeOf(source) }
    const to = { layer: network.layers.length, cell: 0, target: ids.outputs, rows: network.classes }
    blocks.push(blockOf({ kind: 'output', ...to, ...from }, { ...readout, offsets }, weights))
  }
  return { blocks, selfWeights }
}
