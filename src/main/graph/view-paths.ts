// All shortest paths of a graph in one pass over its vertices: distances and both betweennesses at once, for drawings
// that are asked for again and again. The numbers are those of measures.ts.
import type { GraphDescription } from '../../shared/graph.ts'
import { degreesOf } from './adjacency.ts'
import type { GraphMeasures } from './measures.ts'

/** Neighbour lists that also tell which edge leads to each neighbour. */
function listsOf({ nodes, edges }: GraphDescription) {
  const offsets = new Uint32Array(nodes + 1)
  for (const [a, b] of edges) {
    offsets[a + 1]!++
    offsets[b + 1]!++
  }
  for (let v = 0; v < nodes; v++) offsets[v + 1]! += offsets[v]!
  const next = offsets.slice(0, nodes)
  const neighbours = new Uint32Array(2 * edges.length)
  const through = new Uint32Array(2 * edges.length)
  edges.forEach(([a, b], e) => {
    neighbours[next[a]!] = b
    through[next[a]!++] = e
    neighbours[next[b]!] = a
    through[next[b]!++] = e
  })
  return { offsets, neighbours, through }
}

/**
 * Measure a graph of at least two vertices. Where it is in several pieces, distances count within each piece and only
 * the two betweennesses mean anything.
 * @see Brandes 2001, A faster algorithm for betweenness centrality; normalised as in networkx
 */
export function measurePaths(graph: GraphDescription): GraphMeasures {
  const { nodes, edges } = graph
  const { offsets, neighbours, through } = listsOf(graph)
  const nodesBetweenness = new Float64Array(nodes)
  const edgeBetweenness = new Float64Array(edges.length)
  const eccentricity = new Float64Array(nodes)
  const closeness = new Float64Array(nodes)
  const distance = new Int32Array(nodes)
  const paths = new Float64Array(nodes) // shortest paths from the source
  const dependency = new Float64Array(nodes)
  const order = new Uint32Array(nodes)
  let allDistances = 0
  for (let source = 0; source < nodes; source++) {
    distance.fill(-1)
    paths.fill(0)
    dependency.fill(0)
    distance[source] = 0
    paths[source] = 1
    order[0] = source
    let reached = 1
    let sum = 0
    for (let at = 0; at < reached; at++) {
      const v = order[at]!
      const further = distance[v]! + 1
      sum += distance[v]!
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
        const w = neighbours[i]!
        if (distance[w] === -1) {
          distance[w] = further
          order[reached++] = w
        }
        if (distance[w] === further) paths[w]! += paths[v]!
      }
    }
    for (let at = reached - 1; at > 0; at--) {
      const w = order[at]!
      const nearer = distance[w]! - 1
      const share = (1 + dependency[w]!) / paths[w]!
      for (let i = offsets[w]!; i < offsets[w + 1]!; i++) {
        const v = neighbours[i]!
        if (distance[v] !== nearer) continue
        const part = paths[v]! * share
        dependency[v]! += part
        edgeBetweenness[through[i]!]! += part
      }
      nodesBetweenness[w]! += dependency[w]!
    }
    eccentricity[source] = distance[order[reached - 1]!]!
    closeness[source] = sum === 0 ? 0 : (nodes - 1) / sum
    allDistances += sum
  }
  const pairs = Math.max(1, (nodes - 1) * (nodes - 2))
  return {
    eccentricity,
    closeness,
    degree: Float64Array.from(degreesOf(graph), (degree) => degree / (nodes - 1)),
    nodesBetweenness: nodesBetweenness.map((value) => value / pairs),
    edgeBetweenness: edgeBetweenness.map((value) => value / (nodes * (nodes - 1))),
    averageShortestPathLength: allDistances / (nodes * (nodes - 1)),
  }
}
