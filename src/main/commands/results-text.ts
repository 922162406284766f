// What a study found, as tables for a terminal. Computes nothing.
import { CELL_NAMES } from '../../shared/network.ts'
import type { StudyResults } from '../../shared/results.ts'
import { percent, table } from './output.ts'

/** Tables of the results that exist so far. */
export function resultsText(results: StudyResults): string {
  const base = results.base
    .filter(({ epochs }) => epochs.length > 0)
    .map(({ cell, seed, epochs }) => [
      CELL_NAMES[cell],
      String(seed),
      String(epochs.length),
      percent(epochs.at(-1)!.test.accuracy),
    ])
  const levels = results.levels.map((l) => [
    CELL_NAMES[l.cell],
    l.target,
    l.criterion,
    `${l.percent} %`,
    percent(l.before.mean),
    percent(l.after.mean),
    l.regain.n > 0 ? l.regain.estimate.mean.toFixed(1) : 'never',
    String(l.before.n),
  ])
  const safe = results.safe.map((s) => [
    CELL_NAMES[s.cell],
    s.target,
    s.criterion,
    `${s.estimate.mean.toFixed(0)} %`,
  ])
  const parts = [table(['architecture', ' seed', ' epochs', ' test accuracy'], base)]
  if (levels.length > 0) {
    const headers = [
      'architecture',
      'target',
      'criterion',
      ' pruned',
      ' before',
      ' after',
      ' epochs to regain',
      ' seeds',
    ]
    parts.push(table(headers, levels))
  }
  if (safe.length > 0) parts.push(table(['architecture', 'target', 'criterion', ' safe to prune'], safe))
  return parts.join('\n\n')
}
