// The trained graphs of a structure study as points of its charts: one per architecture and graph, the mean of its seeds.
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
  diverged: number // of its seeds, which count as guessing
  failed: boolean // no better than chance
  properties: StructureResult['properties'] // finite ones only
}

/** Accuracies below which a training failed, and that of guessing, which a diverged training counts as. */
export interface ChanceLevels {
  chance: number // 0 to 1
  guess: number
}

/** Score of a run that has ended, as the analysis counts it. */
export function scoreOf({ state, accuracy }: StructureResult, guess: number): number | undefined {
  return state === 'diverged' ? guess : accuracy
}

/** Group the runs that have ended by graph; several seeds of a graph become one point, so that none counts twice. */
export function structurePoints(
  rows: readonly StructureResult[],
  { chance, guess }: ChanceLevels,
): StructurePoint[] {
  const groups = Map.groupBy(
    rows.filter((row) => scoreOf(row, guess) !== undefined),
    ({ cell, generator, graph, rewired }) => JSON.stringify([cell, generator, graph, rewired]),
  )
  return [...groups.values()].map((group) => {
    const { runId, cell, generator, graph, rewired } = group[0]!
    const accuracy = group.reduce((sum, row) => sum + scoreOf(row, guess)!, 0) / group.length
    const diverged = group.filter(({ state }) => state === 'diverged').length
    return {
      ...{ runId, cell, generator, graph, rewired, seeds: group.length, accuracy, diverged },
      failed: accuracy <= chance,
      properties: finiteOnly(group[0]!.properties),
    }
  })
}

/** Paths of a graph in pieces are infinite, which no axis shows and JSON writes as null. */
function finiteOnly(properties: StructureResult['properties']): StructureResult['properties'] {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]: [string, unknown]) => Number.isFinite(value)),
  )
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
