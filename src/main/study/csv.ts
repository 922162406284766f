// Results as a table for other programs: long form, one row per run and epoch. Text cells cannot become formulas.
import { csvCell } from '../../shared/csv.ts'
import type { RunRecord, SplitScore } from '../../shared/results.ts'

const SCORE = ['total', 'correct', 'accuracy', 'loss', 'lossSum'] as const
const SCORE_NAMES = ['total', 'correct', 'accuracy', 'loss', 'loss_sum'] as const

const HEADER = [
  ...['study', 'run', 'kind', 'cell', 'seed', 'target', 'criterion', 'scope', 'rule', 'percent'],
  ...['engine', 'engine_version', 'state', 'epoch'],
  ...['train', 'validation', 'test'].flatMap((split) => SCORE_NAMES.map((name) => `${split}_${name}`)),
  ...['nonzeros', 'recurrent_weights', 'parameters', 'elapsed_ms', 'problem'],
]

export type TableCell = string | number | undefined

/** Write the runs of a study as CSV (RFC 4180, CRLF). A run without epochs has one row, with an empty epoch. */
export function resultsCsv(runs: readonly RunRecord[]): string {
  const rows = runs.flatMap((run) =>
    run.epochs.length === 0 ? [rowOf(run)] : run.epochs.map((e) => rowOf(run, e)),
  )
  return [HEADER, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n'
}

function rowOf(run: RunRecord, epoch?: RunRecord['epochs'][number]): TableCell[] {
  const { kind, cell, seed, prune, key } = run.spec
  return [
    ...[run.studyId, key, kind, cell, seed],
    ...[prune?.target, prune?.criterion, prune?.scope, prune?.rule, prune?.percent],
    ...[run.engine?.name, run.engine?.version, run.state, epoch?.epoch],
    ...[epoch?.train, epoch?.validation, epoch?.test].flatMap(scoreCells),
    ...[epoch?.nonzeros, run.recurrentWeights, run.parameters, epoch?.elapsedMs, run.problem?.message],
  ]
}

function scoreCells(score: SplitScore | undefined): TableCell[] {
  return SCORE.map((field) => score?.[field])
}
