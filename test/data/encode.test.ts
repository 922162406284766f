// Splits, vocabularies, encodings and canonical content.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  contentFromBytes,
  contentHash,
  contentToBytes,
  describeContent,
  sequencePage,
} from '../../src/main/data/content.ts'
import { holdOut, splitByFraction } from '../../src/main/data/split.ts'
import { compareCodePoints } from '../../src/main/data/text-order.ts'
import { buildVocabulary, encodeDataset, encodeSplit, takeSequences } from '../../src/main/data/vocabulary.ts'
import { CORRUPTIONS, tokensOf, type Sequences } from '../../src/shared/dataset.ts'

const content = (
  train: string[],
  test: string[] = [],
  tokens: Sequences['tokens'] = 'characters',
): Sequences => ({
  tokens,
  classes: ['no', 'yes'],
  train: train.map((text, k) => ({ text, label: k % 2 })),
  test: test.map((text, k) => ({ text, label: k % 2 })),
})

const word = fc.string({
  unit: fc.constantFrom('a', 'Z', 'é', '😀', '\u{10ffff}', '\uffee', '"', '\n'),
  minLength: 1,
  maxLength: 6,
})
const anyContent: fc.Arbitrary<Sequences> = fc.record({
  tokens: fc.constant('characters' as const),
  classes: fc.constant(['no', '__proto__']),
  train: fc.array(fc.record({ text: word, label: fc.integer({ min: 0, max: 1 }) }), {
    minLength: 1,
    maxLength: 8,
  }),
  test: fc.array(
    fc.record({
      text: word,
      label: fc.integer({ min: 0, max: 1 }),
      corruption: fc.constantFrom(...CORRUPTIONS),
    }),
    { maxLength: 8 },
  ),
})

describe('splits', () => {
  it('keep every sequence once and the share of every class to within one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (labels, fraction, seed) => {
          const { kept, held } = splitByFraction(labels, fraction, seed)
          expect([...kept, ...held].sort((a, b) => a - b)).toEqual(labels.map((_, k) => k))
          expect(held).toHaveLength(Math.round(labels.length * fraction))
          expect([...held]).toEqual([...held].sort((a, b) => a - b))
          for (let label = 0; label <= 3; label++) {
            const n = labels.filter((one) => one === label).length
            const taken = [...held].filter((k) => labels[k] === label).length
            expect(Math.abs(taken - (n * held.length) / Math.max(1, labels.length))).toBeLessThan(1)
          }
        },
      ),
    )
  })

  it('depend on seed and purpose alone', () => {
    const labels = Array.from({ length: 100 }, (_, k) => k % 2)
    const held = (seed: number, purpose?: string) => [...holdOut(labels, 20, seed, purpose).held]
    expect(held(1)).toEqual(held(1))
    expect(held(1)).not.toEqual(held(2))
    expect(held(1, 'test')).not.toEqual(held(1, 'validation'))
  })

  it('refuse to hold out more than there is', () => {
    expect(() => holdOut([0, 1], 3, 1)).toThrow('3 of 2 sequences cannot be held out')
    expect(() => splitByFraction([0, 1], NaN, 1)).toThrow('A share of NaN')
  })
})

describe('the own vocabulary', () => {
  it('numbers the symbols of the training split by code point and keeps one token for all others', () => {
    const { vocabulary, train, test } = encodeDataset(content(['b😀a', 'é'], ['aqb', 'z']), 'vocabulary')
    expect(vocabulary.symbols).toEqual(['a', 'b', 'é', '😀'])
    expect(vocabulary).toMatchObject({ size: 6, unknown: 5 })
    expect([...train.tokens]).toEqual([2, 4, 1, 3])
    expect([...train.offsets]).toEqual([0, 3, 4])
    expect([...train.labels]).toEqual([0, 1])
    expect([...test.tokens]).toEqual([1, 5, 2, 5])
  })

  it('numbers words', () => {
    const { vocabulary, train } = encodeDataset(content(['the cat', 'the  dog '], [], 'words'), 'vocabulary')
    expect(vocabulary.symbols).toEqual(['cat', 'dog', 'the'])
    expect([...train.tokens]).toEqual([3, 1, 3, 2])
  })

  it('can be decoded again, never holds the pad, and stays below its size', () => {
    fc.assert(
      fc.property(anyContent, (any) => {
        const { vocabulary, train, test } = encodeDataset(any, 'vocabulary')
        const texts = any.train.map((_, n) =>
          [...train.tokens.subarray(train.offsets[n], train.offsets[n + 1])]
            .map((token) => vocabulary.symbols[token - 1])
            .join(''),
        )
        expect(texts).toEqual(any.train.map((one) => one.text))
        for (const token of [...train.tokens, ...test.tokens])
          expect(token >= 1 && token < vocabulary.size).toBe(true)
      }),
    )
  })

  it('refuses more symbols than a token can tell apart', () => {
    const many = Array.from({ length: 65_600 }, (_, k) => String.fromCodePoint(0x10000 + k)).join('')
    expect(() => buildVocabulary(content([many]), 'vocabulary')).toThrow('have 65600 different symbols')
  })
})

describe('the published encoding', () => {
  it('takes character codes as tokens', () => {
    const { vocabulary, train } = encodeDataset(content(['BTX', '\u007f']), 'ascii')
    expect(vocabulary.size).toBe(128)
    expect([...train.tokens]).toEqual([66, 84, 88, 127])
  })

  it('names the first character that is no ASCII', () => {
    const vocabulary = buildVocabulary(content(['A']), 'ascii')
    const encode = (text: string) =>
      encodeSplit(
        [
          { text: 'OK', label: 0 },
          { text, label: 1 },
        ],
        vocabulary,
      )
    expect(() => encode('BéÉ')).toThrow("The character 'é' (U+00E9) in sequence 2 has no ASCII token")
    expect(() => encode('B😀')).toThrow('U+1F600')
    expect(() => encode('B\0')).toThrow('The NUL character in sequence 2')
    expect(() => encode('')).toThrow('Sequence 2 has no symbols')
    expect(() => buildVocabulary(content(['a b'], [], 'words'), 'ascii')).toThrow('Words have no ASCII code')
  })
})

it('takes sequences of an encoded split in any order', () => {
  const { train } = encodeDataset(content(['A', 'BC', 'DEF']), 'ascii')
  const taken = takeSequences(train, [2, 0])
  expect([...taken.tokens]).toEqual([68, 69, 70, 65])
  expect([...taken.offsets]).toEqual([0, 3, 4])
  expect([...taken.labels]).toEqual([0, 0])
})

describe('canonical content', () => {
  it('comes back from its bytes, and its hash tells any two contents apart', () => {
    fc.assert(
      fc.property(anyContent, anyContent, (a, b) => {
        const bytes = contentToBytes(a)
        expect(contentFromBytes(bytes)).toEqual(a)
        expect(contentHash(bytes) === contentHash(contentToBytes(b))).toBe(
          JSON.stringify(a) === JSON.stringify(b),
        )
      }),
    )
  })

  it('refuses bytes it has not written', () => {
    const good = Buffer.from(contentToBytes(content(['A', 'B'], ['C']))).toString()
    for (const bad of [
      '',
      '{}',
      good.slice(0, -8),
      `${good}["D",0]\n`,
      good.replace('["B",1]', '["B",2]'),
      good.replace('"B"', '7'),
    ])
      expect(() => contentFromBytes(Buffer.from(bad))).toThrow(
        'The stored content of a dataset cannot be read',
      )
  })

  it('is described by counts, symbols and lengths', () => {
    const draft = describeContent(content(['BTX', 'B'], ['é']), {
      kind: 'reber',
      parameters: {} as never,
    })
    expect(draft).toMatchObject({
      counts: { train: [1, 1], test: [1, 0] },
      alphabet: ['B', 'T', 'X', 'é'],
      alphabetSize: 4,
      minLength: 1,
      maxLength: 3,
    })
  })

  it('is paged, filtered by class and text', () => {
    const many = content(['AB', 'BC', 'CA', 'AD'])
    const page = sequencePage(many, { split: 'train', offset: 1, limit: 1, contains: 'A' })
    expect(page).toEqual({ total: 3, offset: 1, sequences: [{ index: 2, text: 'CA', label: 0 }] })
    expect(sequencePage(many, { split: 'train', offset: 0, limit: 9, label: 1 }).total).toBe(2)
  })
})

describe('texts', () => {
  it('are ordered by code point, not by UTF-16 unit', () => {
    expect(['😀', '\uffee', 'a', 'ab', ''].sort(compareCodePoints)).toEqual(['', 'a', 'ab', '\uffee', '😀'])
    fc.assert(
      fc.property(word, word, (a, b) => {
        const order = Buffer.compare(Buffer.from(a), Buffer.from(b)) // UTF-8 bytes sort as code points do
        expect(Math.sign(compareCodePoints(a, b))).toBe(order)
      }),
    )
  })

  it('become code points or words', () => {
    expect(tokensOf('a😀', 'characters')).toEqual(['a', '😀'])
    expect(tokensOf(' a  b\tc ', 'words')).toEqual(['a', 'b', 'c'])
  })
})
