// What several generators share: the complete graph and drawing again until a graph is in one piece.
import { LacunaError } from '../../../shared/errors.ts'
import type { Edge, GraphDescription } from '../../../shared/graph.ts'

/** Join every pair of vertices. */
export function completeGraph(nodes: number): GraphDescription {
  const edges: Edge[] = []
  for (let a = 0; a < nodes; a++) for (let b = a + 1; b < nodes; b++) edges.push([a, b])
  return { nodes, edges }
}

/**
 * Draw until a graph is accepted.
 * @throws LacunaError bad-request after `tries` refusals
 */
export function connectedOf(
  tries: number,
  draw: () => GraphDescription,
  options: { accept: (graph: GraphDescription) => boolean; what: string; advice: string },
): GraphDescription {
  for (let attempt = 0; attempt < tries; attempt++) {
    const graph = draw()
    if (options.accept(graph)) return graph
  }
  throw new LacunaError(
    'bad-request',
    `No connected ${options.what} was found in ${tries} ${tries === 1 ? 'try' : 'tries'}; ${options.advice}.`,
  )
}
