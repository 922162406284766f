// Believable datasets and studies for looking at the interface without a workbench. Deterministic.
import {
  CORRUPTIONS,
  type Baseline,
  type Dataset,
  type DatasetProfile,
  type Sequence,
} from '../../../src/shared/dataset.ts'
import type { DatasetDetail } from '../../../src/shared/contract.ts'
import type { Cell } from '../../../src/shared/network.ts'
import type { EpochRecord, RunRecord } from '../../../src/shared/results.ts'
import { expandStudy, parseStudy, type RunSpec, type StudyDefinition } from '../../../src/shared/study.ts'

/** Small deterministic generator (mulberry32), 0 to 1. */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const EDGES: Record<number, [string, number][]> = {
  0: [
    ['T', 1],
    ['P', 2],
  ],
  1: [
    ['S', 1],
    ['X', 3],
  ],
  2: [
    ['T', 2],
    ['V', 4],
  ],
  3: [
    ['X', 2],
    ['S', 5],
  ],
  4: [
    ['P', 3],
    ['V', 5],
  ],
}

function walk(random: () => number): string {
  let text = 'B'
  let at = 0
  while (at !== 5) {
    const choices = EDGES[at]!
    const [letter, next] = choices[random() < 0.5 ? 0 : 1]!
    text += letter
    at = next
  }
  return `${text}E`
}

export function makeSequences(count: number, seed: number): Sequence[] {
  const random = dice(seed)
  return Array.from({ length: count }, () => {
    let text = walk(random)
    while (text.length < 11) text = walk(random)
    if (random() < 0.5) return { text, label: 1 }
    const at = 1 + Math.floor(random() * (text.length - 2))
    const letter = 'BEPSTVXAKQZ'[Math.floor(random() * 11)]!
    const corruption = CORRUPTIONS[Math.floor(random() * 6)]!
    return { text: text.slice(0, at) + letter + text.slice(at + 1), label: 0, corruption }
  })
}

function split(sequences: readonly Sequence[]): DatasetProfile['train'] {
  const lengths = new Map<number, number[]>()
  for (const { text, label } of sequences) {
    const at = lengths.get(text.length) ?? [0, 0]
    at[label]!++
    lengths.set(text.length, at)
  }
  const sorted = sequences.map(({ text }) => text.length).sort((a, b) => a - b)
  return {
    sequences: sequences.length,
    byClass: [0, 1].map((label) => sequences.filter((s) => s.label === label).length),
    lengths: [...lengths].sort(([a], [b]) => a - b).map(([length, byClass]) => ({ length, byClass })),
    minLength: sorted[0]!,
    medianLength: sorted[sorted.length >> 1]!,
    meanLength: sorted.reduce((a, b) => a + b, 0) / sorted.length,
    maxLength: sorted.at(-1)!,
    duplicates: sequences.length - new Set(sequences.map(({ text }) => text)).size,
  }
}

function symbols(train: readonly Sequence[], test: readonly Sequence[]): DatasetProfile['symbols'] {
  const all = new Map<string, { train: number[]; test: number[] }>()
  const count = (sequences: readonly Sequence[], part: 'train' | 'test') => {
    for (const { text, label } of sequences) {
      for (const symbol of text) {
        const at = all.get(symbol) ?? { train: [0, 0], test: [0, 0] }
        at[part][label]!++
        all.set(symbol, at)
      }
    }
  }
  count(train, 'train')
  count(test, 'test')
  const total = ({ train: t }: { train: number[] }) => t[0]! + t[1]!
  return [...all]
    .sort(([, a], [, b]) => total(b) - total(a))
    .map(([symbol, counts]) => ({ symbol, ...counts }))
}

const BASELINES: readonly Baseline[] = [
  {
    name: 'majority',
    title: 'Majority class',
    description: 'Always the most frequent class.',
    correct: 3161,
    total: 6250,
    accuracy: 0.5058,
  },
  {
    name: 'known-symbols',
    title: 'Only known letters',
    description: 'Valid if every symbol occurs in a valid training sequence.',
    correct: 4601,
    total: 6250,
    accuracy: 0.7362,
  },
  {
    name: 'ngram-profile',
    title: 'Nearest n-gram profile',
    description: 'Class of the nearest n-gram profile.',
    correct: 5322,
    total: 6250,
    accuracy: 0.8515,
  },
  {
    name: 'bigram',
    title: 'Bigram rule',
    description: 'Valid if every pair of neighbours occurs in a valid training sequence.',
    correct: 5855,
    total: 6250,
    accuracy: 0.9368,
  },
]

export interface FakeDataset extends DatasetDetail {
  train: Sequence[]
  test: Sequence[]
}

export function makeDataset(
  id: string,
  name: string,
  size: number,
  seed: number,
  fromFile: boolean,
): FakeDataset {
  const train = makeSequences(Math.round(size * 0.75), seed)
  const test = makeSequences(Math.round(size * 0.25), seed + 1)
  const profile: DatasetProfile = {
    classes: ['invalid', 'valid'],
    train: split(train),
    test: split(test),
    symbols: symbols(train, test),
    symbolCount: 11,
    symbolsOnlyInTest: [],
    overlap: { test: fromFile ? 214 : 0, contradicting: 0 },
    contradictions: 0,
    corruptions: fromFile
      ? []
      : CORRUPTIONS.map((c) => ({
          name: c,
          train: train.filter((s) => s.corruption === c).length,
          test: test.filter((s) => s.corruption === c).length,
        })),
    samples: [],
  }
  const dataset: Dataset = {
    id,
    name,
    createdAt: '2026-11-23T09:12:00Z',
    hash: id
      .padEnd(64, '0')
      .slice(0, 64)
      .replace(/[^0-9a-f]/g, 'a'),
    source: fromFile
      ? {
          kind: 'files',
          train: { name: 'train_data.csv', bytes: 812_345, sha256: 'ab'.repeat(32) },
          test: { name: 'test_data.csv', bytes: 271_002, sha256: 'cd'.repeat(32) },
          options: { textColumn: 'reber', labelColumn: 'label' },
        }
      : {
          kind: 'reber',
          parameters: {
            grammar: 'reber',
            seed,
            size,
            validFraction: 0.5,
            testFraction: 0.25,
            minLength: 11,
            maxLength: 53,
            corruptions: {
              'substitute-inside': 1,
              'substitute-outside': 1,
              swap: 1,
              drop: 1,
              double: 1,
              'wrong-branch': 1,
            },
          },
        },
    tokens: 'characters',
    classes: profile.classes,
    counts: { train: profile.train.byClass, test: profile.test.byClass },
    alphabet: [...'ABEKPQSTVXZ'],
    alphabetSize: 11,
    minLength: profile.train.minLength,
    maxLength: profile.train.maxLength,
    notes: fromFile ? ['2 rows without a label were dropped.'] : [],
  }
  return { dataset, profile, baselines: [...BASELINES], train, test }
}

const CEILING: Record<Cell, number> = { 'rnn-tanh': 0.9373, 'rnn-relu': 0.9461, lstm: 0.9688, gru: 0.9752 }
const ROBUST: Record<Cell, number> = { 'rnn-tanh': 58, 'rnn-relu': 52, lstm: 74, gru: 82 }

function score(accuracy: number, total: number): EpochRecord['test'] {
  const correct = Math.round(Math.min(0.999, Math.max(0.49, accuracy)) * total)
  const loss = Math.max(0.03, 1.1 * (1 - correct / total) + 0.02)
  return { total, correct, accuracy: correct / total, loss, lossSum: (loss * total) / 32 }
}

/** Records of a run as a training of this kind would look like. */
export function makeEpochs(spec: RunSpec, upTo: number): EpochRecord[] {
  const random = dice([...spec.key].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) | 0, 7))
  const noise = () => (random() - 0.5) * 0.02
  const top = CEILING[spec.cell] + (random() - 0.5) * 0.01
  const epochs: EpochRecord[] = []
  const weights = spec.prune?.target === 'both' || spec.prune === undefined ? 30_000 : 15_000
  const kept = Math.round(weights * (1 - (spec.prune?.percent ?? 0) / 100)) + (30_000 - weights)
  for (let epoch = spec.prune === undefined ? 1 : 0; epoch <= upTo; epoch++) {
    const accuracy =
      spec.prune === undefined ? learned(top, epoch) + noise() : retrained(top, spec, epoch) + noise() / 2
    epochs.push({
      epoch,
      ...(epoch === 0 ? {} : { train: score(accuracy + 0.008, 18_750) }),
      test: score(accuracy, 6250),
      nonzeros: kept,
      elapsedMs: 1800 + random() * 300,
    })
  }
  return epochs
}

function learned(top: number, epoch: number): number {
  return top - (top - 0.5) * Math.exp(-epoch / 5)
}

function retrained(top: number, { cell, prune }: RunSpec, epoch: number): number {
  const robust =
    prune!.criterion === 'random'
      ? ROBUST[cell] * 0.45
      : ROBUST[cell] + (prune!.target === 'h2h' ? -8 : prune!.target === 'i2h' ? 5 : 0)
  // Seeds differ most where accuracy falls.
  const shift = (top - CEILING[cell]) * 900
  const at = 0.5 + (top - 0.5) / (1 + Math.exp((prune!.percent - robust - shift) / 5))
  const limit = prune!.percent > 99 ? 0.51 : top - Math.max(0, prune!.percent - robust) * 0.003
  return at + Math.max(0, limit - at) * (1 - Math.exp(-epoch / 2.2))
}

/** Definition of a study on a dataset. */
export function definition(dataset: string, change: Record<string, unknown> = {}): StudyDefinition {
  return parseStudy({ kind: 'pruning', dataset, ...change })
}

/** Runs of a study; `state` decides for each position what has become of it. */
export function makeRuns(
  studyId: string,
  study: StudyDefinition,
  state: (index: number, spec: RunSpec, total: number) => RunRecord['state'],
): RunRecord[] {
  const specs = expandStudy(study)
  return specs.map((spec, index) => {
    const is = state(index, spec, specs.length)
    const upTo = is === 'done' ? spec.epochs : is === 'queued' ? -1 : Math.floor(spec.epochs * 0.4)
    const run: RunRecord = {
      id: `${studyId}-${index}`,
      studyId,
      spec,
      state: is,
      epochs: upTo < 0 ? [] : makeEpochs(spec, upTo),
      recurrentWeights: 30_000,
      parameters: 33_152,
      attempts: 1,
      ...(is === 'queued'
        ? {}
        : {
            engine: { name: 'fused', version: '0.1.0', instructionSet: 'avx512' },
            startedAt: '2026-11-23T09:20:00Z',
          }),
      ...(is === 'done' ? { endedAt: '2026-11-23T09:22:31Z' } : {}),
    }
    if (is === 'diverged')
      run.problem = {
        code: 'diverged',
        message: 'The loss became NaN at epoch 7, batch 31; lower the learning rate or the clipping norm.',
        epoch: 7,
        batch: 31,
      }
    if (is === 'failed')
      run.problem = {
        code: 'engine-crashed',
        message:
          'The training process ended by itself (signal SIGSEGV) at epoch 4 and twice again after resuming; try the other engine.',
        epoch: 4,
      }
    return run
  })
}
