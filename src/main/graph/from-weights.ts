// The graph a trained or pruned network has become: its units, joined by the recurrent weights that are still alive.
import type { Edge, GraphDescription } from '../../shared/graph.ts'
import { edgeKey } from '../../shared/graph.ts'
import type { NetworkDescription } from '../../shared/network.ts'
import { cellParameterName } from '../../shared/network.ts'
import type { Masks, Parameters } from '../engine/engine.ts'
import { gateIndices } from './view-blocks.ts'

export interface LiveGraphOptions {
  /** Gate whose weights count, by its name (`GATES`), or `any`: a connection lives while one gate keeps it. */
  gate?: string
  /** Connections that become edges; default both. */
  parts?: readonly ('i2h' | 'h2h')[]
}

export interface LiveGraph {
  /** Vertices layer by layer; `labels` name layer and unit; `weights` are those of the largest magnitude. */
  graph: GraphDescription
  kinds: ('i2h' | 'h2h')[] // by edge
  layers: number[] // size of each layer
  selfLoops: number // units that feed back to themselves; a simple graph cannot show them
}

/** Collects connections between units; two directions or several gates make one edge. */
class Collector {
  readonly #nodes: number
  readonly #edges = new Map<number, { edge: Edge; weight: number; kind: 'i2h' | 'h2h' }>()
  readonly #loops = new Set<number>()

  constructor(nodes: number) {
    this.#nodes = nodes
  }

  add(from: number, to: number, weight: number, kind: 'i2h' | 'h2h'): void {
    if (from === to) {
      this.#loops.add(from)
      return
    }
    const key = edgeKey(from, to, this.#nodes)
    const known = this.#edges.get(key)
    if (known === undefined) {
      this.#edges.set(key, { edge: from < to ? [from, to] : [to, from], weight, kind })
    } else if (Math.abs(weight) > Math.abs(known.weight)) known.weight = weight
  }

  get edges() {
    return [...this.#edges.entries()].sort(([a], [b]) => a - b).map(([, entry]) => entry)
  }

  get selfLoops(): number {
    return this.#loops.size
  }
}

/** Weights of one matrix [G*H, I] that live, as (unit, input, weight); `gates` are the row blocks that count. */
function* liveWeights(
  values: ArrayLike<number>,
  mask: Uint8Array | undefined,
  { units, inputs, gates }: { units: number; inputs: number; gates: readonly number[] },
): Generator<[unit: number, input: number, weight: number]> {
  for (const gate of gates) {
    for (let unit = 0; unit < units; unit++) {
      for (let input = 0; input < inputs; input++) {
        const at = (gate * units + unit) * inputs + input
        if (mask === undefined ? values[at] !== 0 : mask[at] === 1) yield [unit, input, values[at]!]
      }
    }
  }
}

/** Vertex behind every input of a cell; undefined for those that come from the embedding. */
function vertexOfInputs(
  network: NetworkDescription,
  starts: readonly number[],
  layer: number,
  cell: number,
): (number | undefined)[] {
  return network.layers[layer]!.cells[cell]!.sources.flatMap((source) =>
    source === 'embedding'
      ? new Array<undefined>(network.embedding).fill(undefined)
      : Array.from({ length: network.layers[source]!.size }, (_, i) => starts[source]! + i),
  )
}

/** Everything needed to walk over the weights of one network. */
interface Walk {
  network: NetworkDescription
  parameters: Parameters
  masks: Masks
  gates: readonly number[]
  starts: readonly number[] // first vertex of each layer
  parts: readonly ('i2h' | 'h2h')[]
}

/** Hand the live connections of one cell to the collector. */
function collectCell(walk: Walk, layer: number, cell: number, collector: Collector): void {
  const { network, parameters, masks, gates, starts, parts } = walk
  const { size } = network.layers[layer]!
  const start = starts[layer]!
  const live = (part: string, inputs: number) => {
    const name = cellParameterName(layer, cell, part)
    return liveWeights(parameters.get(name)!, masks.get(name), { units: size, inputs, gates })
  }
  if (parts.includes('h2h')) {
    for (const [unit, from, weight] of live('weight_hh', size)) {
      collector.add(start + from, start + unit, weight, 'h2h')
    }
  }
  if (!parts.includes('i2h')) return
  const vertices = vertexOfInputs(network, starts, layer, cell)
  for (const [unit, input, weight] of live('weight_ih', vertices.length)) {
    const from = vertices[input]
    if (from !== undefined) collector.add(from, start + unit, weight, 'i2h')
  }
}

/**
 * Turn live weights into a graph. A weight lives while its mask keeps it; without a mask, while it is not 0. The units
 * of a layer are one set of vertices, whatever number of cells the layer has; weights from the embedding join no units.
 * @throws LacunaError bad-request for a gate the cell does not have
 */
export function graphOfWeights(
  network: NetworkDescription,
  parameters: Parameters,
  masks: Masks,
  { gate = 'any', parts = ['i2h', 'h2h'] }: LiveGraphOptions = {},
): LiveGraph {
  const layers = network.layers.map(({ size }) => size)
  const starts = layers.map((_, layer) => layers.slice(0, layer).reduce((a, b) => a + b, 0))
  const nodes = layers.reduce((a, b) => a + b, 0)
  const walk: Walk = { network, parameters, masks, gates: gateIndices(network.cell, gate), starts, parts }
  const collector = new Collector(nodes)
  network.layers.forEach(({ cells }, layer) =>
    cells.forEach((_, cell) => collectCell(walk, layer, cell, collector)),
  )
  const { edges, selfLoops } = collector
  const graph: GraphDescription = {
    nodes,
    edges: edges.map(({ edge }) => edge),
    labels: layers.flatMap((size, layer) =>
      Array.from({ length: size }, (_, unit) => `layer ${layer + 1}, unit ${unit + 1}`),
    ),
    weights: edges.map(({ weight }) => weight),
  }
  return { graph, kinds: edges.map(({ kind }) => kind), layers, selfLoops }
}
