// From a graph to its layers: edges point from the earlier to the later vertex, and a vertex comes one layer after its
// last predecessor (Darji 2021). Builds no network.
import type { GraphDescription } from '../../shared/graph.ts'
import { predecessorsOf } from './adjacency.ts'

/** The vertices of each layer, ascending: position in the list = row of the unit in the weights of that layer. */
export interface Layering {
  layerOf: Uint32Array // [nodes] layer index of each vertex
  rowOf: Uint32Array // [nodes] position of each vertex inside its layer
  layers: number[][] // vertices by layer
}

/** Put every vertex on layer 1 + max over its predecessors, or 0 when it has none. */
export function layeringOf(graph: Pick<GraphDescription, 'nodes' | 'edges'>): Layering {
  const { offsets, neighbours } = predecessorsOf(graph)
  const layerOf = new Uint32Array(graph.nodes)
  const rowOf = new Uint32Array(graph.nodes)
  const layers: number[][] = []
  // Predecessors have smaller numbers, so one ascending pass meets them first.
  for (let v = 0; v < graph.nodes; v++) {
    let layer = 0
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
      layer = Math.max(layer, layerOf[neighbours[i]!]! + 1)
    }
    layerOf[v] = layer
    const members = (layers[layer] ??= [])
    rowOf[v] = members.length
    members.push(v)
  }
  return { layerOf, rowOf, layers }
}

/** Number the vertices layer by layer, keeping their order inside a layer; names and weights move along. */
export function renumberByLayer(graph: GraphDescription): GraphDescription {
  const order = layeringOf(graph).layers.flat()
  const place = new Uint32Array(graph.nodes)
  order.forEach((v, at) => (place[v] = at))
  const moved: GraphDescription = {
    ...graph,
    edges: graph.edges.map(([a, b]) => {
      const [x, y] = [place[a]!, place[b]!]
      return x < y ? [x, y] : [y, x]
    }),
  }
  if (graph.ids !== undefined) moved.ids = order.map((v) => graph.ids![v]!)
  if (graph.labels !== undefined) moved.labels = order.map((v) => graph.labels![v]!)
  return moved
}
