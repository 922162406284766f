// The page that holds our run of the published pruning study against the published results. Pure: text from records.
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import type { Published } from '../../shared/published.ts'
import { epochsToRegain, safePercentage, type PrunedResult, type StudyResults } from '../../shared/results.ts'
import { TARGETS, type Target } from '../../shared/study.ts'

/** Facts about the run that the results do not hold. */
export interface RunFacts {
  minutes: number // wall clock of the whole study
  jobs: number // engine processes at a time
  engine: string
  processor: string
  version: string
  dataset: string
  studyId: string
  remark?: string // what a reader must know about the machine
}

type Level = { percent: number; accuracy: number[] }

/** Curves of one architecture and target: ours of the magnitude criterion, mean over seeds, and the published ones. */
interface Pair {
  cell: Cell
  target: Target
  base: { ours: number; published: number }
  ours: Level[]
  published: Level[]
}

/** Write the page. `margin` of the results (percentage points) is applied to both sides alike. */
export function pruningReproduction(results: StudyResults, published: Published, facts: RunFacts): string {
  const pairs = pairsOf(results, published)
  const { margin } = results
  return [
    '## Pruning',
    '',
    intro(facts, published, margin),
    '### Base models',
    '',
    table(
      ['architecture', 'ours, %', 'published, %'],
      pairs
        .filter(({ target }) => target === 'both')
        .map(({ cell, base }) => [CELL_NAMES[cell], percent(base.ours), percent(base.published)]),
    ),
    '### Safe percentages',
    '',
    `Largest share that can be pruned at once with test accuracy within ${margin} percentage point of the own base model, before any retraining. "Claimed" is what the text of the thesis says, "published" is the same rule applied to the published accuracies.`,
    '',
    table(
      ['architecture', 'target', 'ours, %', 'published, %', 'claimed, %', 'verdict'],
      pairs.map((pair) => safeRow(pair, published, margin)),
    ),
    '### Retraining epochs to regain the base accuracy',
    '',
    `First epoch within ${margin} percentage point of the own base model (0: right after pruning), as ours / published.`,
    '',
    regainTable(pairs, margin),
    '### Accuracy right after pruning',
    '',
    'Test accuracy in per cent, as ours / published.',
    '',
    accuracyTable(pairs),
  ].join('\n')
}

function intro(facts: RunFacts, published: Published, margin: number): string {
  return [
    `Preset \`darji-2021-pruning\` (study \`${facts.studyId}\`, dataset \`${facts.dataset.slice(0, 12)}\`), run once in full: ` +
      `four architectures, 50 training epochs each, 30 levels with 10 retraining epochs each. It took **${facts.minutes.toFixed(1)} minutes** ` +
      `with ${facts.jobs} engine processes (${facts.engine}) on ${facts.processor}, Lacuna ${facts.version}.`,
    '',
    `Published: ${published.source}, ${published.licence}. Both sides are single runs with one seed each, so a difference ` +
      `of a level or two is what chance alone does; margin ${margin} percentage point. The test split is read after every epoch, as published.`,
    '',
  ].join('\n')
}

function pairsOf(results: StudyResults, published: Published): Pair[] {
  return published.pruning.flatMap(({ cell, base, levels }) => {
    const own = results.base.find((b) => b.cell === cell)?.epochs.at(-1)?.test.accuracy
    if (own === undefined) return []
    return TARGETS.map((target) => ({
      cell,
      target,
      base: { ours: own, published: base.at(-1)! },
      ours: results.pruned.filter((r) => isMagnitude(r, cell, target)).sort((a, b) => a.percent - b.percent),
      published: levels.filter((level) => level.target === target),
    }))
  })
}

function isMagnitude(run: PrunedResult, cell: Cell, target: Target): boolean {
  return run.cell === cell && run.target === target && run.criterion === 'magnitude'
}

const atOnce = (levels: readonly Level[]) =>
  levels.map((l) => ({ percent: l.percent, accuracy: l.accuracy[0]! }))

function safeRow({ cell, target, base, ours, published }: Pair, source: Published, margin: number): string[] {
  const own = safePercentage(atOnce(ours), base.ours, margin)
  const theirs = safePercentage(atOnce(published), base.published, margin)
  const claimed = source.claims.safe[cell][target]
  const distance = Math.abs(own - theirs)
  const verdict = distance === 0 ? 'reproduced' : distance <= 10 ? 'within one level' : 'differs'
  return [CELL_NAMES[cell], target, String(own), String(theirs), String(claimed), verdict]
}

function regainTable(pairs: readonly Pair[], margin: number): string {
  const regain = (levels: readonly Level[], base: number, p: number) => {
    const level = levels.find(({ percent: q }) => q === p)
    if (level === undefined) return '–'
    return String(epochsToRegain(level.accuracy, base, margin) ?? 'never')
  }
  return byLevel(
    pairs,
    (pair, p) =>
      `${regain(pair.ours, pair.base.ours, p)} / ${regain(pair.published, pair.base.published, p)}`,
  )
}

function accuracyTable(pairs: readonly Pair[]): string {
  const first = (levels: readonly Level[], p: number) => {
    const level = levels.find(({ percent: q }) => q === p)
    return level === undefined ? '–' : percent(level.accuracy[0]!, 1)
  }
  return byLevel(pairs, (pair, p) => `${first(pair.ours, p)} / ${first(pair.published, p)}`)
}

/** One row for each architecture and target, one column for each published level. */
function byLevel(pairs: readonly Pair[], cellText: (pair: Pair, percentPruned: number) => string): string {
  const percentages = [...new Set(pairs.flatMap(({ published }) => published.map((l) => l.percent)))]
  const rows = pairs.map((pair) => [
    CELL_NAMES[pair.cell],
    pair.target,
    ...percentages.map((p) => cellText(pair, p)),
  ])
  return table(['architecture', 'target', ...percentages.map((p) => `${p} %`)], rows)
}

function percent(share: number, digits = 2): string {
  return (share * 100).toFixed(digits)
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
}
