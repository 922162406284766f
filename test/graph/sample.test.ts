import { describe, expect, it } from 'vitest'
import { degreesOf, isConnected } from '../../src/main/graph/adjacency.ts'
import { drawWithEdges, type DrawnFamily } from '../../src/main/graph/edge-budget.ts'
import { kleinberg } from '../../src/main/graph/generators/kleinberg.ts'
import { layeringOf } from '../../src/main/graph/layering.ts'
import { Links } from '../../src/main/graph/links.ts'
import { liveParameters, sampleGraph } from '../../src/main/graph/sample.ts'
import { assertGraph } from '../../src/shared/graph.ts'
import { CELLS } from '../../src/shared/network.ts'
import { randomStream } from '../../src/shared/random.ts'
import { structureSchema, type StructureInput } from '../../src/shared/structure-study.ts'

const KINDS = [
  'barabasi-albert',
  'watts-strogatz',
  'erdos-renyi',
  'random-dag',
  'kleinberg',
  'layered-complete',
] as const
const options = (input: StructureInput) => structureSchema.parse(input)
const all = KINDS.map((kind) => ({ kind, count: 30 }))
const SURROUNDINGS = { vocabulary: 9, classes: 2, padding: 'mask', embedding: 6 } as const

describe('the graphs of a structure study', () => {
  it('are simple, within the range of sizes, and the same whenever they are asked for', () => {
    const structure = options({ families: all, nodes: { min: 12, max: 30 } })
    KINDS.forEach((kind, family) => {
      for (let index = 0; index < 10; index++) {
        const { name, graph } = sampleGraph(structure, { family, index })
        expect(name).toBe(`${kind} ${index}`)
        expect(assertGraph(graph)).toEqual(graph)
        expect(isConnected(graph)).toBe(true)
        expect(graph.nodes).toBeGreaterThanOrEqual(kind === 'kleinberg' ? 9 : 12) // a grid of 3 x 3 is nearest to 12
        expect(graph.nodes).toBeLessThanOrEqual(30)
        expect(sampleGraph(structure, { family, index }).graph).toEqual(graph)
      }
    })
  })

  it('do not change when another generator joins the study, and differ between numbers, seeds and families', () => {
    const alone = options({ families: [{ kind: 'watts-strogatz' }] })
    const beside = options({
      families: [{ kind: 'kleinberg' }, { kind: 'watts-strogatz' }, { kind: 'watts-strogatz' }],
    })
    const graph = (structure: typeof alone, family: number, index: number) =>
      sampleGraph(structure, { family, index }).graph
    expect(graph(beside, 1, 4)).toEqual(graph(alone, 0, 4))
    expect(graph(beside, 2, 4)).not.toEqual(graph(alone, 0, 4))
    expect(graph(alone, 0, 5)).not.toEqual(graph(alone, 0, 4))
    expect(graph({ ...alone, graphSeed: 2 }, 0, 4)).not.toEqual(graph(alone, 0, 4))
  })

  it('are shared by the architectures unless each has its own', () => {
    const graphs = (graphsPerCell: 'shared' | 'own') =>
      CELLS.map((cell) =>
        JSON.stringify(sampleGraph(options({ graphsPerCell }), { family: 0, index: 3, cell }).graph),
      )
    expect(new Set(graphs('shared')).size).toBe(1)
    expect(new Set(graphs('own')).size).toBe(CELLS.length)
  })

  it('have sizes uniform in the range', () => {
    const structure = options({
      families: [{ kind: 'barabasi-albert', count: 1000 }],
      nodes: { min: 10, max: 19 },
    })
    const counts = new Array<number>(10).fill(0)
    for (let index = 0; index < 1000; index++) {
      counts[sampleGraph(structure, { family: 0, index }).graph.nodes - 10]!++
    }
    // Chi-squared with 9 degrees of freedom is below 27.9 with probability 0.999; the draw is fixed by its seed.
    expect(counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)).toBeLessThan(27.9)
  })

  it('do not exist beyond the counts', () => {
    expect(() => sampleGraph(options({}), { family: 2, index: 0 })).toThrow(/no graph 0 of generator 2/)
    expect(() => sampleGraph(options({}), { family: 0, index: 20 })).toThrow(/no graph 20/)
  })
})

describe('a budget of edges', () => {
  it.each(KINDS)('is met exactly by %s, in one piece', (kind) => {
    for (const edges of [70, 85, 110]) {
      const structure = options({
        families: [{ kind }],
        nodes: { min: 25, max: 36 },
        budget: { kind: 'edges', edges },
      })
      for (let index = 0; index < 8; index++) {
        const { graph } = sampleGraph(structure, { family: 0, index })
        expect(assertGraph(graph).edges).toHaveLength(edges)
        expect(isConnected(graph)).toBe(true)
      }
    }
  })

  const draw = (family: object, nodes: number, edges: number, seed = 1) =>
    drawWithEdges(
      structureSchema.parse({ families: [family] }).families[0] as DrawnFamily,
      nodes,
      edges,
      randomStream(seed, 'test'),
    )

  it('keeps the shape: layers of a layered graph, grid of a Kleinberg graph, an earlier neighbour in Barabási-Albert', () => {
    for (let seed = 0; seed < 20; seed++) {
      const layered = draw({ kind: 'layered-complete', layers: 4 }, 30, 80, seed)
      const { layers, layerOf } = layeringOf(layered)
      expect(layers).toHaveLength(4)
      expect(layered.edges.every(([a, b]) => Math.abs(layerOf[a]! - layerOf[b]!) === 1)).toBe(true)
      const small = new Links(draw({ kind: 'kleinberg' }, 36, 75, seed))
      const grid = kleinberg({ side: 6, p: 1, q: 0, r: 2 }, randomStream(0))
      expect(grid.edges.every(([a, b]) => small.has(a, b))).toBe(true)
      const scaleFree = new Links(draw({ kind: 'barabasi-albert' }, 30, 60, seed))
      for (let v = 1; v < 30; v++) expect(scaleFree.predecessors(v)).toBeGreaterThan(0)
    }
  })

  it('reaches from a tree to the complete graph where the generator does', () => {
    for (const kind of ['watts-strogatz', 'erdos-renyi', 'random-dag']) {
      for (const nodes of [10, 11]) {
        expect(draw({ kind }, nodes, nodes - 1).edges).toHaveLength(nodes - 1)
        expect(draw({ kind }, nodes, (nodes * (nodes - 1)) / 2).edges).toHaveLength((nodes * (nodes - 1)) / 2)
      }
    }
    expect(draw({ kind: 'barabasi-albert' }, 11, 30).edges).toHaveLength(30)
  })

  it('is refused where it cannot be met, saying what could', () => {
    expect(() => draw({ kind: 'erdos-renyi' }, 20, 18)).toThrow(
      /20 vertices cannot have exactly 18 edges: they have from 19 to 190/,
    )
    expect(() => draw({ kind: 'barabasi-albert' }, 10, 26)).toThrow(/from 9 to 25/)
    expect(() => draw({ kind: 'kleinberg' }, 25, 39)).toThrow(/from 40 to 300/)
    expect(() => draw({ kind: 'layered-complete', layers: 1 }, 10, 12)).toThrow(
      /cannot have exactly 12 edges/,
    )
    expect(() => draw({ kind: 'layered-complete', layers: 11 }, 10, 12)).toThrow(/11 layers/)
    expect(() => draw({ kind: 'barabasi-albert', m: 2 }, 10, 12)).toThrow(/m = 2 is given too/)
  })
})

describe('a budget of parameters', () => {
  it.each(CELLS)('is met within its tolerance by %s', (cell) => {
    const parameters = { 'rnn-tanh': 400, 'rnn-relu': 400, lstm: 1600, gru: 1200 }[cell]
    const budget = { kind: 'parameters', parameters, tolerance: 0.04 } as const
    const structure = options({ families: all.slice(0, 4), budget })
    for (let family = 0; family < 4; family++) {
      for (let index = 0; index < 5; index++) {
        const { graph } = sampleGraph(structure, { family, index, cell }, SURROUNDINGS)
        const found = liveParameters(structure, graph, cell, SURROUNDINGS)
        expect(Math.abs(found - parameters)).toBeLessThanOrEqual(0.04 * parameters)
        expect(sampleGraph(structure, { family, index, cell }, SURROUNDINGS).graph).toEqual(graph)
      }
    }
  })

  it('is refused where no size meets it, naming the nearest', () => {
    const structure = options({ budget: { kind: 'parameters', parameters: 1_000_000 } })
    expect(() => sampleGraph(structure, { family: 0, index: 0, cell: 'gru' }, SURROUNDINGS)).toThrow(
      /No barabasi-albert graph of 10 to 50 vertices gives a GRU network of 1000000 trained values within 5 %; the nearest has \d+/,
    )
  })
})

describe('controls', () => {
  it('have the degrees of their graph, other edges, and differ from each other', () => {
    const structure = options({ rewired: 2 })
    for (const family of [0, 1]) {
      const [graph, first, second] = [0, 1, 2].map((rewired) =>
        sampleGraph(structure, { family, index: 2, rewired }),
      )
      for (const control of [first!, second!]) {
        expect(control.name).toBe(graph!.name)
        expect([...degreesOf(control.graph)]).toEqual([...degreesOf(graph!.graph)])
        expect(isConnected(control.graph)).toBe(true)
        expect(control.graph.edges.map(String).sort()).not.toEqual(graph!.graph.edges.map(String).sort())
      }
      expect(first!.graph).not.toEqual(second!.graph)
    }
  })

  it('are refused for a graph that has none', () => {
    const star = { nodes: 5, edges: [1, 2, 3, 4].map((leaf): [number, number] => [0, leaf]) }
    const structure = options({
      families: [{ kind: 'given', graphs: [{ name: 'star', graph: star }] }],
      rewired: 1,
    })
    expect(sampleGraph(structure, { family: 0, index: 0 })).toEqual({ name: 'star', graph: star })
    expect(() => sampleGraph(structure, { family: 0, index: 0, rewired: 1 })).toThrow(/'star' has no control/)
    const budget = { kind: 'edges', edges: 5 } as const
    expect(() => sampleGraph({ ...structure, budget }, { family: 0, index: 0 })).toThrow(
      /has 4 edges and the budget is 5/,
    )
  })
})

describe('links', () => {
  it('find paths as a search over everything does', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = randomStream(seed, 'links')
      const nodes = 2 + random.integer(12)
      const edges: [number, number][] = []
      for (let a = 0; a < nodes; a++)
        for (let b = a + 1; b < nodes; b++) if (random.float() < 1.5 / nodes) edges.push([a, b])
      const links = new Links({ nodes, edges })
      let joined = true
      for (let v = 1; v < nodes; v++) joined &&= links.joined(0, v)
      expect(joined).toBe(isConnected({ nodes, edges }))
    }
  })
})
