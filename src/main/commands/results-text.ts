// What a study found, asked for by its kind, and as tables for a terminal. Computes nothing but means.
import type { StudySummary } from '../../shared/contract.ts'
import { CELL_NAMES } from '../../shared/network.ts'
import type { StructureResult, StructureResults, StudyResults } from '../../shared/results.ts'
import type { Workbench } from '../workbench.ts'
import { percent, table } from './output.ts'

/** Ask for the results of a study, whatever its kind. */
export function resultsOf(
  { handlers }: Workbench,
  { id, definition }: StudySummary,
): Promise<StudyResults | StructureResults> {
  return definition.kind === 'structure'
    ? handlers['study/structures']({ id })
    : handlers['study/results']({ id })
}

/** Tables of the results that exist so far. */
export function anyResultsText(results: StudyResults | StructureResults): string {
  return 'rows' in results ? structuresText(results) : resultsText(results)
}

/** Accuracy by architecture and generator, with the trainings that never left chance. */
function structuresText({ rows, chance }: StructureResults): string {
  const groups = Map.groupBy(rows, ({ cell, generator, rewired }) =>
    JSON.stringify([cell, generator, rewired > 0]),
  )
  const lines = [...groups.values()].map((group) => groupLine(group, chance))
  const headers = [
    ...['architecture', 'graphs', ' runs', ' ended', ' failed', ' diverged'],
    ...[' mean accuracy', ' lowest', ' highest'],
  ]
  const note = `Failed: ${percent(chance)} or less, which is what guessing scores. Which properties go with accuracy: \`lacuna analyse structure --study ID\`.`
  return `${table(headers, lines)}\n\n${note}`
}

function groupLine(group: readonly StructureResult[], chance: number): string[] {
  const { cell, generator, rewired } = group[0]!
  const scores = group.flatMap(({ accuracy }) => accuracy ?? [])
  const diverged = group.filter(({ state }) => state === 'diverged').length
  const shown = (value: number) => (scores.length === 0 ? '-' : percent(value))
  return [
    CELL_NAMES[cell],
    `${generator}${rewired > 0 ? ', rewired' : ''}`,
    String(group.length),
    String(scores.length + diverged),
    String(scores.filter((score) => score <= chance).length + diverged),
    String(diverged),
    shown(scores.reduce((a, b) => a + b, 0) / scores.length),
    shown(Math.min(...scores)),
    shown(Math.max(...scores)),
  ]
}

/** Tables of the results of a training or pruning study. */
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
