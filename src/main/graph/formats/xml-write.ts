// Writes graphs as GraphML and GEXF, with numbers per vertex and edge if wanted. Every text is escaped.
import type { GraphDescription } from '../../../shared/graph.ts'

/** Numbers to write beside the graph, by name: one per vertex or one per edge. */
export interface GraphAttributes {
  vertex?: Record<string, ArrayLike<number>>
  edge?: Record<string, ArrayLike<number>>
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
function columns(prefix: string, given: Record<string, ArrayLike<number>> | undefined) {
  return Object.entries(given ?? {}).map(([name, values], i) => ({ id: `${prefix}${i}`, name, values }))
}

/** Write GraphML: labels as data `label`, weights as data `weight`, further numbers under their names. */
export function writeGraphml(graph: GraphDescription, attributes: GraphAttributes = {}): string {
  const vertexColumns = columns('v', attributes.vertex)
  const edgeColumns = columns('e', {
    ...(graph.weights === undefined ? {} : { weight: graph.weights }),
    ...attributes.edge,
  })
  const key = (domain: string, type: string) => (column: { id: string; name: string }) =>
    `  <key id="${column.id}" for="${domain}" attr.name="${escapeXml(column.name)}" attr.type="${type}"/>`
  const data = (id: string, value: string | number) => `<data key="${id}">${value}</data>`
  const vertices = Array.from({ length: graph.nodes }, (_, v) => {
    const label = graph.labels === undefined ? '' : data('label', escapeXml(graph.labels[v]!))
    const numbers = vertexColumns.map(({ id, values }) => data(id, values[v]!)).join('')
    return `    <node id="${nameOf(graph, v)}">${label}${numbers}</node>`
  })
  const edges = graph.edges.map(([a, b], e) => {
    const numbers = edgeColumns.map(({ id, values }) => data(id, values[e]!)).join('')
    return `    <edge source="${nameOf(graph, a)}" target="${nameOf(graph, b)}">${numbers}</edge>`
  })
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...(graph.labels === undefined ? [] : [key('node', 'string')({ id: 'label', name: 'label' })]),
    ...vertexColumns.map(key('node', 'double')),
    ...edgeColumns.map(key('edge', 'double')),
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
            ({ id, name }) => `      <attribute id="${id}" title="${escapeXml(name)}" type="double"/>`,
          ),
          '    </attributes>',
        ]
  const values = (list: ReturnType<typeof columns>, at: number) =>
    list.length === 0
      ? ''
      : `<attvalues>${list.map(({ id, values: column }) => `<attvalue for="${id}" value="${column[at]}"/>`).join('')}</attvalues>`
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
