// Connected Watts-Strogatz small worlds as networkx defines them.
import { LacunaError } from '../../../shared/errors.ts'
import type { Edge, GraphDescription } from '../../../shared/graph.ts'
import type { RandomStream } from '../../../shared/random.ts'
import { isConnected } from '../adjacency.ts'
import { completeGraph, connectedOf } from './common.ts'

/** Vertices joined to vertex u, changed edge by edge while the ring is rewired. */
type Neighbours = Set<number>[]

function ring(nodes: number, reach: number): Neighbours {
  const neighbours: Neighbours = Array.from({ length: nodes }, () => new Set())
  for (let u = 0; u < nodes; u++) {
    for (let j = 1; j <= reach; j++) {
      const v = (u + j) % nodes
      neighbours[u]!.add(v)
      neighbours[v]!.add(u)
    }
  }
  return neighbours
}

/** Move the far end of the edge u - v to a vertex that u is not joined to; nothing happens when there is none. */
function rewire(neighbours: Neighbours, u: number, v: number, random: RandomStream): void {
  const own = neighbours[u]!
  const nodes = neighbours.length
  let w = random.integer(nodes)
  while (w === u || own.has(w)) {
    w = random.integer(nodes)
    if (own.size >= nodes - 1) return
  }
  own.delete(v)
  neighbours[v]!.delete(u)
  own.add(w)
  neighbours[w]!.add(u)
}

/** Draw one small world, which may fall apart: a ring of `2 floor(k / 2)` neighbours, each edge rewired with chance p. */
function wattsStrogatz(nodes: number, k: number, p: number, random: RandomStream): GraphDescription {
  if (k === nodes) return completeGraph(nodes)
  const reach = Math.floor(k / 2)
  const neighbours = ring(nodes, reach)
  for (let j = 1; j <= reach; j++) {
    for (let u = 0; u < nodes; u++) {
      if (random.float() < p) rewire(neighbours, u, (u + j) % nodes, random)
    }
  }
  const edges = neighbours.flatMap((set, u) => [...set].filter((v) => v > u).map((v): Edge => [u, v]))
  return { nodes, edges }
}

/**
 * Draw small worlds until one is connected, `tries` times at most.
 * @param k neighbours of a vertex on the ring; an odd k counts as k - 1, and k = nodes gives the complete graph
 * @param p chance that an edge is rewired, 0 to 1
 * @throws LacunaError bad-request unless k <= nodes, and when no try was connected
 * @see Watts, Strogatz 1998, doi:10.1038/30918; `connected_watts_strogatz_graph` of networkx 3.6
 */
export function connectedWattsStrogatz(
  options: { nodes: number; k: number; p: number; tries: number },
  random: RandomStream,
): GraphDescription {
  const { nodes, k, p, tries } = options
  if (k > nodes) {
    throw new LacunaError(
      'bad-request',
      `A Watts-Strogatz graph of ${nodes} vertices was asked for with k = ${k}; k must be at most ${nodes}.`,
    )
  }
  return connectedOf(tries, () => wattsStrogatz(nodes, k, p, random), {
    accept: isConnected,
    what: `Watts-Strogatz graph with ${nodes} vertices and k = ${k}`,
    advice: 'raise k or the number of tries',
  })
}
