// How the base models of one architecture learn: accuracy or loss by epoch, one line per seed and their mean.
import type { Baseline } from '../../shared/dataset.ts'
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import type { EpochRecord } from '../../shared/results.ts'
import { formatLoss, formatShare } from '../format.ts'
import { CELL_COLOURS, type ChartTheme } from './palette.ts'
import { LEVEL_MARGIN, baselineLevels, levelLegend, levelSeries } from './levels.ts'
import { accuracyRange, frame, line, numberAxisX, numberAxisY } from './parts.ts'
import type { ChartSpec, LegendItem, TooltipRow } from './spec.ts'

export type Metric = 'accuracy' | 'loss'

export interface SeedCurve {
  seed: number
  runId: string
  epochs: readonly EpochRecord[]
}

export interface LearningCurves {
  cell: Cell
  seeds: readonly SeedCurve[]
  metric: Metric
  epochsPlanned: number
  baselines: readonly Baseline[]
  range?: { min: number; max: number } // of the vertical axis, shared by neighbouring charts
  theme: ChartTheme
}

/** Value of a split at an epoch: accuracy in per cent, loss as it is. */
function valueOf(score: { accuracy: number; loss: number } | undefined, metric: Metric): number | undefined {
  return score === undefined ? undefined : metric === 'accuracy' ? score.accuracy * 100 : score.loss
}

/** Mean over the seeds that have the epoch. */
export function meanByEpoch(seeds: readonly SeedCurve[], metric: Metric): [number, number][] {
  const sums = new Map<number, { sum: number; n: number }>()
  for (const { epochs } of seeds) {
    for (const record of epochs) {
      const value = valueOf(record.test, metric)!
      const at = sums.get(record.epoch) ?? { sum: 0, n: 0 }
      sums.set(record.epoch, { sum: at.sum + value, n: at.n + 1 })
    }
  }
  return [...sums].sort(([a], [b]) => a - b).map(([epoch, { sum, n }]) => [epoch, sum / n])
}

export function learningCurves(input: LearningCurves): ChartSpec {
  const { cell, seeds, metric, theme, epochsPlanned } = input
  const colour = CELL_COLOURS[cell]
  const many = seeds.length > 1
  const single = many ? { width: 1, opacity: 0.4 } : { width: 2 }
  const series = seeds.flatMap(({ seed, epochs }) => {
    const points = epochs.map((r): [number, number] => [r.epoch, valueOf(r.test, metric)!])
    const train = epochs.flatMap((r): [number, number][] => {
      const value = valueOf(r.train, metric)
      return value === undefined ? [] : [[r.epoch, value]]
    })
    const own = line({ name: many ? `seed ${seed}` : 'test', colour, ...single }, points)
    return many
      ? [own]
      : [line({ name: 'train', colour, width: 1, opacity: 0.5, dash: 'dashed' }, train), own]
  })
  const mean = many
    ? [line({ name: 'mean of seeds, test', colour, width: 2.2 }, meanByEpoch(seeds, metric))]
    : []
  const marks = metric === 'accuracy' ? baselineLevels(theme, input.baselines) : []
  const y = numberAxisY(
    theme,
    metric === 'accuracy' ? 'accuracy, %' : 'loss, cross-entropy',
    input.range ?? ownRange(input),
  )
  const x = numberAxisX(theme, 'epoch', { min: 0, max: Math.max(1, epochsPlanned) })
  return {
    option: {
      ...frame(x, y, marks.length === 0 ? undefined : LEVEL_MARGIN),
      series: [...levelSeries(theme, marks), ...series, ...mean],
    },
    legend: legend(colour, many),
    levels: levelLegend(marks),
    table: {
      columns: ['architecture', 'seed', 'epoch', `train ${metric}`, `test ${metric}`],
      rows: seeds.flatMap(({ seed, epochs }) =>
        epochs.map((r) => [CELL_NAMES[cell], seed, r.epoch, r.train?.[metric] ?? null, r.test[metric]]),
      ),
    },
    tooltip: (x) => ({
      title: `Epoch ${x}`,
      rows: seeds.flatMap((seed) => tooltipRows(seed, Number(x), metric, colour)),
    }),
  }
}

/** Range of a chart that stands alone: holds its curves and the baselines. */
function ownRange({ seeds, metric, baselines }: LearningCurves): { min?: number; max?: number } {
  if (metric === 'loss') return { min: 0 }
  return accuracyRange([
    ...seeds.flatMap(({ epochs }) => epochs.map(({ test }) => test.accuracy)),
    ...baselines.map(({ accuracy }) => accuracy),
  ])
}

function legend(colour: string, many: boolean): LegendItem[] {
  if (!many) {
    return [
      { name: 'test', colour, kind: 'line' },
      { name: 'train', colour, kind: 'line', dash: 'dashed', opacity: 0.6 },
    ]
  }
  return [
    { name: 'mean of seeds, test', colour, kind: 'line' },
    { name: 'one seed', colour, kind: 'line', opacity: 0.4 },
  ]
}

function tooltipRows(
  { seed, epochs }: SeedCurve,
  epoch: number,
  metric: Metric,
  colour: string,
): TooltipRow[] {
  const record = epochs.find((r) => r.epoch === epoch)
  if (record === undefined) return []
  const write = (score: { accuracy: number; loss: number }) =>
    metric === 'accuracy' ? formatShare(score.accuracy) : formatLoss(score.loss)
  const note = record.train === undefined ? '' : `train ${write(record.train)}`
  return [{ name: `seed ${seed}`, value: write(record.test), note, colour }]
}
