import { describe, expect, it } from 'vitest'
import { packImport, unpackImport } from '../../src/main/workbench/packed-graph.ts'
import type { GraphImport } from '../../src/shared/graph.ts'

describe('A graph between two processes', () => {
  const plain: GraphImport = { format: 'edge-list', directed: true, problems: [] }
  const edges = Array.from({ length: 120_001 }, (_, e): [number, number] => [e, e + 1])

  it.each<[string, GraphImport]>([
    ['that was refused', plain],
    ['without names', { ...plain, graph: { nodes: 3, edges: [[0, 1], [2, 1]] } }], // prettier-ignore
    ['without edges', { ...plain, graph: { nodes: 2, edges: [], ids: ['a', 'b'] } }],
    ['of many edges', { ...plain, graph: { nodes: 120_002, edges, weights: edges.map(([a]) => a / 3) } }],
  ])('%s arrives as it was', async (_, found) => {
    expect(await unpackImport(structuredClone(packImport(found)))).toEqual(found)
  })
})
