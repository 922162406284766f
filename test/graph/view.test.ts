// Networks as drawings, against tables written by hand and against the library that measures graphs.
import { describe, expect, it } from 'vitest'
import type { Masks, Parameters } from '../../src/main/engine/engine.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import { graphOfWeights } from '../../src/main/graph/from-weights.ts'
import { generateGraph } from '../../src/main/graph/generators/generate.ts'
import { measuresOf } from '../../src/main/graph/measures.ts'
import { graphProperties } from '../../src/main/graph/properties.ts'
import { unitIds, type NetworkWeights } from '../../src/main/graph/view-blocks.ts'
import { exportLiveGraph } from '../../src/main/graph/view-export.ts'
import { measurePaths } from '../../src/main/graph/view-paths.ts'
import { fairShares } from '../../src/main/graph/view-select.ts'
import { drawNetwork, type DrawOptions } from '../../src/main/graph/view.ts'
import { readGraph } from '../../src/main/graph/formats/formats.ts'
import { networkOf } from '../../src/main/graph/wiring.ts'
import { pruneMasks } from '../../src/main/prune/index.ts'
import {
  assertNetwork,
  stackedNetwork,
  type Cell,
  type NetworkDescription,
} from '../../src/shared/network.ts'
import { CONNECTION_KINDS, type ConnectionCount } from '../../src/shared/structure-view.ts'
import { randomMasks, randomNetwork } from '../support/networks.ts'

const NAMES = ['no', 'yes']
const draw = (weights: NetworkWeights, options: Partial<DrawOptions> = {}) =>
  drawNetwork(weights, { gate: 'any', classes: NAMES, ...options })

/** One input, layers of 2, 1 and 1 units; the last also reads the first layer; two classes. */
const small: NetworkDescription = assertNetwork({
  cell: 'rnn-tanh',
  vocabulary: 3,
  embedding: 1,
  layers: [
    { size: 2, cells: [{ sources: ['embedding'] }] },
    { size: 1, cells: [{ sources: [0] }] },
    { size: 1, cells: [{ sources: [1, 0] }] },
  ],
  readout: [2],
  classes: 2,
  padding: 'mask',
})

/** Units: 0 the input; 1, 2 the first layer; 3; 4; 5, 6 the classes. Rows read columns. */
const VALUES: Record<string, number[]> = {
  'layers.0.cells.0.weight_ih': [0.5, -0.25], // 0>1, 0>2
  'layers.0.cells.0.weight_hh': [0.9, -0.8, 0.7, 0.1], // 1>1, 2>1, 1>2, 2>2
  'layers.1.cells.0.weight_ih': [0.3, 0.4], // 1>3, 2>3
  'layers.1.cells.0.weight_hh': [-0.6],
  'layers.2.cells.0.weight_ih': [0.2, -1, 0.05], // 3>4, 1>4, 2>4
  'layers.2.cells.0.weight_hh': [0],
  'linear.weight': [2, -3], // 4>5, 4>6
}

function weightsOf(values: Record<string, number[]>): Parameters {
  const parameters: Parameters = initialParameters(small, 1)
  for (const [name, list] of Object.entries(values)) parameters.set(name, Float64Array.from(list))
  return parameters
}

const masksOf = (digits: Record<string, string>): Masks =>
  new Map(Object.entries(digits).map(([name, row]) => [name, Uint8Array.from(row, Number)]))

const short = (view: ReturnType<typeof draw>) =>
  view.connections.map(
    ({ kind, source, target, weight, live }) =>
      `${kind} ${source}>${target} ${weight}${live ? '' : ' ghost'}`,
  )

describe('The drawing of a small network', () => {
  const weights = { network: small, parameters: weightsOf(VALUES), masks: new Map() }

  it('has every connection once, strongest first within its kind', () => {
    const view = draw(weights)
    expect(short(view)).toEqual([
      ...['input 0>1 0.5', 'input 0>2 -0.25'],
      ...['i2h 2>3 0.4', 'i2h 1>3 0.3', 'i2h 3>4 0.2'],
      ...['skip 1>4 -1', 'skip 2>4 0.05'],
      ...['h2h 2>1 -0.8', 'h2h 1>2 0.7'],
      ...['output 4>6 -3', 'output 4>5 2'],
    ])
    expect(view).toMatchObject({ reduced: null, largestWeight: 3, gate: 'any', gates: ['h'], against: null })
    expect(view.layers).toEqual(small.layers)
  })

  it('numbers units layer by layer, with their place, their degrees and their weight to themselves', () => {
    const table = draw(weights).units.map(
      ({ id, role, layer, row, label, incoming, outgoing, selfWeight }) => [
        ...[id, role, layer, row, label, incoming, outgoing, selfWeight ?? null],
      ],
    )
    expect(table).toEqual([
      [0, 'input', -1, 0, 'embedding 1', 0, 2, null],
      [1, 'unit', 0, 0, 'layer 1, unit 1', 2, 3, 0.9],
      [2, 'unit', 0, 1, 'layer 1, unit 2', 2, 3, 0.1],
      [3, 'unit', 1, 0, 'layer 2, unit 1', 2, 1, -0.6],
      [4, 'unit', 2, 0, 'layer 3, unit 1', 3, 2, null], // its weight to itself is 0
      [5, 'output', 3, 0, 'no', 1, 0, null],
      [6, 'output', 3, 1, 'yes', 1, 0, null],
    ])
  })

  it('shows what pruning removed as ghosts of the weights before', () => {
    const masks = masksOf({ 'layers.0.cells.0.weight_hh': '0001', 'layers.2.cells.0.weight_ih': '101' })
    const pruned = weightsOf({ ...VALUES, 'layers.0.cells.0.weight_hh': [0, 0, 0, 0.2] })
    const view = draw({ network: small, parameters: pruned, masks, before: weightsOf(VALUES) })
    expect(short(view).filter((line) => /skip|h2h/.test(line))).toEqual([
      ...['skip 1>4 -1 ghost', 'skip 2>4 0.05'],
      ...['h2h 2>1 -0.8 ghost', 'h2h 1>2 0.7 ghost'],
    ])
    expect(view.units.map(({ selfWeight }) => selfWeight)).toEqual([
      ...[undefined, undefined, 0.2, -0.6, undefined, undefined, undefined],
    ])
    expect(view.counts.slice(1, 4)).toEqual([
      { kind: 'i2h', live: 3, pruned: 0, shownLive: 3, shownPruned: 0 },
      { kind: 'skip', live: 1, pruned: 1, shownLive: 1, shownPruned: 1 },
      { kind: 'h2h', live: 0, pruned: 2, shownLive: 0, shownPruned: 2 },
    ])
    const alone = draw({ network: small, parameters: pruned, masks })
    expect(short(alone)).toContain('h2h 2>1 0 ghost')
  })

  it('takes for pruned what is 0 without a mask, and leaves out what a structure never had', () => {
    const zero = weightsOf({ ...VALUES, 'layers.1.cells.0.weight_ih': [0, 0.4] })
    expect(short(draw({ ...weights, parameters: zero }))).toContain('i2h 1>3 0 ghost')
    const structure = masksOf({ 'layers.1.cells.0.weight_ih': '01' })
    const view = draw({ ...weights, parameters: zero, masks: structure, structure })
    expect(short(view).filter((line) => line.includes('>3'))).toEqual(['i2h 2>3 0.4'])
    expect(view.counts[1]).toMatchObject({ live: 2, pruned: 0 })
  })

  it('against another run says what was kept, removed and has grown again', () => {
    const mine = masksOf({ 'layers.1.cells.0.weight_ih': '10', 'layers.0.cells.0.weight_hh': '0000' })
    const theirs = masksOf({ 'layers.1.cells.0.weight_ih': '01', 'layers.0.cells.0.weight_hh': '0100' })
    const other = weightsOf({ ...VALUES, 'layers.1.cells.0.weight_ih': [0, 0.45] })
    const view = draw(
      { ...weights, masks: mine },
      { against: { network: small, parameters: other, masks: theirs } },
    )
    // 11 connections: 2 inputs, 3 + 2 forward, 2 recurrent, 2 outputs.
    expect(view.against).toEqual({ kept: 7, removed: 2, regrown: 1 })
    const table = view.connections.flatMap(({ source, target, change, weight, live }) =>
      change === 'kept' ? [] : [[source, target, change ?? 'neither', weight, live]],
    )
    expect(table).toEqual([
      [2, 3, 'removed', 0.45, false],
      [1, 3, 'regrown', 0.3, true],
      [2, 1, 'removed', -0.8, false],
      [1, 2, 'neither', 0, false],
    ])
  })

  it('is refused for a gate the cell does not have, and against another shape', () => {
    expect(() => draw(weights, { gate: 'o' })).toThrow("The gate 'o' was asked for; rnn-tanh has h, or any.")
    const wired = {
      ...small,
      layers: [...small.layers.slice(0, 2), { size: 1, cells: [{ sources: [0, 1] }] }],
    }
    const other = { network: wired, parameters: weightsOf(VALUES), masks: new Map() }
    expect(() => draw(weights, { against: other })).toThrow(/but their cells read different layers/)
  })
})

describe('The gates of a drawing', () => {
  const network = stackedNetwork({
    cell: 'gru',
    vocabulary: 3,
    embedding: 1,
    hidden: 2,
    layers: 1,
    classes: 2,
    padding: 'mask',
  })
  const name = 'layers.0.cells.0.weight_hh'
  const parameters: Parameters = initialParameters(network, 1)
  // Gates r, z, n of units 0 and 1, each reading units 0 and 1.
  parameters.set(name, Float64Array.from([1, 2, 3, 4, -5, -6, 7, 8, 9, 10, -11, 12]))
  const masks = masksOf({ [name]: '110101101000' })
  const h2h = (gate: string) => {
    const view = draw({ network, parameters, masks, before: parameters }, { gate })
    const connections = short(view).filter((line) => line.startsWith('h2h'))
    return [connections, view.units.map(({ selfWeight }) => selfWeight).slice(1, 3)]
  }

  it('are shown one by one', () => {
    expect(h2h('r')).toEqual([
      ['h2h 1>2 3 ghost', 'h2h 2>1 2'],
      [1, 4],
    ])
    expect(h2h('z')).toEqual([
      ['h2h 1>2 7', 'h2h 2>1 -6'],
      [undefined, undefined],
    ])
    expect(h2h('n')).toEqual([
      ['h2h 1>2 -11 ghost', 'h2h 2>1 10 ghost'],
      [9, undefined],
    ])
  })

  it('are put together as the live weight of largest magnitude', () => {
    expect(h2h('any')).toEqual([
      ['h2h 1>2 7', 'h2h 2>1 -6'],
      [9, 4],
    ])
  })
})

describe('The counts of a drawing', () => {
  const total = (counts: ConnectionCount[], key: 'live' | 'shownLive') =>
    counts.filter(({ kind }) => kind !== 'output').reduce((sum, count) => sum + count[key], 0)

  it.each<Cell>(['rnn-tanh', 'rnn-relu', 'lstm', 'gru'])('of %s are by gate what pruning kept', (cell) => {
    const network = stackedNetwork({
      cell,
      vocabulary: 9,
      embedding: 6,
      hidden: 7,
      layers: 3,
      classes: 2,
      padding: 'mask',
    })
    const parameters = initialParameters(network, 4)
    const options = {
      scope: 'global',
      rule: 'exact-count',
      criterion: 'magnitude',
      target: 'both',
      percent: 63,
    } as const
    const masks = pruneMasks(network, parameters, { ...options, seed: 1 })
    const kept = [...masks.values()].reduce((sum, mask) => sum + mask.reduce((a, b) => a + b, 0), 0)
    let live = 0
    for (const gate of draw({ network, parameters, masks }).gates) {
      const view = draw({ network, parameters, masks }, { gate })
      live +=
        total(view.counts, 'live') + view.units.filter(({ selfWeight }) => selfWeight !== undefined).length
    }
    expect(live).toBe(kept)
  })

  it('agree with the units and with the connections that are drawn, in networks of any shape', () => {
    for (let seed = 0; seed < 40; seed++) {
      const network = randomNetwork('lstm', 'mask', seed)
      const weights = {
        network,
        parameters: initialParameters(network, seed),
        masks: randomMasks(network, 0.4, seed),
      }
      const view = draw(weights, { limit: 60 })
      const live = view.counts.reduce((sum, count) => sum + count.live, 0)
      expect(view.units.reduce((sum, { incoming }) => sum + incoming, 0)).toBe(live)
      expect(view.units.reduce((sum, { outgoing }) => sum + outgoing, 0)).toBe(live)
      expect(view.connections.length).toBeLessThanOrEqual(60)
      const keys = view.connections.map(
        ({ source, target, cell, kind }) => `${kind} ${source} ${target} ${cell}`,
      )
      expect(new Set(keys).size).toBe(keys.length)
      for (const count of view.counts) {
        const drawn = view.connections.filter(({ kind }) => kind === count.kind)
        expect(drawn.filter((one) => one.live)).toHaveLength(count.shownLive)
        expect(drawn.filter((one) => !one.live)).toHaveLength(count.shownPruned)
      }
      expect(view.units.map(({ id }) => id)).toEqual(view.units.map((_, i) => i))
      expect(view.units).toHaveLength(unitIds(network).count)
      expect(draw(weights, { limit: 60 })).toEqual(view)
    }
  })
})

describe('A drawing that is reduced', () => {
  const network = stackedNetwork({
    cell: 'rnn-tanh',
    vocabulary: 9,
    embedding: 20,
    hidden: 30,
    layers: 3,
    classes: 2,
    padding: 'mask',
  })
  const parameters = initialParameters(network, 2)

  it('holds the strongest of every kind and layer, live before pruned, and says so', () => {
    const view = draw({ network, parameters, masks: new Map() }, { limit: 500 })
    expect(view.connections).toHaveLength(500)
    // A fifth for inputs and outputs, which share it; the rest for five groups: two i2h, three h2h.
    expect(view.counts.map(({ kind, shownLive }) => [kind, shownLive])).toEqual([
      ...[
        ['input', 50],
        ['i2h', 160],
        ['skip', 0],
        ['h2h', 240],
        ['output', 50],
      ],
    ])
    expect(view.reduced).toBe(
      '500 of 5,070 connections are drawn, of every kind and layer the largest in magnitude, live ones before pruned ones; the counts are of all of them.',
    )
    const values = parameters.get('layers.1.cells.0.weight_ih')!
    const strongest = [...values].map(Math.abs).sort((a, b) => b - a)
    const drawn = view.connections.filter(({ kind, target }) => kind === 'i2h' && target < 20 + 60)
    expect(drawn.map(({ weight }) => Math.abs(weight))).toEqual(strongest.slice(0, 80))
  })

  it('fills up with ghosts only what live connections leave', () => {
    const masks = randomMasks(network, 0.05, 3)
    const live = draw({ network, parameters, masks }, { limit: 5000 }).counts
    const inner = (key: 'live' | 'shownLive' | 'shownPruned', counts = live) =>
      counts
        .filter(({ kind }) => kind === 'i2h' || kind === 'h2h')
        .reduce((sum, count) => sum + count[key], 0)
    const { counts } = draw({ network, parameters, masks }, { limit: 500 })
    expect(inner('live')).toBeLessThan(400)
    expect(inner('shownLive', counts)).toBe(inner('live'))
    expect(inner('shownPruned', counts)).toBe(400 - inner('live'))
  })

  it('shows removed connections though the live ones alone would fill it', () => {
    const masks = randomMasks(network, 0.9, 3)
    const against = { network, parameters, masks: new Map() }
    const view = draw({ network, parameters, masks }, { limit: 500, against })
    const removed = view.connections.filter(({ change }) => change === 'removed')
    expect(removed.length).toBeGreaterThan(100)
    expect(view.connections.length).toBe(500)
    expect(view.against!.removed).toBeGreaterThan(removed.length)
    expect(view.reduced).toContain('kept, removed and regrown ones before other pruned ones')
  })

  it('gives nobody more than they can use and nobody less than others', () => {
    expect(fairShares([10, 2, 10], 12)).toEqual([5, 2, 5])
    expect(fairShares([3, 3, 3], 2)).toEqual([1, 1, 0])
    expect(fairShares([1, 1], 10)).toEqual([1, 1])
    expect(fairShares([], 10)).toEqual([])
  })
})

describe('What is measured on a drawing', () => {
  const close = (left: ArrayLike<number>, right: ArrayLike<number>) => {
    expect(left.length).toBe(right.length)
    for (let i = 0; i < left.length; i++) expect(left[i]).toBeCloseTo(right[i]!, 12)
  }

  it('are the paths graphology-metrics finds', () => {
    for (const [n, kind] of [
      [30, 'barabasi-albert'],
      [41, 'watts-strogatz'],
      [25, 'random-dag'],
    ] as const) {
      const graph = generateGraph(
        { kind, nodes: n, ...(kind === 'random-dag' ? { density: 0.3 } : {}) } as never,
        n,
      )
      const [own, library] = [measurePaths(graph), measuresOf(graph)]
      close(own.nodesBetweenness, library.nodesBetweenness)
      close(own.edgeBetweenness, library.edgeBetweenness)
      close(own.eccentricity, library.eccentricity)
      close(own.closeness, library.closeness)
      expect(own.averageShortestPathLength).toBeCloseTo(library.averageShortestPathLength, 12)
    }
  })

  it('is the graph of live weights: properties and the betweenness of every unit', () => {
    const network = stackedNetwork({
      cell: 'gru',
      vocabulary: 9,
      embedding: 4,
      hidden: 6,
      layers: 2,
      classes: 2,
      padding: 'mask',
    })
    const parameters = initialParameters(network, 1)
    const masks = randomMasks(network, 0.15, 2)
    for (const gate of ['any', 'n']) {
      const { graph } = graphOfWeights(network, parameters, masks, { gate })
      const view = draw({ network, parameters, masks }, { gate })
      const measures = measurePaths(graph)
      expect(view.units.slice(4, 16).map(({ betweenness }) => betweenness)).toEqual([
        ...measures.nodesBetweenness,
      ])
      if (view.properties === null)
        expect(view.propertiesNote).toMatch(/^Not measured: the graph is in \d+ pieces/)
      else {
        const library = Object.entries(graphProperties(graph))
        const near = library.map(([name, value]) => [name, expect.closeTo(value, 12)])
        expect(view.properties).toEqual(Object.fromEntries(near))
      }
      expect(view.units[0]!.betweenness).toBeNull()
    }
    expect(draw({ network, parameters, masks }).properties).not.toBeNull()
  })

  it('is left out, and says so, where there are too many units', () => {
    const network = stackedNetwork({
      cell: 'rnn-tanh',
      vocabulary: 3,
      embedding: 1,
      hidden: 600,
      layers: 1,
      classes: 2,
      padding: 'mask',
    })
    const view = draw({ network, parameters: initialParameters(network, 1), masks: new Map() })
    expect(view.properties).toBeNull()
    expect(view.propertiesNote).toMatch(/^Not measured: a graph of 600 units is too large: .* 5,000 vertices/)
    expect(view.units[1]!.betweenness).toBeNull()
  })

  it.each(['darji-2021', 'lacuna'] as const)('is the drawn graph of a structure wired as %s', (wiring) => {
    const graph = generateGraph({ kind: 'watts-strogatz', nodes: 23 }, 5)
    const wired = networkOf(graph, {
      wiring,
      gateMask: 'per-gate',
      cell: 'lstm',
      vocabulary: 9,
      classes: 2,
      padding: 'mask',
    })
    const { network, masks, layers } = wired
    const parameters = initialParameters(network, 1)
    const view = draw({ network, parameters, masks, structure: masks }, { drawn: { graph, layers } })
    expect(view.properties).toEqual(graphProperties(graph, measurePaths(graph)))
    const inner = view.units.filter(({ role }) => role === 'unit')
    const vertexOf = new Map(inner.map(({ id, vertex }) => [id, vertex!]))
    expect([...vertexOf.values()]).toEqual(layers.flat())
    const between = measurePaths(graph).nodesBetweenness
    for (const { vertex, betweenness } of inner) expect(betweenness).toBe(between[vertex!])
    // Every edge of the graph is a connection from the earlier to the later vertex, and there are no others.
    const drawn = view.connections.filter(({ kind }) => kind === 'i2h' || kind === 'skip')
    const edges = drawn.map(({ source, target }) => [vertexOf.get(source)!, vertexOf.get(target)!])
    const sorted = (list: number[][]) => list.map(([a, b]) => a! * 100 + b!).sort((a, b) => a - b)
    expect(sorted(edges)).toEqual(sorted(graph.edges.map(([a, b]) => [Math.min(a, b), Math.max(a, b)])))
    expect(view.counts.every(({ pruned }) => pruned === 0)).toBe(true)
    // Skip connections go into cells of their own in the published wiring.
    const skips = drawn.filter(({ kind }) => kind === 'skip')
    expect(skips.length).toBeGreaterThan(0)
    expect(skips.every(({ cell }) => cell > 0)).toBe(wiring === 'darji-2021')
  })
})

describe('The export of a drawing', () => {
  const weights = { network: small, parameters: weightsOf(VALUES), masks: new Map() }
  const text = (format: 'graphml' | 'gexf' | 'edge-list' | 'node-link') =>
    exportLiveGraph(weights, format, { gate: 'any' })

  it('is read again with the same edges, weights and names', () => {
    for (const format of ['graphml', 'node-link'] as const) {
      const { graph, problems } = readGraph(Buffer.from(text(format)))
      expect(problems).toEqual([])
      expect(graph!.labels).toEqual(
        [1, 2].map((u) => `layer 1, unit ${u}`).concat(['layer 2, unit 1', 'layer 3, unit 1']),
      )
      expect(graph!.edges.map((edge, e) => [...edge, graph!.weights![e]])).toEqual([
        ...[
          [0, 1, -0.8],
          [0, 2, 0.3],
          [0, 3, -1],
          [1, 2, 0.4],
          [1, 3, 0.05],
          [2, 3, 0.2],
        ],
      ])
    }
  })

  it('names the kind of every edge, and layer, unit and betweenness of every vertex', () => {
    const node = JSON.parse(text('node-link')) as {
      nodes: Record<string, unknown>[]
      edges: Record<string, unknown>[]
    }
    expect(node.edges.map(({ kind }) => kind)).toEqual(['h2h', 'i2h', 'skip', 'i2h', 'skip', 'i2h'])
    expect(node.nodes[3]).toEqual({ id: 3, label: 'layer 3, unit 1', layer: 3, unit: 1, betweenness: 0 })
    expect(text('graphml')).toContain('attr.name="kind" attr.type="string"')
    expect(text('gexf')).toMatch(/<attribute id="e0" title="kind" type="string"\/>/)
    expect(
      text('edge-list')
        .split('\n')
        .filter((line) => /^\d/.test(line)),
    ).toHaveLength(6)
  })

  it('is refused where no other program could use it', () => {
    const network = stackedNetwork({
      cell: 'rnn-tanh',
      vocabulary: 3,
      embedding: 1,
      hidden: 1024,
      layers: 1,
      classes: 2,
      padding: 'mask',
    })
    const parameters = initialParameters(network, 1)
    expect(() =>
      exportLiveGraph({ network, parameters, masks: new Map() }, 'graphml', { gate: 'any' }),
    ).toThrow('The network has 1,047,552 live recurrent connections; a file holds up to 1,000,000.')
  })
})

it('lists the kinds of connections in the order of the contract', () => {
  const { counts } = draw({ network: small, parameters: weightsOf(VALUES), masks: new Map() })
  expect(counts.map(({ kind }) => kind)).toEqual([...CONNECTION_KINDS])
})
