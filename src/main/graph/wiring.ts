// From a graph to a recurrent network: the network description and the masks that hold its edges. Trains nothing.
import type { GateMask, GraphDescription, Recurrence, Wiring } from '../../shared/graph.ts'
import type { Cell, NetworkDescription, Padding, Source } from '../../shared/network.ts'
import { assertNetwork, cellParameterName, GATES } from '../../shared/network.ts'
import type { Masks } from '../engine/engine.ts'
import type { Layering } from './layering.ts'
import { layeringOf } from './layering.ts'

export interface WiringOptions {
  wiring: Wiring
  gateMask: GateMask
  cell: Cell
  vocabulary: number
  classes: number
  padding: Padding
  /** Size of the embedding. `darji-2021` ties it to the size of layer 0 and ignores this; `lacuna`: default 50. */
  embedding?: number
  /** What a cell's recurrent weights join, `lacuna` only: default dense. */
  h2h?: Recurrence
}

/** Layer `source` feeding layer `target` past the layers between, through a cell of its own. */
export type Skip = readonly [source: number, target: number]

export interface WiredNetwork {
  network: NetworkDescription
  masks: Masks
  /** Vertices by layer, in row order: unit u of layer l is vertex `layers[l][u]`. */
  layers: number[][]
  /**
   * Skip cells in published numbering (target ascending, then source ascending), `darji-2021` only. In the network
   * they are cells 1, 2, .. of their target layer, in the same order; cell 0 is the main cell.
   */
  skips: Skip[]
}

/** Size of the base model's embedding, used where the graph does not fix it. */
const DEFAULT_EMBEDDING = 50

/** Edges from layer `source` to layer `target` as one byte per pair, [size of target, size of source]. */
function edgesBetween(plan: Plan, source: number, target: number): Uint8Array {
  const { layers } = plan.layering
  return (
    plan.pairs.get(pairKey(source, target)) ?? new Uint8Array(layers[target]!.length * layers[source]!.length)
  )
}

interface Plan {
  layering: Layering
  pairs: Map<string, Uint8Array> // by source and target layer; only pairs with at least one edge
  options: WiringOptions
}

const pairKey = (source: number, target: number) => `${source}>${target}`

function planOf(graph: GraphDescription, options: WiringOptions): Plan {
  const layering = layeringOf(graph)
  const { layerOf, rowOf, layers } = layering
  const pairs = new Map<string, Uint8Array>()
  for (const [a, b] of graph.edges) {
    const [from, to] = a < b ? [a, b] : [b, a]
    const [source, target] = [layerOf[from]!, layerOf[to]!]
    const width = layers[source]!.length
    const key = pairKey(source, target)
    const mask = pairs.get(key) ?? new Uint8Array(layers[target]!.length * width)
    mask[rowOf[to]! * width + rowOf[from]!] = 1
    pairs.set(key, mask)
  }
  return { layering, pairs, options }
}

/** Layers that feed `target` by at least one edge, ascending. */
function sourcesOf(plan: Plan, target: number): number[] {
  return Array.from({ length: target }, (_, source) => source).filter((source) =>
    plan.pairs.has(pairKey(source, target)),
  )
}

/**
 * Spread a unit mask over stacked gate rows.
 * @param mask [H, I]
 * @returns [G*H, I]: row g*H + u is row u of the mask (`per-gate`), or row floor((g*H + u) / G) (`row-repeat`, as the
 *   published program did although rows are stacked by gate)
 */
export function expandGateMask(
  mask: Uint8Array,
  rows: number,
  gates: number,
  gateMask: GateMask,
): Uint8Array {
  const width = mask.length / rows
  const expanded = new Uint8Array(mask.length * gates)
  for (let row = 0; row < rows * gates; row++) {
    const from = gateMask === 'per-gate' ? row % rows : Math.floor(row / gates)
    expanded.set(mask.subarray(from * width, (from + 1) * width), row * width)
  }
  return expanded
}

/** Put masks of equal height side by side. */
function besides(masks: Uint8Array[], rows: number): Uint8Array {
  const widths = masks.map((mask) => mask.length / rows)
  const total = widths.reduce((a, b) => a + b, 0)
  const joined = new Uint8Array(rows * total)
  for (let row = 0; row < rows; row++) {
    let column = row * total
    masks.forEach((mask, i) => {
      joined.set(mask.subarray(row * widths[i]!, (row + 1) * widths[i]!), column)
      column += widths[i]!
    })
  }
  return joined
}

function describe(
  { options, layering }: Plan,
  parts: { embedding: number; cells: (layer: number) => Source[][]; readout: number[] },
): NetworkDescription {
  return assertNetwork({
    cell: options.cell,
    vocabulary: options.vocabulary,
    embedding: parts.embedding,
    layers: layering.layers.map((members, layer) => ({
      size: members.length,
      cells: parts.cells(layer).map((sources) => ({ sources })),
    })),
    readout: parts.readout,
    classes: options.classes,
    padding: options.padding,
  })
}

/** Mask of the recurrent weights of a cell of `units` units in which every unit feeds back to itself only. */
function selfMask(units: number): Uint8Array {
  const mask = new Uint8Array(units * units)
  for (let u = 0; u < units; u++) mask[u * units + u] = 1
  return mask
}

function wireAsPublished(plan: Plan): WiredNetwork {
  const { options, layering } = plan
  const { layers } = layering
  const masks: Masks = new Map()
  const skips: Skip[] = []
  const gates = GATES[options.cell].length
  const cellSources = (layer: number): Source[] =>
    layer === 0 ? ['embedding'] : [layer - 1, ...sourcesOf(plan, layer).filter((s) => s < layer - 1)]
  for (let layer = 1; layer < layers.length; layer++) {
    cellSources(layer).forEach((source, cell) => {
      if (cell > 0) skips.push([source as number, layer])
      const mask = edgesBetween(plan, source as number, layer)
      const rows = layers[layer]!.length
      masks.set(
        cellParameterName(layer, cell, 'weight_ih'),
        expandGateMask(mask, rows, gates, options.gateMask),
      )
    })
  }
  const network = describe(plan, {
    embedding: layers[0]!.length,
    cells: (layer) => cellSources(layer).map((source) => [source]),
    readout: [layers.length - 1],
  })
  return { network, masks, layers, skips }
}

/** Keep, in `linear.weight` [K, R], the columns of vertices that feed no other vertex. */
function sinkReadout(graph: GraphDescription, plan: Plan): { readout: number[]; mask: Uint8Array } {
  const feeds = new Uint8Array(graph.nodes)
  for (const [a, b] of graph.edges) feeds[Math.min(a, b)] = 1
  const { layers } = plan.layering
  const readout = layers.flatMap((members, layer) => (members.some((v) => feeds[v] === 0) ? [layer] : []))
  const row = readout.flatMap((layer) => layers[layer]!.map((v) => 1 - feeds[v]!))
  return {
    readout,
    mask: Uint8Array.from({ length: plan.options.classes * row.length }, (_, i) => row[i % row.length]!),
  }
}

function wireCorrected(graph: GraphDescription, plan: Plan): WiredNetwork {
  const { options, layering } = plan
  const { layers } = layering
  const gates = GATES[options.cell].length
  const masks: Masks = new Map()
  layers.forEach((members, layer) => {
    const rows = members.length
    const set = (part: string, mask: Uint8Array) =>
      masks.set(cellParameterName(layer, 0, part), expandGateMask(mask, rows, gates, options.gateMask))
    if (layer > 0) {
      const between = sourcesOf(plan, layer).map((source) => edgesBetween(plan, source, layer))
      set('weight_ih', besides(between, rows))
    }
    if (options.h2h === 'self') set('weight_hh', selfMask(rows))
  })
  const { readout, mask } = sinkReadout(graph, plan)
  masks.set('linear.weight', mask)
  const network = describe(plan, {
    embedding: options.embedding ?? DEFAULT_EMBEDDING,
    cells: (layer) => [layer === 0 ? ['embedding'] : sourcesOf(plan, layer)],
    readout,
  })
  return { network, masks, layers, skips: [] }
}

/**
 * Turn a graph into a recurrent network whose units are its vertices.
 *
 * `darji-2021`: layer 0 is fed densely by an embedding of its own size; every later layer has a main cell fed by the
 * layer before through the edge mask, and per further source layer a skip cell with its own recurrent weights, state
 * and biases; the layer's output is the sum; the last layer alone is read. `lacuna`: one cell per layer whose inputs
 * from all source layers are summed before the nonlinearity; every vertex that feeds no other is read.
 * @throws LacunaError bad-network for a graph with more layers or larger layers than a network can have
 * @see Darji 2021, arXiv:2407.20601, section on randomly structured networks
 */
export function networkOf(graph: GraphDescription, options: WiringOptions): WiredNetwork {
  const plan = planOf(graph, options)
  return options.wiring === 'darji-2021' ? wireAsPublished(plan) : wireCorrected(graph, plan)
}
