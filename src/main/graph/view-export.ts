// The live graph of a network as a file for other programs: units joined by live recurrent weights, with names.
import { LacunaError } from '../../shared/errors.ts'
import type { GraphExportFormat } from '../../shared/graph.ts'
import { writeGraph } from './formats/formats.ts'
import { graphOfWeights } from './from-weights.ts'
import { connectionBlocks, LIVE, unitIds, type NetworkWeights } from './view-blocks.ts'
import { liveUnitGraph, measureForView } from './view-measures.ts'
import type { DrawOptions } from './view.ts'

/** Live connections a file may hold: beyond that the programs that draw graphs stop being usable. */
export const EXPORTED_CONNECTIONS = 1_000_000

/**
 * Write the units of a network and the live recurrent weights that join them as a simple graph: two directions make
 * one edge with the weight of larger magnitude, self connections are left out. Vertices carry their layer, unit and
 * betweenness, and the vertex of the structure they were made from; edges their weight and kind.
 * @throws LacunaError too-large, bad-request for a gate the cell does not have
 */
export function exportLiveGraph(
  weights: NetworkWeights,
  format: GraphExportFormat,
  { gate, drawn }: Pick<DrawOptions, 'gate' | 'drawn'>,
): string {
  const { network, parameters, masks } = weights
  const { blocks } = connectionBlocks(weights, gate)
  assertExportable(blocks)
  const { graph, kinds, layers } = graphOfWeights(network, parameters, masks, { gate })
  const place = layers.flatMap((size, layer) => Array.from({ length: size }, (_, unit) => ({ layer, unit })))
  const measured = measureForView(
    liveUnitGraph(blocks, unitIds(network).starts[0]!, graph.nodes),
    graph.nodes,
  )
  const vertices = drawn?.layers.flat()
  const isSkip = ([a, b]: readonly [number, number]) => Math.abs(place[a]!.layer - place[b]!.layer) > 1
  return writeGraph(graph, format, {
    vertex: {
      layer: place.map(({ layer }) => layer + 1),
      unit: place.map(({ unit }) => unit + 1),
      ...(vertices === undefined ? {} : { vertex: vertices }),
      ...(measured.betweenness === undefined ? {} : { betweenness: measured.betweenness }),
    },
    edge: { kind: kinds.map((kind, e) => (isSkip(graph.edges[e]!) ? 'skip' : kind)) },
  })
}

function assertExportable(blocks: ReturnType<typeof connectionBlocks>['blocks']): void {
  let live = 0
  for (const { kind, states } of blocks) {
    if (kind === 'input' || kind === 'output') continue
    for (const state of states) if (state === LIVE) live++
  }
  if (live <= EXPORTED_CONNECTIONS) return
  throw new LacunaError(
    'too-large',
    `The network has ${live.toLocaleString('en-US')} live recurrent connections; a file holds up to ${EXPORTED_CONNECTIONS.toLocaleString('en-US')}. Choose one gate or a run that is pruned further.`,
  )
}
