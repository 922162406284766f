// Generated datasets: every string is what it claims to be, nothing leaks between classes and splits, and what cannot be
// made is refused.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accepts, automatonOf, REBER_ALPHABET, sampler } from '../../src/main/data/grammar.ts'
import { generateReber } from '../../src/main/data/reber.ts'
import { sampleDataset } from '../../src/main/data/sample.ts'
import {
  CORRUPTIONS,
  datasetDraftSchema,
  type ReberRequest,
  type Sequences,
} from '../../src/shared/dataset.ts'
import { randomStream } from '../../src/shared/random.ts'

const GRAMMARS = ['reber', 'embedded-reber'] as const
const all = ({ train, test }: Sequences) => [...train, ...test]

/**
 * The plain grammar written down a second time, as a regular expression: after the T branch the automaton is in state X,
 * after the P branch in state V; from V it goes on with T* V, then P (to X) or V (end); from X with X (to V) or S (end).
 */
const FROM_V = 'T*V(?:PXT*V)*(?:V|PS)'
const PLAIN = new RegExp(`^B(?:TS*X(?:S|X${FROM_V})|P${FROM_V})E$`)
const EMBEDDED = new RegExp(`^B(?:T${PLAIN.source.slice(1, -1)}T|P${PLAIN.source.slice(1, -1)}P)E$`)

describe('the automata', () => {
  it('accept exactly what the grammars say, for every string of up to 7 letters of the alphabet', () => {
    const automaton = automatonOf('reber')
    let strings = ['']
    let accepted = 0
    for (let length = 1; length <= 7; length++) {
      strings = strings.flatMap((text) => REBER_ALPHABET.map((letter) => text + letter))
      for (const text of strings)
        if (accepts(automaton, text) !== PLAIN.test(text)) expect(text).toBe('agreed')
      const found = strings.filter((text) => accepts(automaton, text)).length
      expect(sampler(automaton, length).count(length)).toBe(found)
      accepted += found
    }
    // By hand: BTXSE BPVVE; BTSXSE BPTVVE BPVPSE; BTSSXSE BTXXVVE BPTTVVE BPTVPSE.
    expect(accepted).toBe(9)
  })

  it.each(GRAMMARS)('draw %s strings of the length asked for, all of them in the end', (grammar) => {
    const automaton = automatonOf(grammar)
    const source = sampler(automaton, 40)
    const stream = randomStream(1, 'test')
    for (const length of [9, 11, 12]) {
      const drawn = new Set(Array.from({ length: 2000 }, () => source.draw(length, stream)))
      expect(drawn.size).toBe(source.count(length))
      for (const text of drawn) {
        expect(text).toHaveLength(length)
        expect((grammar === 'reber' ? PLAIN : EMBEDDED).test(text)).toBe(true)
      }
    }
  })
})

describe('generated sets', () => {
  const request = fc.record({
    grammar: fc.constantFrom(...GRAMMARS),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    size: fc.integer({ min: 2, max: 300 }),
    validFraction: fc.constantFrom(0, 0.1, 0.5, 1),
    testFraction: fc.constantFrom(0, 0.25, 0.5),
    minLength: fc.integer({ min: 9, max: 16 }),
    maxLength: fc.integer({ min: 20, max: 60 }),
  })

  it('hold what was asked for: sizes, lengths, no string twice, validity proved, corruption named', () => {
    fc.assert(
      fc.property(request, (parameters) => {
        const { content, draft } = generateReber(parameters)
        const { size, validFraction, testFraction, grammar, minLength, maxLength } = parameters
        const valid = Math.round(size * validFraction)
        const regex = grammar === 'reber' ? PLAIN : EMBEDDED
        expect(content.test).toHaveLength(Math.round(size * testFraction))
        expect(all(content)).toHaveLength(size)
        expect(new Set(all(content).map((one) => one.text)).size).toBe(size)
        expect(all(content).filter((one) => one.label === 1)).toHaveLength(valid)
        for (const { text, label, corruption } of all(content)) {
          expect(regex.test(text)).toBe(label === 1)
          expect(corruption === undefined).toBe(label === 1)
          expect(text.length >= minLength && text.length <= maxLength).toBe(true)
        }
        expect(datasetDraftSchema.parse(draft)).toEqual(draft)
      }),
      { numRuns: 60 },
    )
  })

  it('are the same for the same parameters and others for another seed', () => {
    const make = (seed: number) => generateReber({ seed, size: 200 }).draft.hash
    expect(make(7)).toBe(make(7))
    expect(make(7)).not.toBe(make(8))
    expect(make(1)).toBe('abcd5a087c6b47cfc1af5f4374f6aef515d730694a03a80d0acb9b926916046e')
  })

  it.each(GRAMMARS)('tell nothing about validity by the length of a %s string', (grammar) => {
    const { content } = generateReber({ grammar, seed: 3, size: 10_000 })
    const lengths = (label: number) =>
      all(content)
        .filter((one) => one.label === label)
        .map((one) => one.text.length)
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
    // Two samples of 5,000 with a standard deviation below 8: the standard error of the difference is below 0.16.
    expect(Math.abs(mean(lengths(0)) - mean(lengths(1)))).toBeLessThan(0.64)
    const best = Math.max(
      ...Array.from({ length: 60 }, (_, cut) => {
        const right = all(content).filter((one) => (one.text.length >= cut ? 1 : 0) === one.label).length
        return Math.max(right, 10_000 - right) / 10_000
      }),
    )
    expect(best).toBeLessThan(0.53) // chance is 0.5, its standard error 0.005
  })

  it('have the length range and the mode of the published set by default', () => {
    const { content, draft } = generateReber({ seed: 1 })
    expect(draft.counts).toEqual({ train: [9375, 9375], test: [3125, 3125] })
    expect(draft.minLength).toBe(11)
    expect(draft.maxLength).toBeLessThanOrEqual(53)
    const counts = new Map<number, number>()
    for (const { text } of all(content)) counts.set(text.length, (counts.get(text.length) ?? 0) + 1)
    const mode = [...counts].sort((a, b) => b[1] - a[1])[0]![0]
    expect(mode).toBeGreaterThanOrEqual(20) // published: 22
    expect(mode).toBeLessThanOrEqual(25)
  })

  it('share the corruptions in the proportions given', () => {
    const corruptions = {
      'substitute-inside': 3,
      swap: 1,
      'substitute-outside': 0,
      drop: 0,
      double: 0,
      'wrong-branch': 0,
    }
    const { content } = generateReber({ seed: 1, size: 800, corruptions })
    const counts = CORRUPTIONS.map((name) => all(content).filter((one) => one.corruption === name).length)
    expect(counts).toEqual([300, 0, 100, 0, 0, 0])
  })

  it('make each corruption what its name says', () => {
    const { content } = generateReber({ grammar: 'embedded-reber', seed: 5, size: 1200 })
    const of = (name: string) =>
      all(content)
        .filter((one) => one.corruption === name)
        .map((one) => one.text)
    const outside = (text: string) => Array.from(text).filter((letter) => !'BEPSTVX'.includes(letter)).length
    for (const text of of('substitute-outside')) expect(outside(text)).toBe(1)
    for (const name of CORRUPTIONS.filter((one) => one !== 'substitute-outside')) {
      expect(of(name).length).toBe(100)
      for (const text of of(name)) expect(outside(text)).toBe(0)
    }
    for (const text of of('wrong-branch')) {
      const repaired = `${text.slice(0, -2)}${text[1]}E`
      expect(text.at(-2)).not.toBe(text[1])
      expect(EMBEDDED.test(repaired)).toBe(true)
    }
    for (const text of of('double')) {
      const shorter = Array.from(text, (_, k) => text.slice(0, k) + text.slice(k + 1))
      expect(shorter.some((one) => EMBEDDED.test(one))).toBe(true)
    }
  })

  it('make plain wrong branches by the letter after B', () => {
    const { content } = generateReber({ seed: 5, size: 600 })
    const texts = all(content).filter((one) => one.corruption === 'wrong-branch')
    expect(texts).toHaveLength(50)
    for (const { text } of texts)
      expect(PLAIN.test(`B${text[1] === 'T' ? 'P' : 'T'}${text.slice(2)}`)).toBe(true)
  })

  it('take every string there is when as many are asked for', () => {
    const source = sampler(automatonOf('reber'), 16)
    const n = Array.from({ length: 6 }, (_, k) => source.count(11 + k)).reduce((a, b) => a + b, 0)
    const { content } = generateReber({ seed: 1, size: n, validFraction: 1, minLength: 11, maxLength: 16 })
    expect(new Set(all(content).map((one) => one.text)).size).toBe(n)
    expect(() =>
      generateReber({ seed: 1, size: n + 1, validFraction: 1, minLength: 11, maxLength: 16 }),
    ).toThrow(
      `${n + 1} different valid strings with 11 to 16 symbols were asked for, but the reber grammar has ${n}; ask for fewer or widen the range of lengths.`,
    )
  })
})

describe('impossible requests', () => {
  const refused: [string, ReberRequest, string][] = [
    ['lengths no string has', { seed: 1, size: 10, minLength: 1, maxLength: 4 }, 'the reber grammar has 0'],
    ['lengths the wrong way round', { seed: 1, minLength: 20, maxLength: 10 }, 'is above the longest'],
    [
      'no corruption at all',
      {
        seed: 1,
        corruptions: {
          'substitute-inside': 0,
          'substitute-outside': 0,
          swap: 0,
          drop: 0,
          double: 0,
          'wrong-branch': 0,
        },
      },
      'every corruption has the share 0',
    ],
    [
      'more wrong branches than there are strings',
      {
        seed: 1,
        size: 100,
        validFraction: 0,
        minLength: 5,
        maxLength: 8,
        corruptions: { 'substitute-inside': 0, 'substitute-outside': 0, swap: 0, drop: 0, double: 0 },
      },
      "different invalid strings 'wrong branch' with 5 to 8 symbols were found",
    ],
    ['a seed that is none', { seed: 1.5 }, 'Generator parameter seed'],
  ]
  it.each(refused)('refuse %s with a sentence', (_, request, sentence) => {
    expect(() => generateReber(request)).toThrow(sentence)
  })
})

it('has a ready sample that is always the same', () => {
  const { name, content, draft } = sampleDataset()
  expect(name).toBe('Reber sample')
  expect(content.train).toHaveLength(3000)
  expect(draft.counts).toEqual({ train: [1500, 1500], test: [500, 500] })
  expect(draft.hash).toBe('298cb6a9906beebeed48aad53486d1bf1920ddbd4e3dbff4d119cfc530d40b56')
})
