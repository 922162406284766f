// Graphs of one generator with exactly the number of edges that is asked for: the parameter that gives at least as many,
// then edges are taken away so that the graph stays in one piece and, where it can, of its kind. Pure.
import { LacunaError } from '../../shared/errors.ts'
import {
  GRAPH_KIND_NAMES,
  type Edge,
  type GeneratorInput,
  type GraphDescription,
} from '../../shared/graph.ts'
import type { RandomStream } from '../../shared/random.ts'
import type { StructureFamily } from '../../shared/structure-study.ts'
import { componentSizes, isConnected } from './adjacency.ts'
import { drawGraph } from './generators/generate.ts'
import { kleinberg } from './generators/kleinberg.ts'
import { layeredComplete } from './generators/layered-complete.ts'
import { Links } from './links.ts'

export type DrawnFamily = Exclude<StructureFamily, { kind: 'given' }>

/** Dealings of the vertices to the layers that are tried until there is room for all edges. */
const DEALINGS = 1000
/** Most long-range edges a vertex of a Kleinberg graph draws. */
const MOST_PARTNERS = 100

/** Vertices along one side of the grid of a Kleinberg graph of about `nodes` vertices. */
export function gridSide(nodes: number): number {
  return Math.max(2, Math.round(Math.sqrt(nodes)))
}

/** Deal `nodes` vertices to `layers` layers: one each, the others at random. */
export function dealLayers(nodes: number, layers: number, random: RandomStream): number[] {
  if (layers > nodes) {
    throw new LacunaError(
      'bad-request',
      `${layers} layers were asked for in a graph of ${nodes} vertices; each layer needs one at least.`,
    )
  }
  const sizes = new Array<number>(layers).fill(1)
  for (let v = layers; v < nodes; v++) sizes[random.integer(layers)]!++
  return sizes
}

/** Fewest and most edges a connected graph of the family can have with so many vertices. */
export function edgeRange(family: DrawnFamily, nodes: number): { least: number; most: number } {
  const least = nodes - 1
  switch (family.kind) {
    case 'barabasi-albert': // (n - m) m is largest at m = n / 2
      return { least, most: Math.floor(nodes / 2) * Math.ceil(nodes / 2) }
    case 'kleinberg': {
      const side = gridSide(nodes)
      return { least: grid(family, side).edges.length, most: (side ** 2 * (side ** 2 - 1)) / 2 }
    }
    case 'layered-complete': {
      const { layers } = family
      // Nothing beats two neighbouring layers of equal size, the others with one vertex each beside them.
      const rest = nodes - Math.max(0, layers - 2)
      const inner = layers > 2 ? rest + layers : 0
      return {
        least,
        most: layers < 2 ? 0 : Math.floor(rest / 2) * Math.ceil(rest / 2) + inner,
      }
    }
    default:
      return { least, most: (nodes * (nodes - 1)) / 2 }
  }
}

function grid({ p, r }: Extract<DrawnFamily, { kind: 'kleinberg' }>, side: number): GraphDescription {
  // Without long-range partners nothing is drawn.
  return kleinberg({ side, p, q: 0, r }, undefined as never)
}

function impossible(family: DrawnFamily, nodes: number, edges: number, why: string): LacunaError {
  return new LacunaError(
    'bad-request',
    `${GRAPH_KIND_NAMES[family.kind]} graphs of ${nodes} vertices cannot have exactly ${edges} edges: ${why}. Change the budget or the number of vertices.`,
  )
}

/**
 * Refuse a budget that the family cannot meet with so many vertices.
 * @throws LacunaError bad-request
 */
export function assertEdges(family: DrawnFamily, nodes: number, edges: number): void {
  const fixed =
    family.kind === 'barabasi-albert' ? family.m : family.kind === 'watts-strogatz' ? family.k : undefined
  if (fixed !== undefined) {
    const name = family.kind === 'barabasi-albert' ? 'm' : 'k'
    throw new LacunaError(
      'bad-request',
      `A budget of ${edges} edges sets ${name} of ${GRAPH_KIND_NAMES[family.kind]} graphs, and ${name} = ${fixed} is given too; leave one of them out.`,
    )
  }
  const { least, most } = edgeRange(family, nodes)
  if (edges < least || edges > most) {
    throw impossible(family, nodes, edges, `they have from ${least} to ${most} and are in one piece`)
  }
}

/**
 * Draw a connected graph of the family with exactly `edges` edges.
 * @throws LacunaError bad-request when the family cannot have so many
 */
export function drawWithEdges(
  family: DrawnFamily,
  nodes: number,
  edges: number,
  random: RandomStream,
): GraphDescription {
  assertEdges(family, nodes, edges)
  switch (family.kind) {
    case 'barabasi-albert': {
      let m = 1
      while ((nodes - m) * m < edges) m++
      return trim(drawGraph({ ...barabasi(family, nodes), m }, random), edges, random, { layered: true })
    }
    case 'watts-strogatz': {
      const { p, tries } = family
      const k = Math.max(2, 2 * Math.ceil(edges / nodes))
      // Only the complete graph has more edges than a ring of the largest even k below n.
      const ring = k < nodes ? k : nodes
      return trim(drawGraph({ kind: family.kind, nodes, k: ring, p, tries }, random), edges, random)
    }
    case 'erdos-renyi':
    case 'random-dag':
      return drawPairs(nodes, edges, family.tries, random)
    case 'kleinberg':
      return drawGrid(family, nodes, edges, random)
    case 'layered-complete':
      return drawLayers(family, nodes, edges, random)
  }
}

/** What a Barabasi-Albert family asks of its generator. */
export function barabasi(
  { kind, m, start }: Extract<DrawnFamily, { kind: 'barabasi-albert' }>,
  nodes: number,
): GeneratorInput & { kind: 'barabasi-albert' } {
  return { kind, nodes, ...(m === undefined ? {} : { m }), ...(start === undefined ? {} : { start }) }
}

/** All connected sets of so many pairs equally likely; where they are too rare to be met, pieces are joined instead. */
function drawPairs(nodes: number, edges: number, tries: number, random: RandomStream): GraphDescription {
  const density = edges / ((nodes * (nodes - 1)) / 2)
  const draw = () => drawGraph({ kind: 'random-dag', nodes, density, connected: false, tries: 1 }, random)
  let graph = draw()
  for (let tried = 1; tried < tries && !isConnected(graph); tried++) graph = draw()
  return isConnected(graph) ? graph : trim(joinPieces(graph, random), edges, random)
}

/** Join two random vertices of different pieces until there is one piece. */
function joinPieces(graph: GraphDescription, random: RandomStream): GraphDescription {
  const links = new Links(graph)
  const edges = [...graph.edges]
  for (let pieces = componentSizes(graph).length; pieces > 1;) {
    const [a, b] = [random.integer(graph.nodes), random.integer(graph.nodes)]
    if (links.joined(a, b)) continue
    const edge: Edge = [Math.min(a, b), Math.max(a, b)]
    links.add(edge)
    edges.push(edge)
    pieces--
  }
  return { ...graph, edges }
}

function drawGrid(
  family: Extract<DrawnFamily, { kind: 'kleinberg' }>,
  nodes: number,
  edges: number,
  random: RandomStream,
): GraphDescription {
  const side = gridSide(nodes)
  const short = new Set(grid(family, side).edges.map(String))
  for (let q = 0; q <= MOST_PARTNERS; q++) {
    const graph = kleinberg({ side, p: family.p, q, r: family.r }, random)
    if (graph.edges.length < edges) continue
    return trim(graph, edges, random, { keep: (edge) => short.has(String(edge)) })
  }
  const why = `${MOST_PARTNERS} long-range partners for each vertex give fewer`
  throw impossible(family, side ** 2, edges, why)
}

function drawLayers(
  family: Extract<DrawnFamily, { kind: 'layered-complete' }>,
  nodes: number,
  edges: number,
  random: RandomStream,
): GraphDescription {
  for (let dealt = 0; dealt < DEALINGS; dealt++) {
    const graph = layeredComplete(dealLayers(nodes, family.layers, random))
    if (graph.edges.length >= edges) return trim(graph, edges, random, { layered: true })
  }
  const why = `${DEALINGS} ways to deal them to ${family.layers} layers gave fewer when every layer is joined completely to the next`
  throw impossible(family, nodes, edges, why)
}

/**
 * Take away random edges until `wanted` are left. The graph stays in one piece; with `layered` every vertex also keeps
 * one of its earlier neighbours, and what `keep` names stays.
 */
function trim(
  graph: GraphDescription,
  wanted: number,
  random: RandomStream,
  { layered = false, keep = () => false }: { layered?: boolean; keep?: (edge: Edge) => boolean } = {},
): GraphDescription {
  const links = new Links(graph)
  const gone = new Set<number>()
  for (const at of random.permutation(graph.edges.length)) {
    if (graph.edges.length - gone.size <= wanted) break
    const edge = graph.edges[at]!
    if (keep(edge) || (layered && links.predecessors(Math.max(...edge)) < 2)) continue
    links.remove(edge)
    if (links.joined(...edge)) gone.add(at)
    else links.add(edge)
  }
  const edges = graph.edges.filter((_, at) => !gone.has(at))
  if (edges.length === wanted) return { ...graph, edges }
  throw new LacunaError(
    'bad-request',
    `A graph of ${graph.nodes} vertices cannot lose more than ${gone.size} of its ${graph.edges.length} edges without changing its kind, so it cannot have ${wanted}; raise the budget.`,
  )
}
