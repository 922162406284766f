// What pruning did: accuracy by percentage before and after retraining, safe percentages, epochs to regain. Pure.
import { CELL_NAMES, type Cell } from '../../../shared/network.ts'
import type { Estimate, StudyResults } from '../../../shared/results.ts'
import type { PruningStudy } from '../../../shared/study.ts'
import { accuracyAxis, axis, baselineLevels } from '../axes.ts'
import { paragraph, type Block, type Figure, type LegendEntry, type Series, type Table } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { CELL_COLOURS, cellLook, controlLook, NEUTRAL, TARGET_TITLES } from '../look.ts'
import { counted, fixed, interval, level, MISSING, share, THIN } from '../words.ts'

type Level = StudyResults['levels'][number]
type Moment = 'before' | 'after'

/** Figures and tables of a pruning study; a sentence while nothing is pruned yet. */
export function pruningResults(input: ReportInput, definition: PruningStudy): Block[] {
  if (input.results.levels.length === 0) {
    return [paragraph('Nothing has been pruned yet: base models are trained first.')]
  }
  const retrained = definition.prune.retrainEpochs > 0
  return [
    pruningFigure(input, definition, 'before'),
    accuracyTable(input, definition),
    safeTable(input, definition),
    ...(retrained ? [pruningFigure(input, definition, 'after'), regainTable(input, definition)] : []),
  ]
}

const MOMENTS: Record<Moment, (epochs: number) => string> = {
  before: () => 'right after pruning, before any retraining',
  after: (epochs) => `after ${counted(epochs, 'retraining epoch')}`,
}

function pruningFigure(input: ReportInput, definition: PruningStudy, at: Moment): Figure {
  const { results, baselines } = input
  const { prune, cells } = definition
  const values = results.levels.flatMap((l) => [l[at].mean, l[at].low ?? l[at].mean])
  const shares = [...values, ...baselines.map(({ accuracy }) => accuracy)]
  const drawn = cells.filter((cell) => results.levels.some((l) => l.cell === cell))
  const bands = results.levels.some((l) => l[at].low !== undefined)
  const legend: LegendEntry[] = [
    ...drawn.map((cell) => ({ name: CELL_NAMES[cell], look: cellLook(cell) })),
    ...(prune.criteria.includes('random')
      ? [{ name: 'random control, in the colour of its architecture', look: controlLook(NEUTRAL) }]
      : []),
    ...(bands ? [{ name: '95 % interval over seeds', look: 'band' } as const] : []),
  ]
  return {
    kind: 'figure',
    caption: `Test accuracy by share of weights pruned, ${MOMENTS[at](prune.retrainEpochs)}`,
    note: 'Curves start at the dense accuracy of their architecture.',
    x: axis('weights pruned, %', 0, 100),
    y: accuracyAxis('test accuracy, %', shares),
    panels: prune.targets.map((target) => ({
      title: TARGET_TITLES[target],
      series: drawn.flatMap((cell) =>
        prune.criteria.flatMap((criterion) =>
          levelSeries(
            results,
            results.levels.filter((l) => l.cell === cell && l.target === target && l.criterion === criterion),
            at,
          ),
        ),
      ),
    })),
    legend,
    levels: baselineLevels(baselines),
  }
}

function levelSeries(results: StudyResults, levels: readonly Level[], at: Moment): Series[] {
  const [first] = levels
  if (first === undefined) return []
  const { cell, criterion, target } = first
  const rising = [...levels].sort((a, b) => a.percent - b.percent)
  const dense = denseAccuracy(results, cell)
  const control = criterion === 'random'
  const band = rising.flatMap(({ percent, [at]: { low, high } }): [number, number, number][] =>
    low === undefined || high === undefined ? [] : [[percent, low * 100, high * 100]],
  )
  return [
    {
      name: `${CELL_NAMES[cell]}, ${target}, ${criterion}`,
      look: control ? controlLook(CELL_COLOURS[cell]) : cellLook(cell),
      points: [
        ...(dense === undefined ? [] : [[0, dense * 100] as const]),
        ...rising.map((l) => [l.percent, l[at].mean * 100] as const),
      ],
      ...(control ? {} : { band }),
    },
  ]
}

/** Mean test accuracy of the base models of an architecture after their last epoch. */
export function denseAccuracy(results: StudyResults, cell: Cell): number | undefined {
  const values = results.base
    .filter((base) => base.cell === cell)
    .flatMap(({ epochs }) => epochs.at(-1)?.test.accuracy ?? [])
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length
}

/** Means right after pruning, a row for each architecture, target and criterion. */
function accuracyTable({ results }: ReportInput, { prune }: PruningStudy): Table {
  const percentages = [...prune.percentages].sort((a, b) => a - b)
  return {
    kind: 'table',
    caption: 'Test accuracy in per cent right after pruning, by share pruned',
    columns: [
      { name: 'architecture' },
      { name: 'pruned' },
      { name: 'criterion' },
      { name: 'dense', align: 'right' },
      ...percentages.map((percent) => ({ name: level(percent), align: 'right' as const })),
    ],
    rows: results.safe.map(({ cell, target, criterion }) => [
      CELL_NAMES[cell],
      target,
      criterion,
      share(denseAccuracy(results, cell), 1),
      ...percentages.map((percent) => {
        const found = results.levels.find(
          (l) => l.cell === cell && l.target === target && l.criterion === criterion && l.percent === percent,
        )
        return share(found?.before.mean, 1)
      }),
    ]),
    note: 'Means over seeds; every level with its interval, and the accuracy after retraining, are in the appendix.',
  }
}

function safeTable({ results }: ReportInput, definition: PruningStudy): Table {
  return {
    kind: 'table',
    caption: `Safe percentage: the largest share whose accuracy right after pruning stays within ${counted(definition.margin, 'percentage point')} of the same seed’s base model`,
    columns: [
      { name: 'architecture' },
      { name: 'pruned' },
      { name: 'criterion' },
      { name: 'seeds', align: 'right' },
      { name: `mean,${THIN}%`, align: 'right' },
      { name: '95 % interval', align: 'right' },
      { name: definition.seeds.length <= LISTED_SEEDS ? 'by seed' : 'lowest to highest', align: 'right' },
    ],
    rows: results.safe.map(({ cell, target, criterion, estimate, perSeed }) => [
      CELL_NAMES[cell],
      target,
      criterion,
      String(estimate.n),
      fixed(estimate.mean, 1),
      estimate.low === undefined ? MISSING : `${fixed(estimate.low, 1)} to ${fixed(estimate.high, 1)}`,
      seedList(perSeed),
    ]),
    note: `Levels tested: ${definition.prune.percentages.map(level).join(', ')}. 0: no level is safe.`,
  }
}

/** Seeds whose values are written one by one. */
const LISTED_SEEDS = 6

/** Values by seed while they fit in a cell, else their range. */
function seedList(perSeed: StudyResults['safe'][number]['perSeed']): string {
  const values = perSeed.map(({ percent, complete }) => `${percent}${complete ? '' : '*'}`)
  if (values.length <= LISTED_SEEDS) return values.join(' ')
  const sorted = perSeed.map(({ percent }) => percent).sort((a, b) => a - b)
  return `${sorted[0]!} to ${sorted.at(-1)!}`
}

function regainTable({ results }: ReportInput, { prune, margin }: PruningStudy): Table {
  const percentages = [...prune.percentages].sort((a, b) => a - b)
  const rows = results.safe.map(({ cell, target, criterion }) => [
    CELL_NAMES[cell],
    target,
    criterion,
    ...percentages.map((percent) => {
      const found = results.levels.find(
        (l) => l.cell === cell && l.target === target && l.criterion === criterion && l.percent === percent,
      )
      return found === undefined ? MISSING : regainText(found.regain)
    }),
  ])
  return {
    kind: 'table',
    caption: `Retraining epochs until the accuracy is back within ${counted(margin, 'percentage point')} of the base model, by share pruned`,
    columns: [
      { name: 'architecture' },
      { name: 'pruned' },
      { name: 'criterion' },
      ...percentages.map((percent) => ({ name: level(percent), align: 'right' as const })),
    ],
    rows,
    note: `Mean over the seeds that regained it; 0: never lost; never: not within ${counted(prune.retrainEpochs, 'epoch')}; (k): seeds that never did.`,
  }
}

function regainText({ n, never, estimate }: Level['regain']): string {
  if (n === 0) return MISSING
  if (estimate.n === 0) return 'never'
  const mean = String(Number(estimate.mean.toFixed(1)))
  return never === 0 ? mean : `${mean} (${never})`
}

/** Every level with its interval, for the appendix; a table for each criterion. */
export function levelTables(input: ReportInput): Block[] {
  const { definition } = input.study
  if (definition.kind !== 'pruning' || input.results.levels.length === 0) return []
  return definition.prune.criteria.map((criterion) => levelTable(input, definition, criterion))
}

function levelTable({ results }: ReportInput, definition: PruningStudy, criterion: string): Table {
  const cell = (estimate: Estimate) =>
    estimate.n === 0 ? [MISSING, MISSING] : [share(estimate.mean), interval(estimate)]
  const order = (l: Level) =>
    definition.cells.indexOf(l.cell) * 1e6 + definition.prune.targets.indexOf(l.target) * 1e3 + l.percent
  const rows = results.levels
    .filter((l) => l.criterion === criterion)
    .sort((a, b) => order(a) - order(b))
    .map((l) => [
      CELL_NAMES[l.cell],
      l.target,
      level(l.percent),
      String(l.before.n),
      ...cell(l.before),
      ...(definition.prune.retrainEpochs > 0 ? cell(l.after) : []),
    ])
  const after = [
    { name: `retrained,${THIN}%`, align: 'right' as const },
    { name: '95 % interval', align: 'right' as const },
  ]
  return {
    kind: 'table',
    caption: `Test accuracy at every level, ${criterion} criterion`,
    columns: [
      { name: 'architecture' },
      { name: 'pruned' },
      { name: 'level', align: 'right' },
      { name: 'seeds', align: 'right' },
      { name: `pruned,${THIN}%`, align: 'right' },
      { name: '95 % interval', align: 'right' },
      ...(definition.prune.retrainEpochs > 0 ? after : []),
    ],
    rows,
    note: 'Interval: bootstrap over seeds; there is none with one seed.',
  }
}
