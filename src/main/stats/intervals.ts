// Bootstrap confidence intervals of a mean (percentile method; Efron and Tibshirani, An Introduction to the Bootstrap,
// 1993, chapter 13). Pure: the seed is an argument.
import { randomStream } from '../../shared/random.ts'

/** Up to this many values every resample is enumerated: C(2n-1, n) multisets, 1,716 for 7. */
const EXACT_UP_TO = 7
const RESAMPLES = 4000

export interface Interval {
  low: number
  high: number
}

/** A value of the mean and how likely it is under resampling. */
type Outcome = readonly [mean: number, weight: number]

/**
 * Bootstrap interval of the mean of `values`; undefined with fewer than two values. Up to 7 values it is the ideal
 * bootstrap, computed from all possible resamples and independent of the seed; beyond, from 4,000 random ones, the
 * same draws for every set of equally many values.
 * @param level coverage aimed at, 0 to 1
 */
export function bootstrapMean(
  values: readonly number[],
  { seed = 1, level = 0.95 }: { seed?: number; level?: number } = {},
): Interval | undefined {
  if (values.length < 2) return undefined
  const tail = (1 - level) / 2
  if (values.length > EXACT_UP_TO) {
    const means = randomResamples(values, seed)
    return { low: means[rankAt(tail)]!, high: means[rankAt(1 - tail)]! }
  }
  const outcomes = allResamples(values).sort(([a], [b]) => a - b)
  return { low: quantile(outcomes, tail), high: quantile(outcomes, 1 - tail) }
}

/** Mean with its 95 % interval, in the form results are reported in. */
export function estimateMean(
  values: readonly number[],
  seed = 1,
): { n: number; mean: number; low?: number; high?: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return { n: values.length, mean, ...bootstrapMean(values, { seed }) }
}

/** Smallest mean at or below which lies at least the share `p` of the total weight. */
function quantile(sorted: readonly Outcome[], p: number): number {
  const total = sorted.reduce((sum, [, weight]) => sum + weight, 0)
  let reached = 0
  for (const [mean, weight] of sorted) {
    reached += weight
    // The slack is rounding of the sum, far below the weight of one resample.
    if (reached >= p * total * (1 - 1e-12)) return mean
  }
  return sorted.at(-1)![0]
}

/** Every multiset of n draws with its multinomial probability. */
function allResamples(values: readonly number[]): Outcome[] {
  const n = values.length
  const factorial = [1]
  for (let k = 1; k <= n; k++) factorial.push(factorial[k - 1]! * k)
  const outcomes: Outcome[] = []
  const choose = (from: number, left: number, sum: number, weight: number): void => {
    if (from === n - 1) {
      outcomes.push([(sum + left * values[from]!) / n, weight / factorial[left]!])
      return
    }
    for (let k = 0; k <= left; k++)
      choose(from + 1, left - k, sum + k * values[from]!, weight / factorial[k]!)
  }
  choose(0, n, 0, factorial[n]! / n ** n)
  return outcomes
}

/** Means of the random resamples, ascending. A comparison asks for hundreds of intervals, so they stay plain numbers. */
function randomResamples(values: readonly number[], seed: number): Float64Array {
  const n = values.length
  const draws = drawIndices(seed, n)
  const means = new Float64Array(RESAMPLES)
  for (let resample = 0, at = 0; resample < RESAMPLES; resample++) {
    let sum = 0
    for (const end = at + n; at < end; at++) sum += values[draws[at]!]!
    means[resample] = sum / n
  }
  return means.sort()
}

/** Place of the smallest of the sorted means at or below which lies at least the share `p`, with the slack of `quantile`. */
function rankAt(p: number): number {
  return Math.max(0, Math.ceil(p * RESAMPLES * (1 - 1e-12)) - 1)
}

/** The last table drawn: the estimates of one study all ask for the same. */
let lastDraws: { seed: number; n: number; indices: Uint32Array } | undefined

function drawIndices(seed: number, n: number): Uint32Array {
  if (lastDraws?.seed !== seed || lastDraws.n !== n) {
    const stream = randomStream(seed, 'bootstrap', n)
    lastDraws = { seed, n, indices: Uint32Array.from({ length: RESAMPLES * n }, () => stream.integer(n)) }
  }
  return lastDraws.indices
}
