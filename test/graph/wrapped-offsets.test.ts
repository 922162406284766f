// The library that measures paths keeps offsets in the smallest integers that hold all but the last of them, which wraps
// round to 0 at 128 and at 32,768 edges. Found on an Erdős-Rényi graph whose mean path was infinite.
import { describe, expect, it } from 'vitest'
import { adjacencyOf } from '../../src/main/graph/adjacency.ts'
import { generateGraph } from '../../src/main/graph/generators/generate.ts'
import { measuresOf } from '../../src/main/graph/measures.ts'
import type { GraphDescription } from '../../src/shared/graph.ts'

/** Edges from one vertex to every other, by breadth-first search. */
function distancesFrom(graph: GraphDescription, start: number): number[] {
  const { offsets, neighbours } = adjacencyOf(graph)
  const found = new Map([[start, 0]])
  for (const [vertex, distance] of found) {
    for (const next of neighbours.subarray(offsets[vertex]!, offsets[vertex + 1]!)) {
      if (!found.has(next)) found.set(next, distance + 1)
    }
  }
  return Array.from({ length: graph.nodes }, (_, v) => found.get(v)!)
}

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0)

describe('measures of graphs around the sizes at which offsets wrap', () => {
  it.each([
    [32, 127],
    [32, 128],
    [32, 129],
    [300, 32_767],
    [300, 32_768],
  ])('are right with %i vertices and %i edges', (nodes, edges) => {
    const pairs = (nodes * (nodes - 1)) / 2
    const graph = generateGraph({ kind: 'random-dag', nodes, density: edges / pairs }, 7)
    expect(graph.edges).toHaveLength(edges)
    const distances = Array.from({ length: nodes }, (_, v) => distancesFrom(graph, v))
    const all = sum(distances.flat()) / 2 // over unordered pairs
    const measures = measuresOf(graph)
    // Sums of at most 45,000 doubles: far within 1e-9 of themselves.
    const near = (value: number, wanted: number) => expect(Math.abs(value / wanted - 1)).toBeLessThan(1e-9)
    near(measures.averageShortestPathLength, all / pairs)
    distances.forEach((own, v) => near(measures.closeness[v]!, (nodes - 1) / sum(own)))
    distances.forEach((own, v) => expect(measures.eccentricity[v]).toBe(Math.max(...own)))
    // Every shortest path crosses as many edges as it is long, and passes one vertex fewer.
    near(sum(measures.edgeBetweenness) * pairs, all)
    near((sum(measures.nodesBetweenness) * ((nodes - 1) * (nodes - 2))) / 2, all - pairs)
  })
})
