// The 23 graph properties in groups to read, each with what it says.
import type { PropertyName } from '../../shared/graph.ts'

/** Single numbers, each with what it says. */
export const SINGLE_PROPERTIES: readonly { name: PropertyName; meaning: string }[] = [
  { name: 'nodes', meaning: 'vertices of the graph' },
  { name: 'edges', meaning: 'pairs that are joined' },
  { name: 'layers', meaning: 'layers of the longest path' },
  { name: 'source_nodes', meaning: 'vertices of the first layer' },
  { name: 'sink_nodes', meaning: 'vertices of the last layer' },
  { name: 'density', meaning: 'edges / (n (n − 1)), half of the usual density' },
  { name: 'diameter', meaning: 'longest of all shortest paths' },
  { name: 'average_shortest_path_length', meaning: 'mean over all pairs' },
]

/** Properties of every vertex or edge, given by mean, variance and standard deviation. */
export const SPREAD_PROPERTIES: readonly {
  title: string
  meaning: string
  names: readonly [PropertyName, PropertyName, PropertyName]
}[] = [
  spread('Degree', 'degree', 'edges of a vertex'),
  spread('Eccentricity', 'eccentricity', 'longest shortest path from a vertex'),
  spread('Closeness', 'closeness', 'inverse of the mean distance to all others'),
  spread('Vertex betweenness', 'nodes_betweenness', 'share of shortest paths through a vertex'),
  spread('Edge betweenness', 'edge_betweenness', 'share of shortest paths through an edge'),
]

function spread<S extends 'degree' | 'eccentricity' | 'closeness' | 'nodes_betweenness' | 'edge_betweenness'>(
  title: string,
  stem: S,
  meaning: string,
) {
  return { title, meaning, names: [`${stem}_mean`, `${stem}_var`, `${stem}_std`] as const }
}
