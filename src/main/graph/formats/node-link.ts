// Node-link JSON as networkx and D3 write it, and the plain form of Lacuna's own graph descriptions.
import { z } from 'zod'
import { LacunaError } from '../../../shared/errors.ts'
import type { GraphDescription, GraphImport, GraphImportOptions } from '../../../shared/graph.ts'
import { GraphBuilder } from './builder.ts'
import { parseJson } from './json-guard.ts'
import type { GraphAttributes } from './xml-write.ts'

const id = z.union([z.string(), z.number()])
const node = z.looseObject({ id: id.optional(), name: id.optional(), label: z.string().optional() })
const link = z.looseObject({ source: id, target: id, weight: z.unknown().optional() })
const nodeLinkSchema = z.looseObject({
  directed: z.boolean().optional(),
  nodes: z.array(z.union([id, node])),
  links: z.array(link).optional(),
  edges: z.array(link).optional(), // the name networkx uses since 3.4
})

/** Lacuna's own descriptions, and the published structures: a count of nodes and pairs of vertex numbers. */
const plainSchema = z.looseObject({
  nodes: z.number().int().min(0),
  edges: z.array(z.tuple([z.number().int(), z.number().int()])),
  ids: z.array(z.string()).optional(),
  labels: z.array(z.string()).optional(),
  weights: z.array(z.number()).optional(),
})

function notNodeLink(reason: string): LacunaError {
  return new LacunaError(
    'bad-input',
    `The file is not a node-link graph: ${reason}; expected an object with "nodes" and "links".`,
  )
}

/** A weight of any JSON type as a number; what is not one becomes NaN, which the builder reports. */
function weightOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'number' ? value : Number.NaN
}

function readNodes(builder: GraphBuilder, nodes: z.infer<typeof nodeLinkSchema>['nodes']): void {
  nodes.forEach((entry, n) => {
    const place = `node ${n + 1}`
    if (typeof entry !== 'object') return builder.addNode(String(entry), place)
    // D3 files may leave ids out and join nodes by position.
    builder.addNode(String(entry.id ?? entry.name ?? n), place, entry.label)
  })
}

function readPlain(value: z.infer<typeof plainSchema>, options: GraphImportOptions): GraphImport {
  const builder = new GraphBuilder(options, 'edge')
  const name = (v: number) => value.ids?.[v] ?? String(v)
  for (let v = 0; v < value.nodes; v++) builder.addNode(name(v), `node ${v + 1}`, value.labels?.[v])
  value.edges.forEach(([a, b], e) => builder.addEdge(name(a), name(b), e + 1, value.weights?.[e]))
  return builder.finish('node-link')
}

/**
 * Read node-link JSON (`nodes` with `id`, `links` or `edges` with `source` and `target`) or the plain form
 * `{"nodes": 3, "edges": [[0, 1], [1, 2]]}`.
 * @throws LacunaError bad-input for text that is neither, or JSON that is not safe to read
 */
export function readNodeLink(text: string, options: GraphImportOptions = {}): GraphImport {
  const value = parseJson(text)
  const plain = plainSchema.safeParse(value)
  if (plain.success) return readPlain(plain.data, options)
  const parsed = nodeLinkSchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw notNodeLink(`${issue.path.join('.') || 'the whole'}: ${issue.message}`)
  }
  const links = parsed.data.links ?? parsed.data.edges
  if (links === undefined) throw notNodeLink('it has neither "links" nor "edges"')
  const builder = new GraphBuilder(options, 'link')
  builder.directed = parsed.data.directed ?? false
  readNodes(builder, parsed.data.nodes)
  links.forEach(({ source, target, weight }, e) =>
    builder.addEdge(String(source), String(target), e + 1, weightOf(weight)),
  )
  return builder.finish('node-link')
}

/** Write node-link JSON under the names networkx uses since 3.4 (`edges`; D3 and older versions say `links`). */
export function writeNodeLink(graph: GraphDescription, attributes: GraphAttributes = {}): string {
  const at = (columns: GraphAttributes['vertex'], index: number) =>
    Object.fromEntries(Object.entries(columns ?? {}).map(([name, values]) => [name, values[index]]))
  const name = (v: number) => graph.ids?.[v] ?? v
  const nodes = Array.from({ length: graph.nodes }, (_, v) => ({
    id: name(v),
    ...(graph.labels === undefined ? {} : { label: graph.labels[v] }),
    ...at(attributes.vertex, v),
  }))
  const edges = graph.edges.map(([a, b], e) => ({
    source: name(a),
    target: name(b),
    ...(graph.weights === undefined ? {} : { weight: graph.weights[e] }),
    ...at(attributes.edge, e),
  }))
  return `${JSON.stringify({ directed: false, multigraph: false, graph: {}, nodes, edges }, null, 1)}\n`
}
