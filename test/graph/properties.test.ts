import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GraphDescription, GraphProperties } from '../../src/shared/graph.ts'
import { assertGraph, PROPERTY_NAMES, SUBSET_PROPERTIES } from '../../src/shared/graph.ts'
import { layeringOf } from '../../src/main/graph/layering.ts'
import { measuresOf } from '../../src/main/graph/measures.ts'
import { describeGraph, graphProperties } from '../../src/main/graph/properties.ts'
import { describeWithShared } from '../support/shared-folder.ts'

interface Measured {
  nodes: number
  edges: [number, number][]
  diameter: number
  density: number
  averageShortestPathLength: number
  eccentricity: number[]
  degree: number[]
  closeness: number[]
  nodesBetweenness: number[]
  edgeBetweenness: number[]
}

const fixture = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '..', 'fixtures', 'graph', 'measures.json'), 'utf8'),
) as Record<string, Measured>

// Sums of at most 50^3 terms of one sign in float64 differ by their order in 1e5 x 1.1e-16 at most.
const TOLERANCE = 1e-10

function relativeError(found: number, wanted: number): number {
  return found === wanted ? 0 : Math.abs(found - wanted) / Math.max(Math.abs(found), Math.abs(wanted))
}

function worst(found: ArrayLike<number>, wanted: number[]): number {
  expect(found).toHaveLength(wanted.length)
  return Math.max(...wanted.map((value, i) => relativeError(found[i]!, value)))
}

describe('Measures', () => {
  it.each(Object.entries(fixture))('equal those of networkx for every vertex and edge: %s', (_, wanted) => {
    const found = measuresOf(wanted)
    for (const name of [
      'eccentricity',
      'degree',
      'closeness',
      'nodesBetweenness',
      'edgeBetweenness',
    ] as const) {
      expect(worst(found[name], wanted[name]), name).toBeLessThan(TOLERANCE)
    }
    expect(relativeError(found.averageShortestPathLength, wanted.averageShortestPathLength)).toBeLessThan(
      TOLERANCE,
    )
    const properties = graphProperties(wanted)
    expect(properties.diameter).toBe(wanted.diameter)
    expect(relativeError(properties.density, wanted.density / 2)).toBeLessThan(TOLERANCE)
  })
})

describe('Properties', () => {
  const pieces: GraphDescription = { nodes: 4, edges: [[0, 1], [2, 3]] } // prettier-ignore

  it('come under the 23 published names in published order', () => {
    const names = Object.keys(graphProperties({ nodes: 3, edges: [[0, 1], [1, 2]] })) // prettier-ignore
    expect(names.toSorted()).toEqual([...PROPERTY_NAMES].toSorted())
    expect(PROPERTY_NAMES).toHaveLength(23)
  })

  it('are those worked out by hand for a path of three vertices', () => {
    const found = graphProperties({ nodes: 3, edges: [[0, 1], [1, 2]] }) // prettier-ignore
    expect(found).toMatchObject({
      layers: 3,
      nodes: 3,
      edges: 2,
      source_nodes: 1,
      sink_nodes: 1,
      diameter: 2,
    })
    expect(found.density).toBeCloseTo(1 / 3, 12)
    expect(found.average_shortest_path_length).toBeCloseTo(4 / 3, 12)
    expect(found.eccentricity_var).toBeCloseTo(1 / 3, 12) // 2 1 2, sample variance
    expect(found.degree_mean).toBeCloseTo(2 / 3, 12)
    expect(found.nodes_betweenness_mean).toBeCloseTo(1 / 3, 12) // the middle lies on the only path
    expect(found.edge_betweenness_mean).toBeCloseTo(2 / 3, 12) // each edge on 2 of 3 paths
  })

  it('refuse a graph in several pieces, saying how many, but still count what exists', () => {
    expect(() => graphProperties(pieces)).toThrow(
      'Path lengths cannot be measured: the graph is in 2 pieces (the largest has 2 of 4 vertices)',
    )
    const { properties, missing } = describeGraph(pieces)
    expect(missing).toContain('2 pieces')
    expect(properties).toMatchObject({ layers: 2, nodes: 4, edges: 2, source_nodes: 2, sink_nodes: 2 })
    expect(properties.density).toBeCloseTo(1 / 6, 12)
    expect(properties).not.toHaveProperty('diameter')
  })

  it('refuse a single vertex and count it', () => {
    expect(() => graphProperties({ nodes: 1, edges: [] })).toThrow('the graph has one vertex')
    expect(describeGraph({ nodes: 1, edges: [] }).properties).toEqual({
      layers: 1,
      nodes: 1,
      edges: 0,
      source_nodes: 1,
      sink_nodes: 1,
    })
  })

  it('leave out shortest paths of a graph that is too large for them', () => {
    const nodes = 5001
    const edges = Array.from({ length: nodes - 1 }, (_, v): [number, number] => [v, v + 1])
    const { properties, missing } = describeGraph({ nodes, edges })
    expect(missing).toContain('5001 vertices')
    expect(properties.layers).toBe(nodes)
  })

  it('have subsets made of known names', () => {
    expect(SUBSET_PROPERTIES['without-nodes-and-edges']).toHaveLength(21)
    expect(SUBSET_PROPERTIES.variances).toEqual([
      'eccentricity_var',
      'degree_var',
      'closeness_var',
      'nodes_betweenness_var',
      'edge_betweenness_var',
    ])
  })
})

describeWithShared('Published graphs', (folder) => {
  const root = path.join(folder, 'thesis', 'structure')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.json'))

  it('are all here', () => expect(files).toHaveLength(24))

  it.each(files)('have the published layers and all 23 published properties to 1e-9: %s', (file) => {
    const published = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as {
      layers: number[]
      published: GraphProperties
    }
    const graph = assertGraph(published)
    expect(layeringOf(graph).layers.map((members) => members.length)).toEqual(published.layers)
    const found = graphProperties(graph)
    const far = PROPERTY_NAMES.filter((name) => relativeError(found[name], published.published[name]) > 1e-9)
    expect(far).toEqual([])
  })
})
