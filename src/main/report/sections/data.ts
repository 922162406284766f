// What the data is: provenance, splits, overlap, and the trivial rules every accuracy must be held against. Pure.
import { CORRUPTION_NAMES, type Dataset } from '../../../shared/dataset.ts'
import { paragraph, type Block, type Table } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { count, counted, percent, THIN } from '../words.ts'

/** Source, splits, warnings, and the baselines. */
export function data(input: ReportInput): Block[] {
  const { dataset, profile } = input
  return [
    paragraph(`‘${dataset.name}’: ${sourceWords(dataset)} ${lengthWords(input)}`),
    splitTable(input),
    paragraph(overlapWords(profile)),
    ...dataset.notes.map((note) => paragraph(`Accepted at import: ${note}`)),
    ...corruptionTable(input),
    baselineTable(input),
  ]
}

function sourceWords({ source }: Dataset): string {
  if (source.kind === 'reber') {
    const { grammar, seed, size } = source.parameters
    const name = grammar === 'reber' ? 'Reber grammar' : 'embedded Reber grammar'
    return `${counted(size, 'string')} generated from the ${name} with seed ${seed}.`
  }
  const files = [source.train, ...(source.test === undefined ? [] : [source.test])]
  const named = files.map(
    ({ name, bytes, sha256 }) => `${name} (${counted(bytes, 'byte')}, SHA-256 ${sha256})`,
  )
  return `imported from ${named.join(' and ')}.`
}

function lengthWords({ dataset, profile }: ReportInput): string {
  const { minLength, medianLength, maxLength } = profile.train
  return `Sequences are ${dataset.tokens} from an alphabet of ${count(dataset.alphabetSize)}; training sequences are ${minLength} to ${maxLength} long, median ${medianLength}.`
}

function splitTable({ dataset, profile }: ReportInput): Table {
  const row = (name: string, split: ReportInput['profile']['train']) => [
    name,
    count(split.sequences),
    ...split.byClass.map(count),
    `${split.minLength} to ${split.maxLength}`,
    count(split.duplicates),
  ]
  return {
    kind: 'table',
    caption: 'Splits and classes',
    columns: [
      { name: 'split' },
      { name: 'sequences', align: 'right' },
      ...dataset.classes.map((name) => ({ name: `class ${name}`, align: 'right' as const })),
      { name: 'length', align: 'right' },
      { name: 'repeated', align: 'right' },
    ],
    rows: [row('train', profile.train), row('test', profile.test)],
  }
}

function overlapWords({ overlap, contradictions, symbolsOnlyInTest }: ReportInput['profile']): string {
  const shared =
    overlap.test === 0
      ? 'No test sequence is also a training sequence.'
      : `${counted(overlap.test, 'test sequence')} are also in the training split, ${count(overlap.contradicting)} of them with another label.`
  const double =
    contradictions === 0 ? '' : ` ${counted(contradictions, 'training text')} occur with more than one label.`
  const unseen =
    symbolsOnlyInTest.length === 0
      ? ''
      : ` ${counted(symbolsOnlyInTest.length, 'symbol')} occur in the test split only.`
  return shared + double + unseen
}

function corruptionTable({ profile }: ReportInput): Block[] {
  if (profile.corruptions.length === 0) return []
  return [
    {
      kind: 'table',
      caption: 'How the invalid strings were made',
      columns: [{ name: 'corruption' }, { name: 'train', align: 'right' }, { name: 'test', align: 'right' }],
      rows: profile.corruptions.map(({ name, train, test }) => [
        CORRUPTION_NAMES[name],
        count(train),
        count(test),
      ]),
    },
  ]
}

function baselineTable({ baselines }: ReportInput): Table {
  const rising = [...baselines].sort((a, b) => a.accuracy - b.accuracy)
  return {
    kind: 'table',
    caption: 'Trivial baselines: rules fitted on the training split, accuracy on the whole test split',
    columns: [
      { name: 'rule' },
      { name: 'what it does' },
      { name: `accuracy,${THIN}%`, align: 'right' },
      { name: 'correct', align: 'right' },
    ],
    rows: rising.map(({ title, description, accuracy, correct, total }) => [
      title,
      description,
      percent(accuracy).replace(`${THIN}%`, ''),
      `${count(correct)} of ${count(total)}`,
    ]),
    note: 'An accuracy is evidence of more than these rules only where it lies above them.',
  }
}
