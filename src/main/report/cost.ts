// What a run costs, counted from its record and the sizes of its files, and what its measured times mean in words. The one
// place for both: the cost panel and reports show these numbers. Pure.
import type { MeasuredCost, RunCost } from '../../shared/cost.ts'
import { CELL_NAMES } from '../../shared/network.ts'
import { runTitle, type RunRecord } from '../../shared/results.ts'
import { duration, level, percent } from './words.ts'

/** Sizes of what is stored of a run, in bytes. */
export interface StoredSizes {
  weights?: number
  masks?: number
}

/** Bytes of a weight, float32. */
const WEIGHT_BYTES = 4

/**
 * Count the cost of a run; undefined for one that has not finished an epoch. The dense file is the safetensors file as
 * stored. The sparse file holds the same without the pruned weights, and its mask at one bit for each weight: Lacuna
 * counts it and does not write it.
 */
export function runCost(
  run: RunRecord,
  sizes: StoredSizes = {},
  measured: MeasuredCost | null = null,
): RunCost | undefined {
  const { recurrentWeights: recurrent, parameters } = run
  const kept = run.epochs.at(-1)?.nonzeros
  if (recurrent === undefined || parameters === undefined || kept === undefined) return undefined
  const dense = sizes.weights ?? parameters * WEIGHT_BYTES
  const maskBits = sizes.masks ?? (kept === recurrent ? 0 : recurrent) // stored as one byte for each weight
  const sparse = dense - (recurrent - kept) * WEIGHT_BYTES + Math.ceil(maskBits / 8)
  const percentPruned = run.spec.prune?.percent ?? null
  return {
    runId: run.id,
    studyId: run.studyId,
    title: `${CELL_NAMES[run.spec.cell]}, ${runTitle(run.spec)}`,
    cell: run.spec.cell,
    percent: percentPruned,
    parameters,
    recurrent,
    kept,
    multiplyAdds: { dense: recurrent, sparse: kept },
    fileBytes: { dense, sparse },
    measured,
    sentence: measured === null ? null : costSentence({ kept, recurrent, measured }),
  }
}

/** A mask saves time only where it takes clearly less: below this share of the time in full. */
const CLEARLY_SHORTER = 0.9

/** Tell whether `sparse` is clearly shorter than `dense`. */
export function savesTime({ dense, sparse }: { dense: number; sparse: number }): boolean {
  return sparse < CLEARLY_SHORTER * dense
}

/** Say what the mask of a run saves in time, or plainly that it saves none. */
export function costSentence({
  kept,
  recurrent,
  measured: { stepMs, inferenceMs, engine },
}: {
  kept: number
  recurrent: number
  measured: MeasuredCost
}): string {
  if (kept === recurrent) {
    return `Nothing is pruned, so no mask could save time: a training step takes ${duration(stepMs.dense)}, one sequence alone ${duration(inferenceMs.dense)}.`
  }
  const training = `a training step takes ${compared(stepMs)}`
  const inference = `one sequence alone ${compared(inferenceMs)}`
  const pruned = `With ${percent(1 - kept / recurrent, 1)} of the recurrent weights pruned`
  const [step, alone] = [savesTime(stepMs), savesTime(inferenceMs)]
  if (step && alone) return `${pruned} ${training}, and ${inference}.`
  if (step) return `${pruned} ${training}; the mask saves no time in inference: ${inference}.`
  if (alone) return `${pruned} the mask saves no time in training: ${training}; ${inference}.`
  const why = engine.startsWith('tensorflow')
    ? ' This engine multiplies pruned weights as zeros; it cannot skip them.'
    : ''
  return `The mask saves no time here, although ${percent(1 - kept / recurrent, 1)} of the recurrent weights are pruned: ${training}, ${inference}.${why}`
}

/** '41 % less time than in full (590 µs instead of 1 ms)' */
function compared({ dense, sparse }: { dense: number; sparse: number }): string {
  const change = Math.round((1 - sparse / dense) * 100)
  const times = `(${duration(sparse)} instead of ${duration(dense)})`
  if (change === 0) return `as long as in full ${times}`
  return `${level(Math.abs(change))} ${change > 0 ? 'less' : 'more'} time than in full ${times}`
}
