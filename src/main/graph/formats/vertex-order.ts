// The order of the vertices of a directed file: edges are oriented from the earlier to the later vertex, so an order in
// which an arrow points backwards turns it round. Says so, and offers an order in which no arrow does.
import type { GraphDescription, GraphImportOptions, GraphProblem } from '../../../shared/graph.ts'

/** An order in which every edge points forward (Kahn 1962, ties by vertex number), or undefined for a cycle. */
export function topologicalOrder({
  nodes,
  edges,
}: Pick<GraphDescription, 'nodes' | 'edges'>): number[] | undefined {
  const waiting = new Uint32Array(nodes) // edges from vertices that have no place yet
  const successors: number[][] = Array.from({ length: nodes }, () => [])
  for (const [from, to] of edges) {
    waiting[to]!++
    successors[from]!.push(to)
  }
  const order: number[] = []
  for (let v = 0; v < nodes; v++) if (waiting[v] === 0) order.push(v)
  for (let at = 0; at < order.length; at++) {
    for (const next of successors[order[at]!]!.sort((a, b) => a - b)) {
      waiting[next]!--
      if (waiting[next] === 0) order.push(next)
    }
  }
  return order.length === nodes ? order : undefined
}

function reorder(graph: GraphDescription, order: number[]): GraphDescription {
  const place = new Uint32Array(graph.nodes)
  order.forEach((v, at) => (place[v] = at))
  const moved: GraphDescription = {
    ...graph,
    edges: graph.edges.map(([a, b]) => [place[a]!, place[b]!]),
    ids: order.map((v) => graph.ids?.[v] ?? String(v)),
  }
  if (graph.labels !== undefined) moved.labels = order.map((v) => graph.labels![v]!)
  return moved
}

/** Apply the wanted order to a directed file's graph, or say how many of its edges point backwards. */
export function applyVertexOrder(
  graph: GraphDescription,
  directed: boolean,
  options: GraphImportOptions,
): { graph: GraphDescription; problem?: GraphProblem } {
  if (!directed) return { graph }
  const backward = graph.edges.filter(([from, to]) => from > to).length
  if (backward === 0) return { graph }
  const order = topologicalOrder(graph)
  if (order !== undefined && options.vertexOrder === 'topological') return { graph: reorder(graph, order) }
  const way =
    order === undefined
      ? 'it has directed cycles, so no order of the nodes would keep all arrows'
      : 'put the nodes into topological order to keep every arrow'
  const problem: GraphProblem = {
    code: 'backward-edges',
    severity: 'note',
    message: `${backward} of ${graph.edges.length} arrows point from a later to an earlier node and count as edges from the earlier to the later one; ${way}.`,
    count: backward,
    places: [],
    choices:
      order === undefined ? [] : [{ label: 'Topological order', options: { vertexOrder: 'topological' } }],
  }
  return { graph, problem }
}
