// The runs a slider goes through: a base model and what pruning made of it, level by level. Pure.
import type { RunSummary } from '../../shared/contract.ts'
import { CELL_NAMES } from '../../shared/network.ts'
import { runTitle, type RunState } from '../../shared/results.ts'
import type { StructureView } from '../../shared/structure-view.ts'
import type { Criterion, Target } from '../../shared/study.ts'

export interface Level {
  percent: number // 0: the base model
  runId: string
  state: RunState
}

/** All levels of one base model, one target and one criterion, the base first. */
export interface LevelSeries {
  key: string
  name: string
  target: Target
  criterion: Criterion
  levels: Level[]
}

/** Series the run belongs to: one for a pruned run, all of a base run's, none without pruning levels. */
export function seriesOf(runs: readonly RunSummary[], run: RunSummary): LevelSeries[] {
  const baseKey = run.spec.kind === 'pruned' ? run.spec.base : run.spec.key
  const base = runs.find(({ spec }) => spec.key === baseKey)
  if (base === undefined || run.spec.kind === 'structure') return []
  const found = new Map<string, LevelSeries>()
  for (const { id, spec, state } of runs) {
    if (spec.base !== baseKey || spec.prune === undefined) continue
    const { target, criterion, percent } = spec.prune
    const key = `${target}.${criterion}`
    const series = found.get(key) ?? {
      key,
      name: `${target}, by ${criterion}`,
      target,
      criterion,
      levels: [{ percent: 0, runId: base.id, state: base.state }],
    }
    series.levels.push({ percent, runId: id, state })
    found.set(key, series)
  }
  for (const { levels } of found.values()) levels.sort((a, b) => a.percent - b.percent)
  return [...found.values()]
}

/** The series that is shown: the run's own, else the one asked for, else the first. */
export function presentSeries(
  all: readonly LevelSeries[],
  run: RunSummary,
  asked: string,
): LevelSeries | undefined {
  const own = run.spec.prune === undefined ? asked : `${run.spec.prune.target}.${run.spec.prune.criterion}`
  return all.find(({ key }) => key === own) ?? all[0]
}

/** What tells the runs of a study apart, besides the level of pruning. */
export interface RunTraits {
  cell: string
  seed: string
  graph: string // of structures; empty for others
}

export function traitsOf({ spec: { cell, seed, structure } }: RunSummary): RunTraits {
  const control = structure !== undefined && structure.rewired > 0 ? `, rewired ${structure.rewired}` : ''
  return { cell, seed: String(seed), graph: structure === undefined ? '' : structure.name + control }
}

/** Values of one trait that occur, in order of the runs. */
export function traitValues(runs: readonly RunSummary[], trait: keyof RunTraits): string[] {
  return [...new Set(runs.map((run) => traitsOf(run)[trait]))]
}

/** The run with another value of one trait that is otherwise most like the present one. */
export function closestRun(
  runs: readonly RunSummary[],
  present: RunSummary,
  trait: keyof RunTraits,
  value: string,
): RunSummary | undefined {
  const own = traitsOf(present)
  const likeness = (run: RunSummary): number => {
    const traits = traitsOf(run)
    const same = (['cell', 'graph', 'seed'] as const).filter((name) => traits[name] === own[name]).length
    const [a, b] = [run.spec.prune, present.spec.prune]
    const pruned =
      Number(a?.percent === b?.percent) +
      Number(a?.target === b?.target) +
      Number(a?.criterion === b?.criterion)
    return same * 10 + pruned + Number(hasWeights(run)) * 5
  }
  return runs
    .filter((run) => traitsOf(run)[trait] === value)
    .reduce<RunSummary | undefined>(
      (best, run) => (best === undefined || likeness(run) > likeness(best) ? run : best),
      undefined,
    )
}

/** Tell whether two runs have networks of the same shape, so that they can be compared unit by unit. */
export function comparable(a: RunSummary, b: RunSummary): boolean {
  if (a.id === b.id || a.spec.cell !== b.spec.cell) return false
  if (a.spec.kind !== 'structure' || b.spec.kind !== 'structure')
    return a.spec.kind !== 'structure' && b.spec.kind !== 'structure'
  return (
    a.spec.structure?.name === b.spec.structure?.name &&
    a.spec.structure?.rewired === b.spec.structure?.rewired
  )
}

/** Tell whether a run has weights that can be drawn. */
export function hasWeights({ state, epochsDone }: Pick<RunSummary, 'state' | 'epochsDone'>): boolean {
  return state === 'done' || epochsDone > 0
}

/** A run in a list: architecture and what differs. */
export function runName(run: Pick<RunSummary, 'spec'>): string {
  return `${CELL_NAMES[run.spec.cell]}, ${runTitle(run.spec)}`
}

/** Most runs of other seeds that are offered for a comparison. */
const OTHERS = 40

/** What a run can be compared with: levels of its series, its own first weights, then the same run of other seeds. */
export function againstOptions(
  runs: readonly RunSummary[],
  run: RunSummary,
  view: StructureView,
  series: LevelSeries | undefined,
): { value: string; label: string }[] {
  const levels = (series?.levels ?? []).filter(({ runId, state }) => runId !== run.id && state !== 'queued')
  const first = view.epochs.available[0]
  const own =
    first !== undefined && first < view.epoch
      ? [
          {
            value: `${run.id}@${first}`,
            label: `against this run ${first < 0 ? 'before training' : `after epoch ${first}`}`,
          },
        ]
      : []
  const inSeries = new Set(levels.map(({ runId }) => runId))
  const others = runs
    .filter((other) => comparable(other, run) && hasWeights(other) && !inSeries.has(other.id))
    .filter(({ spec }) => spec.kind === run.spec.kind && spec.prune?.percent === run.spec.prune?.percent)
    .slice(0, OTHERS)
  return [
    { value: '', label: 'no comparison' },
    ...levels.map(({ runId, percent }) => ({
      value: runId,
      label: percent === 0 ? 'against the base model' : `against ${percent} % pruned`,
    })),
    ...own,
    ...others.map((other) => ({ value: other.id, label: `against ${runTitle(other.spec)}` })),
  ]
}
