// Profiles and trivial baselines: the published values, small cases worked by hand, and speed.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { baselinesOf } from '../../src/main/data/baselines.ts'
import { importFiles } from '../../src/main/data/import/import-files.ts'
import { profileOf } from '../../src/main/data/profile.ts'
import { generateReber } from '../../src/main/data/reber.ts'
import {
  baselineSchema,
  datasetProfileSchema,
  type Sequence,
  type Sequences,
} from '../../src/shared/dataset.ts'

const published = resolve('..', 'shared', 'thesis', 'dataset')
const missing = !existsSync(published)
if (missing)
  console.log('skipped: the published dataset is not beside the project (../shared/thesis/dataset)')

const sequences = (...rows: [string, number][]): Sequence[] => rows.map(([text, label]) => ({ text, label }))
const scores = (content: Sequences) =>
  Object.fromEntries(baselinesOf(content).map((one) => [one.name, one.correct]))

describe.skipIf(missing)('on the published dataset', () => {
  it('the bigram rule scores 93.68 %, and the others what they were measured at', async () => {
    const { content } = await importFiles(
      { train: join(published, 'train_data.csv'), test: join(published, 'test_data.csv') },
      {},
    )
    const baselines = baselinesOf(content)
    expect(baselines.map(({ name, correct, total }) => [name, correct, total])).toEqual([
      ['majority', 3089, 6250],
      ['known-symbols', 4868, 6250],
      ['bigram', 5855, 6250],
      ['ngram-profile', 5759, 6250],
    ])
    expect(baselines[2]?.accuracy).toBe(0.9368)
    for (const one of baselines) expect(baselineSchema.parse(one)).toEqual(one)
    const profile = profileOf(content)
    expect(datasetProfileSchema.parse(profile)).toEqual(profile)
    expect(profile.train).toMatchObject({
      sequences: 18_750,
      byClass: [9411, 9339],
      duplicates: 7,
      minLength: 11,
    })
    expect(profile.overlap).toEqual({ test: 1, contradicting: 0 })
    const both = new Map(profile.train.lengths.map((one) => [one.length, one.byClass[0]! + one.byClass[1]!]))
    for (const { length, byClass } of profile.test.lengths)
      both.set(length, (both.get(length) ?? 0) + byClass[0]! + byClass[1]!)
    expect([...both].sort((a, b) => b[1] - a[1])[0]?.[0]).toBe(22) // the published mode
  })
})

describe('baselines', () => {
  it('classify by hand-worked rules', () => {
    const content: Sequences = {
      tokens: 'characters',
      classes: ['invalid', 'valid'],
      train: sequences(['AB', 1], ['ABAB', 1], ['BA', 0], ['AXB', 0], ['BB', 0]),
      test: sequences(['ABABAB', 1], ['AA', 0], ['AXBX', 0], ['BAB', 0], ['Q', 1]),
    }
    // majority: always invalid. Letters: valid knows A, B. Bigrams: valid knows ^A, AB, BA, B$.
    expect(scores(content)).toMatchObject({ majority: 3, 'known-symbols': 2, bigram: 4 })
  })

  it('find the most particular class of several', () => {
    const content: Sequences = {
      tokens: 'words',
      classes: ['a', 'b', 'c'],
      train: sequences(['x y', 0], ['x y z', 1], ['z w q v', 2], ['x w q', 2]),
      test: sequences(['y x', 0], ['z z', 1], ['w w', 2], ['never seen', 2]),
    }
    expect(scores(content)).toMatchObject({ 'known-symbols': 4 })
  })

  it('take the nearest profile', () => {
    const content: Sequences = {
      tokens: 'characters',
      classes: ['0', '1', '2'],
      train: sequences(['AAAA', 0], ['BBBB', 1], ['ABAB', 2], ['BABA', 2]),
      test: sequences(['AAAAA', 0], ['BBBBBB', 1], ['ABABA', 2]),
    }
    expect(scores(content)).toMatchObject({ 'ngram-profile': 3 })
  })

  it('work without a test split and with one class', () => {
    const content: Sequences = {
      tokens: 'characters',
      classes: ['only'],
      train: sequences(['A', 0]),
      test: [],
    }
    for (const one of baselinesOf(content)) expect(one).toMatchObject({ correct: 0, total: 0, accuracy: 0 })
    expect(profileOf(content).test).toMatchObject({
      sequences: 0,
      minLength: 0,
      medianLength: 0,
      meanLength: 0,
    })
  })

  it('take well under two seconds each for 25,000 strings', () => {
    const { content } = generateReber({ seed: 1 })
    const start = performance.now()
    baselinesOf(content)
    profileOf(content)
    expect(performance.now() - start).toBeLessThan(10_000) // five times two seconds at most; about 0.7 s together on an idle machine
  })
})

describe('profileOf', () => {
  it('counts lengths, symbols, duplicates, overlap and contradictions', () => {
    const content: Sequences = {
      tokens: 'characters',
      classes: ['no', 'yes'],
      train: [
        ...sequences(['AB', 1], ['AB', 1], ['ABC', 0], ['C', 0]),
        { text: 'C', label: 1, corruption: 'drop' },
      ],
      test: sequences(['AB', 0], ['ABC', 0], ['D😀', 1]),
    }
    const profile = profileOf(content)
    expect(profile.train).toEqual({
      sequences: 5,
      byClass: [2, 3],
      lengths: [
        { length: 1, byClass: [1, 1] },
        { length: 2, byClass: [0, 2] },
        { length: 3, byClass: [1, 0] },
      ],
      minLength: 1,
      medianLength: 2,
      meanLength: 9 / 5,
      maxLength: 3,
      duplicates: 2,
    })
    expect(profile.test.lengths.map((one) => one.length)).toEqual([2, 3])
    expect(profile.symbols[0]).toEqual({ symbol: 'A', train: [1, 2], test: [2, 0] })
    expect(profile.symbols.map((one) => one.symbol)).toEqual(['A', 'B', 'C', 'D', '😀'])
    expect(profile.symbolsOnlyInTest).toEqual(['D', '😀'])
    expect(profile.overlap).toEqual({ test: 2, contradicting: 1 })
    expect(profile.contradictions).toBe(1)
    expect(profile.corruptions).toEqual([{ name: 'drop', train: 1, test: 0 }])
    expect(profile.samples.filter((one) => one.split === 'test')).toHaveLength(3)
  })
})
