// Distribution functions of Student's t, the normal and what they rest on, to about 1e-13. Own code because the
// libraries that have them either hold 7 digits only or come with a hundred packages.

/** Coefficients of x^-1, x^-3, .. in Stirling's series for the logarithm of the gamma function. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156]

/** Natural logarithm of the gamma function for x > 0. */
export function logGamma(x: number): number {
  // From 12 on the first term left out is below 1e-16; smaller arguments are raised by the recurrence.
  let shift = 1
  let at = x
  for (; at < 12; at++) shift *= at
  const series = STIRLING.reduce((sum, coefficient, k) => sum + coefficient / at ** (2 * k + 1), 0)
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - Math.log(shift)
}

/** Continued fraction of the incomplete beta function (Lentz's method). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const guard = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guard(1 + even * d)
    c = guard(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guard(1 + odd * d)
    c = guard(1 + odd / c)
    result *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return result
}

/** Regularised incomplete beta function I_x(a, b), 0 <= x <= 1, a and b above 0. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  // The fraction converges fast on this side of the mean.
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a
  return 1 - (front * betaFraction(1 - x, b, a)) / b
}

/** Probability that Student's t with `df` degrees of freedom is at least as far from 0 as `t`. */
export function studentTwoSided(t: number, df: number): number {
  if (!Number.isFinite(t)) return 0
  return incompleteBeta(df / (df + t * t), df / 2, 0.5)
}

/** Find x in [low, high] with falling(x) = target. */
function bisect(falling: (x: number) => number, target: number, low: number, high: number): number {
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (falling(middle) > target) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The t that is exceeded in absolute value with probability `twoSided` (0 to 1, both excluded). */
export function studentQuantile(twoSided: number, df: number): number {
  let high = 1
  while (studentTwoSided(high, df) > twoSided) high *= 2
  return bisect((t) => studentTwoSided(t, df), twoSided, 0, high)
}

/** Probability that a standard normal value is at least as far from 0 as `z`: the incomplete gamma Q(1/2, z^2 / 2). */
export function normalTwoSided(z: number): number {
  const x = (z * z) / 2
  if (x === 0) return 1
  if (!Number.isFinite(x)) return 0
  const front = Math.exp(-x + 0.5 * Math.log(x) - logGamma(0.5))
  if (x < 1.5) {
    let term = 2
    let sum = term
    for (let k = 1; k < 200 && term > sum * 1e-17; k++) {
      term *= x / (0.5 + k)
      sum += term
    }
    return 1 - front * sum
  }
  let b = x + 0.5
  let c = 1e300
  let d = 1 / b
  let fraction = d
  for (let k = 1; k < 1000; k++) {
    const a = -k * (k - 0.5)
    b += 2
    d = 1 / (a * d + b)
    c = b + a / c
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return front * fraction
}

/** The z that is exceeded in absolute value with probability `twoSided` (0 to 1, both excluded). */
export function normalQuantile(twoSided: number): number {
  return bisect(normalTwoSided, twoSided, 0, 40)
}
