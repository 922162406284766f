// A straight line through points with its 95 % band, and Pearson's r with its interval, for drawing while runs still
// arrive. The numbers of record come from the analysis of the workbench.

const Z = 1.959964 // 97.5 % quantile of the normal distribution
/** Points below which nothing is claimed. */
export const FEWEST_POINTS = 5

export type Point = readonly [x: number, y: number]

export interface LinearFit {
  n: number
  slope: number
  intercept: number
  r: number // -1 to 1
  low: number // 95 % interval of r (Fisher's z)
  high: number
  meanX: number
  sumSquaresX: number
  spread: number // standard deviation of the residuals
}

/** Least squares; undefined for fewer than five points or when x or y does not vary. */
export function linearFit(points: readonly Point[]): LinearFit | undefined {
  const n = points.length
  if (n < FEWEST_POINTS) return undefined
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n
  let [xx, xy, yy] = [0, 0, 0]
  for (const [x, y] of points) {
    xx += (x - meanX) ** 2
    xy += (x - meanX) * (y - meanY)
    yy += (y - meanY) ** 2
  }
  // What rounding leaves of equal values is no variation.
  const flat = (squares: number, mean: number) => squares <= n * (1e-12 * Math.abs(mean)) ** 2
  if (flat(xx, meanX) || flat(yy, meanY)) return undefined
  const r = Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)))
  const slope = xy / xx
  const spread = Math.sqrt(Math.max(0, yy - slope * xy) / (n - 2))
  const half = Z / Math.sqrt(n - 3)
  const [low, high] = [Math.tanh(Math.atanh(r) - half), Math.tanh(Math.atanh(r) + half)]
  return { n, slope, intercept: meanY - slope * meanX, r, low, high, meanX, sumSquaresX: xx, spread }
}

/** The fitted line at x with the 95 % interval of the mean of y there. */
export function fitAt(fit: LinearFit, x: number): { y: number; low: number; high: number } {
  const y = fit.intercept + fit.slope * x
  const error = fit.spread * Math.sqrt(1 / fit.n + (x - fit.meanX) ** 2 / fit.sumSquaresX)
  const half = studentQuantile(fit.n - 2) * error
  return { y, low: y - half, high: y + half }
}

/**
 * 97.5 % quantile of Student's t; within 0.5 % from 3 degrees of freedom on.
 * @see Abramowitz, Stegun 1964, 26.7.5
 */
export function studentQuantile(df: number): number {
  const terms = [
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
    (79 * Z ** 9 + 776 * Z ** 7 + 1482 * Z ** 5 - 1920 * Z ** 3 - 945 * Z) / 92160,
  ]
  return terms.reduce((sum, term, i) => sum + term / df ** (i + 1), Z)
}

/** Mean with its 95 % t interval; the interval is absent with fewer than five values. */
export function meanInterval(values: readonly number[]): { n: number; mean: number; half?: number } {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  if (n < FEWEST_POINTS) return { n, mean }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return { n, mean, half: studentQuantile(n - 1) * Math.sqrt(variance / n) }
}

/** Write a coefficient between -1 and 1 with two decimals and a real minus: −0.67. */
export function formatCoefficient(value: number): string {
  const text = Math.abs(value).toFixed(2)
  return value < 0 && text !== '0.00' ? `−${text}` : text
}

/** Write an R^2: two decimals, and no more than its size where folds of few graphs let it run away. */
export function formatR2(value: number): string {
  return value < -10 ? '< −10' : value > 10 ? '> 10' : formatCoefficient(value)
}
