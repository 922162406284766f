// How many weights of a group go at a percentage, and which: from scores to ones (keep) and zeros (prune).
import type { Rule } from '../../shared/study.ts'
import type { Scores } from './criteria.ts'

/**
 * The p-th percentile with linear interpolation between order statistics, as numpy's default. The position is computed
 * in float64 and the result rounded to the precision of the scores, as numpy and torch do for float32 weights.
 * @param sorted at least one score, ascending
 * @param percent 0 to 100
 */
export function percentile(sorted: Scores, percent: number): number {
  const position = (sorted.length - 1) * (percent / 100)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  const fraction = position - below
  const [low, high] = [sorted[below]!, sorted[above]!]
  // Interpolating from the nearer end keeps the result exact at both ends.
  const value = fraction < 0.5 ? low + (high - low) * fraction : high - (high - low) * (1 - fraction)
  return sorted instanceof Float32Array ? Math.fround(value) : value
}

/** Keep a weight unless its score is below the p-th percentile; p = 100 keeps the largest (Darji 2021). */
function keepByPercentile(scores: Scores, percent: number): Uint8Array {
  const threshold = percentile(scores.slice().sort(), percent)
  return Uint8Array.from(scores, (score) => (score < threshold ? 0 : 1))
}

/** Remove exactly round(p% of n) weights, the lowest scores first; of equal scores the one that comes first goes first. */
function keepByCount(scores: Scores, percent: number): Uint8Array {
  const remove = Math.round((scores.length * percent) / 100)
  const keep = new Uint8Array(scores.length).fill(1)
  if (remove === 0) return keep
  const threshold = scores.slice().sort()[remove - 1]!
  let below = 0
  for (const score of scores) if (score < threshold) below += 1
  let equalToRemove = remove - below
  for (let i = 0; i < scores.length; i++) {
    if (scores[i]! < threshold) keep[i] = 0
    else if (scores[i] === threshold && equalToRemove > 0) {
      keep[i] = 0
      equalToRemove -= 1
    }
  }
  return keep
}

/** Ones and zeros for a non-empty group of finite scores at `percent` (0 to 100). */
export const KEEP_FUNCTIONS: Record<Rule, (scores: Scores, percent: number) => Uint8Array> = {
  percentile: keepByPercentile,
  'exact-count': keepByCount,
}
