import type { GraphDescription } from '../../src/shared/graph.ts'

/** Average clustering coefficient as networkx defines it: per vertex the share of joined pairs of neighbours. */
export function averageClustering({ nodes, edges }: GraphDescription): number {
  const neighbours = Array.from({ length: nodes }, () => new Set<number>())
  for (const [a, b] of edges) {
    neighbours[a]!.add(b)
    neighbours[b]!.add(a)
  }
  const coefficients = neighbours.map((set) => {
    if (set.size < 2) return 0
    const joined = [...set].reduce((sum, v) => sum + [...neighbours[v]!].filter((w) => set.has(w)).length, 0)
    return joined / (set.size * (set.size - 1))
  })
  return coefficients.reduce((a, b) => a + b, 0) / nodes
}
