// What a run becomes in the store when it has ended, and what that means for the runs that wait for it.
import { LacunaError, type ErrorReport } from '../../shared/errors.ts'
import type { RunProblem } from '../../shared/results.ts'
import type { WaitingRun } from '../store/run-queries.ts'
import type { Store } from '../store/store.ts'
import type { RunOutcome } from './messages.ts'

/** Code of the problem of runs whose base will not be done. */
export const BASE_FAILED = 'base-failed'

/** Why a run under way was asked to stop, and so what it becomes. */
export type StopReason = 'interrupt' | 'cancel'

/**
 * Write the end of a run. Returns why its whole study cannot run now, where that is the reason.
 * @throws LacunaError disk-full (nothing is written), internal
 */
export function settleRun(
  store: Store,
  run: WaitingRun,
  outcome: RunOutcome,
  stopped: StopReason | undefined,
): ErrorReport | undefined {
  const { runs } = store
  // Stopped after its last epoch was stored: it is done all the same.
  if (runs.state(run.id) === 'done') return undefined
  switch (outcome.how) {
    case 'done':
      throw new LacunaError('internal', `Run ${run.id} ended without its last epoch.`)
    case 'stopped':
      if (stopped === 'cancel') runs.finish(run.id, 'cancelled')
      else runs.interrupt(run.id)
      return undefined
    case 'diverged':
    case 'failed': {
      const { how, problem } = outcome
      if (problem.code === 'engine-unavailable') {
        // Every other run of the study would fail the same way: wait for a person instead.
        runs.interrupt(run.id)
        return { code: 'engine-unavailable', message: problem.message }
      }
      store.transaction(() => {
        runs.finish(run.id, how, problem)
        runs.failDependents(run.id, baseProblem(run.spec.key, how))
      })
      return undefined
    }
  }
}

/** What is wrong with a run that waits for a base which did not end well. */
export function baseProblem(key: string, how: 'diverged' | 'failed'): RunProblem {
  const message = `Its base run ${key} ${how}, so there are no weights to prune; retry the base run.`
  return { code: BASE_FAILED, message }
}
