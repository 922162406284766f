// Kleinberg's navigable small world, as a simple undirected graph.
import type { Edge, GraphDescription } from '../../../shared/graph.ts'
import { edgeKey } from '../../../shared/graph.ts'
import type { RandomStream } from '../../../shared/random.ts'

/**
 * Join the vertices of a side x side grid up to grid distance `p`, then draw for each vertex `q` long-range partners,
 * a partner at distance d with weight d^-r. Vertices are numbered row by row; a pair drawn twice is joined once.
 * @see Kleinberg 2000, doi:10.1145/335305.335325. networkx's `navigable_small_world_graph` is directed and shifts the
 *   partners before a vertex by one place in its cumulative sum; here every partner has its own weight.
 */
export function kleinberg(
  options: { side: number; p: number; q: number; r: number },
  random: RandomStream,
): GraphDescription {
  const { side, p, q, r } = options
  const nodes = side * side
  const edges = new Map<number, Edge>()
  const join = (a: number, b: number) => edges.set(edgeKey(a, b, nodes), [Math.min(a, b), Math.max(a, b)])
  const distance = (a: number, b: number) =>
    Math.abs((a % side) - (b % side)) + Math.abs(Math.floor(a / side) - Math.floor(b / side))
  const cumulative = new Float64Array(nodes)
  for (let u = 0; u < nodes; u++) {
    let sum = 0
    for (let v = 0; v < nodes; v++) {
      const d = distance(u, v)
      if (d > 0 && d <= p) join(u, v)
      if (d > 0) sum += d ** -r
      cumulative[v] = sum
    }
    for (let drawn = 0; drawn < q; drawn++) join(u, firstAbove(cumulative, random.float() * sum))
  }
  return { nodes, edges: [...edges.values()].sort((x, y) => x[0] - y[0] || x[1] - y[1]) }
}

/** Index of the first value above `bound` in an ascending list whose last value is above it. */
function firstAbove(ascending: Float64Array, bound: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! > bound) high = middle
    else low = middle + 1
  }
  return low
}
