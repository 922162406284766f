// The graph of an ordinary stacked network: layers, each joined completely to the next.
import type { Edge, GraphDescription } from '../../../shared/graph.ts'

/** Number the vertices layer by layer and join every vertex to all of the next layer. `sizes` are at least 1. */
export function layeredComplete(sizes: readonly number[]): GraphDescription {
  const edges: Edge[] = []
  let start = 0
  sizes.slice(1).forEach((size, before) => {
    const next = start + sizes[before]!
    for (let a = start; a < next; a++) for (let b = next; b < next + size; b++) edges.push([a, b])
    start = next
  })
  return { nodes: sizes.reduce((a, b) => a + b, 0), edges }
}
