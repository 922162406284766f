import { describe, expect, it } from 'vitest'
import type { Masks } from '../../src/main/engine/engine.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import { graphOfWeights } from '../../src/main/graph/from-weights.ts'
import { generateGraph } from '../../src/main/graph/generators/generate.ts'
import { renumberByLayer } from '../../src/main/graph/layering.ts'
import { networkOf } from '../../src/main/graph/wiring.ts'
import { assertGraph } from '../../src/shared/graph.ts'
import type { Cell } from '../../src/shared/network.ts'
import { stackedNetwork } from '../../src/shared/network.ts'

const stacked = (cell: Cell) =>
  stackedNetwork({ cell, vocabulary: 5, embedding: 3, hidden: 2, layers: 2, classes: 2, padding: 'mask' })

/** Masks of the recurrent weights of both layers and the input weights of the second, from rows of digits. */
function masksOf(parts: Record<string, string>): Masks {
  return new Map(Object.entries(parts).map(([name, digits]) => [name, Uint8Array.from(digits, Number)]))
}

describe('Graph of live weights', () => {
  const network = stacked('rnn-tanh')
  const parameters = initialParameters(network, 1)
  // Rows are units, columns what they read.
  const masks = masksOf({
    'layers.0.cells.0.weight_hh': '1110', // unit 0 reads 0 and 1, unit 1 reads 0
    'layers.1.cells.0.weight_ih': '0100', // unit 0 reads unit 1 of the first layer
    'layers.1.cells.0.weight_hh': '0001', // unit 1 reads itself
  })

  it('joins units by what the masks keep; two directions are one edge, self loops are counted', () => {
    const { graph, kinds, layers, selfLoops } = graphOfWeights(network, parameters, masks)
    expect(graph.edges).toEqual([[0, 1], [1, 2]]) // prettier-ignore
    expect(kinds).toEqual(['h2h', 'i2h'])
    expect(layers).toEqual([2, 2])
    expect(selfLoops).toBe(2)
    expect(graph.labels).toEqual(['layer 1, unit 1', 'layer 1, unit 2', 'layer 2, unit 1', 'layer 2, unit 2'])
    expect(assertGraph(graph)).toEqual(graph)
    const [there, back] = [1, 2].map((i) => parameters.get('layers.0.cells.0.weight_hh')![i]!)
    expect(graph.weights![0]).toBe(Math.abs(there!) > Math.abs(back!) ? there : back)
  })

  it('can be limited to input or recurrent weights', () => {
    expect(graphOfWeights(network, parameters, masks, { parts: ['i2h'] })).toMatchObject({
      graph: { edges: [[1, 2]] },
      selfLoops: 0,
    })
    expect(graphOfWeights(network, parameters, masks, { parts: ['h2h'] }).graph.edges).toEqual([[0, 1]])
  })

  it('is complete for a dense network without masks', () => {
    const { graph, selfLoops } = graphOfWeights(network, parameters, new Map())
    expect(graph.edges).toHaveLength(6)
    expect(selfLoops).toBe(4)
  })

  it('looks at one gate or at any', () => {
    const gru = stacked('gru')
    const values = initialParameters(gru, 2)
    const hidden = masksOf({
      'layers.0.cells.0.weight_hh': '0100' + '0000' + '0000',
      'layers.1.cells.0.weight_hh': '0000' + '0000' + '0010',
      'layers.1.cells.0.weight_ih': '0000' + '1000' + '0000',
    })
    const edges = (gate: string) => graphOfWeights(gru, values, hidden, { gate }).graph.edges
    expect(edges('any')).toEqual([[0, 1], [0, 2], [2, 3]]) // prettier-ignore
    expect([edges('r'), edges('z'), edges('n')]).toEqual([[[0, 1]], [[0, 2]], [[2, 3]]])
    expect(() => edges('f')).toThrow("The gate 'f' was asked for; gru has r, z, n, or any.")
  })

  it.each(['darji-2021', 'lacuna'] as const)(
    'gives back the graph a network was wired from: %s',
    (wiring) => {
      const given = renumberByLayer(generateGraph({ kind: 'watts-strogatz', nodes: 20 }, 5))
      const wired = networkOf(given, {
        wiring,
        gateMask: 'per-gate',
        cell: 'lstm',
        vocabulary: 9,
        classes: 2,
        padding: 'mask',
      })
      const { graph } = graphOfWeights(wired.network, initialParameters(wired.network, 1), wired.masks, {
        parts: ['i2h'],
      })
      const sorted = (edges: [number, number][]) =>
        edges
          .map(([a, b]) => [Math.min(a, b), Math.max(a, b)])
          .toSorted((x, y) => x[0]! - y[0]! || x[1]! - y[1]!)
      expect(sorted(graph.edges)).toEqual(sorted(given.edges))
    },
  )
})
