import { describe, expect, it } from 'vitest'
import type { GraphDescription } from '../../src/shared/graph.ts'
import { assertGraph } from '../../src/shared/graph.ts'
import type { Cell } from '../../src/shared/network.ts'
import { cellParameterName, GATES, parameterShapes } from '../../src/shared/network.ts'
import { assertMasks } from '../../src/main/engine/validate.ts'
import { generateGraph } from '../../src/main/graph/generators/generate.ts'
import { layeringOf, renumberByLayer } from '../../src/main/graph/layering.ts'
import type { WiringOptions } from '../../src/main/graph/wiring.ts'
import { expandGateMask, networkOf } from '../../src/main/graph/wiring.ts'

// Layers by hand: 0 and 1 have no earlier neighbour; 2 follows 0; 3 follows 2; 4 follows 0, 1; 5 follows 3 and 1.
//   layer 0: 0 1   layer 1: 2 4   layer 2: 3   layer 3: 5
// Edges past a layer: 1 -> 5 (layer 0 -> 3). 4 and 5 feed nothing.
const graph: GraphDescription = {
  nodes: 6,
  edges: [
    [2, 0], // written backwards on purpose: the earlier vertex is the source
    [0, 4],
    [1, 4],
    [2, 3],
    [3, 5],
    [1, 5],
  ],
}

const base: WiringOptions = {
  wiring: 'darji-2021',
  gateMask: 'per-gate',
  cell: 'rnn-tanh',
  vocabulary: 10,
  classes: 2,
  padding: 'process',
}

/** Mask as rows of digits. */
function rows(mask: Uint8Array | undefined, width: number): string[] {
  return [...(mask ?? [])].join('').match(new RegExp(`.{${width}}`, 'g')) ?? []
}

describe('Layering', () => {
  it('puts a vertex one layer after its last predecessor, in ascending order inside a layer', () => {
    const { layerOf, rowOf, layers } = layeringOf(graph)
    expect(layers).toEqual([[0, 1], [2, 4], [3], [5]])
    expect([...layerOf]).toEqual([0, 0, 1, 2, 1, 3])
    expect([...rowOf]).toEqual([0, 1, 0, 0, 1, 0])
  })

  it.each<[string, GraphDescription, number[][]]>([
    ['one vertex', { nodes: 1, edges: [] }, [[0]]],
    ['no edges', { nodes: 3, edges: [] }, [[0, 1, 2]]],
    ['a path', { nodes: 3, edges: [[0, 1], [1, 2]] }, [[0], [1], [2]]], // prettier-ignore
    ['a triangle', { nodes: 3, edges: [[0, 2], [0, 1], [1, 2]] }, [[0], [1], [2]]], // prettier-ignore
    ['a star from the last vertex', { nodes: 4, edges: [[3, 0], [3, 1], [3, 2]] }, [[0, 1, 2], [3]]], // prettier-ignore
  ])('gives the layers worked out by hand for %s', (_, given, layers) => {
    expect(layeringOf(given).layers).toEqual(layers)
  })

  it('survives renumbering by layer, and names and weights move along', () => {
    const named = { ...graph, ids: ['a', 'b', 'c', 'd', 'e', 'f'], weights: [1, 2, 3, 4, 5, 6] }
    const renumbered = renumberByLayer(named)
    expect(layeringOf(renumbered).layers).toEqual([[0, 1], [2, 3], [4], [5]])
    expect(renumbered.ids).toEqual(['a', 'b', 'c', 'e', 'd', 'f'])
    expect(renumbered.edges).toEqual([[0, 2], [0, 3], [1, 3], [2, 4], [4, 5], [1, 5]]) // prettier-ignore
    expect(renumbered.weights).toEqual(named.weights)
    expect(assertGraph(renumbered)).toEqual(renumbered)
  })
})

describe('Gate masks', () => {
  const mask = Uint8Array.of(1, 0, 0, 1, 1, 1) // [3, 2]: rows 10 01 11

  it.each<[Cell, 'per-gate' | 'row-repeat', string[]]>([
    ['rnn-tanh', 'per-gate', ['10', '01', '11']],
    ['rnn-tanh', 'row-repeat', ['10', '01', '11']],
    ['gru', 'per-gate', ['10', '01', '11', '10', '01', '11', '10', '01', '11']],
    ['gru', 'row-repeat', ['10', '10', '10', '01', '01', '01', '11', '11', '11']],
    ['lstm', 'row-repeat', ['10', '10', '10', '10', '01', '01', '01', '01', '11', '11', '11', '11']],
  ])('of %s are spread %s', (cell, gateMask, expected) => {
    expect(rows(expandGateMask(mask, 3, GATES[cell].length, gateMask), 2)).toEqual(expected)
  })
})

describe('Wiring darji-2021', () => {
  const { network, masks, layers, skips } = networkOf(graph, base)

  it('feeds each layer by the one before and every further source layer by a skip cell', () => {
    expect(network).toEqual({
      cell: 'rnn-tanh',
      vocabulary: 10,
      embedding: 2, // size of layer 0
      layers: [
        { size: 2, cells: [{ sources: ['embedding'] }] },
        { size: 2, cells: [{ sources: [0] }] },
        { size: 1, cells: [{ sources: [1] }] },
        { size: 1, cells: [{ sources: [2] }, { sources: [0] }] },
      ],
      readout: [3],
      classes: 2,
      padding: 'process',
    })
    expect(skips).toEqual([[0, 3]])
    expect(layers).toEqual([[0, 1], [2, 4], [3], [5]])
  })

  it('masks input weights by the edges and leaves the first layer and all recurrent weights dense', () => {
    expect([...masks.keys()]).toEqual(
      [[1, 0], [2, 0], [3, 0], [3, 1]].map(([l, c]) => cellParameterName(l!, c!, 'weight_ih')), // prettier-ignore
    )
    expect(rows(masks.get('layers.1.cells.0.weight_ih'), 2)).toEqual(['10', '11']) // 2 reads 0; 4 reads 0 and 1
    expect(rows(masks.get('layers.2.cells.0.weight_ih'), 2)).toEqual(['10']) // 3 reads 2
    expect(rows(masks.get('layers.3.cells.0.weight_ih'), 1)).toEqual(['1']) // 5 reads 3
    expect(rows(masks.get('layers.3.cells.1.weight_ih'), 2)).toEqual(['01']) // 5 reads 1
  })

  it('numbers skip cells by target layer, then source layer', () => {
    const complete = { nodes: 5, edges: [0, 1, 2, 3].flatMap((a) => [1, 2, 3, 4].filter((b) => b > a).map((b): [number, number] => [a, b])) } // prettier-ignore
    const wired = networkOf(complete, base)
    expect(wired.skips).toEqual([
      [0, 2],
      [0, 3],
      [1, 3],
      [0, 4],
      [1, 4],
      [2, 4],
    ])
    expect(wired.network.layers[4]!.cells).toEqual([3, 0, 1, 2].map((from) => ({ sources: [from] })))
  })

  it('scrambles the masks of the gates when rows are repeated', () => {
    const gru = networkOf(graph, { ...base, cell: 'gru', gateMask: 'row-repeat' })
    expect(rows(gru.masks.get('layers.1.cells.0.weight_ih'), 2)).toEqual(['10', '10', '10', '11', '11', '11'])
    const right = networkOf(graph, { ...base, cell: 'gru' })
    expect(rows(right.masks.get('layers.1.cells.0.weight_ih'), 2)).toEqual([
      '10',
      '11',
      '10',
      '11',
      '10',
      '11',
    ])
  })

  it('is the plain stacked network for a layered complete graph', () => {
    const wired = networkOf(generateGraph({ kind: 'layered-complete', layers: [3, 4, 2] }, 0), base)
    expect(wired.skips).toEqual([])
    expect(wired.network.layers.map(({ size }) => size)).toEqual([3, 4, 2])
    expect([...wired.masks.values()].every((mask) => mask.every((keep) => keep === 1))).toBe(true)
  })

  it('is one dense layer for a graph without edges', () => {
    const wired = networkOf({ nodes: 3, edges: [] }, base)
    expect(wired.network).toMatchObject({ embedding: 3, readout: [0], layers: [{ size: 3 }] })
    expect(wired.masks.size).toBe(0)
  })
})

describe('Wiring lacuna', () => {
  const options: WiringOptions = { ...base, wiring: 'lacuna', embedding: 7 }
  const { network, masks, skips } = networkOf(graph, options)

  it('gives each layer one cell reading all its source layers and reads every sink', () => {
    expect(network.embedding).toBe(7)
    expect(network.layers).toEqual([
      { size: 2, cells: [{ sources: ['embedding'] }] },
      { size: 2, cells: [{ sources: [0] }] },
      { size: 1, cells: [{ sources: [1] }] },
      { size: 1, cells: [{ sources: [0, 2] }] },
    ])
    expect(network.readout).toEqual([1, 3]) // vertices 4 and 5 feed nothing
    expect(skips).toEqual([])
  })

  it('masks inputs by the edges and the readout by the sinks', () => {
    expect(rows(masks.get('layers.1.cells.0.weight_ih'), 2)).toEqual(['10', '11'])
    expect(rows(masks.get('layers.3.cells.0.weight_ih'), 3)).toEqual(['011']) // 1 of layer 0, 3 of layer 2
    expect(rows(masks.get('linear.weight'), 3)).toEqual(['011', '011']) // columns 2 4 5
    expect(masks.has('layers.1.cells.0.weight_hh')).toBe(false)
  })

  it('keeps only self loops of the recurrent weights on request, per gate', () => {
    const lstm = networkOf(graph, { ...options, cell: 'lstm', h2h: 'self' })
    const mask = lstm.masks.get('layers.0.cells.0.weight_hh')
    expect(rows(mask, 2)).toEqual(['10', '01', '10', '01', '10', '01', '10', '01'])
  })

  it('has an embedding of 50 unless told otherwise', () => {
    expect(networkOf(graph, { ...base, wiring: 'lacuna' }).network.embedding).toBe(50)
  })
})

describe('Both wirings', () => {
  it.each(['darji-2021', 'lacuna'] as const)(
    'keep one weight per edge and gate in random graphs: %s',
    (wiring) => {
      for (const cell of ['rnn-relu', 'gru', 'lstm'] as const) {
        for (let index = 0; index < 5; index++) {
          const drawn = generateGraph({ kind: 'barabasi-albert', nodes: 25 }, 3, index)
          for (const gateMask of ['per-gate', 'row-repeat'] as const) {
            const wired = networkOf(drawn, { ...base, wiring, gateMask, cell })
            assertMasks(wired.network, wired.masks)
            const kept = parameterShapes(wired.network)
              .filter(({ role, layer }) => role === 'weight_ih' && layer! > 0)
              .reduce((sum, { name }) => sum + wired.masks.get(name)!.reduce((a, b) => a + b, 0), 0)
            expect(kept).toBe(drawn.edges.length * GATES[cell].length)
          }
        }
      }
    },
  )

  it('refuse a graph with more layers than a network can have', () => {
    const edges = Array.from({ length: 1025 }, (_, v): [number, number] => [v, v + 1])
    expect(() => networkOf({ nodes: 1026, edges }, base)).toThrow('Network description')
  })
})

describe('Graph descriptions', () => {
  it.each<[string, unknown, string]>([
    ['no vertices', { nodes: 0, edges: [] }, 'nodes'],
    [
      'an edge to nowhere',
      { nodes: 2, edges: [[0, 2]] },
      'Edge 0 joins 0 and 2, but the vertices are 0 to 1.',
    ],
    ['a self loop', { nodes: 2, edges: [[0, 1], [1, 1]] }, 'Edge 1 joins 1 and 1; an edge joins two different'], // prettier-ignore
    ['a pair joined twice', { nodes: 2, edges: [[0, 1], [1, 0]] }, 'Edge 1 joins 1 and 0, which an earlier edge'], // prettier-ignore
    ['too few ids', { nodes: 2, edges: [], ids: ['a'] }, 'The graph has 1 ids; expected 2.'],
    ['equal ids', { nodes: 2, edges: [], ids: ['a', 'a'] }, 'Two vertices have the same id'],
    [
      'too many weights',
      { nodes: 2, edges: [[0, 1]], weights: [1, 2] },
      'The graph has 2 weights; expected 1.',
    ],
  ])('are refused with %s', (_, value, message) => {
    expect(() => assertGraph(value)).toThrow(message)
  })
})
