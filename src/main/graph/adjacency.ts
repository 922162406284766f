// Neighbour lists of a simple graph in two flat arrays, and what follows from them directly. Refuses to change a graph.
import type { GraphDescription } from '../../shared/graph.ts'

/** Neighbours of vertex v are `neighbours[offsets[v] .. offsets[v + 1])`, in the order of the edges. */
export interface Adjacency {
  offsets: Uint32Array // [nodes + 1]
  neighbours: Uint32Array // [2 * edges], or [edges] when only predecessors are listed
}

function buildLists(nodes: number, edges: GraphDescription['edges'], both: boolean): Adjacency {
  const offsets = new Uint32Array(nodes + 1)
  for (const [a, b] of edges) {
    offsets[Math.max(a, b) + 1]!++
    if (both) offsets[Math.min(a, b) + 1]!++
  }
  for (let v = 0; v < nodes; v++) offsets[v + 1]! += offsets[v]!
  const neighbours = new Uint32Array(offsets[nodes]!)
  const next = offsets.slice(0, nodes)
  for (const [a, b] of edges) {
    const earlier = Math.min(a, b)
    const later = Math.max(a, b)
    neighbours[next[later]!++] = earlier
    if (both) neighbours[next[earlier]!++] = later
  }
  return { offsets, neighbours }
}

/** List the neighbours of every vertex. */
export function adjacencyOf({ nodes, edges }: Pick<GraphDescription, 'nodes' | 'edges'>): Adjacency {
  return buildLists(nodes, edges, true)
}

/** List the earlier neighbours of every vertex: its predecessors once edges point from earlier to later. */
export function predecessorsOf({ nodes, edges }: Pick<GraphDescription, 'nodes' | 'edges'>): Adjacency {
  return buildLists(nodes, edges, false)
}

/** Number of edges at every vertex. */
export function degreesOf({ nodes, edges }: Pick<GraphDescription, 'nodes' | 'edges'>): Uint32Array {
  const degrees = new Uint32Array(nodes)
  for (const [a, b] of edges) {
    degrees[a]!++
    degrees[b]!++
  }
  return degrees
}

/** Sizes of the connected components, largest first. */
export function componentSizes(graph: Pick<GraphDescription, 'nodes' | 'edges'>): number[] {
  const { offsets, neighbours } = adjacencyOf(graph)
  const reached = new Uint8Array(graph.nodes)
  const queue = new Uint32Array(graph.nodes)
  const sizes: number[] = []
  for (let start = 0; start < graph.nodes; start++) {
    if (reached[start] === 1) continue
    reached[start] = 1
    queue[0] = start
    let filled = 1
    for (let at = 0; at < filled; at++) {
      const v = queue[at]!
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
        const w = neighbours[i]!
        if (reached[w] === 1) continue
        reached[w] = 1
        queue[filled++] = w
      }
    }
    sizes.push(filled)
  }
  return sizes.sort((a, b) => b - a)
}

/** Tell whether every vertex can be reached from every other. */
export function isConnected(graph: Pick<GraphDescription, 'nodes' | 'edges'>): boolean {
  return componentSizes(graph).length === 1
}
