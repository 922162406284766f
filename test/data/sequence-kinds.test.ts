// How a string was corrupted, derived from the grammar: against a search through all changes, and against what the
// generator recorded.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DERIVED_ORDER, deriveCorruption, type DerivedKind } from '../../src/main/data/derive-corruption.ts'
import { accepts, automatonOf, REBER_ALPHABET, sampler, type Grammar } from '../../src/main/data/grammar.ts'
import { generateReber } from '../../src/main/data/reber.ts'
import { sequenceKinds } from '../../src/main/data/sequence-kinds.ts'
import type { Sequence, Sequences } from '../../src/shared/dataset.ts'
import { randomStream } from '../../src/shared/random.ts'

const GRAMMARS = ['reber', 'embedded-reber'] as const

/** Every string one change of a kind can have been made from. */
function origins(text: string, kind: DerivedKind, grammar: Grammar): string[] {
  const at = Array.from(text, (_, k) => k)
  const put = (k: number, letters: string) => text.slice(0, k) + letters + text.slice(k + 1)
  const letters = [...REBER_ALPHABET]
  switch (kind) {
    case 'grammatical':
      return [text]
    case 'wrong-branch': {
      const place = grammar === 'reber' ? 1 : text.length - 2
      const other = { T: 'P', P: 'T' }[text[place] ?? '']
      return other === undefined ? [] : [put(place, other)]
    }
    case 'substitute-inside':
      return at.flatMap((k) => letters.filter((letter) => letter !== text[k]).map((letter) => put(k, letter)))
    case 'swap':
      return at.flatMap((a) =>
        at.slice(a + 1).map((b) => put(a, text[b]!).slice(0, b) + text[a]! + text.slice(b + 1)),
      )
    case 'drop':
      return [...at, text.length].flatMap((k) =>
        letters.map((letter) => text.slice(0, k) + letter + text.slice(k)),
      )
    case 'double':
      return at.filter((k) => k > 0 && text[k] === text[k - 1]).map((k) => put(k, ''))
    default:
      return []
  }
}

function searched(text: string, grammar: Grammar): DerivedKind {
  const automaton = automatonOf(grammar)
  if (Array.from(text).some((letter) => !(REBER_ALPHABET as readonly string[]).includes(letter)))
    return 'substitute-outside'
  const found = DERIVED_ORDER.find((kind) =>
    origins(text, kind, grammar).some((origin) => accepts(automaton, origin)),
  )
  return found ?? 'several'
}

describe('the change that explains a string', () => {
  it('by hand', () => {
    const found = [
      'BTXSE',
      'BTXSQ',
      'BPXSE', // B P X: the other branch
      'BTXSS',
      'TBXSE',
      'BTXE',
      'BTXXSE', // also BTXSE with an X doubled
      'BBTXSE',
      'EEEEE',
      '',
    ].map((text) => deriveCorruption(text, 'reber'))
    expect(found).toEqual([
      'grammatical',
      'substitute-outside',
      'wrong-branch',
      'substitute-inside',
      'swap',
      'drop',
      searched('BTXXSE', 'reber'),
      'double',
      'several',
      'several',
    ])
  })

  it.each(GRAMMARS)('is what a search through all changes of %s finds', (grammar) => {
    const source = sampler(automatonOf(grammar), 20)
    const letters = fc.constantFrom(...REBER_ALPHABET, 'Q')
    const lengths = Array.from({ length: 12 }, (_, k) => k + 5).filter((length) => source.count(length) > 0)
    const near = fc
      .tuple(
        fc.nat(1e6),
        fc.constantFrom(...lengths),
        fc.array(fc.tuple(fc.nat(20), fc.nat(2), letters), { maxLength: 2 }),
      )
      .map(([seed, length, changes]) => {
        let text = source.draw(length, randomStream(seed, 'near'))
        for (const [place, how, letter] of changes) {
          const k = place % (text.length + 1)
          text = text.slice(0, k) + ['', letter, letter + (text[k] ?? '')][how]! + text.slice(k + 1)
        }
        return text
      })
    const any = fc.array(letters, { maxLength: 9 }).map((list) => list.join(''))
    const seen = new Set<DerivedKind>()
    fc.assert(
      fc.property(fc.oneof({ weight: 5, arbitrary: near }, { weight: 1, arbitrary: any }), (text) => {
        const found = deriveCorruption(text, grammar)
        seen.add(found)
        expect(`${text} ${found}`).toBe(`${text} ${searched(text, grammar)}`)
      }),
      { numRuns: 3000 },
    )
    expect([...seen].sort()).toEqual([...DERIVED_ORDER].sort())
  })

  it.each(GRAMMARS)('is the one the generator of %s recorded, or one that is tried before it', (grammar) => {
    const { content } = generateReber({ grammar, seed: 5, size: 4000, validFraction: 0 })
    const same = { all: 0, right: 0 }
    for (const { text, corruption } of [...content.train, ...content.test]) {
      const found = deriveCorruption(text, grammar)
      expect(DERIVED_ORDER.indexOf(found)).toBeLessThanOrEqual(DERIVED_ORDER.indexOf(corruption!))
      expect(found).not.toBe('grammatical')
      same.all++
      if (found === corruption) same.right++
      if (corruption === 'wrong-branch' || corruption === 'substitute-outside') expect(found).toBe(corruption)
    }
    // Ambiguous strings are few: a loop that is run once more or less is a change of several kinds.
    expect(same.right / same.all).toBeGreaterThan(0.7)
  })

  it('is found in a string of ten thousand letters without delay', () => {
    const text = `BP${'T'.repeat(10_000)}XE`
    const from = performance.now()
    expect(deriveCorruption(text, 'reber')).toBe('several')
    expect(performance.now() - from).toBeLessThan(2000)
  })
})

describe('the kinds of a dataset', () => {
  const content = (classes: string[], test: Sequence[], changes: Partial<Sequences> = {}): Sequences => ({
    tokens: 'characters',
    classes,
    train: [],
    test,
    ...changes,
  })
  const named = (data: Sequences, generated: boolean) => {
    const { kinds, kindOf, note, known } = sequenceKinds(data, generated)
    return { names: data.test.map((one) => kinds[kindOf(one)]!), note, known }
  }

  it('are those the generator recorded', () => {
    const { content: made } = generateReber({ seed: 1, size: 200 })
    const { names, note } = named(made, true)
    made.test.forEach(({ corruption }, k) => expect(names[k]!.corruption).toBe(corruption ?? null))
    expect(names.filter(({ name }) => name === 'valid')).toHaveLength(25)
    expect(note).toMatch(/recorded/)
  })

  it('are derived where a grammar accepts exactly one class, and that is said', () => {
    const data = content(
      ['good', 'bad'],
      [
        { text: 'BTXSE', label: 0 },
        { text: 'BTXSQ', label: 1 },
        { text: 'BPXSE', label: 1 },
        { text: 'EEEEE', label: 1 },
        { text: 'BPVVE', label: 1 }, // labelled otherwise than the grammar would
      ],
    )
    const { names, note, known } = named(data, false)
    expect(names).toEqual([
      { name: 'valid', corruption: null },
      { name: 'letters outside the alphabet', corruption: 'substitute-outside' },
      { name: 'wrong branch', corruption: 'wrong-branch' },
      { name: 'more than one change', corruption: null },
      { name: 'grammatical all the same', corruption: null },
    ])
    expect(known).toBe(true)
    expect(note).toMatch(
      /^Derived, not recorded: the Reber grammar accepts every sequence of the class 'good'/,
    )
  })

  it('are derived with the embedded grammar where that is the one', () => {
    const data = content(
      ['0', '1'],
      [
        { text: 'BTBTXSETE', label: 1 },
        { text: 'BTBTXSEPE', label: 0 },
      ],
    )
    const { names, note } = named(data, false)
    expect(names.map(({ name }) => name)).toEqual(['wrong branch', 'valid'].reverse())
    expect(note).toMatch(/embedded Reber grammar/)
  })

  it.each([
    [
      'no class is grammatical',
      content(
        ['a', 'b'],
        [
          { text: 'BTX', label: 0 },
          { text: 'x', label: 1 },
        ],
      ),
    ],
    [
      'both are',
      content(
        ['a', 'b'],
        [
          { text: 'BTXSE', label: 0 },
          { text: 'BPVVE', label: 1 },
        ],
      ),
    ],
    [
      'it has words',
      content(
        ['a', 'b'],
        [
          { text: 'BTXSE', label: 0 },
          { text: 'x', label: 1 },
        ],
        { tokens: 'words' },
      ),
    ],
    [
      'one training string is not',
      content(
        ['a', 'b'],
        [
          { text: 'BTXSE', label: 0 },
          { text: 'x', label: 1 },
        ],
        { train: [{ text: 'B', label: 0 }] },
      ),
    ],
    ['it is empty', content(['a', 'b'], [])],
  ])('are the classes where %s', (_, data) => {
    const { names, note, known } = named(data, false)
    expect(names.map(({ name }) => name)).toEqual(data.test.map(({ label }) => data.classes[label]))
    expect(known).toBe(false)
    expect(note).toMatch(/^By class/)
  })
})
