// Two-sample tests for generators: whether two lists of numbers can come from one distribution.

/** Kolmogorov-Smirnov distance: largest difference of the two empirical distribution functions, 0 to 1. */
export function ksDistance(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a.toSorted((p, q) => p - q), b.toSorted((p, q) => p - q)]
  let [i, j, distance] = [0, 0, 0]
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i]!, y[j]!)
    while (i < x.length && x[i]! <= value) i++
    while (j < y.length && y[j]! <= value) j++
    distance = Math.max(distance, Math.abs(i / x.length - j / y.length))
  }
  return distance
}

/**
 * Distance that samples of one distribution exceed with probability `alpha` at most (Smirnov's asymptotic bound; ties
 * make it conservative): sqrt(-ln(alpha / 2) / 2) sqrt((n + m) / (n m)).
 */
export function ksBound(n: number, m: number, alpha: number): number {
  return Math.sqrt((-Math.log(alpha / 2) / 2) * ((n + m) / (n * m)))
}

/** Difference of two means in standard errors (Welch); 0 when nothing varies and the means agree. */
export function meanDifference(a: readonly number[], b: readonly number[]): number {
  const moments = [a, b].map((values) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length
    const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0)
    return { mean, squaredError: squares / (values.length - 1) / values.length }
  })
  const difference = moments[0]!.mean - moments[1]!.mean
  if (difference === 0) return 0
  return difference / Math.sqrt(moments[0]!.squaredError + moments[1]!.squaredError)
}
