// Chart and grouping that nobody chose: what the chosen studies are about. Pure.
import type { CompareChart, CompareList, Setting } from '../../shared/compare.ts'

export interface Defaults {
  chart: CompareChart
  by: Setting[]
}

/** Pruning: curves by percentage. Structures: one value for each generator. Training: learning curves. */
export function defaultsFor(
  list: CompareList | undefined,
  studies: readonly string[],
  runs: readonly string[],
): Defaults {
  const [whole, single] = [new Set(studies), new Set(runs)]
  const chosenRuns = (list?.runs ?? []).filter(({ id }) => single.has(id))
  const kinds = new Set([
    ...(list?.studies ?? []).filter(({ id }) => whole.has(id)).map(({ kind }) => kind),
    ...chosenRuns.map(({ settings }) => (settings.kind === 'pruned' ? 'pruning' : settings.kind)),
  ])
  const several = new Set([...studies, ...chosenRuns.map(({ study }) => study)]).size > 1
  const study: Setting[] = several ? ['study'] : []
  if (kinds.has('pruning')) return { chart: 'percent', by: ['cell', 'target', 'criterion', ...study] }
  if (kinds.has('structure')) return { chart: 'groups', by: ['cell', 'generator', ...study] }
  return { chart: 'epochs', by: ['cell', ...study] }
}
