// Brings one run to its end although engine processes may die: after a crash it goes on from the last stored epoch, at
// most twice, then it stops with a message.
import type { EngineHost, RunHooks } from './engine-host.ts'
import type { RunJob, RunOutcome } from './messages.ts'

/** Crashes a run survives; a third has the same cause as the first two. */
export const MAX_RESUMES = 2

export interface SupervisedRun {
  /** The job from where the store has it now; undefined when nothing is left to do. */
  job: () => RunJob | undefined
  hooks: RunHooks
  stopping: () => boolean
  crashed: (reason: string, resuming: boolean) => void
}

/** Run to the end. Rejects with what the store or a job throws. */
export async function superviseRun(host: EngineHost, run: SupervisedRun): Promise<RunOutcome> {
  for (let crashes = 0; ;) {
    const job = run.job()
    if (job === undefined) return { how: 'done' }
    const outcome = await host.run(job, run.hooks)
    if (outcome.how !== 'crashed') return outcome
    if (run.stopping()) return { how: 'stopped' }
    crashes++
    run.crashed(outcome.reason, crashes <= MAX_RESUMES)
    if (crashes > MAX_RESUMES) {
      const message = `The engine process ended ${crashes} times by itself (${outcome.reason}). The last stored epoch is kept; try the other engine, or retry the run.`
      return { how: 'failed', problem: { code: 'engine-crashed', message } }
    }
  }
}
