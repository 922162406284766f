// A graph that is changed edge by edge while it has to stay in one piece: neighbour sets and a search between two vertices.
import type { Edge, GraphDescription } from '../../shared/graph.ts'

export class Links {
  readonly #neighbours: Set<number>[]

  constructor({ nodes, edges }: Pick<GraphDescription, 'nodes' | 'edges'>) {
    this.#neighbours = Array.from({ length: nodes }, () => new Set())
    for (const edge of edges) this.add(edge)
  }

  add([a, b]: Edge): void {
    this.#neighbours[a]!.add(b)
    this.#neighbours[b]!.add(a)
  }

  remove([a, b]: Edge): void {
    this.#neighbours[a]!.delete(b)
    this.#neighbours[b]!.delete(a)
  }

  has(a: number, b: number): boolean {
    return this.#neighbours[a]!.has(b)
  }

  /** Number of neighbours with a smaller number: the predecessors once edges point from earlier to later. */
  predecessors(vertex: number): number {
    let count = 0
    for (const other of this.#neighbours[vertex]!) if (other < vertex) count++
    return count
  }

  /** Tell whether a path joins two vertices. Searches from both ends, so that in a random graph it meets early. */
  joined(a: number, b: number): boolean {
    if (a === b) return true
    const reached: [Set<number>, Set<number>] = [new Set([a]), new Set([b])]
    let edge: [number[], number[]] = [[a], [b]]
    while (edge[0].length > 0 && edge[1].length > 0) {
      const side = edge[0].length <= edge[1].length ? 0 : 1
      const next: number[] = []
      for (const from of edge[side]) {
        for (const to of this.#neighbours[from]!) {
          if (reached[1 - side]!.has(to)) return true
          if (reached[side].has(to)) continue
          reached[side].add(to)
          next.push(to)
        }
      }
      edge = side === 0 ? [next, edge[1]] : [edge[0], next]
    }
    return false
  }
}
