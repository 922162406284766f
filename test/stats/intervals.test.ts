import { describe, expect, it } from 'vitest'
import { bootstrapMean, estimateMean } from '../../src/main/stats/intervals.ts'
import { randomStream } from '../../src/shared/random.ts'

describe('the bootstrap interval of a mean', () => {
  it('needs two values', () => {
    expect(bootstrapMean([])).toBeUndefined()
    expect(bootstrapMean([0.9])).toBeUndefined()
    expect(estimateMean([0.9])).toEqual({ n: 1, mean: 0.9 })
  })

  it('is the known one for two values: resample means 0, 1/2, 1 have weight 1/4, 1/2, 1/4', () => {
    expect(bootstrapMean([0, 1])).toEqual({ low: 0, high: 1 })
    expect(bootstrapMean([0, 1], { level: 0.4 })).toEqual({ low: 0.5, high: 0.5 })
  })

  it('takes the quantiles of all 27 resamples of three values', () => {
    // Means of (0, 0, 3) draws: the number of threes is binomial(3, 1/3): P(0) = 8/27, P(1) = 12/27, P(2) = 6/27, P(3) = 1/27.
    expect(bootstrapMean([0, 0, 3])).toEqual({ low: 0, high: 3 }) // 1/27 = 3.7 % is more than the 2.5 % tail
    expect(bootstrapMean([0, 0, 3], { level: 0.9 })).toEqual({ low: 0, high: 2 }) // and less than 5 %
  })

  it('has no width when all values are equal', () => {
    expect(bootstrapMean([0.25, 0.25, 0.25])).toEqual({ low: 0.25, high: 0.25 })
  })

  it('is the same from random resamples as from all of them, within their error', () => {
    const values = [0.91, 0.93, 0.95, 0.9, 0.97, 0.92, 0.94]
    const exact = bootstrapMean(values)!
    // Eight values with one that is the mean of the others: nearly the same distribution, drawn at random.
    const drawn = bootstrapMean([...values, 0.931428571428], { seed: 5 })!
    expect(Math.abs(drawn.low - exact.low)).toBeLessThan(0.004)
    expect(Math.abs(drawn.high - exact.high)).toBeLessThan(0.004)
  })

  it('depends on the seed only where it draws, and then on nothing else', () => {
    const eight = Array.from({ length: 8 }, (_, i) => Math.sin(i))
    expect(bootstrapMean(eight, { seed: 1 })).toEqual(bootstrapMean(eight, { seed: 1 }))
    expect(bootstrapMean(eight.slice(0, 7), { seed: 1 })).toEqual(
      bootstrapMean(eight.slice(0, 7), { seed: 2 }),
    )
  })

  it('covers the true mean about as often as it says', () => {
    // 20 normal values: the percentile interval covers a little less than 95 %; 300 trials have a standard error of 1.4 %.
    const stream = randomStream(11, 'coverage')
    let covered = 0
    for (let trial = 0; trial < 300; trial++) {
      const { low, high } = bootstrapMean(Array.from({ length: 20 }, () => stream.normal()))!
      if (low <= 0 && 0 <= high) covered++
    }
    expect(covered / 300).toBeGreaterThan(0.88)
    expect(covered / 300).toBeLessThan(0.985)
  })
})
