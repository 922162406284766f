import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GraphDescription, GraphImport, GraphImportOptions } from '../../src/shared/graph.ts'
import { assertGraph, GRAPH_EXPORT_FORMATS, GRAPH_FORMATS, GRAPH_LIMITS } from '../../src/shared/graph.ts'
import {
  detectFormat,
  GRAPH_EXTENSIONS,
  readGraph,
  writeGraph,
} from '../../src/main/graph/formats/formats.ts'
import { topologicalOrder } from '../../src/main/graph/formats/vertex-order.ts'
import { escapeXml } from '../../src/main/graph/formats/xml-write.ts'
import { generateGraph } from '../../src/main/graph/generators/generate.ts'
import { describeGraph } from '../../src/main/graph/properties.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const readText = (text: string, options?: GraphImportOptions) => readGraph(bytes(text), options)
const fixture = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '..', 'fixtures', 'graph', 'files', name))

/** Options of the first choice of every problem that stops an import. */
function firstChoices(result: GraphImport): GraphImportOptions {
  const stops = result.problems.filter(({ severity }) => severity === 'stop')
  return Object.assign({}, ...stops.map(({ choices }) => choices[0]?.options)) as GraphImportOptions
}

describe('Files written by networkx', () => {
  const forward: GraphDescription = {
    nodes: 4,
    edges: [[0, 1], [0, 2], [1, 3], [2, 1]], // prettier-ignore
    ids: ['in <1>', 'b', 'c', 'out'],
    labels: ['Input & first', 'B', 'C', 'The "last"'],
    weights: [0.5, -2, 0.001, 1],
  }

  it.each(['graphml', 'json'])('are read with ids, labels, weights and direction: %s', (extension) => {
    const { graph, directed, problems } = readGraph(fixture(`networkx.${extension}`))
    expect(graph).toEqual(forward)
    expect(directed).toBe(true)
    expect(problems.map(({ code }) => code)).toEqual(['backward-edges']) // c -> b
    expect(problems[0]!.message).toContain('1 of 4 arrows point from a later to an earlier node')
  })

  it.each(['graphml', 'json'])('come in topological order on request: %s', (extension) => {
    const { graph, problems } = readGraph(fixture(`networkx.${extension}`), { vertexOrder: 'topological' })
    expect(graph!.ids).toEqual(['in <1>', 'c', 'b', 'out'])
    expect(graph!.labels).toEqual(['Input & first', 'C', 'B', 'The "last"'])
    expect(graph!.edges).toEqual([[0, 2], [0, 1], [2, 3], [1, 2]]) // prettier-ignore
    expect(problems).toEqual([])
  })

  it.each(['networkx.edges', 'networkx-weighted.edges'])('are read as edge lists: %s', (name) => {
    const { graph } = readGraph(fixture(name))
    expect(graph!.ids).toEqual(['in', 'b', 'c', 'out'])
    expect(graph!.weights).toEqual([0.5, -2, 0.001, 1])
  })
})

describe('GraphML that is not safe or not whole', () => {
  it.each(['billion-laughs.graphml', 'external-entity.graphml'])(
    'is refused for its document type: %s',
    (name) => {
      expect(() => readGraph(fixture(name))).toThrow('Document types are not allowed in graph files')
    },
  )

  it('is refused for a document type in another encoding too', () => {
    const utf16 = Buffer.from(`\ufeff${fixture('external-entity.graphml').toString()}`, 'utf16le')
    expect(() => readGraph(utf16)).toThrow('Document types are not allowed in graph files')
  })

  it.each([
    ['a web page', fixture('page.html').toString(), 'line 1: it begins with <html> instead of <graphml>'],
    ['a file that was cut off', fixture('cut-off.graphml').toString(), 'line 6'],
    ['text that is not XML', '<<<', 'line 1'],
    ['an unknown entity', '<graphml>&boom;</graphml>', 'line 1: undefined entity'],
    ['no graph', '<graphml/>', 'line 1: it holds no <graph>'],
  ])('is called no GraphML file, with the line: %s', (_, text, message) => {
    const read = () => readText(text)
    expect(read).toThrow('This is not a GraphML file: line')
    expect(read).toThrow(message)
  })

  it('is refused with two graphs or a graph inside a node', () => {
    const two = '<graphml>\n<graph/>\n<graph/></graphml>'
    expect(() => readText(two)).toThrow('The file holds a second graph on line 3')
    const nested = '<graphml><graph><node id="a"><graph/></node></graph></graphml>'
    expect(() => readText(nested)).toThrow('second graph')
  })
})

describe('Graphs with contradictions', () => {
  const wrong = readGraph(fixture('everything-wrong.graphml'))

  it('are not imported; each problem names its lines and what can be done', () => {
    expect(wrong.graph).toBeUndefined()
    const expected = {
      'duplicate-node': [1, ['line 7']],
      'bad-id': [1, ['line 8']],
      'bad-weight': [1, ['line 13']],
      ignored: [1, ['<hyperedge> on line 14']],
      'parallel-edge': [2, ['line 10', 'line 13']],
      'self-loop': [1, ['line 11']],
      'dangling-edge': [1, ['line 12']],
      'missing-weight': [1, ['line 9']],
    }
    expect(Object.fromEntries(wrong.problems.map((p) => [p.code, [p.count, p.places]]))).toEqual(expected)
    const dangling = wrong.problems.find(({ code }) => code === 'dangling-edge')!
    expect(dangling.message).toBe('An edge names a node the file does not declare (line 12).')
    expect(dangling.choices[0]).toEqual({ label: 'Create node', options: { danglingEdges: 'create' } })
  })

  it.each([
    {
      code: 'duplicate-node',
      text: '{"nodes":["a","b","a"],"links":[{"source":"a","target":"b"}]}',
      place: 'node 3',
      nodes: 2,
      edges: 1,
    },
    {
      code: 'dangling-edge',
      text: '{"nodes":["a"],"links":[{"source":"a","target":"b"}]}',
      place: 'link 1',
      nodes: 2,
      edges: 1,
    },
    { code: 'self-loop', text: 'a b\nb b\n', place: 'line 2', nodes: 2, edges: 1 },
    { code: 'parallel-edge', text: '# twice\na b\nb a\na b', place: 'line 3', nodes: 2, edges: 1 },
  ])('can be imported after a choice: $code', ({ code, text, place, nodes, edges }) => {
    // prettier-ignore
    const stopped = readText(text)
    expect(stopped.graph).toBeUndefined()
    expect(stopped.problems[0]).toMatchObject({ code, severity: 'stop' })
    expect(stopped.problems[0]!.places[0]).toBe(place)
    const { graph, problems } = readText(text, firstChoices(stopped))
    expect(problems).toEqual([])
    expect([graph!.nodes, graph!.edges.length]).toEqual([nodes, edges])
    expect(assertGraph(graph)).toEqual(graph)
  })

  it('can leave dangling edges out', () => {
    const text = '{"nodes":["a"],"links":[{"source":"a","target":"b"}]}'
    expect(readText(text, { danglingEdges: 'drop' }).graph).toEqual({ nodes: 1, edges: [], ids: ['a'] })
  })

  it.each([
    ['NUL in an edge list', 'a\0b c\n', 'line 1'],
    ['NUL in JSON', '{"nodes":["a\\u0000"],"links":[]}', 'node 1'],
    ['one megabyte', `${'x'.repeat(2 ** 20)} b\n`, 'line 1'],
    ['257 characters', `{"nodes":["${'x'.repeat(257)}"],"links":[]}`, 'node 1'],
    ['nothing', '{"nodes":[""],"links":[]}', 'node 1'],
  ])('are refused for ids of %s, without repeating the id', (_, text, place) => {
    const { graph, problems } = readText(text)
    expect(graph).toBeUndefined()
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ code: 'bad-id', severity: 'stop', places: [place], choices: [] })
    expect(problems[0]!.message.length).toBeLessThan(200)
  })

  it('accept ids of 256 characters', () => {
    expect(readText(`${'x'.repeat(256)} b`).graph!.nodes).toBe(2)
  })

  it('name at most 20 places and count the rest', () => {
    const { problems } = readText(Array.from({ length: 50 }, (_, i) => `${i} ${i}`).join('\n'))
    expect(problems[0]).toMatchObject({ code: 'self-loop', count: 50 })
    expect(problems[0]!.places).toHaveLength(20)
    expect(problems[0]!.message).toBe('50 edges join a node to itself (first: line 1).')
  })

  it('are told when arrows of a directed graph go round in circles', () => {
    const text =
      '{"directed":true,"nodes":[0,1,2],"links":[{"source":0,"target":1},{"source":1,"target":2},{"source":2,"target":0}]}'
    const { graph, problems } = readText(text, { vertexOrder: 'topological' })
    expect(graph!.edges).toHaveLength(3)
    expect(problems[0]!.message).toContain('directed cycles')
    expect(topologicalOrder({ nodes: 3, edges: [[2, 0], [0, 1]] })).toEqual([2, 0, 1]) // prettier-ignore
  })
})

describe('Edge lists', () => {
  it('take commas, tabs, a header line, comments and any line end', () => {
    const { graph, problems } = readText('\ufeffsource,target,weight\r\n% c\n3,10,0.5\r10\t2\t1\n\n# end')
    expect(graph).toEqual({ nodes: 3, edges: [[1, 2], [2, 0]], ids: ['2', '3', '10'], weights: [0.5, 1] }) // prettier-ignore
    expect(problems.map(({ code, places }) => [code, places])).toEqual([['header', ['line 1']]])
  })

  it('take whole numbers in numerical order, other ids as they come, and declared nodes first', () => {
    expect(readText('2 0\n1 0').graph).toEqual({ nodes: 3, edges: [[2, 0], [1, 0]] }) // prettier-ignore
    expect(readText('z a\na m').graph!.ids).toEqual(['z', 'a', 'm'])
    expect(readText('5\n3\n3 5\n5 4').graph!.ids).toEqual(['5', '3', '4'])
  })

  it('count missing weights as 1 and say so', () => {
    const { graph, problems } = readText('a b 2\nb c')
    expect(graph!.weights).toEqual([2, 1])
    expect(problems[0]).toMatchObject({ code: 'missing-weight', severity: 'warning', places: ['line 2'] })
  })

  it.each([
    ['four columns', 'a b 1 2', 'bad-line'],
    ['a weight that is no number', 'a b heavy', 'bad-weight'],
    ['an infinite weight', 'a b Infinity', 'bad-weight'],
  ])('are stopped by %s', (_, text, code) => {
    expect(readText(text)).toMatchObject({ problems: [{ code, severity: 'stop', places: ['line 1'] }] })
  })

  it('of 5 million edges are imported and counted, and the limit of the drawing is said', () => {
    // A ring in which every node is joined to the next five.
    const nodes = 1_000_000
    const lines: string[] = []
    for (let v = 0; v < nodes; v++) for (let d = 1; d <= 5; d++) lines.push(`${v} ${(v + d) % nodes}`)
    const { graph, problems } = readText(lines.join('\n'))
    expect(graph!.nodes).toBe(nodes)
    expect(graph!.edges).toHaveLength(5_000_000)
    expect(problems).toHaveLength(1)
    expect(problems[0]!.message).toBe(
      'The graph has 5,000,000 edges; tables and statistics use all of them, the drawing shows at most 2,500.',
    )
    const { properties, missing } = describeGraph(graph!)
    expect(properties).toMatchObject({ nodes, edges: 5_000_000 })
    expect(properties.degree_mean).toBeCloseTo(10 / (nodes - 1), 12)
    expect(missing).toContain('1000000 vertices')
  })
})

describe('JSON', () => {
  it.each([
    [
      'nesting over 64 levels',
      `{"nodes":${'['.repeat(70)}${']'.repeat(70)}}`,
      'nested deeper than 64 levels at line 1',
    ],
    ['100,000 levels', '['.repeat(100_000), 'nested deeper than 64 levels'],
    [
      'a key that reaches a prototype',
      '{"nodes":[{"id":1,"__proto__":{"x":1}}],"links":[]}',
      "The key '__proto__' is not allowed",
    ],
    [
      'a constructor',
      '{"constructor":{"prototype":{"x":1}},"nodes":[],"links":[]}',
      "The key 'constructor' is not allowed",
    ],
    ['text that is cut off', '{"nodes":[', 'The file is not JSON'],
    ['something else', '{"a":1}', 'The file is not a node-link graph: nodes'],
    ['no links', '{"nodes":[1]}', 'it has neither "links" nor "edges"'],
    ['a link without target', '{"nodes":[1],"links":[{"source":1}]}', 'links.0.target'],
    ['no nodes', '{"nodes":[],"links":[]}', 'The graph file holds no nodes'],
  ])('is refused for %s', (_, text, message) => {
    // prettier-ignore
    expect(() => readText(text)).toThrow(message)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('does not count brackets inside strings as nesting', () => {
    expect(readText(`{"nodes":["${'['.repeat(100)}\\""],"links":[]}`).graph!.nodes).toBe(1)
  })

  it('may be a plain description, with whatever else stands beside it', () => {
    const plain = { nodes: 3, edges: [[0, 1], [1, 2]], layers: [1, 1, 1], published: { nodes: 3 } } // prettier-ignore
    expect(readText(JSON.stringify(plain)).graph).toEqual({ nodes: 3, edges: [[0, 1], [1, 2]] }) // prettier-ignore
  })

  it('may leave ids out, as D3 files do', () => {
    expect(readText('{"nodes":[{},{}],"links":[{"source":0,"target":1}]}').graph).toEqual({ nodes: 2, edges: [[0, 1]] }) // prettier-ignore
  })
})

describe('Files', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'The graph file is empty (0 bytes).'],
    ['bytes that are not text', Uint8Array.of(0x61, 0xff, 0x62), 'not text in UTF-8'],
  ])('are refused for %s', (_, content, message) => expect(() => readGraph(content)).toThrow(message))

  it('are told apart by their first character', () => {
    expect(['  <?xml', '\n{', '0 1'].map(detectFormat)).toEqual(['graphml', 'node-link', 'edge-list'])
    expect(() => readText('0 1', { format: 'graphml' })).toThrow('not a GraphML file')
  })

  it('over the limit are refused before they are decoded', () => {
    const huge = { length: GRAPH_LIMITS.fileBytes + 1 } as Uint8Array
    expect(() => readGraph(huge)).toThrow('can be read, take a part of it')
  })
})

describe('Exports', () => {
  const named: GraphDescription = {
    nodes: 3,
    edges: [[0, 2], [1, 2]], // prettier-ignore
    ids: ['<img src=x>', 'b', '"quoted" & more'],
    labels: ['one\ntwo', '=1+1', '</node>'],
    weights: [0.1, -3e-7],
  }

  it.each(GRAPH_FORMATS)('read back as the same graph: %s', (format) => {
    const graph = format === 'edge-list' ? { ...named, ids: ['c', 'a', 'b'], labels: undefined } : named
    const { labels, ...rest } = graph
    const given: GraphDescription = labels === undefined ? rest : { ...rest, labels }
    expect(readText(writeGraph(given, format)).graph).toEqual(given)
  })

  it.each(GRAPH_FORMATS)(
    'read back as the same graph without names, also with isolated vertices: %s',
    (format) => {
      for (const graph of [
        generateGraph({ kind: 'watts-strogatz', nodes: 20 }, 1),
        { nodes: 4, edges: [] },
      ]) {
        expect(readText(writeGraph(graph, format)).graph).toEqual(graph)
      }
    },
  )

  it.each(['graphml', 'node-link'] as const)('read back any names: %s', (format) => {
    const name = fc
      .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
      .filter((s) => !/[\u0000-\u001f\u007f\ufffe\uffff]/.test(s)) // eslint-disable-line no-control-regex
    const graphs = fc
      .uniqueArray(name, { minLength: 2, maxLength: 6 })
      .map((ids): GraphDescription => ({ nodes: ids.length, edges: [[0, ids.length - 1]], ids, labels: ids }))
    fc.assert(
      fc.property(graphs, (graph) => {
        const read = readText(writeGraph(graph, format)).graph!
        expect(read.labels).toEqual(graph.labels)
        expect(read.ids ?? read.labels!.map((_, v) => String(v))).toEqual(graph.ids)
      }),
      { numRuns: 200, seed: 4 },
    )
  })

  it('write vertex numbers into edge lists where ids hold separators', () => {
    const text = writeGraph(named, 'edge-list')
    expect(text.split('\n')[0]).toContain('written as numbers')
    expect(readText(text).graph).toEqual({ nodes: 3, edges: named.edges, weights: named.weights })
  })

  it('carry numbers per vertex and edge into GraphML and GEXF, with every text escaped', () => {
    const attributes = { vertex: { 'layer <x>': [0, 0, 1] }, edge: { betweenness: [0.5, 0.25] } }
    const graphml = writeGraph(named, 'graphml', attributes)
    expect(graphml).toContain('attr.name="layer &lt;x&gt;"')
    expect(graphml).toContain('<data key="e1">0.25</data>')
    const gexf = writeGraph(named, 'gexf', attributes)
    expect(gexf).toContain('<attvalue for="v0" value="1"/>')
    expect(gexf).toContain('label="&lt;/node&gt;"')
    expect(gexf).toContain('weight="-3e-7"')
    for (const text of [graphml, gexf]) {
      expect(text).not.toContain('<img')
      expect(() => readText(text, { format: 'graphml' })).not.toThrow('unescaped')
    }
  })

  it('replace characters that XML cannot hold', () => {
    expect(escapeXml('a\u0001b\ud800c\td')).toBe('a\ufffdb\ufffdc&#9;d')
  })

  it('have a file ending for every format', () => {
    expect(Object.keys(GRAPH_EXTENSIONS).toSorted()).toEqual([...GRAPH_EXPORT_FORMATS].toSorted())
  })
})
