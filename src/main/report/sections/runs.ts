// The appendix: every run with what it ended with. Pure.
import { CELL_NAMES } from '../../../shared/network.ts'
import type { RunRecord } from '../../../shared/results.ts'
import type { Block, Column } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { levelTables } from './pruning-results.ts'
import { count, level, MISSING, percent, share, THIN } from '../words.ts'

/** Every level of a pruning study, then one row for each run, in the order in which they were queued. */
export function everyRun(input: ReportInput): Block[] {
  const { runs, study } = input
  const { kind } = study.definition
  const what: Column[] =
    kind === 'pruning'
      ? [{ name: 'pruned' }, { name: 'criterion' }]
      : kind === 'structure'
        ? [{ name: 'graph' }]
        : []
  return [
    ...levelTables(input),
    {
      kind: 'table',
      caption: 'Every run',
      columns: [
        { name: 'architecture' },
        { name: 'seed', align: 'right' },
        ...what,
        { name: 'state' },
        { name: 'epochs', align: 'right' },
        { name: `first,${THIN}%`, align: 'right' },
        { name: `last,${THIN}%`, align: 'right' },
        { name: 'kept weights', align: 'right' },
      ],
      rows: runs.map((run) => [
        CELL_NAMES[run.spec.cell],
        String(run.spec.seed),
        ...whatCells(run, kind),
        run.state,
        `${run.epochs.filter(({ epoch }) => epoch > 0).length} of ${run.spec.epochs}`,
        share(run.epochs[0]?.test.accuracy),
        share(run.epochs.at(-1)?.test.accuracy),
        keptText(run),
      ]),
      note: 'First and last: test accuracy after the first and the last epoch that was stored; of a pruned run, the first is right after pruning.',
    },
  ]
}

function whatCells({ spec }: RunRecord, kind: string): string[] {
  if (kind === 'structure') return [spec.structure?.name ?? MISSING]
  if (kind !== 'pruning') return []
  const { prune } = spec
  return prune === undefined ? ['dense', ''] : [`${level(prune.percent)} ${prune.target}`, prune.criterion]
}

function keptText({ epochs, recurrentWeights }: RunRecord): string {
  const kept = epochs.at(-1)?.nonzeros
  if (kept === undefined) return MISSING
  return recurrentWeights === undefined || recurrentWeights === 0
    ? count(kept)
    : `${count(kept)} (${percent(kept / recurrentWeights, 1)})`
}
