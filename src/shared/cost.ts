// What a run costs: weights, arithmetic, file sizes, and times measured on this machine. Types only.
import type { Cell } from './network.ts'

/**
 * Median times of the same weights with their mask skipped (sparse) and without any mask, zeros computed like other
 * numbers (dense). A run without a mask is timed once: both are the same.
 */
export interface MeasuredCost {
  engine: string // name, version, instruction set and threads
  threads: number
  processor: string
  measuredAt: string // ISO 8601
  batchSize: number
  stepMs: { dense: number; sparse: number } // one training step of a batch
  inferenceMs: { dense: number; sparse: number } // one sequence, alone
}

export interface RunCost {
  runId: string
  studyId: string
  title: string
  cell: Cell
  percent: number | null // pruned share asked for; null for a run that was not pruned
  parameters: number
  recurrent: number // recurrent weights, kept or not
  kept: number // recurrent weights that live
  /** Of the recurrent weights, for one symbol of input. */
  multiplyAdds: { dense: number; sparse: number }
  /** Dense: the file of weights as stored. Sparse: without pruned weights, with one bit of mask for each; not written. */
  fileBytes: { dense: number; sparse: number }
  measured: MeasuredCost | null // null until 'cost/measure'
  sentence: string | null // what was saved in time, or plainly that the mask saves none; null until measured
}

/** Runs one request shows at most. */
export const COSTED_RUNS = 200
