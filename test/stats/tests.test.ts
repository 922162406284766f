import { describe, expect, it } from 'vitest'
import { comparePaired, signFlipTest, wilcoxonSignedRank } from '../../src/main/stats/tests.ts'
import { relativeError, statsFixture } from './fixtures.ts'

const { paired } = statsFixture<{ paired: { d: number[]; wilcoxon: number; signFlip: number | null }[] }>(
  'reference.json',
)

describe('Wilcoxon and sign-flip tests', () => {
  it.each(paired.map((c) => ({ ...c, n: c.d.length })))(
    'give the p-values of scipy for $n differences',
    (c) => {
      expect(relativeError(wilcoxonSignedRank(c.d), c.wilcoxon)).toBeLessThan(1e-11)
      if (c.signFlip !== null) expect(relativeError(signFlipTest(c.d), c.signFlip)).toBeLessThan(1e-11)
    },
  )

  it('cannot fall below 2 / 2^n: five equal signs give 0.0625', () => {
    expect(signFlipTest([1, 2, 3, 4, 5])).toBe(0.0625)
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5])).toBe(0.0625)
  })

  it('see nothing in differences of 0', () => {
    expect([
      signFlipTest([0, 0, 0]),
      wilcoxonSignedRank([0, 0]),
      signFlipTest([]),
      wilcoxonSignedRank([]),
    ]).toEqual([1, 1, 1, 1])
  })

  it('flip at random beyond 16 differences, close to what the normal distribution gives, the same for the same seed', () => {
    const d = paired[3]!.d
    const p = signFlipTest(d, 3)
    expect(signFlipTest(d, 3)).toBe(p)
    const squares = d.reduce((sum, x) => sum + x * x, 0)
    const z = Math.abs(d.reduce((a, b) => a + b, 0)) / Math.sqrt(squares)
    // 20,000 flips: standard error below 0.0035; the normal approximation is off by less than that for 80 values.
    expect(Math.abs(p - 2 * (1 - phi(z)))).toBeLessThan(0.015)
  })
})

/** Standard normal distribution function by Simpson's rule, for z from 0 to 10. */
function phi(z: number): number {
  const steps = 1000
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  let sum = density(0) + density(z)
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * density((i * z) / steps)
  return 0.5 + (sum * z) / steps / 3
}

describe('Paired comparisons', () => {
  it('report mean, interval, p-values and effect sizes', () => {
    const found = comparePaired([3, 5, 4, 6, 8], [1, 4, 4, 7, 5])
    expect(found).toMatchObject({ n: 5, meanDifference: 1, enough: true })
    expect(found.low).toBeLessThan(1)
    expect(found.high).toBeGreaterThan(1)
    expect(found.cohensD).toBeCloseTo(1 / Math.sqrt(2.5), 12) // differences 2 1 0 -1 3
    expect(found.rankBiserial).toBeCloseTo((8.5 - 1.5) / 10, 12)
  })

  it('say when there are too few pairs to claim anything', () => {
    const four = comparePaired([1, 2, 3, 4], [0, 0, 0, 0])
    expect(four.enough).toBe(false)
    expect(four.signFlip).toBe(0.125)
    expect(comparePaired([1], [0])).toEqual({
      n: 1,
      meanDifference: 1,
      signFlip: 1,
      wilcoxon: 1,
      rankBiserial: 1,
      enough: false,
    })
  })

  it('leave out the effect size where all differences are equal', () => {
    expect(comparePaired([2, 3, 4], [1, 2, 3])).not.toHaveProperty('cohensD')
    expect(comparePaired([1, 2], [1, 2])).toMatchObject({ rankBiserial: 0, signFlip: 1 })
  })

  it('refuse unequal or empty lists', () => {
    expect(() => comparePaired([1], [])).toThrow('between 1 and 0 values')
    expect(() => comparePaired([], [])).toThrow('at least 1')
  })
})
