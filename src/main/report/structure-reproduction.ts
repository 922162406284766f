// The half of the page that holds our run of the published structure study against the published results. Pure: text from
// analyses.
import { PROPERTY_NAMES, type PropertyName } from '../../shared/graph.ts'
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import type { Published } from '../../shared/published.ts'
import {
  REGRESSOR_NAMES,
  REGRESSORS,
  type Correlation,
  type GroupAnalysis,
  type RegressorResult,
  type StructureAnalysis,
  type StructureRow,
} from '../../shared/structure-analysis.ts'
import type { RunFacts } from './reproduction.ts'

/** Facts about the run that its analysis does not hold. */
export interface StructureFacts extends RunFacts {
  epochs: number
  perCell: { cell: Cell; minutes: number; diverged: number }[] // minutes of computing, all processes together
}

/** One side of the comparison: trained structures and their analysis. */
export interface StructureSide {
  rows: readonly StructureRow[]
  analysis: StructureAnalysis
}

/**
 * Write the half page.
 * @param theirs the published table of trained structures, analysed as ours
 */
export function structureReproduction(
  ours: StructureSide,
  theirs: StructureSide,
  published: Published,
  facts: StructureFacts,
): string {
  const cells = ours.analysis.regressors.map(({ cell }) => cell)
  return [
    '## Structures',
    '',
    intro(ours, published, facts),
    '### Trainings',
    '',
    'A training failed when it scores what guessing scores, that is, no more than three standard errors above the share of the larger class; rates with 95 % intervals (Wilson). Accuracies are means over the graphs of a generator, failed trainings included. Minutes are those of computing, all processes together.',
    '',
    trainingsTable(cells, ours, theirs, facts),
    '### Correlation of graph properties with test accuracy',
    '',
    'Pearson, over all graphs of an architecture and all trainings, as published; 95 % intervals by the Fisher transformation. "Published" is computed from the published table of trained structures. The graphs of both sides are different draws, so the verdict asks whether both coefficients can have come from one: agrees, when their Fisher transforms are no more than 1.96 standard errors apart.',
    '',
    ...cells.flatMap((cell) => [`#### ${CELL_NAMES[cell]}`, '', correlationTable(cell, ours, theirs)]),
    '### Predicting accuracy from graph properties',
    '',
    'R^2 on held-out graphs from all 23 properties. "One split" is the published measure: 90 % to fit, 10 % held out, once; its range is where 95 % of such splits fall, so what luck alone does. The mean of repeated 10-fold cross-validation has a 95 % interval that is corrected for overlapping training sets. The last two columns apply the same to the published table.',
    '',
    regressorTable(cells, ours, theirs, published),
    agreement(cells, ours, theirs),
  ].join('\n')
}

function intro(ours: StructureSide, published: Published, facts: StructureFacts): string {
  return [
    `Preset \`darji-2021-structures\` (study \`${facts.studyId}\`, dataset \`${facts.dataset.slice(0, 12)}\`), run once in full: ` +
      `${ours.rows.length} networks on random graphs, one training of ${facts.epochs} epochs each. It took **${facts.minutes.toFixed(1)} minutes** ` +
      `with ${facts.jobs} engine processes (${facts.engine}) on ${facts.processor}, Lacuna ${facts.version}.` +
      (facts.remark === undefined ? '' : ` ${facts.remark}`),
    '',
    `Published: ${published.source}, ${published.licence}. One seed for each graph on both sides; the published graphs and initial weights are not ours. The test split is read after every epoch, as published.`,
    '',
  ].join('\n')
}

const together = ({ analysis }: StructureSide, cell: Cell): GroupAnalysis | undefined =>
  analysis.groups.find((group) => group.cell === cell && group.generator === null)

function trainingsTable(
  cells: readonly Cell[],
  ours: StructureSide,
  theirs: StructureSide,
  facts: StructureFacts,
): string {
  const failures = (group: GroupAnalysis | undefined) =>
    group === undefined
      ? '–'
      : `${group.failures.failed} of ${group.failures.runs}: ${percent(group.failures.rate)} (${percent(group.failures.low)} to ${percent(group.failures.high)})`
  const rows = cells.map((cell) => {
    const own = facts.perCell.find((entry) => entry.cell === cell)
    return [
      CELL_NAMES[cell],
      failures(together(ours, cell)),
      failures(together(theirs, cell)),
      String(own?.diverged ?? 0),
      ...['barabasi-albert', 'watts-strogatz'].map(
        (generator) => `${meanScore(ours, cell, generator)} / ${meanScore(theirs, cell, generator)}`,
      ),
      (own?.minutes ?? 0).toFixed(1),
    ]
  })
  const head = ['architecture', 'failed, ours, %', 'failed, published, %', 'diverged, ours']
  return table(
    [...head, 'Barabási-Albert, ours / published, %', 'Watts-Strogatz, ours / published, %', 'minutes'],
    rows,
  )
}

function meanScore({ rows }: StructureSide, cell: Cell, generator: string): string {
  const own = rows.filter((row) => row.cell === cell && row.generator === generator)
  return own.length === 0 ? '–' : percent(own.reduce((sum, { score }) => sum + score, 0) / own.length)
}

type Judged = { property: PropertyName; own: Correlation; other: Correlation; agrees: boolean }

/** Both coefficients of every property that has them on both sides. */
function judged(cell: Cell, ours: StructureSide, theirs: StructureSide): Judged[] {
  const find = (side: StructureSide, property: PropertyName) =>
    together(side, cell)?.all.properties.find((entry) => entry.property === property)?.pearson ?? null
  return PROPERTY_NAMES.flatMap((property) => {
    const [own, other] = [find(ours, property), find(theirs, property)]
    if (own === null || other === null) return []
    const error = Math.sqrt(1 / (own.n - 3) + 1 / (other.n - 3))
    return [
      { property, own, other, agrees: Math.abs(Math.atanh(own.r) - Math.atanh(other.r)) <= 1.96 * error },
    ]
  })
}

function correlationTable(cell: Cell, ours: StructureSide, theirs: StructureSide): string {
  const coefficient = ({ r, low, high }: Correlation) => [two(r), `${two(low)} to ${two(high)}`]
  const rows = judged(cell, ours, theirs).map(({ property, own, other, agrees }) => [
    `\`${property}\``,
    ...coefficient(own),
    ...coefficient(other),
    agrees ? 'agrees' : 'differs',
  ])
  return table(['property', 'ours', '95 %', 'published', '95 %', 'verdict'], rows)
}

function regressorTable(
  cells: readonly Cell[],
  ours: StructureSide,
  theirs: StructureSide,
  published: Published,
): string {
  const find = ({ analysis }: StructureSide, cell: Cell, regressor: string) =>
    analysis.regressors
      .find((entry) => entry.cell === cell)
      ?.results.find((result) => result.regressor === regressor && result.subset === 'all')
  const validated = (result: RegressorResult | undefined) =>
    result === undefined
      ? '–'
      : `${two(result.crossValidation.mean)} (${two(result.crossValidation.low)} to ${two(result.crossValidation.high)})`
  const rows = cells.flatMap((cell) =>
    REGRESSORS.map((regressor) => {
      const own = find(ours, cell, regressor)
      return [
        CELL_NAMES[cell],
        REGRESSOR_NAMES[regressor],
        own === undefined ? '–' : two(own.singleSplit),
        own === undefined ? '–' : `${two(own.splitRange.low)} to ${two(own.splitRange.high)}`,
        validated(own),
        two(published.structure.rSquared[regressor][cell]),
        validated(find(theirs, cell, regressor)),
      ]
    }),
  )
  const head = ['architecture', 'regressor', 'one split, ours', 'range', 'cross-validation, ours']
  return table([...head, 'one split, published', 'cross-validation, published table'], rows)
}

/** One sentence for all coefficients. */
function agreement(cells: readonly Cell[], ours: StructureSide, theirs: StructureSide): string {
  const all = cells.flatMap((cell) => judged(cell, ours, theirs))
  const sign = all.filter(({ own, other }) => Math.sign(own.r) === Math.sign(other.r)).length
  const agreeing = all.filter(({ agrees }) => agrees).length
  return `Of ${all.length} correlations, ${sign} have the published sign and ${agreeing} agree with the published value within chance.\n`
}

function two(value: number): string {
  return value.toFixed(2)
}

function percent(share: number): string {
  return (share * 100).toFixed(1)
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
}
