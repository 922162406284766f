// How studies and the queue look from outside, worked out from the store each time.
import type { QueueStatus, StudySummary } from '../../shared/contract.ts'
import { RUN_STATES, studyState } from '../../shared/results.ts'
import type { Store } from '../store/store.ts'
import type { StoredStudy } from '../store/studies.ts'
import type { Queue } from './queue.ts'

/** Sum up a study: state, counts, epochs, time left. */
export function studySummary(store: Store, queue: Queue, study: StoredStudy): StudySummary {
  const { states, epochsDone, epochsTotal } = store.runs.progress(study.id)
  const remainingMs = queue.outlook.remaining(study.id, queue.jobs)
  return {
    id: study.id,
    name: study.name,
    definition: study.definition,
    datasetName: study.datasetName,
    state: studyState(
      study.paused,
      RUN_STATES.filter((s) => states[s] > 0),
      study.definition.kind,
    ),
    paused: study.paused,
    createdAt: study.createdAt,
    runs: states,
    epochsDone,
    epochsTotal,
    ...(remainingMs === undefined ? {} : { remainingMs }),
  }
}

/** Tell how much is being worked on, over all studies that are not paused and have work left. */
export function queueStatus(store: Store, queue: Queue): QueueStatus {
  const status: QueueStatus = { running: queue.running, waiting: 0, finished: 0 }
  let remainingMs: number | undefined = 0
  for (const { id, paused } of store.studies.list()) {
    const { states } = store.runs.progress(id)
    const open = states.queued + states.interrupted
    if (paused || open + states.running === 0) continue
    status.waiting += open
    status.finished += states.done + states.diverged + states.failed + states.cancelled
    const ms = queue.outlook.remaining(id, queue.jobs)
    remainingMs = ms === undefined || remainingMs === undefined ? undefined : remainingMs + ms
  }
  if (remainingMs !== undefined) status.remainingMs = remainingMs
  if (queue.problem !== undefined) status.problem = queue.problem
  return status
}
