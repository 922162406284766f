// The 23 properties of Darji 2021 under their published names, on the undirected graph; variances and standard
// deviations are those of a sample (n - 1).
import type { GraphDescription, GraphProperties } from '../../shared/graph.ts'
import { layeringOf } from './layering.ts'
import { measuresOf, whyNoPaths, type GraphMeasures } from './measures.ts'
import { degreesOf } from './adjacency.ts'

/** Mean, variance and standard deviation under published names. */
function spread<N extends string>(
  name: N,
  values: ArrayLike<number>,
): Record<`${N}_mean` | `${N}_var` | `${N}_std`, number> {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  const mean = sum / values.length
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2
  const variance = squares / (values.length - 1)
  const named = { [`${name}_mean`]: mean, [`${name}_var`]: variance, [`${name}_std`]: Math.sqrt(variance) }
  return named as Record<`${N}_mean` | `${N}_var` | `${N}_std`, number>
}

/** Properties that exist for every graph with at least two vertices, also a large or disconnected one. */
function countedProperties(graph: GraphDescription) {
  const { nodes, edges } = graph
  const { layers } = layeringOf(graph)
  return {
    layers: layers.length,
    nodes,
    edges: edges.length,
    source_nodes: layers[0]!.length,
    sink_nodes: layers.at(-1)!.length,
    density: edges.length / (nodes * (nodes - 1)),
    ...spread(
      'degree',
      Float64Array.from(degreesOf(graph), (degree) => degree / (nodes - 1)),
    ),
  }
}

/**
 * Measure all 23 properties of a connected graph.
 * @param measures of the same graph, where they are known already
 * @throws LacunaError bad-input for a graph with one vertex, in several pieces, or too large for all shortest paths
 * @see Darji 2021, arXiv:2407.20601; definitions of networkx, except `density` (half of the usual one)
 */
export function graphProperties(
  graph: GraphDescription,
  measures: GraphMeasures = measuresOf(graph),
): GraphProperties {
  return {
    ...countedProperties(graph),
    diameter: measures.eccentricity.reduce((a, b) => Math.max(a, b)),
    average_shortest_path_length: measures.averageShortestPathLength,
    ...spread('eccentricity', measures.eccentricity),
    ...spread('closeness', measures.closeness),
    ...spread('nodes_betweenness', measures.nodesBetweenness),
    ...spread('edge_betweenness', measures.edgeBetweenness),
  }
}

/**
 * Measure what exists: all 23 properties where distances do, else the counts and degrees, with the reason why the rest
 * is missing as a clause for a sentence. A graph of one vertex has no density and no degrees either.
 */
export function describeGraph(graph: GraphDescription): {
  properties: Partial<GraphProperties>
  missing?: string
} {
  const missing = whyNoPaths(graph)
  if (missing === undefined) return { properties: graphProperties(graph) }
  if (graph.nodes < 2) {
    return { properties: { layers: 1, nodes: 1, edges: 0, source_nodes: 1, sink_nodes: 1 }, missing }
  }
  return { properties: countedProperties(graph), missing }
}
