// Masks and weights of hand-made networks, counted by hand; units cut off, against a search written a second time.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Masks, Parameters } from '../../src/main/engine/engine.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import {
  HEAT_NUMBERS,
  HISTOGRAM_BINS,
  weightInsight,
  type PrunedWeights,
} from '../../src/main/prune/insight.ts'
import { pruneMasks } from '../../src/main/prune/index.ts'
import { CELLS, GATES, stackedNetwork, type Cell, type NetworkDescription } from '../../src/shared/network.ts'
import { branchedNetwork, randomMasks, randomNetwork, tinyNetwork } from '../support/networks.ts'

const network = stackedNetwork({
  ...{ cell: 'rnn-tanh', vocabulary: 3, embedding: 2, hidden: 2, layers: 2, classes: 2, padding: 'mask' },
})

/** Two layers of two units. Pruned weights are 0, as engines leave them. */
function byHand(): PrunedWeights {
  const before: Parameters = initialParameters(network, 1)
  before.set('layers.0.cells.0.weight_ih', Float32Array.of(1, 0.5, 0.25, -0.125))
  const parameters = new Map(before)
  const masks: Masks = new Map([
    ['layers.0.cells.0.weight_ih', Uint8Array.of(1, 0, 0, 0)], // unit 0 reads the first value of the embedding
    ['layers.0.cells.0.weight_hh', Uint8Array.of(0, 0, 0, 1)], // unit 1 reads itself
    ['layers.1.cells.0.weight_ih', Uint8Array.of(0, 1, 0, 0)], // unit 0 reads unit 1 of the layer before
    ['layers.1.cells.0.weight_hh', Uint8Array.of(0, 0, 0, 0)],
  ])
  parameters.set('layers.0.cells.0.weight_ih', Float32Array.of(0.75, 0, 0, 0))
  parameters.set('linear.weight', Float32Array.of(2, 0, -1, 0)) // no class reads unit 1
  return { network, parameters, masks, before }
}

const insightOf = (weights: PrunedWeights) => weightInsight(weights, ['both'])

describe('a pruned network of two layers of two units', () => {
  const { matrices, layers, reduced } = insightOf(byHand())

  it('is counted by matrix', () => {
    expect(matrices.map(({ label, part, layer, live, total }) => [label, part, layer, live, total])).toEqual([
      ['layer 1, input (i2h)', 'i2h', 0, 1, 4],
      ['layer 1, recurrent (h2h)', 'h2h', 0, 1, 4],
      ['layer 2, input (i2h)', 'i2h', 1, 1, 4],
      ['layer 2, recurrent (h2h)', 'h2h', 1, 0, 4],
      ['readout', 'output', 2, 2, 4], // without a mask a weight of 0 does not live
    ])
    expect(matrices.map(({ prunable }) => prunable)).toEqual([true, true, true, true, false])
  })

  it('is drawn weight by weight', () => {
    expect(matrices[0]!.gates).toEqual([
      {
        gate: '',
        live: 1,
        total: 4,
        heat: { rows: 2, columns: 2, live: [1, 0, 0, 0], weight: [0.75, 0, 0, 0] },
      },
    ])
    expect(reduced).toBeNull()
  })

  it('has histograms of what was and of what lives', () => {
    const { histogram, largest } = matrices[0]!
    const { edges, before, after } = histogram
    expect(largest).toBe(1)
    expect(edges).toHaveLength(HISTOGRAM_BINS + 1)
    expect([edges[0], edges[30], edges[60]]).toEqual([-1, 0, 1])
    // 60 bins of 1/30: 1 is in the last, 0.75 in bin 30 + 22, 0.5 in 30 + 15, 0.25 in 30 + 7, -0.125 in 30 - 4.
    const filled = (counts: number[]) => [...counts.entries()].filter(([, count]) => count > 0)
    expect(filled(before!)).toEqual([
      [26, 1],
      [37, 1],
      [45, 1],
      [59, 1],
    ])
    expect(filled(after)).toEqual([[52, 1]])
  })

  it('has units that nothing leads to, that lead nowhere, or both', () => {
    expect(layers).toEqual([
      {
        layer: 0,
        units: 2,
        dead: [
          { unit: 0, why: 'no-output' },
          { unit: 1, why: 'no-input' }, // itself alone does not count
        ],
      },
      {
        layer: 1,
        units: 2,
        dead: [
          { unit: 0, why: 'no-input' }, // it reads a unit that nothing leads to
          { unit: 1, why: 'isolated' },
        ],
      },
    ])
  })
})

describe('a network that was not pruned', () => {
  it.each(CELLS)('has all weights, all gates and no dead unit: %s', (cell) => {
    const tiny = tinyNetwork(cell)
    const weights = { network: tiny, parameters: initialParameters(tiny, 1), masks: new Map() }
    const { matrices, layers } = weightInsight(weights, [])
    for (const { live, total, rows, columns, gates, histogram, part, prunable } of matrices) {
      expect([live, total]).toEqual([rows * columns, rows * columns])
      const names = GATES[cell].length === 1 || part === 'output' ? [''] : GATES[cell]
      expect(gates.map(({ gate }) => gate)).toEqual(names)
      expect(gates.reduce((sum, gate) => sum + gate.live, 0)).toBe(live)
      expect(histogram.before).toBeNull()
      expect(histogram.after.reduce((a, b) => a + b, 0)).toBe(total)
      expect(prunable).toBe(false)
    }
    expect(layers.flatMap(({ dead }) => dead)).toEqual([])
  })
})

describe('gates', () => {
  it('are the row blocks of the matrix', () => {
    const tiny = tinyNetwork('lstm')
    const mask = new Uint8Array(16 * 4).fill(1)
    mask.fill(0, 2 * 16, 3 * 16) // gate g
    mask[3 * 16 + 5] = 0 // one weight of o
    const masks = new Map([['layers.1.cells.0.weight_hh', mask]])
    const { matrices } = weightInsight({ network: tiny, parameters: initialParameters(tiny, 1), masks }, [
      'h2h',
    ])
    const matrix = matrices.find(({ name }) => name === 'layers.1.cells.0.weight_hh')!
    expect(matrix.gates.map(({ gate, live, total }) => [gate, live, total])).toEqual([
      ['i', 16, 16],
      ['f', 16, 16],
      ['g', 0, 16],
      ['o', 15, 16],
    ])
    expect(matrices.filter(({ prunable }) => prunable).map(({ part }) => part)).toEqual(['h2h', 'h2h'])
  })
})

describe('a random structure', () => {
  it('counts what it never had neither as kept nor as pruned', () => {
    const structure = new Map([['layers.0.cells.0.weight_ih', Uint8Array.of(1, 0, 1, 0)]])
    const { before: _, ...weights } = byHand()
    const { matrices } = insightOf({ ...weights, structure, masks: structure })
    const [first] = matrices
    expect([first!.live, first!.total]).toEqual([2, 2])
    expect(first!.gates[0]!.heat.live).toEqual([1, -1, 1, -1])
    expect(first!.histogram.after.reduce((a, b) => a + b, 0)).toBe(2)
  })
})

describe('a large network', () => {
  it('is drawn in blocks: share kept and mean of what is kept', () => {
    const large = stackedNetwork({
      ...{
        cell: 'rnn-tanh',
        vocabulary: 3,
        embedding: 2,
        hidden: 128,
        layers: 1,
        classes: 2,
        padding: 'mask',
      },
    })
    const name = 'layers.0.cells.0.weight_hh'
    const parameters: Parameters = initialParameters(large, 1)
    const values = Float32Array.from({ length: 128 * 128 }, (_, at) => at % 128)
    const mask = new Uint8Array(128 * 128).fill(1)
    mask.fill(0, 0, 128) // the first row
    parameters.set(name, values)
    const { matrices, reduced } = weightInsight(
      { network: large, parameters, masks: new Map([[name, mask]]) },
      [],
    )
    const { heat } = matrices.find((matrix) => matrix.name === name)!.gates[0]!
    expect([heat.rows, heat.columns]).toEqual([64, 64])
    // A block is two by two: columns 2c and 2c + 1, in the first rows one of two rows.
    expect(heat.live.slice(0, 64)).toEqual(new Array(64).fill(0.5))
    expect(heat.live.slice(64)).toEqual(new Array(63 * 64).fill(1))
    expect(heat.weight.slice(0, 3)).toEqual([0.5, 2.5, 4.5])
    expect(reduced).toMatch(/^3 matrices are too large .* at most 64 x 64 blocks per gate/)
  })

  it('of many layers is drawn in coarser blocks, so that the answer stays small', () => {
    const deep = stackedNetwork({
      ...{ cell: 'lstm', vocabulary: 3, embedding: 70, hidden: 70, layers: 16, classes: 2, padding: 'mask' },
    })
    const { matrices, reduced } = weightInsight(
      { network: deep, parameters: initialParameters(deep, 1), masks: new Map() },
      [],
    )
    const numbers = matrices
      .flatMap(({ gates }) => gates)
      .reduce((sum, { heat }) => sum + 2 * heat.live.length, 0)
    expect(numbers).toBeLessThanOrEqual(HEAT_NUMBERS)
    expect(reduced).toMatch(/at most 32 x 32 blocks/)
  })

  it('with a weight that is not finite still has a histogram of the others', () => {
    const { parameters, ...rest } = byHand()
    parameters.set('linear.weight', Float32Array.of(Infinity, NaN, 1, 0))
    const readout = insightOf({ ...rest, parameters }).matrices.at(-1)!
    expect(readout.largest).toBe(1)
    expect(readout.histogram.after.reduce((a, b) => a + b, 0)).toBe(1)
    expect(JSON.parse(JSON.stringify(readout))).toEqual(readout)
  })
})

/** The same question as a search through a list of named nodes: outputs of layers, and states of cells. */
function searched({ network: net, masks }: PrunedWeights): string[] {
  const edges: [string, string][] = []
  const isLive = (name: string, at: number) => masks.get(name)?.[at] !== 0
  const columns = (sources: readonly (number | 'embedding')[]) =>
    sources.flatMap((from) =>
      from === 'embedding'
        ? new Array<string>(net.embedding).fill('in')
        : Array.from({ length: net.layers[from]!.size }, (_, unit) => `out ${from} ${unit}`),
    )
  const gates = GATES[net.cell].length
  net.layers.forEach(({ size, cells }, l) =>
    cells.forEach(({ sources }, k) => {
      const state = (unit: number) => `state ${l} ${k} ${unit}`
      const add = (part: string, from: readonly string[]) => {
        for (let row = 0; row < gates * size; row++)
          from.forEach((source, column) => {
            if (isLive(`layers.${l}.cells.${k}.${part}`, row * from.length + column))
              edges.push([source, state(row % size)])
          })
      }
      add('weight_ih', columns(sources))
      add(
        'weight_hh',
        Array.from({ length: size }, (_, unit) => state(unit)),
      )
      for (let unit = 0; unit < size; unit++) edges.push([state(unit), `out ${l} ${unit}`])
    }),
  )
  columns(net.readout).forEach((from, column, all) => {
    for (let row = 0; row < net.classes; row++)
      if (isLive('linear.weight', row * all.length + column)) edges.push([from, 'classes'])
  })
  const spread = (start: string, [from, to]: [0, 1] | [1, 0]) => {
    const found = new Set([start])
    for (let size = 0; size !== found.size;) {
      size = found.size
      for (const edge of edges) if (found.has(edge[from])) found.add(edge[to])
    }
    return found
  }
  const [reached, useful] = [spread('in', [0, 1]), spread('classes', [1, 0])]
  return net.layers.flatMap(({ size, cells }, l) =>
    Array.from({ length: size }, (_, unit) => {
      const states = cells.map((_, k) => `state ${l} ${k} ${unit}`)
      const [isIn, isOut] = [states.some((s) => reached.has(s)), states.some((s) => useful.has(s))]
      if (isIn && isOut) return ''
      return `${l} ${unit} ${isIn ? 'no-output' : isOut ? 'no-input' : 'isolated'}`
    }).filter((line) => line !== ''),
  )
}

describe('units cut off', () => {
  const roles = ['weight_ih', 'weight_hh', 'linear_weight'] as const

  function expectAgreed(net: NetworkDescription, density: number, seed: number): void {
    const masks = randomMasks(net, density, seed, [...roles])
    const weights = { network: net, parameters: initialParameters(net, 1), masks }
    const { layers } = weightInsight(weights, [])
    expect(layers.map(({ units }) => units)).toEqual(net.layers.map(({ size }) => size))
    const found = layers.flatMap(({ layer, dead }) => dead.map(({ unit, why }) => `${layer} ${unit} ${why}`))
    expect(found).toEqual(searched(weights))
  }

  it.each(CELLS)('are those a plain search finds, with skip cells and several readouts: %s', (cell: Cell) => {
    for (const density of [0, 0.05, 0.1, 0.2, 0.4, 1])
      for (let seed = 0; seed < 10; seed++) expectAgreed(branchedNetwork(cell), density, seed)
  })

  it('are those a plain search finds in networks of any topology', () => {
    const cell = fc.constantFrom(...CELLS)
    const seed = fc.integer({ min: 0, max: 1e6 })
    fc.assert(
      fc.property(cell, seed, fc.double({ min: 0, max: 0.6, noNaN: true }), (kind, n, density) =>
        expectAgreed(randomNetwork(kind, 'mask', n), density, n),
      ),
      { numRuns: 100 },
    )
  })

  it('are all of them when everything is pruned', () => {
    const net = tinyNetwork('gru')
    const parameters = initialParameters(net, 1)
    const spec = { target: 'both', percent: 100, scope: 'global', rule: 'exact-count' } as const
    const masks = pruneMasks(net, parameters, { ...spec, criterion: 'magnitude', seed: 1 })
    const { layers } = weightInsight({ network: net, parameters, masks }, ['both'])
    const why = (layer: number) => layers[layer]!.dead.map((one) => one.why)
    expect([why(0), why(1)]).toEqual([new Array(4).fill('isolated'), new Array(4).fill('no-input')])
  })
})
