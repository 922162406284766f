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

/** The last table of resamples: all properties of one analysis ask for the same. */
let lastDraws: { seed: number; n: number; resamples: number; indices: Uint32Array } | undefined

function drawIndices(seed: number, n: number, resamples: number): Uint32Array {
  if (lastDraws?.seed !== seed || lastDraws.n !== n || lastDraws.resamples !== resamples) {
    const stream = randomStream(seed, 'bootstrap-correlation', n)
    const indices = Uint32Array.from({ length: resamples * n }, () => stream.integer(n))
    lastDraws = { seed, n, resamples, indices }
  }
  return lastDraws.indices
}

/** Correlation of the pairs named by `indices[from .. to)`; x and y are centred, so one pass of sums is exact enough. */
function pearsonOf(x: Values, y: Values, indices: Uint32Array, from: number, to: number): number {
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0]
  for (let at = from; at < to; at++) {
    const [a, b] = [x[indices[at]!]!, y[indices[at]!]!]
    sx += a
    sy += b
    sxx += a * a
    syy += b * b
    sxy += a * b
  }
  const n = to - from
  const [vx, vy] = [sxx - (sx * sx) / n, syy - (sy * sy) / n]
  if (vx <= 1e-12 * sxx || vy <= 1e-12 * syy) return Number.NaN
  return (sxy - (sx * sy) / n) / Math.sqrt(vx * vy)
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
  const [dx, dy] = [centred(x), centred(y)]
  if (n < FEWEST_PAIRS || dx === undefined || dy === undefined) return null
  const indices = drawIndices(seed, n, resamples)
  const drawn = Float64Array.from({ length: resamples }, (_, k) =>
    pearsonOf(dx, dy, indices, k * n, (k + 1) * n),
  ).filter((r) => !Number.isNaN(r))
  if (drawn.length < resamples / 2) return null
  drawn.sort()
  const at = (share: number) => drawn[Math.min(drawn.length - 1, Math.floor(share * drawn.length))]!
  return { low: at(0.025), high: at(0.975) }
}
