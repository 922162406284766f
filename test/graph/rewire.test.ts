import { describe, expect, it } from 'vitest'
import { assertGraph, edgeKey } from '../../src/shared/graph.ts'
import { degreesOf, isConnected } from '../../src/main/graph/adjacency.ts'
import { generateGraph } from '../../src/main/graph/generators/generate.ts'
import { rewireDegrees } from '../../src/main/graph/rewire.ts'

describe('Degree-preserving rewiring', () => {
  const graph = generateGraph({ kind: 'barabasi-albert', nodes: 40, m: 3 }, 1)

  it('keeps every degree, simplicity and connectedness, and moves most edges', () => {
    const { graph: control, swaps } = rewireDegrees(graph, 7)
    expect(assertGraph(control)).toEqual(control)
    expect([...degreesOf(control)]).toEqual([...degreesOf(graph)])
    expect(isConnected(control)).toBe(true)
    expect(swaps).toBeGreaterThan(graph.edges.length)
    const before = new Set(graph.edges.map(([a, b]) => edgeKey(a, b, graph.nodes)))
    const kept = control.edges.filter(([a, b]) => before.has(edgeKey(a, b, graph.nodes))).length
    expect(kept).toBeLessThan(graph.edges.length / 2)
  })

  it('is the same for the same seed and leaves its argument alone', () => {
    const copy = structuredClone(graph)
    expect(rewireDegrees(graph, 7)).toEqual(rewireDegrees(graph, 7))
    expect(rewireDegrees(graph, 7, 1)).not.toEqual(rewireDegrees(graph, 7))
    expect(graph).toEqual(copy)
  })

  it('never connects nor cuts: a path of four has no other connected form with its degrees in place', () => {
    const path = { nodes: 4, edges: [[0, 1], [1, 2], [2, 3]] as [number, number][] } // prettier-ignore
    const forms = new Set(
      Array.from({ length: 20 }, (_, seed) =>
        JSON.stringify(rewireDegrees(path, seed).graph.edges.toSorted()),
      ),
    )
    // Ends 0 and 3 of degree 1, middle 1 and 2: the other path is 0-2-1-3.
    const allowed = [JSON.stringify(path.edges), JSON.stringify([[0, 2], [1, 2], [1, 3]])] // prettier-ignore
    expect([...forms].every((form) => allowed.includes(form))).toBe(true)
  })

  it('says that nothing could be moved in a star and in a graph without edges', () => {
    const star = { nodes: 4, edges: [[0, 1], [0, 2], [0, 3]] as [number, number][] } // prettier-ignore
    expect(rewireDegrees(star, 1)).toEqual({ graph: star, swaps: 0 })
    expect(rewireDegrees({ nodes: 2, edges: [] }, 1).swaps).toBe(0)
  })

  it('keeps a graph in pieces free to change its pieces', () => {
    const pieces = { nodes: 6, edges: [[0, 1], [2, 3], [4, 5]] as [number, number][] } // prettier-ignore
    const { graph: control, swaps } = rewireDegrees(pieces, 3)
    expect(swaps).toBeGreaterThan(0)
    expect([...degreesOf(control)]).toEqual([1, 1, 1, 1, 1, 1])
  })
})
