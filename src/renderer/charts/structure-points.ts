// The trained graphs of a structure study as points of its charts: one per architecture and graph, the mean of its seeds.
import type { PropertyName } from '../../shared/graph.ts'
import type { Cell } from '../../shared/network.ts'
import type { StructureResult } from '../../shared/results.ts'
import type { FamilyKind } from '../../shared/structure-study.ts'

export interface StructurePoint {
  runId: string // of its first seed
  cell: Cell
  generator: FamilyKind
  graph: string
  rewired: number // 0: the graph itself
  seeds: number
  accuracy: number // 0 to 1
  failed: boolean // no better than chance
  properties: StructureResult['properties']
}

/** Group the runs that are done by graph; several seeds of a graph become one point, so that none counts twice. */
export function structurePoints(rows: readonly StructureResult[], chance: number): StructurePoint[] {
  const groups = Map.groupBy(
    rows.filter(({ accuracy }) => accuracy !== undefined),
    ({ cell, generator, graph, rewired }) => JSON.stringify([cell, generator, graph, rewired]),
  )
  return [...groups.values()].map((group) => {
    const { runId, cell, generator, graph, rewired, properties } = group[0]!
    const accuracy = group.reduce((sum, row) => sum + row.accuracy!, 0) / group.length
    const failed = accuracy <= chance
    return { runId, cell, generator, graph, rewired, seeds: group.length, accuracy, failed, properties }
  })
}

/** Value of a property as a point's x; undefined where it could not be computed. */
export function valueOf({ properties }: StructurePoint, name: PropertyName): number | undefined {
  return properties[name]
}

/** A graph and the mean of its controls, where both are there. */
export interface PairedDifference {
  point: StructurePoint
  controls: number
  difference: number // accuracy of the graph minus the mean of its controls, -1 to 1
}

/** Compare every graph with its own degree-preserving controls. */
export function pairedDifferences(points: readonly StructurePoint[]): PairedDifference[] {
  const key = ({ cell, generator, graph }: StructurePoint) => JSON.stringify([cell, generator, graph])
  const controls = Map.groupBy(
    points.filter(({ rewired }) => rewired > 0),
    key,
  )
  return points.flatMap((point): PairedDifference[] => {
    const own = point.rewired === 0 ? controls.get(key(point)) : undefined
    if (own === undefined) return []
    const mean = own.reduce((sum, { accuracy }) => sum + accuracy, 0) / own.length
    return [{ point, controls: own.length, difference: point.accuracy - mean }]
  })
}
