import { describe, expect, it } from 'vitest'
import { generatorSpec, graphChoices, graphProblemText } from '../../src/main/commands/graph-options.ts'
import { readGraph } from '../../src/main/graph/formats/formats.ts'
import { GRAPH_KINDS } from '../../src/shared/graph.ts'

const read = (text: string, set: string[] = []) =>
  readGraph(new TextEncoder().encode(text), graphChoices(set))

describe('the parameters of a generator', () => {
  it('are those of its kind, with defaults for the rest', () => {
    expect(generatorSpec('watts-strogatz', { nodes: 20, k: 4 })).toEqual({
      kind: 'watts-strogatz',
      nodes: 20,
      k: 4,
      p: 1,
      tries: 10,
    })
    expect(generatorSpec('layered-complete', { layers: [2, 3] })).toEqual({
      kind: 'layered-complete',
      layers: [2, 3],
    })
  })

  it('say what a Barabasi-Albert graph grows from, and leave the usual start out', () => {
    expect(generatorSpec('barabasi-albert', { nodes: 6, start: 'isolated' })).toEqual({
      kind: 'barabasi-albert',
      nodes: 6,
      start: 'isolated',
    })
    expect(generatorSpec('barabasi-albert', { nodes: 6 })).not.toHaveProperty('start')
    expect(() => generatorSpec('watts-strogatz', { nodes: 6, start: 'star' })).toThrow(
      /^watts-strogatz has no --start; it takes --nodes, --k, --p, --tries\.$/,
    )
  })

  it('ask for a graph in one piece unless told otherwise', () => {
    const flags = { nodes: 9, p: 0.1 }
    expect(generatorSpec('erdos-renyi', { ...flags, connected: true })).toMatchObject({ connected: true })
    expect(generatorSpec('erdos-renyi', { ...flags, connected: false })).toMatchObject({ connected: false })
    // The parser of the command line says "connected" to every kind.
    expect(generatorSpec('kleinberg', { side: 3, connected: true })).toMatchObject({ side: 3 })
  })

  it.each([
    ['kleinberg', { nodes: 9 }, /^kleinberg has no --nodes; it takes --side, --p, --q, --r\.$/],
    ['kleinberg', { side: 3, connected: false }, /has no --no-connected/],
    ['erdos-renyi', { nodes: 9 }, /^erdos-renyi cannot be drawn: --p is needed\.$/],
    ['erdos-renyi', { nodes: 9, p: 2 }, /--p: .*<=1/],
    ['kleinberg', { side: 3, p: 0.5 }, /--p: .*int/],
  ] as const)('are refused in one sentence: %s %j', (kind, flags, message) => {
    const wanted = expect.objectContaining({ code: 'bad-request' }) as Error
    expect(() => generatorSpec(kind, flags)).toThrow(message)
    expect(() => generatorSpec(kind, flags)).toThrow(wanted)
  })

  it('are known for every kind', () => {
    for (const kind of GRAPH_KINDS) expect(() => generatorSpec(kind, {})).toThrow(/is needed/)
  })
})

describe('choices about a graph file', () => {
  it('are printed as they are typed', () => {
    const text = 'a b\nb a\nc c\n'
    const { graph, problems } = read(text)
    expect(graph).toBeUndefined()
    const printed = problems.map(graphProblemText).join('\n')
    const set = [...printed.matchAll(/--set (\S+)/g)].map((match) => match[1]!)
    expect(set).toEqual(['parallelEdges=merge', 'selfLoops=drop'])
    expect(read(text, set).graph).toMatchObject({ nodes: 3, edges: [[0, 1]] })
  })

  it.each([
    ['loops=drop', /no option 'loops'; it has format, danglingEdges/],
    ['selfLoops=keep', /cannot be 'keep'; it can be stop, drop/],
    ['constructor=1', /no option 'constructor'/],
    ['selfLoops', /form path=value/],
  ])('are refused: %s', (assignment, message) => {
    expect(() => graphChoices([assignment])).toThrow(message)
  })
})
