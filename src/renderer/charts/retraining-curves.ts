// Accuracy over the retraining epochs of one architecture and target: one line per percentage, darker = less pruned.
import type { Baseline } from '../../shared/dataset.ts'
import type { Cell } from '../../shared/network.ts'
import type { PrunedResult, StudyResults } from '../../shared/results.ts'
import type { Target } from '../../shared/study.ts'
import { formatPercent, formatShare } from '../format.ts'
import { rampColour, type ChartTheme } from './palette.ts'
import { LEVEL_MARGIN, baselineLevels, levelLegend, levelSeries } from './levels.ts'
import { frame, line, numberAxisX, numberAxisY } from './parts.ts'
import type { ChartSpec } from './spec.ts'

export interface RetrainingPanel {
  levels: readonly RetrainingLevel[]
  retrainEpochs: number
  baselines: readonly Baseline[]
  range: { min: number; max: number }
  theme: ChartTheme
}

/** Mean accuracy by retraining epoch over the seeds that have it; epoch 0 is right after pruning. */
export interface RetrainingLevel {
  percent: number
  seeds: number
  accuracy: number[]
}

/** Mean curves of one architecture and target by magnitude, ascending in percentage. */
export function retrainingLevels(results: StudyResults, cell: Cell, target: Target): RetrainingLevel[] {
  const byPercent = new Map<number, PrunedResult[]>()
  for (const run of results.pruned) {
    if (run.cell !== cell || run.target !== target || run.criterion !== 'magnitude') continue
    byPercent.set(run.percent, [...(byPercent.get(run.percent) ?? []), run])
  }
  return [...byPercent]
    .sort(([a], [b]) => a - b)
    .map(([percent, runs]) => ({
      percent,
      seeds: runs.length,
      accuracy: meanCurve(runs.map((r) => r.accuracy)),
    }))
}

function meanCurve(curves: readonly number[][]): number[] {
  const length = Math.max(0, ...curves.map((curve) => curve.length))
  return Array.from({ length }, (_, epoch) => {
    const values = curves.flatMap((curve) => curve[epoch] ?? [])
    return values.reduce((sum, value) => sum + value, 0) / values.length
  })
}

export function retrainingPanel({
  levels,
  retrainEpochs,
  baselines,
  range,
  theme,
}: RetrainingPanel): ChartSpec {
  const colour = (index: number) => rampColour(theme, levels.length < 2 ? 0 : index / (levels.length - 1))
  const name = ({ percent }: RetrainingLevel) => formatPercent(percent)
  const marks = baselineLevels(theme, baselines)
  return {
    option: {
      ...frame(
        numberAxisX(theme, 'retraining epoch', { min: 0, max: Math.max(1, retrainEpochs) }),
        numberAxisY(theme, 'test accuracy, %', range),
        marks.length === 0 ? undefined : LEVEL_MARGIN,
      ),
      series: [
        ...levelSeries(theme, marks),
        ...levels.map((level, index) =>
          line(
            { name: name(level), colour: colour(index), width: 1.6, marker: 'circle' },
            level.accuracy.map((a, epoch) => [epoch, a * 100]),
          ),
        ),
      ],
    },
    legend: levels.map((level, index) => ({ name: name(level), colour: colour(index), kind: 'line' })),
    levels: levelLegend(marks),
    table: {
      columns: ['% pruned', 'retraining epoch', 'mean accuracy', 'seeds'],
      rows: levels.flatMap(({ percent, seeds, accuracy }) =>
        accuracy.map((a, epoch) => [percent, epoch, a, seeds]),
      ),
    },
    tooltip: (x) => ({
      title:
        Number(x) === 0 ? 'Right after pruning' : `After ${x} retraining epoch${Number(x) === 1 ? '' : 's'}`,
      rows: levels.map((level, index) => ({
        name: name(level),
        value: formatShare(level.accuracy[Number(x)]),
        note: level.seeds === 1 ? '1 seed' : `${level.seeds} seeds`,
        colour: colour(index),
      })),
    }),
  }
}
