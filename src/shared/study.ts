// What a study is: its definition, defaults, and expansion into runs. Pure; knows no store, engine or clock.
import { z } from 'zod'
import { LacunaError } from './errors.ts'
import { CELLS, PADDINGS, type Cell } from './network.ts'
import {
  assertFamilies,
  familySchema,
  structureRuns,
  structureSchema,
  type StructureSpec,
} from './structure-study.ts'

/** Which recurrent matrices are pruned: `weight_ih` (i2h), `weight_hh` (h2h) or both. */
export const TARGETS = ['both', 'i2h', 'h2h'] as const
export type Target = (typeof TARGETS)[number]

/** Weights that compete with each other for being kept. */
export const SCOPES = ['global', 'per-layer', 'per-matrix', 'per-gate'] as const
export type Scope = (typeof SCOPES)[number]

/** `percentile`: keep |w| >= the p-th percentile (Darji 2021). `exact-count`: remove exactly round(p% of n). */
export const RULES = ['exact-count', 'percentile'] as const
export type Rule = (typeof RULES)[number]

/** What makes a weight worth keeping. `random` is the control of every claim. */
export const CRITERIA = ['magnitude', 'random'] as const
export type Criterion = (typeof CRITERIA)[number]

/** `vocabulary`: tokens numbered from the training split, 0 pads. `ascii`: token = ASCII code, V = 128 (Darji 2021). */
export const ENCODINGS = ['vocabulary', 'ascii'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** `auto` takes the fastest engine that works on this machine. */
export const ENGINE_CHOICES = ['auto', 'fused', 'tensorflow'] as const
export type EngineChoice = (typeof ENGINE_CHOICES)[number]

const count = (max: number) => z.number().int().min(1).max(max)
const unique = <T extends z.ZodType>(item: T, what: string) =>
  z
    .array(item)
    .min(1, `choose at least one ${what}`)
    .refine((list) => new Set(list).size === list.length, `each ${what} once`)

const model = z.strictObject({
  embedding: count(1024).default(50),
  hidden: count(1024).default(50),
  layers: count(16).default(3),
})

const trainingOf = ({ epochs, batchSize }: { epochs: number; batchSize: number }) =>
  z.strictObject({
    epochs: count(10_000).default(epochs),
    batchSize: count(4096).default(batchSize),
    learningRate: z.number().positive().max(10).default(1e-3),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: z.number().positive().default(1e-8),
    clipNorm: z.number().positive().nullable().default(5), // null: no clipping
  })

const prune = z.strictObject({
  targets: unique(z.enum(TARGETS), 'target').default([...TARGETS]),
  percentages: unique(z.number().gt(0).max(100), 'percentage').default([
    10, 20, 30, 40, 50, 60, 70, 80, 90, 100,
  ]),
  criteria: unique(z.enum(CRITERIA), 'criterion').default(['magnitude', 'random']),
  scope: z.enum(SCOPES).default('global'),
  rule: z.enum(RULES).default('exact-count'),
  retrainEpochs: z.number().int().min(0).max(10_000).default(10),
})

const common = {
  dataset: z.string().min(1), // id of a dataset: the SHA-256 of its content
  cells: unique(z.enum(CELLS), 'architecture').default([...CELLS]),
  seeds: unique(z.number().int().min(0).max(0xffffffff), 'seed').default([1, 2, 3, 4, 5]),
  encoding: z.enum(ENCODINGS).default('vocabulary'),
  padding: z.enum(PADDINGS).default('mask'),
  validationFraction: z.number().min(0).max(0.5).default(0.1), // part of the training split kept for choices; 0: none
  trainLimit: z.number().int().min(2).nullable().default(null), // use only this many training sequences; null: all
  testLimit: z.number().int().min(1).nullable().default(null),
  engine: z.enum(ENGINE_CHOICES).default('auto'),
}

const stacked = {
  model: model.prefault({}),
  training: trainingOf({ epochs: 50, batchSize: 32 }).prefault({}),
}

/** Train every architecture from scratch for every seed. */
export const trainingStudySchema = z.strictObject({ kind: z.literal('training'), ...common, ...stacked })

/** Train base models, prune them at each level, test at once and after each retraining epoch. */
export const pruningStudySchema = z.strictObject({
  kind: z.literal('pruning'),
  ...common,
  ...stacked,
  prune: prune.prefault({}),
  margin: z.number().min(0).max(100).default(1), // percentage points for safe percentage and epochs to regain
})

/** Train networks built on random graphs, and ask which properties of the graphs go with accuracy. */
export const structureStudySchema = z.strictObject({
  kind: z.literal('structure'),
  ...common,
  model: z.strictObject({ embedding: count(1024).default(50) }).prefault({}), // `lacuna` wiring only
  training: trainingOf({ epochs: 15, batchSize: 128 }).prefault({}),
  structure: structureSchema.prefault({}),
})

export const studySchema = z.discriminatedUnion('kind', [
  trainingStudySchema,
  pruningStudySchema,
  structureStudySchema,
])
export type StudyDefinition = z.infer<typeof studySchema>
export type StudyInput = z.input<typeof studySchema>
export type PruningStudy = z.infer<typeof pruningStudySchema>
export type StructureStudy = z.infer<typeof structureStudySchema>
/** The kinds whose networks are plain stacks of layers. */
export type StackedStudy = Exclude<StudyDefinition, StructureStudy>

/** One mask: which weights compete, how many go, and what decides. `percent` is 0 to 100. */
export interface PruneSpec {
  target: Target
  percent: number
  criterion: Criterion
  scope: Scope
  rule: Rule
}

/** One unit of work. `base` names the run whose final weights this one starts from. */
export interface RunSpec {
  key: string // unique within the study, readable: lstm-s1-base, lstm-s1-both-40-magnitude
  kind: 'base' | 'pruned' | 'structure'
  cell: Cell
  seed: number
  epochs: number
  base?: string
  prune?: PruneSpec
  structure?: StructureSpec
}

/**
 * Check a definition of unknown origin and fill in defaults.
 * @throws LacunaError bad-request naming every field that is wrong
 */
export function parseStudy(value: unknown): StudyDefinition {
  const parsed = studySchema.safeParse(value)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((i) => `${i.path.join('.') || 'study'}: ${i.message}`)
    throw new LacunaError('bad-request', `The study definition is not valid: ${lines.join('; ')}.`, lines)
  }
  if (parsed.data.kind === 'structure') assertFamilies(parsed.data.structure.families)
  return parsed.data
}

/** Most runs one study may have: beyond that the table and the queue stop being readable. */
export const MAX_RUNS = 20_000

/**
 * List the runs of a study in the order in which they are queued: per seed and architecture the base run, then its
 * pruned runs by target, criterion and percentage. Of a structure study: per seed the first graph of every generator,
 * each for every architecture with its controls, then the second ones, so that a study that is stopped has some of all.
 * @throws LacunaError too-large when there are more than MAX_RUNS
 */
export function expandStudy(definition: StudyDefinition): RunSpec[] {
  const runs: RunSpec[] = []
  for (const seed of definition.seeds) {
    if (definition.kind === 'structure') addStructures(runs, definition, seed)
    else addStacked(runs, definition, seed)
    if (runs.length > MAX_RUNS) {
      throw new LacunaError(
        'too-large',
        `The study has more than ${MAX_RUNS} runs; choose fewer ${definition.kind === 'structure' ? 'seeds, graphs or controls' : 'seeds or levels'}.`,
      )
    }
  }
  return runs
}

function addStructures(runs: RunSpec[], { cells, training, structure }: StructureStudy, seed: number): void {
  for (const { label, ...spec } of structureRuns(structure, MAX_RUNS)) {
    for (const cell of cells) {
      runs.push({
        key: `${cell}-s${seed}-${label}`,
        kind: 'structure',
        cell,
        seed,
        epochs: training.epochs,
        structure: spec,
      })
    }
  }
}

function addStacked(runs: RunSpec[], definition: StackedStudy, seed: number): void {
  for (const cell of definition.cells) {
    const key = `${cell}-s${seed}-base`
    const base: RunSpec = { key, kind: 'base', cell, seed, epochs: definition.training.epochs }
    runs.push(base)
    if (definition.kind === 'pruning') runs.push(...prunedRuns(definition, base))
  }
}

function prunedRuns({ prune: p }: PruningStudy, base: RunSpec): RunSpec[] {
  const percentages = [...p.percentages].sort((a, b) => a - b)
  return p.targets.flatMap((target) =>
    p.criteria.flatMap((criterion) =>
      percentages.map((percent) => ({
        key: `${base.cell}-s${base.seed}-${target}-${percent}-${criterion}`,
        kind: 'pruned' as const,
        cell: base.cell,
        seed: base.seed,
        epochs: p.retrainEpochs,
        base: base.key,
        prune: { target, percent, criterion, scope: p.scope, rule: p.rule },
      })),
    ),
  )
}

/** JSON with sorted keys and without undefined: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : v,
  )
}

/**
 * The text a study's id is the hash of: canonical JSON of the definition without fields that have their default
 * value, so that a field added later, at its default, renames no study (after Frankle's open_lth).
 */
export function studyIdentity(definition: StudyDefinition): string {
  const defaults = parseStudy({ kind: definition.kind, dataset: definition.dataset })
  return canonicalJson(
    withoutDefaults(compact(definition), { ...compact(defaults), kind: undefined, dataset: undefined }),
  )
}

/** Generators are a list, in which each entry has defaults of its own. */
function compact(definition: StudyDefinition): object {
  if (definition.kind !== 'structure') return definition
  const families = definition.structure.families.map((family) =>
    family.kind === 'given'
      ? family
      : withoutDefaults(family, { ...familySchema.parse({ kind: family.kind }), kind: undefined }),
  )
  return { ...definition, structure: { ...definition.structure, families } }
}

function withoutDefaults(value: object, defaults: object): object {
  const kept: [string, unknown][] = []
  for (const [key, own] of Object.entries(value)) {
    const standard: unknown = (defaults as Record<string, unknown>)[key]
    if (isRecord(own) && isRecord(standard)) {
      const inner = withoutDefaults(own, standard)
      if (Object.keys(inner).length > 0) kept.push([key, inner])
    } else if (canonicalJson(own) !== canonicalJson(standard)) kept.push([key, own])
  }
  return Object.fromEntries(kept)
}

function isRecord(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
