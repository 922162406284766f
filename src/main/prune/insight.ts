// What pruning did to the weights of a network: counts, heatmaps and histograms of every matrix, and units that are
// cut off. Pure; knows no run, no store and no screen.
import { HEAT_SIDE, type MatrixInsight, type MatrixPart, type PruningInsight } from '../../shared/insight.ts'
import { GATES, parameterShapes, type NetworkDescription, type ParameterShape } from '../../shared/network.ts'
import type { Target } from '../../shared/study.ts'
import type { Masks, Parameters } from '../engine/engine.ts'
import { exists, gateInsight, isLive, type MatrixWeights } from './insight-gates.ts'
import { cutOffUnits } from './insight-units.ts'
import { targetShapes } from './scope.ts'

/** The weights of one moment. */
export interface PrunedWeights {
  network: NetworkDescription
  parameters: Parameters
  masks: Masks
  structure?: Masks | undefined // connections a random structure does not have: they are not pruned, they never were
  before?: Parameters | undefined // of the run it was pruned from
}

/** The part of an insight that follows from the weights alone. */
export type WeightInsight = Pick<PruningInsight, 'matrices' | 'layers' | 'reduced'>

/** Bins of a histogram; even, so that 0 is an edge and the signs stay apart. */
export const HISTOGRAM_BINS = 60

/** Numbers all heatmaps of one answer hold at most; of larger networks the blocks become coarser. */
export const HEAT_NUMBERS = 1_000_000

const PARTS: Partial<Record<ParameterShape['role'], MatrixPart>> = {
  weight_ih: 'i2h',
  weight_hh: 'h2h',
  linear_weight: 'output',
}

interface Place {
  shape: ParameterShape
  part: MatrixPart
  gates: readonly string[] // '' alone where the matrix has none
  rows: number // of one gate
  columns: number
}

function places(network: NetworkDescription): Place[] {
  return parameterShapes(network).flatMap((shape) => {
    const part = PARTS[shape.role]
    if (part === undefined) return []
    const own = part === 'output' ? [''] : GATES[network.cell]
    const [rows, columns] = [shape.shape[0]! / own.length, shape.shape[1]!]
    return [{ shape, part, gates: own.length === 1 ? [''] : own, rows, columns }]
  })
}

/** Largest side, a power of two, with which the heatmaps of all gates stay below HEAT_NUMBERS. */
function heatSide(all: readonly Place[]): number {
  const numbers = (side: number) =>
    all.reduce(
      (sum, { gates, rows, columns }) =>
        sum + 2 * gates.length * Math.min(rows, side) * Math.min(columns, side),
      0,
    )
  let side = HEAT_SIDE
  while (side > 1 && numbers(side) > HEAT_NUMBERS) side /= 2
  return side
}

function labelOf({ shape: { layer = 0, cell = 0 }, part }: Place): string {
  if (part === 'output') return 'readout'
  const where = cell === 0 ? `layer ${layer + 1}` : `layer ${layer + 1}, skip cell ${cell}`
  return `${where}, ${part === 'i2h' ? 'input (i2h)' : 'recurrent (h2h)'}`
}

/** Largest finite magnitude before, and of what lives after. */
function largestOf(matrix: MatrixWeights): number {
  const { values, before } = matrix
  let largest = 0
  for (let at = 0; at < values.length; at++) {
    if (!exists(matrix, at)) continue
    const after = isLive(matrix, at) ? Math.abs(values[at]!) : 0
    if (after > largest && after < Infinity) largest = after
    const old = before === undefined ? 0 : Math.abs(before[at]!)
    if (old > largest && old < Infinity) largest = old
  }
  return largest
}

function histogram(matrix: MatrixWeights, largest: number): MatrixInsight['histogram'] {
  const { values, before } = matrix
  const end = largest === 0 ? 1 : largest
  const after = new Array<number>(HISTOGRAM_BINS).fill(0)
  const old = new Array<number>(HISTOGRAM_BINS).fill(0)
  const add = (counts: number[], value: number) => {
    if (!Number.isFinite(value)) return
    const bin = Math.floor(((value / end + 1) / 2) * HISTOGRAM_BINS)
    counts[Math.min(HISTOGRAM_BINS - 1, bin)]!++
  }
  for (let at = 0; at < values.length; at++) {
    if (!exists(matrix, at)) continue
    if (isLive(matrix, at)) add(after, values[at]!)
    if (before !== undefined) add(old, before[at]!)
  }
  const half = HISTOGRAM_BINS / 2
  const edges = Array.from({ length: HISTOGRAM_BINS + 1 }, (_, k) => ((k - half) / half) * end)
  return { edges, before: before === undefined ? null : old, after }
}

function matrixInsight(weights: PrunedWeights, place: Place, side: number, prunable: boolean): MatrixInsight {
  const { shape, part, gates, rows, columns } = place
  const { name } = shape
  const matrix: MatrixWeights = {
    rows: shape.shape[0]!,
    columns,
    values: weights.parameters.get(name)!,
    mask: weights.masks.get(name),
    exists: weights.structure?.get(name),
    before: weights.before?.get(name),
  }
  const insights = gates.map((gate, k) => gateInsight(matrix, { gate, from: k * rows, rows, side }))
  const largest = largestOf(matrix)
  return {
    name,
    label: labelOf(place),
    layer: shape.layer ?? weights.network.layers.length,
    cell: shape.cell ?? 0,
    part,
    prunable,
    rows: matrix.rows,
    columns,
    live: insights.reduce((sum, { live }) => sum + live, 0),
    total: insights.reduce((sum, { total }) => sum + total, 0),
    gates: insights,
    histogram: histogram(matrix, largest),
    largest,
  }
}

function reducedNote(all: readonly Place[], side: number): string | null {
  const large = all.filter(({ rows, columns }) => rows > side || columns > side).length
  if (large === 0) return null
  const which = large === 1 ? '1 matrix is' : `${large} matrices are`
  return `${which} too large to show every weight: their heatmaps have at most ${side} x ${side} blocks per gate, each the share of weights kept and their mean. Counts and histograms are of all weights.`
}

/**
 * Look at the weights of a moment. Sizes must have been checked (`assertParameters`, `assertMasks`).
 * @param targets what the study prunes; empty for one that prunes nothing
 */
export function weightInsight(weights: PrunedWeights, targets: readonly Target[]): WeightInsight {
  const { network } = weights
  const all = places(network)
  const side = heatSide(all)
  const prunable = new Set(targets.flatMap((target) => targetShapes(network, target).map(({ name }) => name)))
  return {
    matrices: all.map((place) => matrixInsight(weights, place, side, prunable.has(place.shape.name))),
    layers: cutOffUnits(weights),
    reduced: reducedNote(all, side),
  }
}
