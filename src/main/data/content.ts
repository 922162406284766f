// The content of a dataset: its canonical bytes, its hash (which is the dataset's identity) and what follows from it.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import {
  CORRUPTIONS,
  TOKENIZATIONS,
  tokensOf,
  type DatasetDraft,
  type DatasetSource,
  type Sequence,
  type SequencePage,
  type Sequences,
} from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import { compareCodePoints } from './text-order.ts'

const FORMAT = 'lacuna-dataset-1'
const MAX_ALPHABET = 1000

const rowSchema = z.union([
  z.tuple([z.string(), z.number().int().min(0)]),
  z.tuple([z.string(), z.number().int().min(0), z.enum(CORRUPTIONS)]),
])
const headSchema = z.strictObject({
  format: z.literal(FORMAT),
  tokens: z.enum(TOKENIZATIONS),
  classes: z.array(z.string()).min(1),
  train: z.number().int().min(0),
  test: z.number().int().min(0),
})

function rowOf({ text, label, corruption }: Sequence): string {
  return JSON.stringify(corruption === undefined ? [text, label] : [text, label, corruption])
}

/** Write a content as its canonical bytes: one JSON value per line, first the head, then train, then test. */
export function contentToBytes(content: Sequences): Uint8Array {
  const { tokens, classes, train, test } = content
  const head = { format: FORMAT, tokens, classes, train: train.length, test: test.length }
  const lines = [JSON.stringify(head), ...train.map(rowOf), ...test.map(rowOf)]
  return Buffer.from(`${lines.join('\n')}\n`, 'utf8')
}

function sequenceOf(line: string, classes: number): Sequence {
  const [text, label, corruption] = rowSchema.parse(JSON.parse(line))
  if (label >= classes) throw new RangeError(`class ${label} of ${classes}`)
  return corruption === undefined ? { text, label } : { text, label, corruption }
}

/**
 * Read canonical bytes back.
 * @throws LacunaError item-damaged when they are not what `contentToBytes` writes
 */
export function contentFromBytes(bytes: Uint8Array): Sequences {
  try {
    const [first, ...lines] = Buffer.from(bytes).toString('utf8').trimEnd().split('\n')
    const { tokens, classes, train, test } = headSchema.parse(JSON.parse(first ?? ''))
    if (lines.length !== train + test)
      throw new RangeError(`${lines.length} sequences instead of ${train + test}`)
    const rows = lines.map((line) => sequenceOf(line, classes.length))
    return { tokens, classes, train: rows.slice(0, train), test: rows.slice(train) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new LacunaError(
      'item-damaged',
      `The stored content of a dataset cannot be read (${reason}); import or generate it again.`,
      undefined,
      { cause: error },
    )
  }
}

/** SHA-256 of canonical bytes, hexadecimal. */
export function contentHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function countClasses(sequences: readonly Sequence[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const { label } of sequences) counts[label] = counts[label]! + 1
  return counts
}

/** Describe a content; what the store adds is an id, a name and a date. */
export function describeContent(
  content: Sequences,
  source: DatasetSource,
  notes: string[] = [],
): DatasetDraft {
  const symbols = new Set<string>()
  let minLength = Infinity
  let maxLength = 0
  for (const { text } of [...content.train, ...content.test]) {
    const tokens = tokensOf(text, content.tokens)
    for (const token of tokens) symbols.add(token)
    minLength = Math.min(minLength, tokens.length)
    maxLength = Math.max(maxLength, tokens.length)
  }
  const { tokens, classes, train, test } = content
  return {
    hash: contentHash(contentToBytes(content)),
    source,
    tokens,
    classes,
    counts: { train: countClasses(train, classes.length), test: countClasses(test, classes.length) },
    alphabet: [...symbols].sort(compareCodePoints).slice(0, MAX_ALPHABET),
    alphabetSize: symbols.size,
    minLength: Number.isFinite(minLength) ? minLength : 0,
    maxLength,
    notes,
  }
}

/** Which sequences to show. */
export interface PageRequest {
  split: 'train' | 'test'
  offset: number
  limit: number
  label?: number | undefined
  contains?: string | undefined
}

/** Cut a page out of one split, optionally of one class or of texts that contain a text. */
export function sequencePage(content: Sequences, request: PageRequest): SequencePage {
  const { label, contains, offset, limit } = request
  const matching = content[request.split]
    .map((sequence, index) => ({ ...sequence, index }))
    .filter(
      (one) =>
        (label === undefined || one.label === label) &&
        (contains === undefined || one.text.includes(contains)),
    )
  return { total: matching.length, offset, sequences: matching.slice(offset, offset + limit) }
}
