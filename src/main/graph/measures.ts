// Measures per vertex and per edge, taken from graphology-metrics (checked against networkx in the tests).
// Refuses graphs in several pieces, where distances do not exist.
import { UndirectedGraph } from 'graphology'
import betweennessCentrality from 'graphology-metrics/centrality/betweenness.js'
import closenessCentrality from 'graphology-metrics/centrality/closeness.js'
import edgeBetweennessCentrality from 'graphology-metrics/centrality/edge-betweenness.js'
import eccentricityOf from 'graphology-metrics/node/eccentricity.js'
import { LacunaError } from '../../shared/errors.ts'
import type { GraphDescription } from '../../shared/graph.ts'
import { GRAPH_LIMITS } from '../../shared/graph.ts'
import { componentSizes, degreesOf } from './adjacency.ts'

/** What networkx calls eccentricity, degree centrality, closeness, and normalised node and edge betweenness. */
export interface GraphMeasures {
  eccentricity: Float64Array // [nodes] edges to the farthest vertex
  degree: Float64Array // [nodes] share of the other vertices that are neighbours, 0 to 1
  closeness: Float64Array // [nodes] (n - 1) / sum of distances
  nodesBetweenness: Float64Array // [nodes] share of shortest paths between others that pass, 0 to 1
  edgeBetweenness: Float64Array // [edges] share of shortest paths that use the edge, 0 to 1
  averageShortestPathLength: number
}

/** Say why distances are not measured on a graph, or undefined where they are. */
export function whyNoPaths(graph: Pick<GraphDescription, 'nodes' | 'edges'>): string | undefined {
  const { nodes, edges } = graph
  if (nodes < 2) return 'the graph has one vertex; distances need at least two'
  if (nodes > GRAPH_LIMITS.pathNodes || nodes * edges.length > GRAPH_LIMITS.pathWork) {
    return `the graph has ${nodes} vertices and ${edges.length} edges; all shortest paths are measured up to ${GRAPH_LIMITS.pathNodes} vertices and vertices x edges up to ${GRAPH_LIMITS.pathWork}`
  }
  const pieces = componentSizes(graph)
  if (pieces.length === 1) return undefined
  return `the graph is in ${pieces.length} pieces (the largest has ${pieces[0]} of ${nodes} vertices), between which there are no paths`
}

/**
 * Sizes of the library's list of neighbours at which its last offset wraps round to 0, so that the last vertex seems to
 * have no neighbours: it keeps offsets in the smallest integers that hold all but the last (graphology-indices 0.17).
 */
const WRAPPING = [2 ** 8, 2 ** 16]

function toGraphology({ nodes, edges }: GraphDescription): UndirectedGraph {
  const graph = new UndirectedGraph({ multi: false, allowSelfLoops: false })
  for (let v = 0; v < nodes; v++) graph.addNode(v)
  edges.forEach(([a, b], e) => graph.addEdgeWithKey(e, a, b))
  return graph
}

/** Add a pair of vertices apart from all others where offsets would wrap; closeness of the others stays what it is. */
function padOffsets(indexed: UndirectedGraph): boolean {
  const padded = WRAPPING.includes(2 * indexed.size)
  if (padded) indexed.mergeEdge('apart', 'from all')
  return padded
}

/** Shares of the shortest paths that pass each vertex and each edge; of a padded graph, without the padding. */
function betweennessOf({ nodes, edges }: GraphDescription, indexed: UndirectedGraph, padded: boolean) {
  const options = { getEdgeWeight: null, normalized: !padded } as const
  const scaled = (values: Float64Array, pairs: number) =>
    padded ? values.map((value) => value / pairs) : values
  return {
    nodesBetweenness: scaled(
      inOrder(betweennessCentrality(indexed, options), nodes),
      ((nodes - 1) * (nodes - 2)) / 2,
    ),
    edgeBetweenness: scaled(
      inOrder(edgeBetweennessCentrality(indexed, options), edges.length),
      (nodes * (nodes - 1)) / 2,
    ),
  }
}

function inOrder(values: Record<string, number>, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => values[i]!)
}

/**
 * Measure every vertex and edge of a connected graph.
 * @throws LacunaError bad-input for a graph with one vertex, in several pieces, or over the stated limits
 */
export function measuresOf(graph: GraphDescription): GraphMeasures {
  const problem = whyNoPaths(graph)
  if (problem !== undefined) {
    throw new LacunaError(
      'bad-input',
      `Path lengths cannot be measured: ${problem}. Take its largest piece or another graph.`,
    )
  }
  const { nodes } = graph
  const indexed = toGraphology(graph)
  const eccentricity = Float64Array.from({ length: nodes }, (_, v) => eccentricityOf(indexed, v))
  const padded = padOffsets(indexed)
  const closeness = inOrder(closenessCentrality(indexed), nodes)
  // Distances are whole numbers, so rounding recovers each vertex's sum exactly.
  const distances = closeness.reduce((sum, value) => sum + Math.round((nodes - 1) / value), 0)
  return {
    eccentricity,
    degree: Float64Array.from(degreesOf(graph), (degree) => degree / (nodes - 1)),
    closeness,
    ...betweennessOf(graph, indexed, padded),
    averageShortestPathLength: distances / (nodes * (nodes - 1)),
  }
}
