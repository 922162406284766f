// What a dataset is, how a file becomes one and what is known about it: schemas and types for the store, the contract,
// the interface and the command line. Reads nothing and computes nothing but names.
import { z } from 'zod'

/** Encodings a text file can be read as; `windows-1252` also reads Latin-1 files. */
export const TEXT_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type TextEncoding = (typeof TEXT_ENCODINGS)[number]

/** How a text becomes tokens: every Unicode code point, or words between white space. */
export const TOKENIZATIONS = ['characters', 'words'] as const
export type Tokenization = (typeof TOKENIZATIONS)[number]

/** Spellings counted as missing values in columns of numbers and labels; the text column keeps all but the empty one. */
export const DEFAULT_MISSING = [
  '',
  'NA',
  'N/A',
  'NaN',
  'nan',
  'null',
  'NULL',
  'None',
  '-',
  'inf',
  '-inf',
] as const

/** Share of sequences held out for testing where no split is given, as in the published dataset (6,250 of 25,000). */
export const DEFAULT_TEST_FRACTION = 0.25

/** Class name given to every sequence when there is no label column. */
export const UNLABELLED = 'unlabelled'

/** Stated limits of an import. */
export const IMPORT_LIMITS = {
  cellBytes: 16 * 1024 * 1024, // one cell, counted in UTF-16 code units
  columns: 10_000,
  classes: 4096,
  rows: 5_000_000,
  characters: 256 * 1024 * 1024, // all sequences together
} as const

const fraction = z.number().min(0).max(0.9)
export const seedSchema = z.number().int().min(0).max(0xffff_ffff)

/**
 * How a file is read. Everything is optional: what is absent is detected, and the preview tells what was found. An
 * option that is set is never overruled by detection.
 */
export const importOptionsSchema = z.strictObject({
  encoding: z.enum(TEXT_ENCODINGS).optional(),
  delimiter: z.string().min(1).max(8).nullable().optional(), // null: the file has one column
  quotes: z.enum(['standard', 'literal']).optional(), // literal: a quote is a character like any other
  headerRow: z.number().int().min(0).optional(), // line (from 1) that names the columns; 0: no line does
  columnNames: z.array(z.string().min(1)).max(IMPORT_LIMITS.columns).optional(), // replaces the names in the file
  textColumn: z.string().optional(),
  labelColumn: z.string().nullable().optional(), // null: import without labels
  splitColumn: z.string().nullable().optional(), // its cells say train or test
  raggedRows: z.enum(['stop', 'missing', 'drop']).optional(), // default stop
  tables: z.enum(['stop', 'first', 'second']).optional(), // default stop
  missingRows: z.enum(['stop', 'drop']).optional(), // rows without text or label; default stop
  nul: z.enum(['stop', 'missing']).optional(), // cells with a NUL character; default stop
  decimal: z.enum(['.', ',']).optional(),
  missing: z.array(z.string()).max(100).optional(), // default DEFAULT_MISSING
  tokens: z.enum(TOKENIZATIONS).optional(), // default characters
  testFraction: fraction.optional(), // used when neither a test file nor a split column is given
  splitSeed: seedSchema.optional(), // default 0
})
export type ImportOptions = z.infer<typeof importOptionsSchema>

/** A way out of a problem: previewing again with `options` merged into the present ones removes it. */
export const importChoiceSchema = z.strictObject({
  label: z.string(),
  options: importOptionsSchema,
  example: z.string().optional(), // how the first lines read with this choice
})
export type ImportChoice = z.infer<typeof importChoiceSchema>

/** A place in the file. `byte` counts from 1 within the line; `raw` is the text there, cut at 200 characters. */
export const importPlaceSchema = z.strictObject({
  line: z.number().int().min(1),
  byte: z.number().int().min(1).optional(),
  column: z.string().optional(),
  raw: z.string().optional(),
})
export type ImportPlace = z.infer<typeof importPlaceSchema>

/** `stop`: nothing is imported until a choice is made; `warning`: imported, but look; `note`: what was understood. */
export const importProblemSchema = z.strictObject({
  code: z.string(), // kebab-case name of the kind of problem, for programs
  severity: z.enum(['stop', 'warning', 'note']),
  message: z.string(),
  line: z.number().int().min(1).optional(), // first place
  column: z.string().optional(),
  count: z.number().int().min(0).optional(), // how many places there are
  places: z.array(importPlaceSchema).optional(), // the first of them, at most 20
  choices: z.array(importChoiceSchema).optional(),
})
export type ImportProblem = z.infer<typeof importProblemSchema>

/** What a column holds. `index`: consecutive integers; `label`: few distinct values; `empty`: nothing but missing. */
export const COLUMN_KINDS = ['index', 'text', 'label', 'number', 'empty'] as const
export type ColumnKind = (typeof COLUMN_KINDS)[number]

export const importColumnSchema = z.strictObject({
  index: z.number().int().min(0),
  name: z.string(),
  kind: z.enum(COLUMN_KINDS),
  distinct: z.number().int(), // exact up to 10,000, then 10,001
  missing: z.number().int(),
  missingSpellings: z.array(z.strictObject({ spelling: z.string(), count: z.number().int() })),
  examples: z.array(z.string()), // at most 5, numbers in canonical form
  decimal: z.enum(['.', ',']).optional(), // kind number: the one format of this column
  notes: z.array(z.string()),
})
export type ImportColumn = z.infer<typeof importColumnSchema>

export const filePreviewSchema = z.strictObject({
  fileName: z.string(),
  bytes: z.number().int(),
  sha256: z.string(), // of the whole file
  encoding: z.enum(TEXT_ENCODINGS),
  byteOrderMark: z.boolean(),
  delimiter: z.string().nullable(),
  quotes: z.enum(['standard', 'literal']),
  lineEnds: z.enum(['lf', 'crlf', 'cr', 'mixed', 'none']),
  headerRow: z.number().int(), // 0: none
  missing: z.array(z.string()), // spellings in force
  columns: z.array(importColumnSchema),
  rows: z.array(z.strictObject({ line: z.number().int(), cells: z.array(z.string().nullable()) })), // first 20; null: missing
  totalRows: z.number().int(), // data rows of the chosen table
  suggested: z.strictObject({
    textColumn: z.string().nullable(),
    labelColumn: z.string().nullable(),
    splitColumn: z.string().nullable(),
  }),
  problems: z.array(importProblemSchema),
})
export type FilePreview = z.infer<typeof filePreviewSchema>

const classCountsSchema = z.strictObject({
  train: z.array(z.number().int()),
  test: z.array(z.number().int()),
})

/** What an import of one file, or of a file and its test split, would do with the options given. */
export const importPreviewSchema = z.strictObject({
  train: filePreviewSchema,
  test: filePreviewSchema.optional(),
  options: importOptionsSchema, // as given, with everything detected filled in; merge choices into the given ones
  problems: z.array(importProblemSchema), // of both files and between them, stops first
  canImport: z.boolean(), // no problem is a stop
  willImport: z.strictObject({
    sequences: z.number().int(),
    train: z.number().int(),
    test: z.number().int(),
    dropped: z.number().int(),
    classes: z.array(z.strictObject({ name: z.string(), train: z.number().int(), test: z.number().int() })),
  }),
})
export type ImportPreview = z.infer<typeof importPreviewSchema>

/** How far reading has come, at most about 20 times a second. */
export interface ImportProgress {
  fileName: string
  bytes: number
  totalBytes: number
  rows: number
}

/** One sequence: `text` is split into tokens by the dataset's tokenization; `label` indexes `classes`. */
export interface Sequence {
  text: string
  label: number
  corruption?: Corruption // how a generated invalid sequence was made
}

/** The content of a dataset; its canonical bytes and their hash are made by `main/data/content.ts`. */
export interface Sequences {
  tokens: Tokenization
  classes: string[] // label names in class order
  train: Sequence[]
  test: Sequence[]
}

/** A stretch of one split for browsing; `total` counts all sequences that pass the filter. */
export interface SequencePage {
  total: number
  offset: number
  sequences: (Sequence & { index: number })[] // index within the split
}

/** Ways to make a grammatical string ungrammatical, in canonical order. */
export const CORRUPTIONS = [
  'substitute-inside', // one symbol replaced by another of the grammar's alphabet
  'substitute-outside', // one symbol replaced by a letter the grammar does not use
  'swap', // two different symbols exchanged
  'drop', // one symbol left out
  'double', // one symbol written twice
  'wrong-branch', // Reber: the other letter after B; embedded: the second letter not repeated before the last
] as const
export type Corruption = (typeof CORRUPTIONS)[number]

export const CORRUPTION_NAMES: Record<Corruption, string> = {
  'substitute-inside': 'substituted inside the alphabet',
  'substitute-outside': 'substituted outside the alphabet',
  swap: 'two swapped',
  drop: 'one dropped',
  double: 'one doubled',
  'wrong-branch': 'wrong branch',
}

const share = z.number().min(0).max(1_000_000)

/** What the Reber generators make; the same parameters give the same dataset. Shares are relative, 0 leaves one out. */
export const reberParametersSchema = z.strictObject({
  grammar: z.enum(['reber', 'embedded-reber']).default('reber'),
  seed: seedSchema,
  size: z.number().int().min(2).max(1_000_000).default(25_000),
  validFraction: z.number().min(0).max(1).default(0.5),
  testFraction: fraction.default(DEFAULT_TEST_FRACTION),
  minLength: z.number().int().min(1).max(1000).default(11), // symbols; default range as published
  maxLength: z.number().int().min(1).max(1000).default(53),
  corruptions: z
    .strictObject({
      'substitute-inside': share.default(1),
      'substitute-outside': share.default(1),
      swap: share.default(1),
      drop: share.default(1),
      double: share.default(1),
      'wrong-branch': share.default(1),
    })
    .prefault({}),
})
export type ReberParameters = z.infer<typeof reberParametersSchema>
export type ReberRequest = z.input<typeof reberParametersSchema>

const sourceFileSchema = z.strictObject({ name: z.string(), bytes: z.number().int(), sha256: z.string() })

/** Where a dataset came from: enough to make it again. */
export const datasetSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('files'),
    train: sourceFileSchema,
    test: sourceFileSchema.optional(),
    options: importOptionsSchema,
  }),
  z.strictObject({ kind: z.literal('reber'), parameters: reberParametersSchema }),
])
export type DatasetSource = z.infer<typeof datasetSourceSchema>

/** Everything known about a dataset before it is stored; a pure function of the content and its source. */
export const datasetDraftSchema = z.strictObject({
  hash: z.string().regex(/^[0-9a-f]{64}$/), // SHA-256 of the canonical content
  source: datasetSourceSchema,
  tokens: z.enum(TOKENIZATIONS),
  classes: z.array(z.string()),
  counts: classCountsSchema, // sequences by class
  alphabet: z.array(z.string()), // symbols of both splits, by code point; at most the first 1,000
  alphabetSize: z.number().int(),
  minLength: z.number().int(), // in tokens
  maxLength: z.number().int(),
  notes: z.array(z.string()), // warnings accepted at import
})
export type DatasetDraft = z.infer<typeof datasetDraftSchema>

/** A stored dataset. */
export const datasetSchema = datasetDraftSchema.extend({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(), // ISO 8601, UTC
})
export type Dataset = z.infer<typeof datasetSchema>

const splitProfileSchema = z.strictObject({
  sequences: z.number().int(),
  byClass: z.array(z.number().int()),
  lengths: z.array(z.strictObject({ length: z.number().int(), byClass: z.array(z.number().int()) })), // ascending, no empty entries
  minLength: z.number().int(),
  medianLength: z.number(),
  meanLength: z.number(),
  maxLength: z.number().int(),
  duplicates: z.number().int(), // sequences whose text occurred before in the same split
})

/** The description of a dataset that is drawn and printed. */
export const datasetProfileSchema = z.strictObject({
  classes: z.array(z.string()),
  train: splitProfileSchema,
  test: splitProfileSchema,
  symbols: z.array(
    z.strictObject({
      symbol: z.string(),
      train: z.array(z.number().int()), // occurrences by class
      test: z.array(z.number().int()),
    }),
  ), // most frequent first, at most 200
  symbolCount: z.number().int(),
  symbolsOnlyInTest: z.array(z.string()),
  overlap: z.strictObject({
    test: z.number().int(), // test sequences whose text is also in train
    contradicting: z.number().int(), // of these, with another label than in train
  }),
  contradictions: z.number().int(), // texts that occur in train with more than one label
  corruptions: z.array(
    z.strictObject({ name: z.enum(CORRUPTIONS), train: z.number().int(), test: z.number().int() }),
  ),
  samples: z.array(
    z.strictObject({ split: z.enum(['train', 'test']), text: z.string(), label: z.number().int() }),
  ),
})
export type DatasetProfile = z.infer<typeof datasetProfileSchema>
export type SplitProfile = z.infer<typeof splitProfileSchema>

export const BASELINE_NAMES = ['majority', 'known-symbols', 'bigram', 'ngram-profile'] as const
export type BaselineName = (typeof BASELINE_NAMES)[number]

/** What a trivial rule fitted on train reaches on test; drawn on every accuracy chart. */
export const baselineSchema = z.strictObject({
  name: z.enum(BASELINE_NAMES),
  title: z.string(),
  description: z.string(),
  correct: z.number().int(),
  total: z.number().int(),
  accuracy: z.number(), // 0 to 1, as everywhere; 0 when total is 0
})
export type Baseline = z.infer<typeof baselineSchema>

/** Split a text into its tokens. */
export function tokensOf(text: string, tokens: Tokenization): string[] {
  return tokens === 'characters' ? Array.from(text) : text.split(/\s+/u).filter((word) => word !== '')
}
