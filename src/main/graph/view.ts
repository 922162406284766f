// A network with its weights as a drawing: units, connections within the limit, counts and properties. Pure; knows no
// run, no study and no screen.
import { GATES, type NetworkDescription } from '../../shared/network.ts'
import type { GraphDescription } from '../../shared/graph.ts'
import {
  CONNECTION_KINDS,
  SHOWN_CONNECTIONS,
  type ConnectionCount,
  type StructureConnection,
  type StructureUnit,
  type StructureView,
} from '../../shared/structure-view.ts'
import {
  connectionBlocks,
  LIVE,
  PRUNED,
  unitIds,
  type Block,
  type Blocks,
  type NetworkWeights,
} from './view-blocks.ts'
import { assertSameShape, CHANGES, compareBlocks } from './view-compare.ts'
import { liveUnitGraph, measureForView, type Measured } from './view-measures.ts'
import { selectConnections, type Chosen } from './view-select.ts'

export interface DrawOptions {
  gate: string
  classes: readonly string[] // names
  /** The graph the network was made from, and its vertices by layer in row order. */
  drawn?: { graph: GraphDescription; layers: number[][] } | undefined
  against?: NetworkWeights | undefined
  limit?: number // connections, default SHOWN_CONNECTIONS
}

/** Everything of a view that follows from the weights. */
export type Drawing = Pick<
  StructureView,
  | 'gates'
  | 'gate'
  | 'layers'
  | 'units'
  | 'connections'
  | 'counts'
  | 'reduced'
  | 'properties'
  | 'propertiesNote'
  | 'largestWeight'
> & { against: { kept: number; removed: number; regrown: number } | null }

const shown = (n: number) => n.toLocaleString('en-US')

/**
 * Draw a network.
 * @throws LacunaError bad-request for a gate the cell does not have, shape-mismatch when the other network differs
 */
export function drawNetwork(weights: NetworkWeights, options: DrawOptions): Drawing {
  const { network } = weights
  const { gate, against, limit = SHOWN_CONNECTIONS } = options
  if (against !== undefined) assertSameShape(network, against.network)
  const found = connectionBlocks(weights, gate)
  const { blocks } = found
  const comparison =
    against === undefined ? undefined : compareBlocks(blocks, connectionBlocks(against, gate).blocks)
  const chosen = selectConnections(blocks, comparison?.changes, limit)
  const counts = countsOf(blocks, chosen)
  const measured = measure(network, blocks, options)
  const { kept, removed, regrown } = comparison ?? {}
  return {
    gates: GATES[network.cell],
    gate,
    layers: network.layers,
    units: unitsOf(network, found, measured, options),
    connections: connectionsOf(blocks, chosen, comparison?.changes),
    counts,
    reduced: reductionOf(counts, against !== undefined),
    properties: measured.properties,
    propertiesNote: noteOf(measured, options),
    largestWeight: largestOf(blocks),
    against: kept === undefined ? null : { kept, removed: removed!, regrown: regrown! },
  }
}

function measure(network: NetworkDescription, blocks: readonly Block[], { drawn }: DrawOptions): Measured {
  if (drawn !== undefined) return measureForView(drawn.graph, drawn.graph.nodes)
  const nodes = network.layers.reduce((sum, { size }) => sum + size, 0)
  return measureForView(liveUnitGraph(blocks, network.embedding, nodes), nodes)
}

function noteOf({ missing }: Measured, { drawn, gate }: DrawOptions): string {
  if (missing !== undefined) return `Not measured: ${missing}.`
  if (drawn !== undefined) return 'Of the graph the network was made from, without direction.'
  const which = gate === 'any' ? 'weights' : `weights of gate ${gate}`
  return `Of the units joined by live ${which}, without direction and self connections; layers, sources and sinks follow from the order of the units.`
}

/** Numbers of a unit that follow from all connections, shown or not. */
function degrees(blocks: readonly Block[], count: number) {
  const incoming = new Uint32Array(count)
  const outgoing = new Uint32Array(count)
  for (const { source, target, columns, states } of blocks) {
    for (let i = 0; i < states.length; i++) {
      if (states[i] !== LIVE) continue
      outgoing[source + (i % columns)]!++
      incoming[target + Math.floor(i / columns)]!++
    }
  }
  return { incoming, outgoing }
}

function unitsOf(
  network: NetworkDescription,
  { blocks, selfWeights }: Blocks,
  { betweenness }: Measured,
  { classes, drawn }: DrawOptions,
): StructureUnit[] {
  const ids = unitIds(network)
  const { incoming, outgoing } = degrees(blocks, ids.count)
  const unit = (
    id: number,
    of: Pick<StructureUnit, 'role' | 'layer' | 'row' | 'label'>,
    between: number | null = null,
  ): StructureUnit => {
    const self = selfWeights.get(id)
    return {
      id,
      ...of,
      incoming: incoming[id]!,
      outgoing: outgoing[id]!,
      betweenness: between,
      ...(self === undefined ? {} : { selfWeight: self }),
    }
  }
  const inputs = Array.from({ length: network.embedding }, (_, row) =>
    unit(row, { role: 'input', layer: -1, row, label: `embedding ${row + 1}` }),
  )
  const inner = network.layers.flatMap(({ size }, layer) =>
    Array.from({ length: size }, (_, row) => {
      const id = ids.starts[layer]! + row
      // A structure's measures are by its own vertex numbers, others by the order of the units.
      const vertex = drawn?.layers[layer]![row]
      const between = betweenness?.[vertex ?? id - network.embedding] ?? null
      const label = `layer ${layer + 1}, unit ${row + 1}`
      return {
        ...unit(id, { role: 'unit', layer, row, label }, between),
        ...(vertex === undefined ? {} : { vertex }),
      }
    }),
  )
  const outputs = Array.from({ length: network.classes }, (_, row) =>
    unit(ids.outputs + row, {
      role: 'output',
      layer: network.layers.length,
      row,
      label: classes[row] ?? `class ${row}`,
    }),
  )
  return [...inputs, ...inner, ...outputs]
}

function connectionsOf(
  blocks: readonly Block[],
  chosen: readonly Chosen[],
  changes: readonly Uint8Array[] | undefined,
): StructureConnection[] {
  const order = (kind: StructureConnection['kind']) => CONNECTION_KINDS.indexOf(kind)
  return chosen
    .map(({ block: b, at }): StructureConnection => {
      const { kind, cell, source, target, columns, weights, states } = blocks[b]!
      const change = changes === undefined ? undefined : CHANGES[changes[b]![at]!]
      return {
        source: source + (at % columns),
        target: target + Math.floor(at / columns),
        kind,
        cell,
        weight: weights[at]!,
        live: states[at] === LIVE,
        ...(change === undefined ? {} : { change }),
      }
    })
    .sort((a, b) => order(a.kind) - order(b.kind) || Math.abs(b.weight) - Math.abs(a.weight))
}

function countsOf(blocks: readonly Block[], chosen: readonly Chosen[]): ConnectionCount[] {
  const counts = CONNECTION_KINDS.map((kind) => ({ kind, live: 0, pruned: 0, shownLive: 0, shownPruned: 0 }))
  const of = (block: Block) => counts[CONNECTION_KINDS.indexOf(block.kind)]!
  for (const block of blocks) {
    const count = of(block)
    for (const state of block.states) {
      if (state === LIVE) count.live++
      else if (state === PRUNED) count.pruned++
    }
  }
  for (const { block: b, at } of chosen) {
    const block = blocks[b]!
    if (block.states[at] === LIVE) of(block).shownLive++
    else of(block).shownPruned++
  }
  return counts
}

function reductionOf(counts: readonly ConnectionCount[], compared: boolean): string | null {
  const sum = (...keys: ('live' | 'pruned' | 'shownLive' | 'shownPruned')[]) =>
    counts.reduce((all, count) => all + keys.reduce((part, key) => part + count[key], 0), 0)
  const [drawn, all] = [sum('shownLive', 'shownPruned'), sum('live', 'pruned')]
  if (drawn === all) return null
  const first = compared
    ? 'kept, removed and regrown ones before other pruned ones'
    : 'live ones before pruned ones'
  return `${shown(drawn)} of ${shown(all)} connections are drawn, of every kind and layer the largest in magnitude, ${first}; the counts are of all of them.`
}

function largestOf(blocks: readonly Block[]): number {
  let largest = 0
  for (const { weights, states } of blocks) {
    for (let i = 0; i < states.length; i++) {
      if (states[i] === LIVE) largest = Math.max(largest, Math.abs(weights[i]!))
    }
  }
  return largest
}
