// How a row of the table of runs becomes a record.
import type { RunSummary } from '../../shared/contract.ts'
import type { EpochRecord, RunProblem, RunRecord, RunState } from '../../shared/results.ts'
import type { RunSpec } from '../../shared/study.ts'

/** A row of the table `runs`. */
export interface RunRow {
  id: string
  study_id: string
  spec: string
  state: RunState
  last_epoch: number | null
  problem: string | null
  engine: string | null
  recurrent_weights: number | null
  parameters: number | null
  started_at: string | null
  ended_at: string | null
  attempts: number
}

/** The columns of a RunRow. */
export const RUN_COLUMNS =
  'id, study_id, spec, state, last_epoch, problem, engine, recurrent_weights, parameters, started_at, ended_at, attempts'

/** A run without its epochs. */
export function toRun(row: RunRow): Omit<RunRecord, 'epochs'> {
  // The JSON columns are written by this file alone, from these types.
  return {
    id: row.id,
    studyId: row.study_id,
    spec: JSON.parse(row.spec) as RunSpec,
    state: row.state,
    attempts: row.attempts,
    ...(row.problem === null ? {} : { problem: JSON.parse(row.problem) as RunProblem }),
    ...(row.engine === null ? {} : { engine: JSON.parse(row.engine) as NonNullable<RunRecord['engine']> }),
    ...(row.recurrent_weights === null ? {} : { recurrentWeights: row.recurrent_weights }),
    ...(row.parameters === null ? {} : { parameters: row.parameters }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  }
}

/** A run as tables list it; `accuracies` on the test split by epoch, `last`: its last epoch. */
export function toSummary(row: RunRow, accuracies: number[], last: EpochRecord | undefined): RunSummary {
  return {
    ...toRun(row),
    epochsDone: row.last_epoch ?? 0,
    accuracies,
    ...(last === undefined ? {} : { last }),
  }
}
