// Tests and effect sizes for paired runs (the same seed or graph under two conditions). The seed of random sign flips
// is an argument; small samples are enumerated exactly.
import { LacunaError } from '../../shared/errors.ts'
import { randomStream } from '../../shared/random.ts'
import { ranks } from './correlation.ts'
import { normalTwoSided } from './distributions.ts'
import { bootstrapMean } from './intervals.ts'

/** With fewer pairs than this nothing is claimed: the smallest p-value of 4 pairs is 0.125. */
export const FEWEST_SEEDS = 5

/** Up to this many differences all 2^n sign patterns are enumerated. */
const EXACT_FLIPS_UP_TO = 16
const RANDOM_FLIPS = 20_000
/** Up to this many non-zero differences the distribution of the rank sum is exact. */
const EXACT_RANKS_UP_TO = 50

/** Sums that differ by rounding only are equal. */
function isAtLeast(sum: number, observed: number): boolean {
  return sum >= observed - 1e-9 * Math.max(1e-12, observed)
}

/**
 * Test whether the mean difference is 0: the two-sided p-value of the sign-flip permutation test. Exact up to 16
 * differences; beyond, from 20,000 random flips, (hits + 1) / (flips + 1).
 */
export function signFlipTest(differences: readonly number[], seed = 1): number {
  const n = differences.length
  if (n === 0) return 1
  const observed = Math.abs(differences.reduce((a, b) => a + b, 0))
  if (n <= EXACT_FLIPS_UP_TO) {
    let hits = 0
    for (let pattern = 0; pattern < 2 ** n; pattern++) {
      let sum = 0
      for (let i = 0; i < n; i++) sum += (pattern >>> i) & 1 ? -differences[i]! : differences[i]!
      if (isAtLeast(Math.abs(sum), observed)) hits++
    }
    return hits / 2 ** n
  }
  const flips = drawFlips(seed, n)
  let hits = 0
  for (let flip = 0, at = 0; flip < RANDOM_FLIPS; flip++) {
    let sum = 0
    for (let i = 0; i < n; i++, at++) sum += flips[at]! * differences[i]!
    if (isAtLeast(Math.abs(sum), observed)) hits++
  }
  return (hits + 1) / (RANDOM_FLIPS + 1)
}

/** The last table of signs: the claims of one comparison all ask for the same. */
let lastFlips: { seed: number; n: number; signs: Int8Array } | undefined

function drawFlips(seed: number, n: number): Int8Array {
  if (lastFlips?.seed !== seed || lastFlips.n !== n) {
    const stream = randomStream(seed, 'sign-flip', n)
    const signs = Int8Array.from({ length: RANDOM_FLIPS * n }, () => (stream.uint32() & 1 ? -1 : 1))
    lastFlips = { seed, n, signs }
  }
  return lastFlips.signs
}

/** Sum of the ranks of positive differences and what its distribution is made of; zero differences are left out. */
function signedRanks(differences: readonly number[]): { ranks: number[]; positive: number; total: number } {
  const nonzero = differences.filter((d) => d !== 0)
  const all = ranks(nonzero.map(Math.abs))
  const total = all.reduce((a, b) => a + b, 0)
  return { ranks: all, positive: all.reduce((sum, r, i) => sum + (nonzero[i]! > 0 ? r : 0), 0), total }
}

/**
 * Wilcoxon's signed-rank test, two-sided p-value. Zero differences are left out and equal sizes share their rank; the
 * distribution given these ranks is exact up to 50 differences, normal with correction for ties beyond.
 */
export function wilcoxonSignedRank(differences: readonly number[]): number {
  const { ranks: all, positive, total } = signedRanks(differences)
  if (all.length === 0) return 1
  if (all.length > EXACT_RANKS_UP_TO) {
    const variance = all.reduce((sum, r) => sum + r * r, 0) / 4
    return normalTwoSided((positive - total / 2) / Math.sqrt(variance))
  }
  // Shared ranks are halves, so sums are counted in halves: ways[s] = share of sign patterns with twice the sum s.
  const ways = new Float64Array(Math.round(2 * total) + 1)
  ways[0] = 1
  for (const rank of all) {
    const step = Math.round(2 * rank)
    for (let s = ways.length - 1; s >= 0; s--) ways[s] = (ways[s]! + (s >= step ? ways[s - step]! : 0)) / 2
  }
  const far = Math.abs(2 * positive - total)
  return ways.reduce((sum, share, s) => sum + (Math.abs(s - total) >= far - 1e-9 ? share : 0), 0)
}

/** Everything reported about paired differences. Absent fields need more pairs. */
export interface PairedComparison {
  n: number
  meanDifference: number
  low?: number // 95 % bootstrap interval of the mean difference
  high?: number
  signFlip: number // two-sided p-value
  wilcoxon: number // two-sided p-value
  cohensD?: number // mean difference / its standard deviation; absent when all differences are equal
  rankBiserial: number // -1 to 1: share of rank sum for minus share against
  enough: boolean // false: fewer than 5 pairs, too few to claim
}

/**
 * Compare two conditions seed by seed: a minus b.
 * @throws LacunaError shape-mismatch unless both have the same number of values, at least one
 */
export function comparePaired(a: readonly number[], b: readonly number[], seed = 1): PairedComparison {
  if (a.length !== b.length || a.length === 0) {
    throw new LacunaError(
      'shape-mismatch',
      `A paired comparison was asked for between ${a.length} and ${b.length} values; both need the same number, at least 1.`,
    )
  }
  const differences = a.map((value, i) => value - b[i]!)
  const n = differences.length
  const meanDifference = differences.reduce((sum, d) => sum + d, 0) / n
  const deviation = Math.sqrt(differences.reduce((sum, d) => sum + (d - meanDifference) ** 2, 0) / (n - 1))
  const { positive, total } = signedRanks(differences)
  const spread = Math.max(...differences.map(Math.abs))
  return {
    n,
    meanDifference,
    ...bootstrapMean(differences, { seed }),
    signFlip: signFlipTest(differences, seed),
    wilcoxon: wilcoxonSignedRank(differences),
    ...(n > 1 && deviation > 1e-12 * spread ? { cohensD: meanDifference / deviation } : {}),
    rankBiserial: total === 0 ? 0 : (2 * positive - total) / total,
    enough: n >= FEWEST_SEEDS,
  }
}
