// Costs of runs as rows: one for each group and level, means over its runs, or one for each run. Pure.
import type { RunCost } from '../../shared/cost.ts'
import { formatCount, formatPercent, MISSING } from '../format.ts'
import type { ChartTable } from '../charts/spec.ts'
import type { CostGroup, CostSelection, CostSubject } from './cost-subjects.ts'

/** Both ways of computing the same network: in full, and with what the mask leaves. */
export interface DenseSparse {
  dense: number
  sparse: number
}

export interface CostRow {
  key: string
  group: CostGroup
  percent: number | null
  title: string // '80 % pruned', or the run
  runs: string[] // those whose cost is known
  of: number // all of this group and level
  accuracy: number | undefined
  parameters: number
  recurrent: number
  kept: number
  multiplyAdds: DenseSparse
  fileBytes: DenseSparse
  stepMs: DenseSparse | undefined // undefined: not measured
  inferenceMs: DenseSparse | undefined
  measured: string[] // runs that were measured
  sentences: string[] // what was measured, in words, each once
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function meanOf(pairs: readonly DenseSparse[]): DenseSparse {
  return { dense: mean(pairs.map(({ dense }) => dense)), sparse: mean(pairs.map(({ sparse }) => sparse)) }
}

/** How many times faster the mask makes it; below 1 it is slower. */
export function speedUp({ dense, sparse }: DenseSparse): number {
  return dense / sparse
}

/** Rows of the groups in their order, levels rising; `single`: a row for each run. */
export function costRows(
  { groups, subjects }: Pick<CostSelection, 'groups' | 'subjects'>,
  costs: ReadonlyMap<string, RunCost>,
  single: boolean,
): CostRow[] {
  const own = Map.groupBy(subjects, ({ group }) => group)
  return groups.flatMap((group) => {
    const levels = Map.groupBy(own.get(group.key) ?? [], ({ percent, run }) => (single ? run : percent))
    return [...levels.values()]
      .map((members) => rowOf(group, members, costs, single))
      .filter((row) => row !== undefined)
      .sort((a, b) => (a.percent ?? 0) - (b.percent ?? 0))
  })
}

function rowOf(
  group: CostGroup,
  members: readonly CostSubject[],
  costs: ReadonlyMap<string, RunCost>,
  single: boolean,
): CostRow | undefined {
  const known = members.flatMap(({ run }) => costs.get(run) ?? [])
  if (known.length === 0) return undefined
  const { percent, title } = members[0]!
  const measured = known.filter((cost) => cost.measured !== null)
  const accuracies = members.flatMap(({ accuracy }) => accuracy ?? [])
  return {
    key: single ? members[0]!.run : `${group.key} ${percent}`,
    group,
    percent,
    title: single ? title : percent === null ? 'not pruned' : `${formatPercent(percent)} pruned`,
    runs: known.map(({ runId }) => runId),
    of: members.length,
    accuracy: accuracies.length === 0 ? undefined : mean(accuracies),
    parameters: mean(known.map(({ parameters }) => parameters)),
    recurrent: mean(known.map(({ recurrent }) => recurrent)),
    kept: mean(known.map(({ kept }) => kept)),
    multiplyAdds: meanOf(known.map(({ multiplyAdds }) => multiplyAdds)),
    fileBytes: meanOf(known.map(({ fileBytes }) => fileBytes)),
    stepMs: measured.length === 0 ? undefined : meanOf(measured.map((cost) => cost.measured!.stepMs)),
    inferenceMs:
      measured.length === 0 ? undefined : meanOf(measured.map((cost) => cost.measured!.inferenceMs)),
    measured: measured.map(({ runId }) => runId),
    sentences: [...new Set(measured.flatMap(({ sentence }) => sentence ?? []))],
  }
}

/** Write a time of milliseconds or less: 530 µs, 1.24 ms, 85 ms. */
export function formatTime(ms: number | undefined): string {
  if (ms === undefined) return MISSING
  if (ms < 0.9995) return `${Number((ms * 1000).toPrecision(3))}\u00a0µs`
  return ms < 1000 ? `${Number(ms.toPrecision(3))}\u00a0ms` : `${(ms / 1000).toFixed(2)}\u00a0s`
}

/** Write how much faster: 1.02×. */
export function formatRatio(pair: DenseSparse | undefined): string {
  return pair === undefined ? MISSING : `${speedUp(pair).toFixed(2)}×`
}

/** Kept of all, as everywhere: 4 500 of 22 500. */
export function keptText({ kept, recurrent }: Pick<CostRow, 'kept' | 'recurrent'>): string {
  return `${formatCount(kept)} of ${formatCount(recurrent)}`
}

/** Everything that is shown, unrounded, with what it was measured on. */
export function costTable(rows: readonly CostRow[], costs: ReadonlyMap<string, RunCost>): ChartTable {
  return {
    columns: [
      'group',
      'level or run',
      'pruned, %',
      'runs',
      'accuracy',
      'parameters',
      'recurrent weights',
      'kept',
      'multiply-adds dense',
      'multiply-adds sparse',
      'file dense, bytes',
      'file sparse, bytes',
      'measured runs',
      'step dense, ms',
      'step sparse, ms',
      'step dense / sparse',
      'inference dense, ms',
      'inference sparse, ms',
      'inference dense / sparse',
      'measured on',
      'in words',
    ],
    rows: rows.map((row) => [
      row.group.name,
      row.title,
      row.percent,
      row.runs.length,
      row.accuracy ?? null,
      row.parameters,
      row.recurrent,
      row.kept,
      row.multiplyAdds.dense,
      row.multiplyAdds.sparse,
      row.fileBytes.dense,
      row.fileBytes.sparse,
      row.measured.length,
      ...timesOf(row.stepMs),
      ...timesOf(row.inferenceMs),
      machinesOf(row.measured.flatMap((run) => costs.get(run) ?? [])).join('; '),
      row.sentences.join(' '),
    ]),
  }
}

function timesOf(pair: DenseSparse | undefined): (number | null)[] {
  return pair === undefined ? [null, null, null] : [pair.dense, pair.sparse, speedUp(pair)]
}

/** What times were measured on, each once: 'fused 1.0.0, avx512, 2 threads, AMD Ryzen 7, batches of 32'. */
export function machinesOf(costs: readonly RunCost[]): string[] {
  return [
    ...new Set(
      costs.flatMap(({ measured }) => {
        if (measured === null) return []
        const { engine, processor, batchSize } = measured
        return [`${engine}, ${processor}, batches of ${batchSize}`]
      }),
    ),
  ]
}

/** Runs to measure so that every row has a time: the first run of each row without one. */
export function unmeasured(rows: readonly CostRow[]): string[] {
  return rows.flatMap(({ measured, runs }) => (measured.length > 0 ? [] : runs.slice(0, 1)))
}
