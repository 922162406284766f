// How base models learn: a figure of accuracy by epoch and a table by architecture. Pure.
import { CELL_NAMES, type Cell } from '../../../shared/network.ts'
import type { StudyResults } from '../../../shared/results.ts'
import { estimateMean } from '../../stats/intervals.ts'
import { accuracyAxis, baselineLevels, countAxis } from '../axes.ts'
import { paragraph, type Block, type Figure, type Panel, type Series, type Table } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { CELL_COLOURS, NEUTRAL } from '../look.ts'
import { fixed, interval, share, THIN } from '../words.ts'

type Base = StudyResults['base'][number]

/** Figure and table of the base models, or nothing while there are none. */
export function trainingResults(input: ReportInput): Block[] {
  if (input.results.base.length === 0) return []
  const done = doneBases(input)
  return [
    learningFigure(input),
    done.length > 0 ? baseTable(input, done) : paragraph('No base model has been trained to its end.'),
  ]
}

function learningFigure(input: ReportInput): Figure {
  const { results, baselines, study } = input
  const cells = study.definition.cells.filter((cell) => results.base.some((b) => b.cell === cell))
  const shares = [
    ...results.base.flatMap(({ epochs }) => epochs.map(({ test }) => test.accuracy)),
    ...baselines.map(({ accuracy }) => accuracy),
  ]
  const many = study.definition.seeds.length > 1
  return {
    kind: 'figure',
    caption: 'Test accuracy of the base models by training epoch',
    ...(many ? { note: 'Thin lines: single seeds. Thick lines: their mean.' } : {}),
    x: countAxis('training epoch', study.definition.training.epochs),
    y: accuracyAxis('test accuracy, %', shares),
    panels: cells.map((cell) =>
      learningPanel(
        cell,
        results.base.filter((b) => b.cell === cell),
      ),
    ),
    legend: many
      ? [
          { name: 'mean of seeds', look: { ...single(NEUTRAL), width: 1.8, opacity: 1 } },
          { name: 'one seed', look: single(NEUTRAL) },
        ]
      : [],
    levels: baselineLevels(baselines),
  }
}

const single = (colour: string) =>
  ({ colour, dash: 'solid', marker: 'none', width: 0.8, opacity: 0.5, line: true }) as const

function learningPanel(cell: Cell, bases: readonly Base[]): Panel {
  const colour = CELL_COLOURS[cell]
  const seeds = bases.map(({ seed, epochs }): Series => ({
    name: `${CELL_NAMES[cell]}, seed ${seed}`,
    look: bases.length > 1 ? single(colour) : { ...single(colour), width: 1.6, opacity: 1 },
    points: epochs.map(({ epoch, test }) => [epoch, test.accuracy * 100]),
  }))
  if (bases.length < 2) return { title: CELL_NAMES[cell], series: seeds }
  const mean: Series = {
    name: `${CELL_NAMES[cell]}, mean`,
    look: { ...single(colour), width: 1.8, opacity: 1 },
    points: meanPoints(bases),
  }
  return { title: CELL_NAMES[cell], series: [...seeds, mean] }
}

/** Mean over the seeds at the epochs that all of them have. */
function meanPoints(bases: readonly Base[]): [number, number][] {
  const last = Math.min(...bases.map(({ epochs }) => epochs.length))
  return bases[0]!.epochs.slice(0, last).map(({ epoch }, i) => {
    const sum = bases.reduce((total, { epochs }) => total + epochs[i]!.test.accuracy, 0)
    return [epoch, (sum / bases.length) * 100]
  })
}

function doneBases({ results, runs }: ReportInput): Base[] {
  const done = new Set(runs.filter(({ state }) => state === 'done').map(({ id }) => id))
  return results.base.filter(({ runId }) => done.has(runId))
}

function baseTable({ study }: ReportInput, done: readonly Base[]): Table {
  const rows = study.definition.cells.flatMap((cell) => {
    const own = done.filter((b) => b.cell === cell)
    if (own.length === 0) return []
    const accuracies = own.map(({ epochs }) => epochs.at(-1)!.test.accuracy)
    const estimate = estimateMean(accuracies)
    const losses = own.map(({ epochs }) => epochs.at(-1)!.test.loss)
    return [
      [
        CELL_NAMES[cell],
        String(own.length),
        share(estimate.mean),
        interval(estimate),
        `${share(Math.min(...accuracies))} to ${share(Math.max(...accuracies))}`,
        fixed(losses.reduce((a, b) => a + b, 0) / losses.length, 4),
      ],
    ]
  })
  return {
    kind: 'table',
    caption: 'Base models after the last training epoch',
    columns: [
      { name: 'architecture' },
      { name: 'seeds', align: 'right' },
      { name: `test accuracy,${THIN}%`, align: 'right' },
      { name: '95 % interval', align: 'right' },
      { name: 'lowest to highest', align: 'right' },
      { name: 'test loss', align: 'right' },
    ],
    rows,
    note: 'Runs that are done. Interval: bootstrap over seeds; there is none with one seed.',
  }
}
