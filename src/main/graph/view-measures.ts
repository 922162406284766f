// What is measured on the graph behind a drawing, and why not where it is not. Pure.
import type { Edge, GraphDescription, GraphProperties } from '../../shared/graph.ts'
import { GRAPH_LIMITS } from '../../shared/graph.ts'
import { whyNoPaths } from './measures.ts'
import { graphProperties } from './properties.ts'
import { LIVE, type Block } from './view-blocks.ts'
import { measurePaths } from './view-paths.ts'

export interface Measured {
  betweenness: Float64Array | undefined // by vertex; undefined where the graph is too large
  properties: GraphProperties | null
  missing: string | undefined // clause: why there are no properties
}

const shown = (n: number) => n.toLocaleString('en-US')

/** Join units by their live recurrent connections; undefined where there are more units than can be measured. */
export function liveUnitGraph(
  blocks: readonly Block[],
  firstUnit: number,
  nodes: number,
): Pick<GraphDescription, 'nodes' | 'edges'> | undefined {
  if (nodes > GRAPH_LIMITS.pathNodes) return undefined
  const joined = new Uint8Array(nodes * nodes)
  for (const { kind, source, target, columns, states } of blocks) {
    if (kind === 'input' || kind === 'output') continue
    for (let i = 0; i < states.length; i++) {
      if (states[i] !== LIVE) continue
      const from = source - firstUnit + (i % columns)
      const to = target - firstUnit + Math.floor(i / columns)
      joined[Math.min(from, to) * nodes + Math.max(from, to)] = 1
    }
  }
  let count = 0
  for (const one of joined) count += one
  const edges: Edge[] = []
  // More than can be measured need not be listed.
  if (nodes * count <= GRAPH_LIMITS.pathWork) {
    for (let i = 0; i < joined.length; i++)
      if (joined[i] === 1) edges.push([Math.floor(i / nodes), i % nodes])
    return { nodes, edges }
  }
  return undefined
}

/** Measure a graph; without one it was too large. */
export function measureForView(
  graph: Pick<GraphDescription, 'nodes' | 'edges'> | undefined,
  nodes: number,
): Measured {
  const { pathNodes, pathWork } = GRAPH_LIMITS
  if (graph === undefined || nodes > pathNodes || nodes * graph.edges.length > pathWork) {
    const missing = `a graph of ${shown(nodes)} units is too large: all shortest paths are measured up to ${shown(pathNodes)} vertices and vertices x edges up to ${shown(pathWork)}`
    return { betweenness: undefined, properties: null, missing }
  }
  if (nodes < 2) return { betweenness: new Float64Array(nodes), properties: null, missing: whyNoPaths(graph) }
  const measures = measurePaths(graph)
  const missing = whyNoPaths(graph)
  const properties = missing === undefined ? graphProperties(graph, measures) : null
  return { betweenness: measures.nodesBetweenness, properties, missing }
}
