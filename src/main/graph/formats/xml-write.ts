// Writes graphs as GraphML and GEXF, with numbers and texts per vertex and edge if wanted. Every text is escaped.
import type { GraphDescription } from '../../../shared/graph.ts'

type Column = ArrayLike<number> | readonly string[]

/** Numbers or texts to write beside the graph, by name: one per vertex or one per edge. */
export interface GraphAttributes {
  vertex?: Record<string, Column>
  edge?: Record<string, Column>
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Make a text safe inside XML; characters XML 1.0 cannot hold become U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // eslint-disable-next-line no-control-regex -- these are what XML cannot hold
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
      .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
  )
}

function nameOf(graph: GraphDescription, v: number): string {
  return escapeXml(graph.ids?.[v] ?? String(v))
}

/** Columns of one domain in a fixed order, with the id each has in the file. */
function columns(prefix: string, given: Record<string, Column> | undefined) {
  return Object.entries(given ?? {}).map(([name, values], i) => {
    const type = typeof values[0] === 'string' ? 'string' : 'double'
    const at = (index: number) => escapeXml(String(values[index]))
    return { id: `${prefix}${i}`, name, type, at }
  })
}

/** Write GraphML: labels as data `label`, weights as data `weight`, further attributes under their names. */
export function writeGraphml(graph: GraphDescription, attributes: GraphAttributes = {}): string {
  const vertexColumns = columns('v', attributes.vertex)
  const edgeColumns = columns('e', {
    ...(graph.weights === undefined ? {} : { weight: graph.weights }),
    ...attributes.edge,
  })
  const key = (domain: string) => (column: { id: string; name: string; type: string }) =>
    `  <key id="${column.id}" for="${domain}" attr.name="${escapeXml(column.name)}" attr.type="${column.type}"/>`
  const data = (id: string, value: string) => `<data key="${id}">${value}</data>`
  const vertices = Array.from({ length: graph.nodes }, (_, v) => {
    const label = graph.labels === undefined ? '' : data('label', escapeXml(graph.labels[v]!))
    const numbers = vertexColumns.map(({ id, at }) => data(id, at(v))).join('')
    return `    <node id="${nameOf(graph, v)}">${label}${numbers}</node>`
  })
  const edges = graph.edges.map(([a, b], e) => {
    const numbers = edgeColumns.map(({ id, at }) => data(id, at(e))).join('')
    return `    <edge source="${nameOf(graph, a)}" target="${nameOf(graph, b)}">${numbers}</edge>`
  })
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...(graph.labels === undefined ? [] : [key('node')({ id: 'label', name: 'label', type: 'string' })]),
    ...vertexColumns.map(key('node')),
    ...edgeColumns.map(key('edge')),
    '  <graph edgedefault="undirected">',
    ...vertices,
    ...edges,
    '  </graph>',
    '</graphml>',
  ].join('\n')}\n`
}

/** Write GEXF 1.3, the format of Gephi. */
export function writeGexf(graph: GraphDescription, attributes: GraphAttributes = {}): string {
  const declare = (domain: string, list: ReturnType<typeof columns>) =>
    list.length === 0
      ? []
      : [
          `    <attributes class="${domain}">`,
          ...list.map(
            ({ id, name, type }) => `      <attribute id="${id}" title="${escapeXml(name)}" type="${type}"/>`,
          ),
          '    </attributes>',
        ]
  const values = (list: ReturnType<typeof columns>, at: number) =>
    list.length === 0
      ? ''
      : `<attvalues>${list.map((column) => `<attvalue for="${column.id}" value="${column.at(at)}"/>`).join('')}</attvalues>`
  const vertexColumns = columns('v', attributes.vertex)
  const edgeColumns = columns('e', attributes.edge)
  const vertices = Array.from({ length: graph.nodes }, (_, v) => {
    const label = graph.labels === undefined ? nameOf(graph, v) : escapeXml(graph.labels[v]!)
    return `      <node id="${nameOf(graph, v)}" label="${label}">${values(vertexColumns, v)}</node>`
  })
  const edges = graph.edges.map(([a, b], e) => {
    const weight = graph.weights === undefined ? '' : ` weight="${graph.weights[e]}"`
    return `      <edge id="${e}" source="${nameOf(graph, a)}" target="${nameOf(graph, b)}"${weight}>${values(edgeColumns, e)}</edge>`
  })
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gexf xmlns="http://gexf.net/1.3" version="1.3">',
    '  <graph defaultedgetype="undirected">',
    ...declare('node', vertexColumns),
    ...declare('edge', edgeColumns),
    '    <nodes>',
    ...vertices,
    '    </nodes>',
    '    <edges>',
    ...edges,
    '    </edges>',
    '  </graph>',
    '</gexf>',
  ].join('\n')}\n`
}
