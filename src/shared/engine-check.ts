// What "Check with TensorFlow" finds: the same run on two engines, and whether they compute the same. Pure: types,
// tolerances and the verdict.
import type { EpochRecord, RunEngine } from './results.ts'

/**
 * How far two sets of trained weights are apart. `largest`: the largest difference of one weight, as part of the
 * largest weight of its array. `overall`: Euclidean norm of all differences, as part of the way training moved the
 * weights; 1e-3 means that both engines went the same way up to a thousandth of it.
 */
export interface WeightDifference {
  largest: number
  overall: number
}

/** The same epoch in every training of a check. */
export interface CheckedEpoch {
  epoch: number
  own: EpochRecord
  other: EpochRecord
  twin?: EpochRecord // absent in epoch 0
}

/** One stretch of training on the run's own engine, on the other, and on the fused engine from nudged weights. */
export interface CheckedStretch {
  epochs: CheckedEpoch[]
  batches: number // optimizer steps
  weights: WeightDifference // own and other, at the end
  twin: WeightDifference // fused engine against itself, started with every weight moved by one unit in the last place
}

export type CheckVerdict = 'same' | 'different' | 'unclear'

export interface EngineCheck {
  runId: string
  own: RunEngine
  other: RunEngine
  first: CheckedStretch // the first few batches, where rounding has not grown yet: this is what convicts an engine
  whole: CheckedStretch // the epochs asked for
  tolerance: { overall: number; loss: number; accuracy: number }
  verdict: CheckVerdict
  sentence: string
}

/** Batches of the first stretch. */
export const FIRST_BATCHES = 10

/**
 * Allowed difference in the first stretch, `overall` and of the relative loss. Float32 rounds by 6e-8; Adam divides
 * each gradient by its own size, so that noise of small gradients enters at full strength, and every step feeds the
 * next. Measured after 10 batches on the published data (three layers of 50, batch 32, seed 1, fused against
 * tensorflow; the twin in brackets), padding processed and masked:
 *   RNN-Tanh 1.1e-4 (1.5e-4), 1.9e-6 (8.9e-6)    RNN-ReLU 4.5e-6 (1.2e-5), 1.7e-6 (9.4e-6)
 *   GRU      3.0e-6 (7.7e-6), 2.0e-6 (5.2e-6)    LSTM     1.0e-6 (4.9e-6), 9.1e-7 (4.3e-6)
 * The largest of them is a ninth of this bound. A learning rate that is wrong by one per cent shows as 1e-2.
 */
export const FIRST_TOLERANCE = 1e-3

/** A first stretch in which rounding alone, measured by the twin, reaches this share proves nothing. */
const CHAOS = 0.1

/** The twin is one sample of what rounding does; another sample may be this many times larger. */
const TWIN_FACTOR = 10

/**
 * Allowed difference of test accuracy (0 to 1) after whole epochs. By then rounding has grown to its limit: after the
 * 586 batches of one published epoch fused and tensorflow were 7e-5 to 0.54 of the way apart, as were fused and its
 * twin, and the accuracies of three twins (RNN-Tanh, padding processed) up to 0.032.
 */
const EPOCH_ACCURACY = 0.05

/** Sequences that may change sides by rounding alone. */
const SEQUENCES = 2

/** Judge what was measured. */
export function judgeCheck(found: Omit<EngineCheck, 'tolerance' | 'verdict' | 'sentence'>): EngineCheck {
  const { first, whole } = found
  const overall = Math.max(FIRST_TOLERANCE, TWIN_FACTOR * first.twin.overall)
  const tolerance = {
    overall,
    loss: FIRST_TOLERANCE,
    accuracy: Math.max(EPOCH_ACCURACY, fewSequences(whole), 3 * twinAccuracy(found)),
  }
  const problem = firstProblem(found, tolerance) ?? wholeProblem(whole, tolerance.accuracy)
  const names = `${found.own.name} and ${found.other.name}`
  if (problem !== undefined) {
    return { ...found, tolerance, verdict: 'different', sentence: `${names} differ: ${problem}` }
  }
  if (overall > CHAOS) {
    const sentence = `Nothing can be said: rounding alone changes ${short(first.twin.overall)} of the way the weights are trained within ${first.batches} batches; a smaller learning rate lets the engines be compared.`
    return { ...found, tolerance, verdict: 'unclear', sentence }
  }
  const sentence = `${names} compute the same: after ${first.batches} batches their weights differ by ${short(first.weights.overall)} of the way they were trained; up to ${short(overall)} is rounding.`
  return { ...found, tolerance, verdict: 'same', sentence }
}

function firstProblem(
  { first }: Pick<EngineCheck, 'first'>,
  tolerance: EngineCheck['tolerance'],
): string | undefined {
  const { batches, weights } = first
  // Not "greater than": a difference that is not a number is none that is allowed.
  if (!(weights.overall <= tolerance.overall)) {
    return `after ${batches} batches the weights are apart by ${short(weights.overall)} of the way they were trained, ${short(tolerance.overall)} is allowed.`
  }
  const loss = Math.max(...first.epochs.map(relativeLoss))
  if (!(loss <= tolerance.loss)) {
    return `after ${batches} batches the losses differ by ${short(loss)} of their value, ${short(tolerance.loss)} is allowed.`
  }
  const accuracy = Math.max(...first.epochs.map(accuracyDifference))
  if (!(accuracy <= fewSequences(first))) {
    return `after ${batches} batches equal weights classify ${short(accuracy)} of the sequences differently.`
  }
  return undefined
}

function wholeProblem(whole: CheckedStretch, allowed: number): string | undefined {
  const accuracy = Math.max(...whole.epochs.map(accuracyDifference))
  if (accuracy <= allowed) return undefined
  return `their test accuracies are ${(100 * accuracy).toFixed(1)} percentage points apart, ${(100 * allowed).toFixed(1)} can be rounding.`
}

/** Largest relative difference of a loss between the two engines in one epoch. */
export function relativeLoss({ own, other }: Pick<CheckedEpoch, 'own' | 'other'>): number {
  const pairs = [
    [own.test.loss, other.test.loss],
    [own.train?.loss ?? 0, other.train?.loss ?? 0],
  ] as const
  return Math.max(
    ...pairs.map(([a, b]) => (a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b)))),
  )
}

function accuracyDifference({ own, other }: Pick<CheckedEpoch, 'own' | 'other'>): number {
  return Math.abs(own.test.accuracy - other.test.accuracy)
}

/** What rounding alone did to the test accuracy of the fused engine. */
function twinAccuracy({ own: engine, whole }: Pick<EngineCheck, 'own' | 'whole'>): number {
  const differences = whole.epochs.map(({ own, other, twin }) => {
    const fused = engine.name === 'tensorflow' ? other : own
    return twin === undefined ? 0 : accuracyDifference({ own: fused, other: twin })
  })
  return Math.max(...differences)
}

function fewSequences({ epochs }: CheckedStretch): number {
  return (SEQUENCES + 0.5) / epochs[0]!.own.test.total
}

function short(value: number): string {
  return value === 0 ? '0' : value.toExponential(1)
}
