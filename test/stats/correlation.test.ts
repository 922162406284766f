import { describe, expect, it } from 'vitest'
import {
  bootstrapPearson,
  completeCorrelation,
  correlate,
  partialCorrelation,
  pearson,
  ranks,
  spearman,
} from '../../src/main/stats/correlation.ts'
import {
  logGamma,
  normalQuantile,
  normalTwoSided,
  studentQuantile,
  studentTwoSided,
} from '../../src/main/stats/distributions.ts'
import { benjaminiHochberg, holm } from '../../src/main/stats/multiplicity.ts'
import { randomStream } from '../../src/shared/random.ts'
import { relativeError, statsFixture, worstDifference } from './fixtures.ts'

type Row = number[]
const reference = statsFixture<{
  distributions: Record<
    'studentTwoSided' | 'normalTwoSided' | 'studentQuantile' | 'normalQuantile' | 'logGamma',
    Row[]
  >
  correlations: Record<'x' | 'y' | 'z' | 'w' | 'pearson' | 'spearman' | 'partial', number[]>[]
  multiplicity: Record<'p' | 'holm' | 'bh', number[]>
}>('reference.json')

// Both sides sum some hundred float64 terms; 1e-11 leaves room for the different order.
const TOLERANCE = 1e-11

describe('Distributions', () => {
  const { distributions: d } = reference

  it('equal those of scipy, far tails included', () => {
    for (const [t, df, p] of d.studentTwoSided as [number, number, number][])
      expect(relativeError(studentTwoSided(t, df), p), `t ${t}, df ${df}`).toBeLessThan(TOLERANCE)
    for (const [z, p] of d.normalTwoSided as [number, number][])
      expect(relativeError(normalTwoSided(z), p), `z ${z}`).toBeLessThan(TOLERANCE)
    for (const [x, value] of d.logGamma as [number, number][])
      expect(Math.abs(logGamma(x) - value) / Math.max(1, Math.abs(value)), `x ${x}`).toBeLessThan(1e-14)
  })

  it('are inverted to the quantiles of scipy', () => {
    for (const [p, df, t] of d.studentQuantile as [number, number, number][])
      expect(relativeError(studentQuantile(p, df), t)).toBeLessThan(TOLERANCE)
    for (const [p, z] of d.normalQuantile as [number, number][])
      expect(relativeError(normalQuantile(p), z)).toBeLessThan(TOLERANCE)
  })

  it('go to 0 for an infinite statistic', () => {
    expect([studentTwoSided(Infinity, 3), normalTwoSided(Infinity)]).toEqual([0, 0])
  })
})

describe('Correlations', () => {
  it.each(reference.correlations)('equal those of scipy, with p-value and Fisher interval', (c) => {
    const found = correlate(c.x!, c.y!)!
    expect(worstDifference([found.r, found.p, found.low, found.high], c.pearson!)).toBeLessThan(TOLERANCE)
    const ranked = correlate(c.x!, c.y!, { method: 'spearman' })!
    expect(worstDifference([ranked.r, ranked.p], c.spearman!)).toBeLessThan(TOLERANCE)
    expect(spearman(c.x!, c.y!)).toBe(ranked.r)
  })

  it.each(reference.correlations.slice(1))('given covariates equal those of residuals', (c) => {
    const found = correlate(c.x!, c.y!, { covariates: [c.z!, c.w!] })!
    expect(worstDifference([found.r, found.p], c.partial!)).toBeLessThan(TOLERANCE)
  })

  it('share ranks among equal values', () => {
    expect(ranks([10, 20, 10, 30, 20, 20])).toEqual([1.5, 4, 1.5, 6, 4, 4])
    expect(ranks([])).toEqual([])
  })

  it('are 1 and -1 for straight lines, with a p-value of 0', () => {
    const x = [1, 2, 3, 4, 5]
    expect(correlate(x, x)).toEqual({ n: 5, r: 1, low: 1, high: 1, p: 0 })
    expect(correlate(x, [5, 4, 3, 2, 1], { method: 'spearman' })).toMatchObject({ r: -1, p: 0 })
  })

  it('do not exist where something does not vary, beyond rounding', () => {
    const x = [0.1 + 0.2, 0.3, 0.3, 0.3, 0.3, 0.3]
    const y = [1, 2, 3, 4, 5, 6]
    expect(pearson(x, y)).toBeUndefined()
    expect(correlate(x, y)).toBeNull()
    expect(bootstrapPearson(x, y)).toBeNull()
    // y is told completely by the covariate, and so is anything on its line
    expect(partialCorrelation(y, [2, 1, 2, 1, 2, 1], [y.map((v) => 2 * v)])).toBeUndefined()
  })

  it('ignore covariates that are constant or told by others', () => {
    const c = reference.correlations[2]!
    const twice = c.z!.map((v) => 3 - 2 * v)
    const plain = partialCorrelation(c.x!, c.y!, [c.z!])!
    const flat = c.z!.map(() => 7)
    expect(partialCorrelation(c.x!, c.y!, [c.z!, twice, flat])).toBeCloseTo(plain, 12)
  })

  it('are not claimed from fewer than 5 pairs, one more per covariate', () => {
    expect(correlate([1, 2, 3, 4], [1, 3, 2, 4])).toBeNull()
    expect(correlate([1, 2, 3, 4, 5], [1, 3, 2, 4, 4], { covariates: [[1, 2, 1, 2, 1]] })).toBeNull()
    expect(bootstrapPearson([1, 2, 3, 4], [1, 3, 2, 4])).toBeNull()
  })

  it('refuse lists of different length', () => {
    expect(() => pearson([1, 2], [1])).toThrow('between 2 and 1 values')
  })

  it('have wider intervals for ranks than for values', () => {
    const values = completeCorrelation(0.6, 50)
    const ranked = completeCorrelation(0.6, 50, { method: 'spearman' })
    expect(ranked.high - ranked.low).toBeGreaterThan(values.high - values.low)
  })

  it('have a seeded bootstrap interval that covers the truth about as often as it says', () => {
    // 200 samples of 40 pairs with correlation 0.5: the percentile interval covers about 93 %; fewer than 87 % would be
    // four standard errors away.
    const random = randomStream(5, 'test-bootstrap')
    let covered = 0
    for (let sample = 0; sample < 200; sample++) {
      const x = Array.from({ length: 40 }, () => random.normal())
      const y = x.map((v) => 0.5 * v + Math.sqrt(0.75) * random.normal())
      const interval = bootstrapPearson(x, y, { resamples: 300, seed: sample })!
      if (interval.low <= 0.5 && 0.5 <= interval.high) covered++
      if (sample === 0) expect(bootstrapPearson(x, y, { resamples: 300, seed: 0 })).toEqual(interval)
    }
    expect(covered).toBeGreaterThanOrEqual(174)
    expect(covered).toBeLessThan(200)
  })
})

describe('Corrections for many questions', () => {
  const { p, holm: wantedHolm, bh } = reference.multiplicity

  it('equal the definitions as scipy and numpy compute them', () => {
    expect(worstDifference(holm(p), wantedHolm)).toBeLessThan(TOLERANCE)
    expect(worstDifference(benjaminiHochberg(p), bh)).toBeLessThan(TOLERANCE)
  })

  it('leave one question alone and nothing for none', () => {
    expect([holm([0.03]), benjaminiHochberg([0.03]), holm([]), benjaminiHochberg([])]).toEqual([
      [0.03],
      [0.03],
      [],
      [],
    ])
  })

  it('never adjust downwards nor change the order', () => {
    for (const adjusted of [holm(p), benjaminiHochberg(p)]) {
      expect(adjusted.every((value, i) => value >= p[i]! && value <= 1)).toBe(true)
      expect(adjusted.every((value, i) => p.every((q, j) => q < p[i]! || adjusted[j]! >= value))).toBe(true)
    }
  })
})
