// Every request and every event that crosses from the interface to the workbench. Both transports serve exactly this
// table; client, server and tests infer their types from it. Arguments are validated at the door by these schemas.
import { z } from 'zod'
import {
  reberParametersSchema,
  importOptionsSchema,
  type Baseline,
  type Dataset,
  type DatasetProfile,
  type ImportPreview,
  type SequencePage,
} from './dataset.ts'
import {
  annotateSchema,
  comparisonSchema,
  contrastSchema,
  type Annotation,
  type CompareList,
  type Comparison,
  type Judgements,
} from './compare.ts'
import { COSTED_RUNS, type RunCost } from './cost.ts'
import type { EngineCheck } from './engine-check.ts'
import type { ErrorReport } from './errors.ts'
import {
  GRAPH_EXPORT_FORMATS,
  graphImportOptionsSchema,
  type GraphDescription,
  type GraphImport,
  type GraphProperties,
} from './graph.ts'
import type { Outcomes, PruningInsight } from './insight.ts'
import type {
  EpochRecord,
  RunRecord,
  RunState,
  StructureResults,
  StudyResults,
  StudyState,
} from './results.ts'
import type { ClaimReport } from './judgement.ts'
import type { Preset } from './presets.ts'
import {
  REPORT_FORMATS,
  reportSectionsSchema,
  type BundleImport,
  type ReportFile,
  type ReportPreview,
} from './report.ts'
import type { StructureAnalysis } from './structure-analysis.ts'
import { structureSchema } from './structure-study.ts'
import type { StructureTrace, StructureView } from './structure-view.ts'
import type { RunSpec, StudyDefinition } from './study.ts'

/** A file handed to the workbench for reading: uploaded by a browser or named by the desktop shell. */
export const fileRefSchema = z.strictObject({ fileId: z.string().regex(/^[0-9a-f]{32}$/) })
export type FileRef = z.infer<typeof fileRefSchema>

const id = z.string().min(1).max(200)
const nothing = z.strictObject({})
const name = z.string().trim().min(1, 'a name needs at least one character').max(200)
/** Chosen by the caller; progress events of a long request carry it and `task/cancel` takes it. */
const task = z.string().min(1).max(64)

export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  jobs: z.number().int().min(1).max(256), // engine processes at a time
  engine: z.enum(['auto', 'fused', 'tensorflow']), // for new studies
})
export type Settings = z.infer<typeof settingsSchema>

/** An engine as found on this machine. */
export interface EngineStatus {
  name: 'fused' | 'tensorflow'
  available: boolean
  version?: string
  instructionSet?: string
  library?: string
  reason?: string // why it is not available, and what to do
}

export interface AppInfo {
  version: string
  node: string
  electron?: string
  platform: string
  cores: number
  cpu: string
  engines: EngineStatus[]
  workspace: { path: string; bytes: number }
}

/** One line of a health check. */
export interface Check {
  name: string
  ok: boolean
  found: string
  todo?: string
}

export interface DatasetDetail {
  dataset: Dataset
  profile: DatasetProfile
  baselines: Baseline[]
}

export interface QueueStatus {
  running: number
  waiting: number // runs of studies that are not paused
  finished: number // of the studies that still have work
  remainingMs?: number // estimate; absent until an epoch has been measured
  problem?: ErrorReport // why the queue stands still: disk full, no engine
}

export interface StudySummary {
  id: string
  name: string
  definition: StudyDefinition
  datasetName: string
  state: StudyState
  paused: boolean
  createdAt: string
  runs: Record<RunState, number>
  epochsDone: number
  epochsTotal: number
  remainingMs?: number
}

/** A run without its epochs, light enough to list thousands. */
export interface RunSummary extends Omit<RunRecord, 'epochs'> {
  epochsDone: number // retraining or training epochs finished; epoch 0 does not count
  last?: EpochRecord
  accuracies: number[] // test accuracy by epoch, for sparklines
}

export interface StudyDetail {
  summary: StudySummary
  runs: RunSummary[]
}

/** Why the time of a plan is not known: it is being measured, runs compute meanwhile, or measuring failed. */
export type Unmeasured = 'measuring' | 'busy' | 'failed'

export interface StudyPlan {
  id: string
  exists: boolean // the same study is in the workspace already
  definition: StudyDefinition // with defaults filled in
  runs: RunSpec[]
  estimate?: { ms: number; basis: string } // absent while nothing is known about this machine
  unmeasured?: Unmeasured // where there is no estimate
  diskBytes: number
}

/** One graph of a structure study, before anything is trained. */
export interface GraphSample {
  name: string
  graph: GraphDescription
  layers: number[][] // vertices by layer
  properties: GraphProperties | null // null where the graph is too large
}

/** Live position of a run inside its current epoch. */
export interface RunProgress {
  runId: string
  studyId: string
  epoch: number
  epochs: number
  phase: 'training' | 'testing'
  batch: number
  batches: number
  loss?: number
  remainingMs?: number // of the study
}

/** Types of a request: zod schema of its arguments, and its result as a phantom. */
interface Request<A extends z.ZodType, R> {
  args: A
  result?: R
}
const request =
  <R>() =>
  <A extends z.ZodType>(args: A): Request<A, R> => ({ args })

const importArgs = { file: fileRefSchema, test: fileRefSchema.optional(), options: importOptionsSchema, task }

/** Weights of a run: after an epoch, by default its last one that is stored. */
const moment = { run: id, epoch: z.number().int().min(-1).optional() }

/** The table: 'area/verb'. A definition is sent as JSON and checked by `parseStudy`. */
export const requests = {
  'app/info': request<AppInfo>()(nothing),
  'app/doctor': request<Check[]>()(nothing),
  'settings/get': request<Settings>()(nothing),
  'settings/change': request<Settings>()(settingsSchema.partial()),
  'task/cancel': request<null>()(z.strictObject({ task })),

  'file/discard': request<null>()(fileRefSchema),
  'dataset/preview': request<ImportPreview>()(z.strictObject(importArgs)),
  'dataset/import': request<Dataset>()(z.strictObject({ ...importArgs, name })),
  'dataset/generate': request<Dataset>()(z.strictObject({ name, generate: reberParametersSchema, task })),
  'dataset/list': request<Dataset[]>()(nothing),
  'dataset/show': request<DatasetDetail>()(z.strictObject({ id })),
  'dataset/sequences': request<SequencePage>()(
    z.strictObject({
      id,
      split: z.enum(['train', 'test']),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
      label: z.number().int().min(0).optional(),
      contains: z.string().max(1000).optional(),
    }),
  ),
  'dataset/rename': request<Dataset>()(z.strictObject({ id, name })),
  'dataset/delete': request<null>()(z.strictObject({ id })), // to the trash; 'dataset/restore' undoes it
  'dataset/restore': request<Dataset>()(z.strictObject({ id })),

  'study/presets': request<Preset[]>()(nothing),
  'study/plan': request<StudyPlan>()(z.strictObject({ definition: z.unknown() })),
  'study/start': request<StudySummary>()(z.strictObject({ definition: z.unknown(), name: name.optional() })),
  'study/list': request<StudySummary[]>()(nothing),
  'study/show': request<StudyDetail>()(z.strictObject({ id })),
  'study/results': request<StudyResults>()(z.strictObject({ id })),
  'study/csv': request<{ fileName: string; text: string }>()(z.strictObject({ id })),
  'study/rename': request<StudySummary>()(z.strictObject({ id, name })),
  'study/pause': request<StudySummary>()(z.strictObject({ id })),
  'study/resume': request<StudySummary>()(z.strictObject({ id })), // also queues cancelled and failed runs again
  'study/cancel': request<StudySummary>()(z.strictObject({ id })),
  'study/delete': request<null>()(z.strictObject({ id })),
  'study/restore': request<StudySummary>()(z.strictObject({ id })),
  'run/show': request<RunRecord>()(z.strictObject({ id })),
  'run/retry': request<RunSummary>()(z.strictObject({ id })),
  'run/check': request<EngineCheck>()(
    // train its first epochs on both engines; stores nothing
    z.strictObject({ id, epochs: z.number().int().min(1).max(10).default(1), task }),
  ),
  'queue/status': request<QueueStatus>()(nothing),

  'compare/list': request<CompareList>()(nothing), // all runs of all studies
  'compare/show': request<Comparison>()(comparisonSchema),
  'compare/judge': request<Judgements>()(contrastSchema),
  'compare/claims': request<ClaimReport>()(z.strictObject({ id, task })), // published claims held against a study
  'compare/annotate': request<Annotation>()(annotateSchema), // note, tags, favourite of a study or a run

  // In the order asked for; runs without an epoch are left out.
  'cost/show': request<{ costs: RunCost[] }>()(z.strictObject({ runs: z.array(id).min(1).max(COSTED_RUNS) })),
  'cost/measure': request<RunCost>()(z.strictObject({ run: id, task })), // times it here, about 2 s; remembered

  'study/structures': request<StructureResults>()(z.strictObject({ id })), // of a structure study
  'study/analyse': request<StructureAnalysis>()(
    // a minute or so the first time; answered from memory until more runs are done
    z.strictObject({
      id,
      folds: z.number().int().min(2).max(20).default(10),
      repeats: z.number().int().min(1).max(100).default(10),
      leaveOutFailed: z.boolean().default(false),
      task,
    }),
  ),
  'graph/import': request<GraphImport>()(
    z.strictObject({ file: fileRefSchema, options: graphImportOptionsSchema }),
  ),
  'graph/sample': request<GraphSample>()(
    // the graph a study would train; `index` counts within the family
    z.strictObject({
      structure: structureSchema,
      family: z.number().int().min(0),
      index: z.number().int().min(0),
    }),
  ),
  'structure/show': request<StructureView>()(
    z.strictObject({
      ...moment,
      gate: z.string().max(8).default('any'),
      against: z.strictObject(moment).optional(),
    }),
  ),
  'structure/replay': request<{ epochs: number[] }>()(z.strictObject({ run: id, task })), // train again, keep every epoch
  'structure/trace': request<StructureTrace>()(
    z.strictObject({
      ...moment,
      sequence: z.union([
        z.strictObject({ split: z.enum(['train', 'test']), index: z.number().int().min(0) }), // as in 'dataset/sequences'
        z.strictObject({ text: z.string().min(1).max(10_000) }),
      ]),
    }),
  ),
  'structure/export': request<{ fileName: string; text: string }>()(
    z.strictObject({
      ...moment,
      gate: z.string().max(8).default('any'),
      format: z.enum(GRAPH_EXPORT_FORMATS),
    }),
  ),
  'insight/show': request<PruningInsight>()(z.strictObject(moment)),
  'insight/outcomes': request<Outcomes>()(z.strictObject({ ...moment, task })), // tests this run and the one it was pruned from
  'report/preview': request<ReportPreview>()(z.strictObject({ id, sections: reportSectionsSchema })),
  'report/make': request<ReportFile>()(
    z.strictObject({ id, format: z.enum(REPORT_FORMATS), sections: reportSectionsSchema, task }),
  ),
  'bundle/import': request<BundleImport>()(z.strictObject({ file: fileRefSchema, task })),
} as const

export type RequestName = keyof typeof requests
export type RequestArgs<N extends RequestName> = z.input<(typeof requests)[N]['args']>
export type ParsedArgs<N extends RequestName> = z.output<(typeof requests)[N]['args']>
export type RequestResult<N extends RequestName> =
  NonNullable<(typeof requests)[N]['result']> | Extract<(typeof requests)[N]['result'], null>

/** What the application implements: one function per request. */
export type Handlers = { [N in RequestName]: (args: ParsedArgs<N>) => Promise<RequestResult<N>> }

/** What the interface calls. */
export type Client = <N extends RequestName>(name: N, args: RequestArgs<N>) => Promise<RequestResult<N>>

/** Events: 'area/past-tense'. Each says what to fetch again, or carries a small sample of live progress. */
export interface Events {
  'datasets/changed': { id?: string }
  'studies/changed': { id?: string } // states, counts, names
  'epoch/finished': { studyId: string; runId: string; record: EpochRecord }
  'run/progressed': RunProgress
  'queue/changed': QueueStatus
  'task/progressed': { task: string; done: number; total?: number; what: string } // what: 'rows', 'bytes'
  'plan/estimated': Record<string, never> // plans can say now how long a study takes on this machine, or why not
  'settings/changed': Settings
}

export type EventName = keyof Events
export const EVENT_NAMES = [
  'datasets/changed',
  'studies/changed',
  'epoch/finished',
  'run/progressed',
  'queue/changed',
  'task/progressed',
  'plan/estimated',
  'settings/changed',
] as const satisfies readonly EventName[]

/** Callback for every event; transports forward them as they are. */
export type Emit = <N extends EventName>(name: N, payload: Events[N]) => void

/** Reply as it crosses a transport. */
export type Reply<N extends RequestName> =
  { ok: true; result: RequestResult<N> } | { ok: false; error: ErrorReport }

export function isRequestName(value: unknown): value is RequestName {
  return typeof value === 'string' && Object.hasOwn(requests, value)
}
