// One gate of one weight matrix as counts and as blocks of a heatmap. Pure; draws nothing.
import type { GateInsight } from '../../shared/insight.ts'
import type { Scores } from './criteria.ts'

/** A weight matrix with everything that says which of its weights live, row-major. */
export interface MatrixWeights {
  rows: number
  columns: number
  values: Scores
  mask: Uint8Array | undefined
  exists: Uint8Array | undefined // 0: a random structure never had it
  before: Scores | undefined // values of the run it was pruned from
}

/** A weight lives while its mask keeps it; without a mask, while it is not 0. */
export function isLive({ values, mask }: Pick<MatrixWeights, 'values' | 'mask'>, at: number): boolean {
  return mask === undefined ? values[at] !== 0 : mask[at] === 1
}

/** Whether the network ever had the weight. */
export function exists({ exists: mask }: Pick<MatrixWeights, 'exists'>, at: number): boolean {
  return mask === undefined || mask[at] === 1
}

const FOUR_DIGITS = 4

function rounded(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(FOUR_DIGITS))
}

/** Block of each index when `count` of them are cut into `blocks` of nearly the same size. */
function blockOf(count: number, blocks: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, at) => Math.floor((at * blocks) / count))
}

/**
 * Count one gate and reduce it to at most `side` x `side` blocks.
 * @param from first row of the gate
 * @param rows rows of the gate
 */
export function gateInsight(
  matrix: MatrixWeights,
  { gate, from, rows, side }: { gate: string; from: number; rows: number; side: number },
): GateInsight {
  const { columns, values } = matrix
  const shape = { rows: Math.min(rows, side), columns: Math.min(columns, side) }
  const [rowBlocks, columnBlocks] = [blockOf(rows, shape.rows), blockOf(columns, shape.columns)]
  const cells = shape.rows * shape.columns
  const [there, kept, finite] = [new Uint32Array(cells), new Uint32Array(cells), new Uint32Array(cells)]
  const sums = new Float64Array(cells)
  let [live, total] = [0, 0]
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (from + row) * columns + column
      if (!exists(matrix, at)) continue
      const cell = rowBlocks[row]! * shape.columns + columnBlocks[column]!
      there[cell]!++
      total++
      if (!isLive(matrix, at)) continue
      kept[cell]!++
      live++
      if (!Number.isFinite(values[at])) continue // of a network whose training diverged elsewhere
      finite[cell]!++
      sums[cell]! += values[at]!
    }
  }
  return {
    gate,
    live,
    total,
    heat: {
      ...shape,
      live: Array.from(there, (count, cell) => (count === 0 ? -1 : rounded(kept[cell]! / count))),
      weight: Array.from(finite, (count, cell) => (count === 0 ? 0 : rounded(sums[cell]! / count))),
    },
  }
}
