// A graph on its way from the data process: millions of edges pass as two arrays of numbers instead of as millions of
// pairs, and become pairs again a part at a time, so that the program goes on answering.
import { setImmediate } from 'node:timers/promises'
import type { Edge, GraphDescription, GraphImport } from '../../shared/graph.ts'

export interface PackedImport extends Omit<GraphImport, 'graph'> {
  graph?: Omit<GraphDescription, 'edges' | 'weights'> & { ends: Uint32Array; weights?: Float64Array }
}

/** Pairs made without a pause: a few milliseconds. */
const PART = 50_000

/** Put the edges of a graph into arrays of numbers. */
export function packImport({ graph, ...rest }: GraphImport): PackedImport {
  if (graph === undefined) return rest
  const { edges, weights, ...others } = graph
  const ends = new Uint32Array(2 * edges.length)
  edges.forEach(([from, to], e) => {
    ends[2 * e] = from
    ends[2 * e + 1] = to
  })
  const packed = {
    ...others,
    ends,
    ...(weights === undefined ? {} : { weights: Float64Array.from(weights) }),
  }
  return { ...rest, graph: packed }
}

/** Undo `packImport`. */
export async function unpackImport({ graph, ...rest }: PackedImport): Promise<GraphImport> {
  if (graph === undefined) return rest
  const { ends, weights, ...others } = graph
  const edges = new Array<Edge>(ends.length / 2)
  for (let e = 0; e < edges.length; e++) {
    edges[e] = [ends[2 * e]!, ends[2 * e + 1]!]
    if (e % PART === PART - 1) await setImmediate()
  }
  return {
    ...rest,
    graph: { ...others, edges, ...(weights === undefined ? {} : { weights: Array.from(weights) }) },
  }
}
