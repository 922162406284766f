// What a graph is, how one is asked for and what is measured on it: schemas and names for generators, wiring, properties
// and files. Computes nothing.
import { z } from 'zod'
import { LacunaError } from './errors.ts'

/** Stated limits of graphs. Larger files are refused; larger drawings are reduced, and the reduction is said. */
export const GRAPH_LIMITS = {
  nodes: 5_000_000,
  edges: 20_000_000,
  idLength: 256, // characters of a node id
  fileBytes: 256 * 1024 * 1024,
  pathNodes: 5_000, // properties that need all shortest paths are computed up to here
  pathWork: 50_000_000, // and up to this many nodes x edges
  drawnEdges: 2_500, // edges the structure view draws at once
} as const

const vertex = z.number().int().min(0)

/**
 * A simple graph on the vertices 0 .. nodes-1: no self loop and no pair joined twice, in either order. The order of
 * the vertices is meant: every edge is oriented from the earlier to the later vertex when the graph becomes a network.
 * `ids` and `labels` are per vertex, `weights` per edge.
 */
export const graphSchema = z.object({
  nodes: z.number().int().min(1).max(GRAPH_LIMITS.nodes),
  edges: z.array(z.tuple([vertex, vertex])).max(GRAPH_LIMITS.edges),
  ids: z.array(z.string().min(1).max(GRAPH_LIMITS.idLength)).optional(),
  labels: z.array(z.string()).optional(),
  weights: z.array(z.number()).optional(),
})
export type GraphDescription = z.infer<typeof graphSchema>
export type Edge = [number, number]

/** One edge as a number, the same in both orders, so that pairs can be compared and put into sets. */
export function edgeKey(a: number, b: number, nodes: number): number {
  return a < b ? a * nodes + b : b * nodes + a
}

function badGraph(message: string): LacunaError {
  return new LacunaError('bad-input', message)
}

/**
 * Check a graph of unknown origin. Fields that are not part of a description are dropped.
 * @throws LacunaError bad-input for a field out of range, an edge to a vertex that does not exist, a self loop, a pair
 *   joined twice, or lists whose lengths disagree; the message names the first offending edge
 */
export function assertGraph(value: unknown): GraphDescription {
  const parsed = graphSchema.safeParse(value)
  if (!parsed.success) throw badGraph(`Graph: ${z.prettifyError(parsed.error)}`)
  const { nodes, edges, ids, labels, weights } = parsed.data
  const seen = new Set<number>()
  edges.forEach(([a, b], e) => {
    const name = `Edge ${e} joins ${a} and ${b}`
    if (a >= nodes || b >= nodes) throw badGraph(`${name}, but the vertices are 0 to ${nodes - 1}.`)
    if (a === b) throw badGraph(`${name}; an edge joins two different vertices.`)
    const key = edgeKey(a, b, nodes)
    if (seen.has(key))
      throw badGraph(`${name}, which an earlier edge does already; each pair is joined once.`)
    seen.add(key)
  })
  const lengths = [
    ['ids', ids?.length ?? nodes, nodes],
    ['labels', labels?.length ?? nodes, nodes],
    ['weights', weights?.length ?? edges.length, edges.length],
  ] as const
  for (const [what, found, expected] of lengths) {
    if (found !== expected) throw badGraph(`The graph has ${found} ${what}; expected ${expected}.`)
  }
  if (ids !== undefined && new Set(ids).size !== nodes)
    throw badGraph('Two vertices have the same id; ids are unique.')
  return parsed.data
}

const nodes = z.number().int().min(1).max(100_000)
const tries = z.number().int().min(1).max(10_000)
const probability = z.number().min(0).max(1)

/**
 * What a Barabasi-Albert graph grows from: m + 1 vertices that are a star. `star`: vertex 0 is its centre (networkx since
 * 2.6), so that one vertex has no predecessor. `isolated`: m isolated vertices, which vertex m joins all (networkx before,
 * and so Darji 2021): the same graphs, numbered so that m vertices have no predecessor.
 */
export const BARABASI_ALBERT_STARTS = ['star', 'isolated'] as const
export type BarabasiAlbertStart = (typeof BARABASI_ALBERT_STARTS)[number]

/**
 * What a generator can be asked for. Defaults that depend on the number of nodes are those of Darji 2021: `m` =
 * floor(nodes / 10), `k` = floor(nodes / 5), at least 1 and 2.
 */
export const generatorSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('barabasi-albert'),
    nodes,
    m: z.number().int().min(1).optional(), // edges each new vertex brings
    start: z.enum(BARABASI_ALBERT_STARTS).optional(), // default star
  }),
  z.strictObject({
    kind: z.literal('watts-strogatz'), // connected
    nodes,
    k: z.number().int().min(2).optional(), // neighbours on the ring; an odd k counts as k - 1, as in networkx
    p: probability.default(1), // chance that an edge is rewired
    tries: tries.default(10),
  }),
  z.strictObject({
    kind: z.literal('erdos-renyi'), // every pair joined with probability p
    nodes,
    p: probability,
    connected: z.boolean().default(true), // draw again until the graph is in one piece
    tries: tries.default(100),
  }),
  z.strictObject({
    kind: z.literal('random-dag'), // a fixed number of edges, spread over the pairs earlier < later
    nodes,
    density: probability, // share of the nodes (nodes - 1) / 2 pairs
    connected: z.boolean().default(true),
    tries: tries.default(100),
  }),
  z.strictObject({
    kind: z.literal('kleinberg'), // grid of side x side vertices with long-range edges
    side: z.number().int().min(2).max(300),
    p: z.number().int().min(1).default(1), // grid distance joined directly
    q: z.number().int().min(0).default(1), // long-range edges drawn per vertex
    r: z.number().min(0).default(2), // a long-range edge of length d has weight d^-r
  }),
  z.strictObject({
    kind: z.literal('layered-complete'), // each layer joined completely to the next
    layers: z.array(z.number().int().min(1).max(4096)).min(1).max(1024),
  }),
])
export type GeneratorSpec = z.infer<typeof generatorSchema>
export type GeneratorInput = z.input<typeof generatorSchema>
export type GraphKind = GeneratorSpec['kind']

export const GRAPH_KINDS = [
  'barabasi-albert',
  'watts-strogatz',
  'erdos-renyi',
  'random-dag',
  'kleinberg',
  'layered-complete',
] as const satisfies readonly GraphKind[]

export const GRAPH_KIND_NAMES: Record<GraphKind, string> = {
  'barabasi-albert': 'Barabási-Albert',
  'watts-strogatz': 'Watts-Strogatz',
  'erdos-renyi': 'Erdős-Rényi',
  'random-dag': 'Random DAG',
  kleinberg: 'Kleinberg small world',
  'layered-complete': 'Layered complete',
}

/** The two kinds of the published study. */
export const PUBLISHED_KINDS = ['barabasi-albert', 'watts-strogatz'] as const
export type PublishedKind = (typeof PUBLISHED_KINDS)[number]

/**
 * How a graph becomes a network. `darji-2021`: a main cell per layer fed by the layer before, and one skip cell with
 * its own state for every further source layer; the last layer is read. `lacuna`: one cell per layer reading all its
 * source layers; all sink vertices are read.
 */
export const WIRINGS = ['lacuna', 'darji-2021'] as const
export type Wiring = (typeof WIRINGS)[number]

/**
 * How the edge mask [H, I] is spread over the stacked gate rows [G*H, I] of LSTM and GRU. `per-gate`: every gate gets
 * the mask. `row-repeat`: each row is repeated G times, which scrambles the masks of the gates (Darji 2021).
 */
export const GATE_MASKS = ['per-gate', 'row-repeat'] as const
export type GateMask = (typeof GATE_MASKS)[number]

/** `dense`: every unit feeds back to all units of its cell. `self`: only to itself. */
export const RECURRENCES = ['dense', 'self'] as const
export type Recurrence = (typeof RECURRENCES)[number]

const SPREADS = ['eccentricity', 'degree', 'closeness', 'nodes_betweenness', 'edge_betweenness'] as const

/** The 23 graph properties under their published names, in published order. */
export const PROPERTY_NAMES = [
  'layers',
  'nodes',
  'edges',
  'source_nodes', // size of the first layer
  'sink_nodes', // size of the last layer
  'diameter',
  'density', // edges / (n (n - 1)), half of the usual density
  'average_shortest_path_length',
  'eccentricity_mean',
  'eccentricity_var',
  'eccentricity_std',
  'degree_mean',
  'degree_var',
  'degree_std',
  'closeness_mean',
  'closeness_var',
  'closeness_std',
  'nodes_betweenness_mean',
  'nodes_betweenness_var',
  'nodes_betweenness_std',
  'edge_betweenness_mean',
  'edge_betweenness_var',
  'edge_betweenness_std',
] as const
export type PropertyName = (typeof PROPERTY_NAMES)[number]
export type GraphProperties = Record<PropertyName, number>

/** Feature subsets of the published regressions. */
export const FEATURE_SUBSETS = ['all', 'nodes-and-edges', 'without-nodes-and-edges', 'variances'] as const
export type FeatureSubset = (typeof FEATURE_SUBSETS)[number]

export const SUBSET_PROPERTIES: Record<FeatureSubset, readonly PropertyName[]> = {
  all: PROPERTY_NAMES,
  'nodes-and-edges': ['nodes', 'edges'],
  'without-nodes-and-edges': PROPERTY_NAMES.filter((name) => name !== 'nodes' && name !== 'edges'),
  variances: SPREADS.map((name) => `${name}_var` as const),
}

/** File formats that can be read; `gexf` can be written only. */
export const GRAPH_FORMATS = ['graphml', 'edge-list', 'node-link'] as const
export type GraphFormat = (typeof GRAPH_FORMATS)[number]
export const GRAPH_EXPORT_FORMATS = [...GRAPH_FORMATS, 'gexf'] as const
export type GraphExportFormat = (typeof GRAPH_EXPORT_FORMATS)[number]

/** Choices a person can make about a graph file; what is absent stops the import where it is needed. */
export const graphImportOptionsSchema = z.strictObject({
  format: z.enum(GRAPH_FORMATS).optional(), // default: by content
  danglingEdges: z.enum(['stop', 'create', 'drop']).optional(), // edges to a node the file does not declare
  selfLoops: z.enum(['stop', 'drop']).optional(),
  parallelEdges: z.enum(['stop', 'merge']).optional(), // merge keeps the first
  duplicateNodes: z.enum(['stop', 'merge']).optional(),
  vertexOrder: z.enum(['file', 'topological']).optional(), // order of a directed file's vertices; default file
})
export type GraphImportOptions = z.infer<typeof graphImportOptionsSchema>

/** One thing found in a graph file. `choices` are options that remove it when merged into the present ones. */
export interface GraphProblem {
  code: string
  severity: 'stop' | 'warning' | 'note'
  message: string
  count: number
  places: string[] // the first places, at most 20: 'line 12', or 'node 3' and 'link 12' in JSON
  choices: { label: string; options: GraphImportOptions }[]
}

/** What reading a file gave: the graph is absent when a problem of severity `stop` was found. */
export interface GraphImport {
  format: GraphFormat
  graph?: GraphDescription
  directed: boolean
  problems: GraphProblem[]
}
