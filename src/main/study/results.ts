// Turns the run records of a study into what its charts and tables show. Pure.
import {
  epochsToRegain,
  finalAccuracy,
  safePercentage,
  type Estimate,
  type PrunedResult,
  type RunRecord,
  type SafePercentage,
  type StudyResults,
} from '../../shared/results.ts'
import type { StudyDefinition } from '../../shared/study.ts'
import { estimateMean } from '../stats/intervals.ts'

/** Derive the results of a study from the runs it has so far; unfinished runs take part with what they have. */
export function studyResults(
  studyId: string,
  definition: StudyDefinition,
  runs: readonly RunRecord[],
): StudyResults {
  const margin = definition.kind === 'pruning' ? definition.margin : 1
  const bases = runs.filter((r) => r.spec.kind === 'base' && r.epochs.length > 0)
  const finalBase = new Map(
    bases.filter((r) => r.state === 'done').map((r) => [r.spec.key, finalAccuracy(r.epochs)!]),
  )
  const pruned = runs.flatMap((run) => prunedResult(run, finalBase, margin))
  return {
    studyId,
    margin,
    base: bases.map(({ spec: { cell, seed }, id, epochs }) => ({ cell, seed, runId: id, epochs })),
    pruned,
    levels: groups(pruned, (p) => `${p.cell}|${p.target}|${p.criterion}|${p.percent}`).map(levelOf),
    safe: groups(pruned, (p) => `${p.cell}|${p.target}|${p.criterion}`).map((g) =>
      safeOf(g, definition, margin),
    ),
  }
}

function prunedResult(run: RunRecord, bases: Map<string, number>, margin: number): PrunedResult[] {
  const { spec, epochs } = run
  const baseAccuracy = spec.base === undefined ? undefined : bases.get(spec.base)
  if (spec.prune === undefined || baseAccuracy === undefined || epochs.length === 0) return []
  const accuracy = epochs.map((e) => e.test.accuracy)
  const { target, criterion, percent } = spec.prune
  return [
    {
      runId: run.id,
      cell: spec.cell,
      seed: spec.seed,
      target,
      criterion,
      percent,
      baseAccuracy,
      accuracy,
      nonzeros: epochs[0]!.nonzeros,
      recurrentWeights: run.recurrentWeights ?? epochs[0]!.nonzeros,
      epochsToRegain: epochsToRegain(accuracy, baseAccuracy, margin),
    },
  ]
}

/** Collect what has the same key, in order of first appearance. */
function groups(results: readonly PrunedResult[], keyOf: (result: PrunedResult) => string): PrunedResult[][] {
  return [...Map.groupBy(results, keyOf).values()]
}

function estimate(values: readonly number[]): Estimate {
  return values.length === 0 ? { n: 0, mean: 0 } : estimateMean(values)
}

function levelOf(group: PrunedResult[]): StudyResults['levels'][number] {
  const { cell, target, criterion, percent } = group[0]!
  const regained = group.flatMap((r) => r.epochsToRegain ?? [])
  return {
    cell,
    target,
    criterion,
    percent,
    before: estimate(group.map((r) => r.accuracy[0]!)),
    after: estimate(group.map((r) => r.accuracy.at(-1)!)),
    regain: { n: group.length, never: group.length - regained.length, estimate: estimate(regained) },
  }
}

function safeOf(group: PrunedResult[], definition: StudyDefinition, margin: number): SafePercentage {
  const { cell, target, criterion } = group[0]!
  const planned = definition.kind === 'pruning' ? definition.prune.percentages.length : 0
  const perSeed = [...Map.groupBy(group, (r) => r.seed)].map(([seed, results]) => ({
    seed,
    percent: safePercentage(
      results.map((r) => ({ percent: r.percent, accuracy: r.accuracy[0]! })),
      results[0]!.baseAccuracy,
      margin,
    ),
    complete: results.length === planned,
  }))
  return { cell, target, criterion, perSeed, estimate: estimate(perSeed.map((s) => s.percent)) }
}
