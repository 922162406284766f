// Barabasi-Albert preferential attachment as networkx defines it: a star of m + 1 vertices, then one vertex at a
// time.
import { LacunaError } from '../../../shared/errors.ts'
import type { BarabasiAlbertStart, Edge, GraphDescription } from '../../../shared/graph.ts'
import type { RandomStream } from '../../../shared/random.ts'

/**
 * Draw a graph of `nodes` vertices in which every vertex after the first m + 1 joins m different earlier ones, chosen
 * with probability proportional to their degree. It is connected and has (nodes - m) m edges.
 * @param start which of the first m + 1 vertices is the centre of their star: the first, or the last
 * @throws LacunaError bad-request unless 1 <= m < nodes
 * @see Barabasi, Albert 1999, doi:10.1126/science.286.5439.509; start graph and drawing as networkx 3.6, with `isolated`
 *   as networkx 2.5
 */
export function barabasiAlbert(
  nodes: number,
  m: number,
  random: RandomStream,
  start: BarabasiAlbertStart = 'star',
): GraphDescription {
  if (m < 1 || m >= nodes) {
    throw new LacunaError(
      'bad-request',
      `A Barabási-Albert graph of ${nodes} vertices was asked for with m = ${m}; m must be from 1 to ${nodes - 1}.`,
    )
  }
  const edges = Array.from({ length: m }, (_, leaf): Edge => (start === 'star' ? [0, leaf + 1] : [leaf, m]))
  const ends = edges.flat() // every vertex once per edge it has
  for (let source = m + 1; source < nodes; source++) {
    const targets = new Set<number>()
    while (targets.size < m) targets.add(ends[random.integer(ends.length)]!)
    for (const target of targets) {
      edges.push([target, source])
      ends.push(target, source)
    }
  }
  return { nodes, edges }
}
