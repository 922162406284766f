// What crosses for comparing runs of any studies: the list, a comparison with its groups, notes and tags. Settings are what
// runs are filtered and grouped by; telling whether a run passes is the same here and there.
import { z } from 'zod'
import type { ClaimReport, Judgement } from './judgement.ts'
import { CELLS, CELL_NAMES, type Cell } from './network.ts'
import type { RunState } from './results.ts'
import { CRITERIA, TARGETS } from './study.ts'

/** Settings by which runs are filtered, grouped and contrasted, in the order in which they are offered. */
export const SETTINGS = [
  'study',
  'dataset',
  'kind',
  'cell',
  'target',
  'percent',
  'criterion',
  'seed',
  'engine',
  'scope',
  'rule',
  'generator',
  'graph',
  'rewired',
  'wiring',
  'gateMask',
  'recurrence',
  'encoding',
  'padding',
  'embedding',
  'layers',
  'hidden',
  'epochs',
  'batchSize',
  'learningRate',
  'clipNorm',
  'retrainEpochs',
  'validationFraction',
  'trainLimit',
  'testLimit',
  'state',
] as const
export type Setting = (typeof SETTINGS)[number]

export const SETTING_NAMES: Record<Setting, string> = {
  study: 'study',
  dataset: 'dataset',
  kind: 'kind',
  cell: 'architecture',
  target: 'target',
  percent: 'percentage',
  criterion: 'criterion',
  seed: 'seed',
  engine: 'engine',
  scope: 'scope',
  rule: 'rule',
  generator: 'generator',
  graph: 'graph',
  rewired: 'rewiring',
  wiring: 'wiring',
  gateMask: 'gate mask',
  recurrence: 'recurrence',
  encoding: 'symbols',
  padding: 'padding',
  embedding: 'embedding',
  layers: 'layers',
  hidden: 'units',
  epochs: 'training epochs',
  batchSize: 'batch size',
  learningRate: 'learning rate',
  clipNorm: 'clipping',
  retrainEpochs: 'retraining epochs',
  validationFraction: 'validation share',
  trainLimit: 'training sequences',
  testLimit: 'test sequences',
  state: 'state',
}

/** Values of a run as text; absent where the setting means nothing for it (the target of a base run). */
export type Settings = Partial<Record<Setting, string>>

/** Orders of values that are words with an order of their own. */
const ORDERS: Partial<Record<Setting, readonly string[]>> = {
  cell: CELLS,
  target: TARGETS,
  criterion: CRITERIA,
  kind: ['base', 'pruned', 'structure'],
}

/** Compare two values of a setting for sorting: the order of the field, numbers by size, words by letter; none last. */
export function compareValues(setting: Setting, a: string, b: string): number {
  if (a === b) return 0
  if (a === '' || b === '') return a === '' ? 1 : -1
  const order = ORDERS[setting]
  if (order !== undefined) return order.indexOf(a) - order.indexOf(b)
  const [x, y] = [Number(a), Number(b)]
  return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y
}

const NUMBERED = new Set<Setting>(['embedding', 'layers', 'hidden', 'epochs', 'retrainEpochs', 'rewired'])

/** Write a value so that it can stand alone: GRU, 80 %, seed 3, units 50. `names`: of studies and datasets by id. */
export function valueName(setting: Setting, value: string, names: ReadonlyMap<string, string>): string {
  if (value === '') return `no ${SETTING_NAMES[setting]}`
  if (setting === 'study' || setting === 'dataset') return names.get(value) ?? value
  if (setting === 'cell') return CELL_NAMES[value as Cell]
  if (setting === 'percent') return `${value} %`
  if (setting === 'seed') return `seed ${value}`
  if (NUMBERED.has(setting) || /^[\d.e-]+$/.test(value)) return `${SETTING_NAMES[setting]} ${value}`
  return value
}

/** What people wrote on a study or a run. */
export const annotationSchema = z.strictObject({
  note: z.string().max(10_000),
  tags: z.array(z.string().trim().min(1).max(60)).max(50),
  favourite: z.boolean(),
})
export type Annotation = z.infer<typeof annotationSchema>
export const NO_ANNOTATION: Annotation = { note: '', tags: [], favourite: false }

/** A study as the list of runs shows it. `settings` are those all of its runs share. */
export interface StudyLine {
  id: string
  name: string
  datasetId: string
  datasetName: string
  kind: string
  settings: Settings
  runs: number
  annotation?: Annotation
}

/** A run in the list, short enough for thousands. `settings` are its own; those of its study are with the study. */
export interface RunLine {
  id: string
  study: string // id
  title: string // 'LSTM, 80 % of h2h, magnitude, seed 3'
  settings: Settings
  state: RunState
  first?: number // test accuracy of its first record: right after pruning, or after the first epoch
  accuracy?: number // after its last epoch
  annotation?: Annotation
}

export interface CompareList {
  studies: StudyLine[]
  runs: RunLine[] // by study, newest first, in the order of the study
}

/** Values that pass by setting; a setting without an entry is not looked at. */
export type Filters = Partial<Record<Setting, string[]>>

/** Tell whether a run passes. A setting that means nothing for the run does not pass a filter on it. */
export function passes(settings: Settings, filters: Filters): boolean {
  return SETTINGS.every((setting) => {
    const allowed = filters[setting]
    return allowed === undefined || allowed.length === 0 || allowed.includes(settings[setting] ?? '')
  })
}

/**
 * `percent`: accuracy by percentage pruned. `regain`: retraining epochs to regain by percentage. `epochs`: learning
 * curves. `groups`: one value for each group.
 */
export const COMPARE_CHARTS = ['percent', 'regain', 'epochs', 'groups'] as const
export type CompareChart = (typeof COMPARE_CHARTS)[number]

/** `before`: right after pruning; `after`: after the last retraining epoch. */
export const COMPARE_MOMENTS = ['before', 'after'] as const
export type CompareMoment = (typeof COMPARE_MOMENTS)[number]

/** Most groups a comparison draws; the rest is counted. */
export const MOST_GROUPS = 48
/** Most claims judged as one family. */
export const MOST_CLAIMS = 400

const id = z.string().min(1).max(200)
const setting = z.enum(SETTINGS)
const values = z.array(z.string().max(300)).max(1000)

export const selectionSchema = z.strictObject({
  studies: z.array(id).max(200).default([]), // all runs of these
  runs: z.array(id).max(2000).default([]), // and these
  filters: z.partialRecord(setting, values).default({}),
})
export type CompareSelection = z.infer<typeof selectionSchema>

export const comparisonSchema = z.strictObject({
  selection: selectionSchema,
  by: z.array(setting).max(4).default([]),
  chart: z.enum(COMPARE_CHARTS).default('percent'),
  moment: z.enum(COMPARE_MOMENTS).default('before'),
  single: z.boolean().default(false), // with every single run
  published: z.boolean().default(true), // with the published values of the groups that have some
})
export type ComparisonQuestion = z.infer<typeof comparisonSchema>

/** Groups that differ in nothing but one setting, judged pair by pair at a level or at all of them. */
export const contrastSchema = z.strictObject({
  selection: selectionSchema,
  by: z.array(setting).max(4),
  chart: z.enum(COMPARE_CHARTS).default('percent'),
  moment: z.enum(COMPARE_MOMENTS).default('before'),
  setting,
  against: z.string().max(300), // value of the setting that the others are held against
  at: z.number().min(0).max(100).nullable().default(null), // percentage; null: every one
})
export type ContrastQuestion = z.infer<typeof contrastSchema>

export const annotateSchema = annotationSchema
  .partial()
  .extend({ study: id.optional(), run: id.optional() })
  .refine(({ study, run }) => (study === undefined) !== (run === undefined), 'name a study or a run')

/** A mean over seeds (or graphs) with its 95 % bootstrap interval at one place of the horizontal axis. */
export interface ComparePoint {
  x: number
  n: number // seeds (graphs)
  mean: number
  low?: number
  high?: number
  never?: number // runs that did not regain; they count as one epoch more than were run
}

export interface SingleCurve {
  name: string // 'seed 3'
  run?: string // id, where the curve is one run
  points: [x: number, y: number][]
}

export interface CompareGroup {
  key: string
  name: string // 'GRU, magnitude'
  settings: Settings // those it is grouped by, and those all of its runs share
  runs: number
  points: ComparePoint[]
  singles?: SingleCurve[]
}

export interface PublishedCurve {
  name: string
  cell: string
  target?: string
  points: [x: number, y: number][]
}

/** What differs between the chosen, and nothing else. */
export interface DifferenceTable {
  columns: { key: string; label: string }[]
  rows: { id: string; name: string; kind: 'study' | 'run'; values: string[] }[]
  same: { label: string; value: string }[]
}

export interface Comparison {
  runs: number // that take part
  chosen: number // before filters
  axis: { x: string; y: string; block: 'seed' | 'graph' }
  groups: CompareGroup[]
  more: number // groups that are not drawn
  published?: { source: string; curves: PublishedCurve[] }
  datasets: string[] // ids; trivial baselines are drawn where it is one
  settings: { setting: Setting; values: string[] }[] // of the chosen runs, those with several values
  differences: DifferenceTable
  retrainEpochs: number // most among the runs
}

export interface Judgements {
  claims: Judgement[]
  more: number // claims beyond the most that are judged together
  note?: string // what the reader has to know about the family
}

export type { ClaimReport, Judgement }
