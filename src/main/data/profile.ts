// Describes a dataset for drawing and printing: lengths, classes, symbols, duplicates, overlap. Judges nothing.
import {
  CORRUPTIONS,
  tokensOf,
  type DatasetProfile,
  type Sequence,
  type Sequences,
  type SplitProfile,
} from '../../shared/dataset.ts'
import { compareCodePoints } from './text-order.ts'

const MAX_SYMBOLS = 200
const SAMPLES_PER_CLASS = 5
const MAX_SAMPLES = 60

const zeros = (n: number) => new Array<number>(n).fill(0)

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length === 0) return 0
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function profileSplit(
  sequences: readonly Sequence[],
  lengths: readonly number[],
  classes: number,
): SplitProfile {
  const byLength = new Map<number, number[]>()
  const byClass = zeros(classes)
  sequences.forEach(({ label }, n) => {
    byClass[label] = byClass[label]! + 1
    const counts = byLength.get(lengths[n]!) ?? zeros(classes)
    counts[label] = counts[label]! + 1
    byLength.set(lengths[n]!, counts)
  })
  const sorted = [...lengths].sort((a, b) => a - b)
  return {
    sequences: sequences.length,
    byClass,
    lengths: [...byLength].sort(([a], [b]) => a - b).map(([length, counts]) => ({ length, byClass: counts })),
    minLength: sorted[0] ?? 0,
    medianLength: median(sorted),
    meanLength: sorted.length === 0 ? 0 : sorted.reduce((a, b) => a + b, 0) / sorted.length,
    maxLength: sorted.at(-1) ?? 0,
    duplicates: sequences.length - new Set(sequences.map(({ text }) => text)).size,
  }
}

type SymbolCounts = Map<string, { train: number[]; test: number[] }>

/** Count symbols into `counts`; returns the length of each sequence. */
function countSymbols(content: Sequences, split: 'train' | 'test', counts: SymbolCounts): number[] {
  const classes = content.classes.length
  return content[split].map(({ text, label }) => {
    const tokens = tokensOf(text, content.tokens)
    for (const token of tokens) {
      let entry = counts.get(token)
      if (entry === undefined) counts.set(token, (entry = { train: zeros(classes), test: zeros(classes) }))
      entry[split][label] = entry[split][label]! + 1
    }
    return tokens.length
  })
}

function overlapOf({ train, test }: Sequences): Pick<DatasetProfile, 'overlap' | 'contradictions'> {
  const labels = new Map<string, Set<number>>()
  for (const { text, label } of train) labels.set(text, (labels.get(text) ?? new Set()).add(label))
  const shared = test.filter(({ text }) => labels.has(text))
  return {
    overlap: {
      test: shared.length,
      contradicting: shared.filter(({ text, label }) => !labels.get(text)!.has(label)).length,
    },
    contradictions: [...labels.values()].filter((set) => set.size > 1).length,
  }
}

/** The first sequences of each class of each split. */
function samplesOf(content: Sequences): DatasetProfile['samples'] {
  return (['train', 'test'] as const).flatMap((split) => {
    const left = content.classes.map(() => SAMPLES_PER_CLASS)
    const samples = content[split].filter(({ label }) => {
      left[label] = left[label]! - 1
      return left[label]! >= 0
    })
    return samples.slice(0, MAX_SAMPLES).map(({ text, label }) => ({ split, text, label }))
  })
}

const total = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)

/** Describe a dataset. */
export function profileOf(content: Sequences): DatasetProfile {
  const counts: SymbolCounts = new Map()
  const classes = content.classes.length
  const train = profileSplit(content.train, countSymbols(content, 'train', counts), classes)
  const test = profileSplit(content.test, countSymbols(content, 'test', counts), classes)
  const all = [...counts].map(([symbol, by]) => ({ symbol, ...by }))
  const frequency = (one: (typeof all)[number]) => total(one.train) + total(one.test)
  all.sort((a, b) => frequency(b) - frequency(a) || compareCodePoints(a.symbol, b.symbol))
  const corrupted = (split: readonly Sequence[], name: string) =>
    split.filter((one) => one.corruption === name).length
  return {
    classes: content.classes,
    train,
    test,
    symbols: all.slice(0, MAX_SYMBOLS),
    symbolCount: all.length,
    symbolsOnlyInTest: all
      .filter((one) => total(one.train) === 0)
      .map(({ symbol }) => symbol)
      .sort(compareCodePoints)
      .slice(0, MAX_SYMBOLS),
    ...overlapOf(content),
    corruptions: CORRUPTIONS.map((name) => ({
      name,
      train: corrupted(content.train, name),
      test: corrupted(content.test, name),
    })).filter((one) => one.train + one.test > 0),
    samples: samplesOf(content),
  }
}
