// Pearson, Spearman and partial correlation with intervals and p-values. Refuses to give a number where one of the two
// does not vary. The seed of the bootstrap is an argument.
import { LacunaError } from '../../shared/errors.ts'
import { randomStream } from '../../shared/random.ts'
import type { Correlation } from '../../shared/structure-analysis.ts'
import { normalQuantile, studentTwoSided } from './distributions.ts'

type Values = readonly number[]

/** Fewest pairs for which anything is claimed. */
export const FEWEST_PAIRS = 5

function assertPairs(x: Values, y: Values): void {
  if (x.length !== y.length) {
    throw new LacunaError(
      'shape-mismatch',
      `A correlation was asked for between ${x.length} and ${y.length} values; both need the same number.`,
    )
  }
}

function mean(values: Values): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Distances from the mean; undefined when they are nothing but rounding. */
function centred(values: Values): number[] | undefined {
  const middle = mean(values)
  const distances = values.map((value) => value - middle)
  const scale = Math.max(...values.map(Math.abs))
  const spread = Math.max(...distances.map(Math.abs))
  return spread > 1e-12 * scale ? distances : undefined
}

function dot(a: Values, b: Values): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

/** Pearson's correlation coefficient, -1 to 1; undefined when x or y does not vary. */
export function pearson(x: Values, y: Values): number | undefined {
  assertPairs(x, y)
  const [dx, dy] = [centred(x), centred(y)]
  if (dx === undefined || dy === undefined) return undefined
  const r = dot(dx, dy) / Math.sqrt(dot(dx, dx) * dot(dy, dy))
  return Math.max(-1, Math.min(1, r)) // rounding can step over
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function ranks(values: Values): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const result = new Array<number>(values.length)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let i = start; i < end; i++) result[order[i]!] = (start + 1 + end) / 2
    start = end
  }
  return result
}

/** Spearman's rank correlation: Pearson's of the ranks. */
export function spearman(x: Values, y: Values): number | undefined {
  return pearson(ranks(x), ranks(y))
}

/** What of `values` a linear regression on the covariates (and a constant) leaves over; undefined when that is nothing. */
function residuals(values: Values, covariates: readonly Values[]): number[] | undefined {
  let left = centred(values)
  const directions: number[][] = []
  for (const covariate of covariates) {
    let direction = centred(covariate)
    for (const earlier of directions) {
      if (direction !== undefined) direction = without(direction, earlier)
    }
    if (direction === undefined) continue // constant, or told by the earlier covariates
    directions.push(direction)
    if (left !== undefined) left = without(left, direction)
  }
  return left
}

/** `values` minus its projection on `direction`; undefined when nothing but rounding is left. */
function without(values: number[], direction: number[]): number[] | undefined {
  const share = dot(values, direction) / dot(direction, direction)
  const left = values.map((value, i) => value - share * direction[i]!)
  return dot(left, left) > 1e-20 * dot(values, values) ? left : undefined
}

/** Pearson's correlation of x and y after a linear regression of both on the covariates. */
export function partialCorrelation(x: Values, y: Values, covariates: readonly Values[]): number | undefined {
  for (const covariate of covariates) assertPairs(x, covariate)
  assertPairs(x, y)
  const [dx, dy] = [residuals(x, covariates), residuals(y, covariates)]
  return dx === undefined || dy === undefined ? undefined : pearson(dx, dy)
}

/**
 * Complete a coefficient with Fisher's 95 % interval and the two-sided p-value of Student's t.
 * @param covariates number of covariates held constant; each costs a degree of freedom
 * @param method Spearman's interval is wider by Bonett and Wright's (2000) factor, doi:10.1007/BF02294183
 */
export function completeCorrelation(
  r: number,
  n: number,
  { covariates = 0, method = 'pearson' }: { covariates?: number; method?: 'pearson' | 'spearman' } = {},
): Correlation {
  const df = n - 2 - covariates
  const variance = (method === 'spearman' ? 1 + (r * r) / 2 : 1) / (n - 3 - covariates)
  const half = normalQuantile(0.05) * Math.sqrt(variance)
  const middle = Math.atanh(r)
  return {
    n,
    r,
    low: Math.abs(r) === 1 ? r : Math.tanh(middle - half),
    high: Math.abs(r) === 1 ? r : Math.tanh(middle + half),
    p: studentTwoSided(r * Math.sqrt(df / (1 - r * r)), df),
  }
}

/**
 * Correlate x and y, given covariates if there are any; null with fewer than 5 pairs beyond the covariates or where
 * one of the two does not vary.
 */
export function correlate(
  x: Values,
  y: Values,
  { method = 'pearson', covariates = [] }: { method?: 'pearson' | 'spearman'; covariates?: Values[] } = {},
): Correlation | null {
  if (x.length < FEWEST_PAIRS + covariates.length) return null
  const [u, v, held] =
    method === 'spearman' ? [ranks(x), ranks(y), covariates.map(ranks)] : [x, y, covariates]
  const r = held.length === 0 ? pearson(u, v) : partialCorrelation(u, v, held)
  return r === undefined ? null : completeCorrelation(r, x.length, { covariates: held.length, method })
}

/**
 * Percentile bootstrap interval (95 %) of Pearson's correlation: pairs are resampled. Resamples in which one of the two
 * does not vary are left out; null when there are fewer than 5 pairs or most resamples are like that.
 */
export function bootstrapPearson(
  x: Values,
  y: Values,
  { seed = 1, resamples = 2000 }: { seed?: number; resamples?: number } = {},
): { low: number; high: number } | null {
  assertPairs(x, y)
  const n = x.length
  if (n < FEWEST_PAIRS) return null
  const stream = randomStream(seed, 'bootstrap-correlation', n)
  const drawn: number[] = []
  for (let resample = 0; resample < resamples; resample++) {
    const picked = Array.from({ length: n }, () => stream.integer(n))
    const r = pearson(
      picked.map((i) => x[i]!),
      picked.map((i) => y[i]!),
    )
    if (r !== undefined) drawn.push(r)
  }
  if (drawn.length < resamples / 2) return null
  drawn.sort((a, b) => a - b)
  const at = (share: number) => drawn[Math.min(drawn.length - 1, Math.floor(share * drawn.length))]!
  return { low: at(0.025), high: at(0.975) }
}
