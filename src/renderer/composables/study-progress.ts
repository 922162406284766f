// Progress of a study as numbers. Pure.
import type { StudySummary } from '../../shared/contract.ts'

/** Number of runs in all states. */
export function totalRuns({ runs }: StudySummary): number {
  return Object.values(runs).reduce((sum, count) => sum + count, 0)
}

/** Share of the epochs that are done, 0 to 1; a finished study counts as whole. */
export function studyShare({ state, epochsDone, epochsTotal }: StudySummary): number {
  if (state === 'done') return 1
  return epochsTotal === 0 ? 0 : Math.min(1, epochsDone / epochsTotal)
}
