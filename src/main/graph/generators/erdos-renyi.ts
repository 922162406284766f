// Erdos-Renyi graphs (every pair joined with the same chance) and random DAGs (a fixed number of edges).
import type { Edge, GraphDescription } from '../../../shared/graph.ts'
import type { RandomStream } from '../../../shared/random.ts'
import { isConnected } from '../adjacency.ts'
import { connectedOf } from './common.ts'

interface Options {
  nodes: number
  connected: boolean
  tries: number
}

/**
 * Join each pair of vertices with probability `p`; with `connected`, draw again until the graph is in one piece.
 * @throws LacunaError bad-request when `tries` draws gave no connected graph
 * @see Gilbert 1959, doi:10.1214/aoms/1177706098; `gnp_random_graph` of networkx
 */
export function erdosRenyi(options: Options & { p: number }, random: RandomStream): GraphDescription {
  const { nodes, p, connected, tries } = options
  const draw = () => {
    const edges: Edge[] = []
    for (let a = 0; a < nodes; a++) {
      for (let b = a + 1; b < nodes; b++) if (random.float() < p) edges.push([a, b])
    }
    return { nodes, edges }
  }
  return connectedOf(connected ? tries : 1, draw, {
    accept: (graph) => !connected || isConnected(graph),
    what: `Erdős-Rényi graph with ${nodes} vertices and p = ${p}`,
    advice: 'raise p or the number of tries, or allow several pieces',
  })
}

/** Write `index`, counted over the pairs (0,1) (0,2) (1,2) (0,3) .., as its pair. */
function pairAt(index: number): Edge {
  let later = Math.floor((1 + Math.sqrt(1 + 8 * index)) / 2)
  // The root is rounded: step to the row that holds the index.
  while ((later * (later - 1)) / 2 > index) later--
  while (((later + 1) * later) / 2 <= index) later++
  return [index - (later * (later - 1)) / 2, later]
}

/**
 * Draw round(density * n (n - 1) / 2) different edges, each from an earlier to a later vertex, all sets of that size
 * equally likely; with `connected`, draw again until the graph is in one piece.
 * @throws LacunaError bad-request when `tries` draws gave no connected graph
 */
export function randomDag(options: Options & { density: number }, random: RandomStream): GraphDescription {
  const { nodes, density, connected, tries } = options
  const pairs = (nodes * (nodes - 1)) / 2
  const wanted = Math.round(density * pairs)
  const draw = () => ({ nodes, edges: sample(pairs, wanted, random).map(pairAt) })
  return connectedOf(connected ? tries : 1, draw, {
    accept: (graph) => !connected || isConnected(graph),
    what: `random DAG with ${nodes} vertices and density ${density}`,
    advice: 'raise the density or the number of tries, or allow several pieces',
  })
}

/** Choose `wanted` of 0 .. count-1, ascending, every set equally likely (Floyd's method: no list of all is made). */
function sample(count: number, wanted: number, random: RandomStream): number[] {
  const chosen = new Set<number>()
  for (let last = count - wanted; last < count; last++) {
    const drawn = random.integer(last + 1)
    chosen.add(chosen.has(drawn) ? last : drawn)
  }
  return [...chosen].sort((a, b) => a - b)
}
