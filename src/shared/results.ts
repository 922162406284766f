// What runs produce and what is derived from it. Pure: types of the records, and the measures of science.md section 3.
import type { GraphProperties } from './graph.ts'
import type { Cell } from './network.ts'
import type { FamilyKind } from './structure-study.ts'
import type { Criterion, RunSpec, StudyDefinition, Target } from './study.ts'

/**
 * `interrupted`: the program ended while it ran; resumes from its last epoch. `diverged`: loss, gradient or weights
 * became NaN or infinite. `failed`: an error, see `problem`.
 */
export const RUN_STATES = [
  'queued',
  'running',
  'interrupted',
  'done',
  'diverged',
  'failed',
  'cancelled',
] as const
export type RunState = (typeof RUN_STATES)[number]

export const STUDY_STATES = ['queued', 'running', 'paused', 'done', 'incomplete', 'cancelled'] as const
/** `incomplete`: nothing is left to do, but at least one run diverged, failed or was cancelled. */
export type StudyState = (typeof STUDY_STATES)[number]

/** Quality on one split. `loss` is the mean over sequences, `lossSum` the sum of batch means (the published measure). */
export interface SplitScore {
  total: number
  correct: number
  accuracy: number // 0 to 1
  loss: number
  lossSum: number
}

/** One finished epoch. Epoch 0 of a pruned run is the test right after pruning, before any retraining. */
export interface EpochRecord {
  epoch: number
  train?: SplitScore // absent for epoch 0
  validation?: SplitScore
  test: SplitScore
  nonzeros: number // kept recurrent weights
  elapsedMs: number // training and testing of this epoch
}

/** What a person needs to know about a run that did not end well. */
export interface RunProblem {
  code: string
  message: string
  epoch?: number
  batch?: number
}

/** The engine a run was computed with. */
export interface RunEngine {
  name: string
  version: string
  instructionSet?: string // fused
  library?: string // tensorflow
  threads?: number // that computed the run
}

export interface RunRecord {
  id: string
  studyId: string
  spec: RunSpec
  state: RunState
  epochs: EpochRecord[]
  problem?: RunProblem
  engine?: RunEngine
  recurrentWeights?: number // weights in all weight_ih and weight_hh
  parameters?: number // all trained values
  startedAt?: string // ISO 8601
  endedAt?: string
  attempts: number
}

/** Curve over retraining epochs of one pruned run, with its derived measures. */
export interface PrunedResult {
  runId: string
  cell: Cell
  seed: number
  target: Target
  criterion: Criterion
  percent: number
  baseAccuracy: number
  accuracy: number[] // test accuracy by epoch, index 0 = right after pruning
  nonzeros: number
  recurrentWeights: number
  epochsToRegain: number | null // null: never within the epochs that were run
}

/** Mean over seeds with a 95 % bootstrap interval; the interval is absent with fewer than two values. */
export interface Estimate {
  n: number
  mean: number
  low?: number
  high?: number
}

export interface SafePercentage {
  cell: Cell
  target: Target
  criterion: Criterion
  perSeed: { seed: number; percent: number; complete: boolean }[] // complete: every level of the study is there
  estimate: Estimate
}

/** Everything the result charts of a study show. */
export interface StudyResults {
  studyId: string
  margin: number // percentage points
  base: { cell: Cell; seed: number; runId: string; epochs: EpochRecord[] }[]
  pruned: PrunedResult[]
  levels: {
    cell: Cell
    target: Target
    criterion: Criterion
    percent: number
    before: Estimate // accuracy right after pruning
    after: Estimate // accuracy after the last retraining epoch
    regain: { n: number; never: number; estimate: Estimate } // estimate over the seeds that regained
  }[]
  safe: SafePercentage[]
}

/** One trained structure with what its graph is like. */
export interface StructureResult {
  runId: string
  cell: Cell
  seed: number
  generator: FamilyKind
  graph: string // name of the graph; several seeds of one graph share it
  rewired: number // 0: the graph itself, k: its k-th degree-preserving control
  state: RunState
  properties: Partial<GraphProperties> // those that could be computed
  recurrentWeights?: number
  parameters?: number
  accuracies: number[] // test accuracy by epoch
  accuracy?: number // after the last epoch of a run that is done
}

/** What the charts of a structure study show. `chance`: accuracy at or below which a training counts as failed. */
export interface StructureResults {
  studyId: string
  chance: number
  rows: StructureResult[]
}

/** Tell whether an accuracy is within `margin` percentage points below `base` (or above it). Accuracies 0 to 1. */
export function withinMargin(accuracy: number, base: number, margin: number): boolean {
  // Accuracies are ratios of counts; the slack is far below one sequence and far above rounding.
  return accuracy >= base - margin / 100 - 1e-9
}

/** Largest percentage whose accuracy right after pruning is within the margin of the base; 0 when none is. */
export function safePercentage(
  levels: readonly { percent: number; accuracy: number }[],
  base: number,
  margin: number,
): number {
  return levels.reduce(
    (max, l) => (withinMargin(l.accuracy, base, margin) ? Math.max(max, l.percent) : max),
    0,
  )
}

/** First epoch (0 = right after pruning) whose accuracy is within the margin of the base, or null for never. */
export function epochsToRegain(accuracy: readonly number[], base: number, margin: number): number | null {
  const epoch = accuracy.findIndex((a) => withinMargin(a, base, margin))
  return epoch < 0 ? null : epoch
}

/**
 * State of a study from its own switch and the states of its runs. A random structure that cannot be trained is a
 * finding, so in a structure study a run that diverged has ended well.
 */
export function studyState(
  paused: boolean,
  runs: readonly RunState[],
  kind: StudyDefinition['kind'] = 'training',
): StudyState {
  const has = (...states: RunState[]) => runs.some((r) => states.includes(r))
  if (has('queued', 'running', 'interrupted')) {
    if (paused) return 'paused'
    return has('running') ? 'running' : 'queued'
  }
  const ended: readonly RunState[] = kind === 'structure' ? ['done', 'diverged'] : ['done']
  if (runs.every((r) => ended.includes(r))) return 'done'
  return runs.every((r) => r === 'cancelled' || ended.includes(r)) ? 'cancelled' : 'incomplete'
}

/** Short names for tables: what differs between the runs of one study. */
export function runTitle(spec: RunSpec): string {
  if (spec.structure !== undefined) {
    const { name, rewired } = spec.structure
    return `${name}${rewired === 0 ? '' : `, rewired ${rewired}`}, seed ${spec.seed}`
  }
  if (spec.prune === undefined) return `base, seed ${spec.seed}`
  const { target, percent, criterion } = spec.prune
  return `${percent} % of ${target}, ${criterion}, seed ${spec.seed}`
}

/** Name an engine with all that can change its bits: fused 1.0.0, avx512, 1 thread. */
export function engineTitle({ name, version, instructionSet, library, threads }: RunEngine): string {
  const parts = [
    `${name} ${version}`,
    ...(instructionSet === undefined ? [] : [instructionSet]),
    ...(library === undefined ? [] : [`libtensorflow ${library}`]),
    ...(threads === undefined ? [] : [threads === 1 ? '1 thread' : `${threads} threads`]),
  ]
  return parts.join(', ')
}

/** The engines the runs of a study were computed with, each once. */
export function enginesOf(runs: readonly Pick<RunRecord, 'engine'>[]): string[] {
  return [...new Set(runs.flatMap(({ engine }) => (engine === undefined ? [] : [engineTitle(engine)])))]
}

/** The base accuracy runs of a study are measured against: test accuracy after the last epoch. */
export function finalAccuracy(epochs: readonly EpochRecord[]): number | undefined {
  return epochs.at(-1)?.test.accuracy
}
