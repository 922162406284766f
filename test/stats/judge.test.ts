import { describe, expect, it } from 'vitest'
import {
  fewestPairs,
  judge,
  judgeFamily,
  pairedDifferences,
  pairedEffect,
  type JudgedValue,
  type Question,
} from '../../src/main/stats/judge.ts'
import { pText, signed } from '../../src/main/stats/judge-words.ts'
import { relativeError, statsFixture } from './fixtures.ts'

interface Case {
  a: number[]
  b: number[]
  difference: number
  interval: [number, number]
  p: number
  effect: number
  standardError: number
}
const { cases, family } = statsFixture<{ cases: Case[]; family: { holm: number[]; bh: number[] } }>(
  'judge.json',
)

const bySeed = (values: readonly number[]): JudgedValue[] =>
  values.map((value, i) => ({ block: i + 1, value }))

function question(a: readonly number[], b: readonly number[], change: Partial<Question> = {}): Question {
  return {
    a: { name: 'magnitude', values: bySeed(a) },
    b: { name: 'random', values: bySeed(b) },
    measure: 'pruned-accuracy',
    where: 'at 80 %',
    ...change,
  }
}

/** Ten seeds whose differences are `points` each, give or take. */
const tenSeeds = (points: number, spread = 0.7) => {
  const b = Array.from({ length: 10 }, (_, i) => 0.5 + i / 100)
  return { a: b.map((v, i) => v + (points + spread * Math.sin(i * 2.4)) / 100), b }
}

describe('A judgement', () => {
  it.each(cases.map((c) => ({ ...c, n: c.a.length })))('of $n pairs has the numbers of scipy', (c) => {
    const found = judge(question(c.a, c.b))
    expect(found.n).toBe(c.a.length)
    // Values have four digits, so a difference is exact to about 1e-14 of 100.
    expect(Math.abs(found.difference - c.difference)).toBeLessThan(1e-11)
    expect(found.p).toBe(c.p) // a count of sign patterns over 2^n
    expect(relativeError(found.effect!, c.effect)).toBeLessThan(1e-10)
    // All resamples up to 7 pairs, 4,000 beyond: the standard error of a 2.5 % quantile of a nearly normal mean is
    // sqrt(0.025 * 0.975 / 4000) / density(1.96) = 0.042 standard errors of the mean; four of them, and the grid of means.
    const slack = c.a.length <= 7 ? 0.02 : 0.17
    expect(Math.abs(found.low! - c.interval[0])).toBeLessThan(slack * c.standardError)
    expect(Math.abs(found.high! - c.interval[1])).toBeLessThan(slack * c.standardError)
  })

  it('is corrected over its family as scipy does', () => {
    const found = judgeFamily(cases.map((c) => question(c.a, c.b)))
    expect(found.map(({ holm }) => holm)).toEqual(family.holm.map((p) => expect.closeTo(p, 12)))
    expect(found.map(({ bh }) => bh)).toEqual(family.bh.map((p) => expect.closeTo(p, 12)))
  })

  it('says a claim in one sentence, the better one first whichever was asked for first', () => {
    const { a, b } = tenSeeds(3.1)
    const found = judge(question(a, b))
    expect(found.sentence).toMatch(
      /^magnitude keeps 3\.\d points more than random at 80 % \(95 % CI 2\.\d to 3\.\d, 10 seeds, p = 0\.002\)$/,
    )
    expect(found.verdict).toBe('supported')
    const turned = judge({
      ...question(b, a),
      a: { name: 'random', values: bySeed(b) },
      b: { name: 'magnitude', values: bySeed(a) },
    })
    expect(turned.sentence).toBe(found.sentence)
    expect(turned.difference).toBeCloseTo(-found.difference, 12)
  })

  it('speaks of epochs the other way round: fewer are better', () => {
    const found = judge({
      a: { name: 'LSTM', values: bySeed([4, 5, 4, 6, 5, 4]) },
      b: { name: 'GRU', values: bySeed([2, 2, 3, 4, 2, 3]) },
      measure: 'regain-epochs',
      where: 'at 90 %',
    })
    expect(found.sentence).toBe(
      'GRU needs 2.0 epochs fewer than LSTM at 90 % (95 % CI 1.3 to 2.7, 6 seeds, p = 0.031)',
    )
  })

  it('claims nothing where the p-value does not', () => {
    const { a, b } = tenSeeds(0.1, 2)
    const found = judge(question(a, b))
    expect(found.verdict).toBe('open')
    expect(found.sentence).toMatch(
      /^no difference shown between magnitude and random at 80 %: .* more \(95 % CI −.* to .*, 10 seeds, p = 0\.\d\d\)$/,
    )
    expect(judge(question(b, b))).toMatchObject({ p: 1, difference: 0, verdict: 'open' })
  })

  it('says that there are too few seeds, and why', () => {
    const found = judge(question([0.9, 0.91, 0.92], [0.5, 0.5, 0.5]))
    expect(found.sentence).toBe('too few seeds to claim: 3')
    expect(found.verdict).toBe('too-few')
    expect(found.reason).toBe(
      'Differences are judged from 5 seeds on; a sign-flip test of 3 pairs cannot give a p below 0.25.',
    )
    expect(judge(question([0.9], [0.5])).reason).toContain('of 1 pair cannot give a p below 1.')
    const { a, b } = tenSeeds(30)
    expect(judge(question(a.slice(0, 4), b.slice(0, 4))).verdict).toBe('too-few')
  })

  it('judges 5 seeds with every number, never as significant, and says why', () => {
    const { a, b } = tenSeeds(30)
    const five = judge(question(a.slice(0, 5), b.slice(0, 5)))
    expect(five).toMatchObject({ verdict: 'open', n: 5, p: 2 / 32 })
    expect(five.sentence).toMatch(
      /^no difference shown between magnitude and random at 80 %: \d+\.\d points more \(95 % CI \d.* to \d.*, effect \d+\.\d\d, 5 seeds, p = 0\.063\)$/,
    )
    expect(five.effect).toBeGreaterThan(1)
    expect(five.reason).toBe('Not significant: 5 seeds cannot give a p below 0.0625, 6 can.')
    const six = judge(question(a.slice(0, 6), b.slice(0, 6)))
    expect(six.verdict).toBe('supported')
    expect(six.sentence).not.toContain('effect')
  })

  it('tells the effect in the direction of its sentence', () => {
    const { a, b } = tenSeeds(30)
    const [low, high] = [a.slice(0, 5), b.slice(0, 5)]
    const turned = judge({
      ...question(high, low),
      a: { name: 'random', values: bySeed(high) },
      b: { name: 'magnitude', values: bySeed(low) },
    })
    expect(turned.sentence).toBe(judge(question(low, high)).sentence)
  })

  it('compares nothing that is not paired', () => {
    const found = judge({
      a: { name: 'x', values: [{ block: 1, value: 1 }] },
      b: { name: 'y', values: [{ block: 2, value: 1 }] },
      measure: 'accuracy',
    })
    expect(found).toMatchObject({ n: 0, verdict: 'unpaired', difference: 0 })
    expect(found).not.toHaveProperty('p')
    expect(found.sentence).toBe('no common seed: nothing to compare pair by pair')
  })

  it('gives the same numbers for the same seed', () => {
    const { a, b } = tenSeeds(1)
    expect(judge(question(a, b), 3)).toEqual(judge(question(a, b), 3))
  })
})

describe('A family of judgements', () => {
  it('needs more pairs the more is claimed: 6 for one claim, 9 for ten', () => {
    expect([1, 2, 10, 100].map((count) => fewestPairs(count))).toEqual([6, 7, 9, 12])
  })

  it('takes back what does not survive the correction, and says what would', () => {
    const six = tenSeeds(3)
    const strong = question(six.a.slice(0, 6), six.b.slice(0, 6))
    const found = judgeFamily([strong, strong, strong])
    expect(found.map(({ verdict }) => verdict)).toEqual(['open', 'open', 'open'])
    expect(found[0]).toMatchObject({ p: 2 / 64, holm: 6 / 64, family: 3, fewest: 7 })
    expect(found[0]!.sentence).toContain('p = 0.031, p = 0.094 corrected for 3 claims)')
    expect(found[0]!.reason).toBe(
      '6 seeds cannot support one of 3 claims made together; 7 could, or fewer claims.',
    )
  })

  it('does not count questions without pairs', () => {
    const { a, b } = tenSeeds(3)
    const none = question([], b)
    expect(judgeFamily([question(a, b), none]).map(({ family: size }) => size)).toEqual([1, 1])
  })
})

describe('Paired differences', () => {
  it('pair runs with all other settings equal and average them by seed', () => {
    const a = [
      { block: 1, match: 'gru', value: 4 },
      { block: 1, match: 'lstm', value: 8 },
      { block: 2, match: 'gru', value: 5 },
      { block: 3, match: 'gru', value: 100 }, // no counterpart
    ]
    const b = [
      { block: 1, match: 'gru', value: 1 },
      { block: 1, match: 'lstm', value: 3 },
      { block: 2, match: 'gru', value: 1 },
      { block: 2, match: 'rnn', value: 100 },
    ]
    expect(pairedDifferences({ name: 'a', values: a }, { name: 'b', values: b })).toEqual({
      differences: [4, 4],
      runs: 3,
    })
  })

  it('have no effect size below three pairs or without spread', () => {
    expect([pairedEffect([1, 2]), pairedEffect([2, 2, 2]), pairedEffect([0, 0, 0])]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('Numbers of a sentence', () => {
  it('have a true minus, never a minus zero, and p is cut at 0.001', () => {
    expect([signed(-1.26, 1), signed(-0.01, 1), signed(2, 1)]).toEqual(['−1.3', '0.0', '2.0'])
    expect([0.0001, 0.00195, 0.031, 0.0999, 0.24, 1].map(pText)).toEqual([
      'p < 0.001',
      'p = 0.002',
      'p = 0.031',
      'p = 0.10',
      'p = 0.24',
      'p = 1.00',
    ])
  })
})
