// The control for claims about structure: a graph with the same degrees whose edges are otherwise random.
import type { Edge, GraphDescription } from '../../shared/graph.ts'
import { edgeKey } from '../../shared/graph.ts'
import { randomStream } from '../../shared/random.ts'
import { isConnected } from './adjacency.ts'
import { Links } from './links.ts'

/** Swaps tried per edge; about ten leave no trace of the original (Milo et al. 2003, arXiv:cond-mat/0312028). */
const SWAPS_PER_EDGE = 10

export interface Rewired {
  graph: GraphDescription
  swaps: number // swaps made; 0 means that no other graph was found
}

/**
 * Swap the far ends of random pairs of edges (a-b, c-d becomes a-d, c-b), 10 tries per edge. Every vertex keeps its
 * degree, the graph stays simple, and a connected graph stays connected. Edge weights stay with their places.
 * @see Maslov, Sneppen 2002, doi:10.1126/science.1065103
 */
export function rewireDegrees(graph: GraphDescription, seed: number | string, index = 0): Rewired {
  const random = randomStream(seed, 'graph', 'rewire', index)
  const { nodes } = graph
  const edges = graph.edges.map(([a, b]): Edge => [a, b])
  const joined = new Set(edges.map(([a, b]) => edgeKey(a, b, nodes)))
  const mustConnect = isConnected(graph)
  const links = new Links(graph)
  let swaps = 0
  for (let tried = 0; tried < SWAPS_PER_EDGE * edges.length && edges.length > 1; tried++) {
    const [i, j] = [random.integer(edges.length), random.integer(edges.length)]
    const [a, b] = edges[i]!
    // Either end of the second edge can be the far one.
    const [c, d] = random.integer(2) === 0 ? edges[j]! : edges[j]!.toReversed()
    const [first, second] = [edgeKey(a, d!, nodes), edgeKey(c!, b, nodes)]
    if (new Set([a, b, c, d]).size < 4 || joined.has(first) || joined.has(second)) continue
    const before: [Edge, Edge] = [edges[i]!, edges[j]!]
    edges[i] = [a, d!]
    edges[j] = [c!, b]
    for (const edge of before) links.remove(edge)
    links.add(edges[i]!)
    links.add(edges[j]!)
    // a and d are joined now, and c and b; the rest of the graph hangs on one of the four.
    if (mustConnect && !links.joined(a, b)) {
      for (const edge of [edges[i]!, edges[j]!]) links.remove(edge)
      edges[i] = before[0]
      edges[j] = before[1]
      for (const edge of before) links.add(edge)
      continue
    }
    for (const [x, y] of before) joined.delete(edgeKey(x, y, nodes))
    joined.add(first).add(second)
    swaps++
  }
  return { graph: { ...graph, edges: edges.map(([a, b]) => (a < b ? [a, b] : [b, a])) }, swaps }
}
