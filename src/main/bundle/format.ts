// What a bundle is: one study with everything another Lacuna needs to show it identically, as a zip file. Names, schemas
// and limits; reads and writes nothing.
//
//   manifest.json    what is inside, with the SHA-256 of every other file
//   dataset.jsonl    the sequences in canonical form; their SHA-256 is the identity of the dataset
//   runs.jsonl       one run a line: what it is, its state, engine and epochs, its note and measured times
//   weights/N.safetensors  masks/N.safetensors  checkpoints/N.bin      of run N, counted from 0
//   report.html  results.csv                     for people; not read back
import { z } from 'zod'
import { annotationSchema } from '../../shared/compare.ts'
import { datasetDraftSchema } from '../../shared/dataset.ts'
import type { MeasuredCost } from '../../shared/cost.ts'
import { PROPERTY_NAMES } from '../../shared/graph.ts'
import { RUN_STATES, type RunRecord } from '../../shared/results.ts'
import type { BlobKind } from '../store/blobs.ts'

export const FORMAT = 'lacuna-bundle'
export const FORMAT_VERSION = 1

export const MANIFEST = 'manifest.json'
export const DATASET = 'dataset.jsonl'
export const RUNS = 'runs.jsonl'

/** Stated limits of what is read. */
export const BUNDLE_LIMITS = {
  entries: 100_000,
  bytes: 8 * 1024 ** 3, // of all content
  ratio: 100, // content to file, where the content is over `freeBytes`; masks of zeros shrink a thousandfold
  freeBytes: 256 * 1024 ** 2,
  textBytes: 512 * 1024 ** 2, // manifest and runs, each
} as const

const BLOB_FOLDERS: Record<BlobKind, { folder: string; ending: string }> = {
  weights: { folder: 'weights', ending: 'safetensors' },
  masks: { folder: 'masks', ending: 'safetensors' },
  checkpoint: { folder: 'checkpoints', ending: 'bin' },
}

/** Place of a blob in a bundle; runs are counted, since their keys may hold any text. */
export function blobPath(kind: BlobKind, run: number): string {
  const { folder, ending } = BLOB_FOLDERS[kind]
  return `${folder}/${String(run).padStart(5, '0')}.${ending}`
}

const whole = z.number().int().min(0)
const date = z.iso.datetime()
const text = z.string().max(100_000)

const fileSchema = z.strictObject({
  path: z.string().min(1).max(200),
  bytes: whole,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

export const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  program: text, // that wrote it: Lacuna 0.1.0
  study: z.strictObject({
    id: z.string().regex(/^[0-9a-f]{16}$/),
    name: z.string().trim().min(1).max(200),
    createdAt: date,
    definition: z.unknown(), // checked by parseStudy
    annotation: annotationSchema.optional(), // absent: nothing is written on it, or the bundle is older than notes
  }),
  dataset: z.strictObject({
    id: z.string().regex(/^[0-9a-f]{64}$/),
    name: z.string().trim().min(1).max(200),
    source: datasetDraftSchema.shape.source,
    notes: z.array(text),
  }),
  files: z.array(fileSchema),
})
export type Manifest = z.infer<typeof manifestSchema>
export type BundleFile = z.infer<typeof fileSchema>

const scoreSchema = z.strictObject({
  total: whole,
  correct: whole,
  accuracy: z.number().min(0).max(1),
  loss: z.number(),
  lossSum: z.number(),
})

const epochSchema = z.strictObject({
  epoch: whole,
  train: scoreSchema.optional(),
  validation: scoreSchema.optional(),
  test: scoreSchema,
  nonzeros: whole,
  elapsedMs: z.number().min(0),
})

const recordSchema = z.strictObject({
  id: text,
  studyId: text,
  spec: z.looseObject({ key: text }), // compared with what the definition stands for
  state: z.enum(RUN_STATES),
  epochs: z.array(epochSchema),
  problem: z
    .strictObject({ code: text, message: text, epoch: whole.optional(), batch: whole.optional() })
    .optional(),
  engine: z
    .strictObject({
      name: text,
      version: text,
      instructionSet: text.optional(),
      library: text.optional(),
      threads: whole.optional(),
    })
    .optional(),
  recurrentWeights: whole.optional(),
  parameters: whole.optional(),
  startedAt: date.optional(),
  endedAt: date.optional(),
  attempts: whole,
})

const time = z.number().min(0)
const timesSchema = z.strictObject({ dense: time, sparse: time })
const measuredSchema = z.strictObject({
  engine: z.string().max(1000),
  threads: whole,
  processor: z.string().max(1000),
  measuredAt: date,
  batchSize: whole,
  stepMs: timesSchema,
  inferenceMs: timesSchema,
}) satisfies z.ZodType<MeasuredCost>

/** One line of runs.jsonl. */
export const runLineSchema = z.strictObject({
  record: recordSchema,
  properties: z.partialRecord(z.enum(PROPERTY_NAMES), z.number()).optional(), // of the graph of a structure
  annotation: annotationSchema.optional(),
  measured: measuredSchema.optional(),
})
export type RunLine = Omit<z.infer<typeof runLineSchema>, 'record'> & { record: RunRecord }
