// How many retraining epochs bring the accuracy back: epochs to regain by percentage pruned, "never" as a level of its
// own above the others.
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import type { StudyResults } from '../../shared/results.ts'
import type { Target } from '../../shared/study.ts'
import { formatPercent } from '../format.ts'
import { CELL_COLOURS, type ChartTheme } from './palette.ts'
import { frame, line, numberAxisX, numberAxisY } from './parts.ts'
import type { ChartSpec, TooltipRow } from './spec.ts'

type Level = StudyResults['levels'][number]

export interface RegainPanel {
  levels: readonly Level[] // of one target and criterion
  retrainEpochs: number
  theme: ChartTheme
}

/** Levels of one target by magnitude; the control regains so rarely that it would hide them. */
export function regainLevels(results: StudyResults, target: Target): Level[] {
  return results.levels.filter((level) => level.target === target && level.criterion === 'magnitude')
}

export function regainPanel({ levels, retrainEpochs, theme }: RegainPanel): ChartSpec {
  const never = neverLevel(retrainEpochs)
  const cells = [...new Set(levels.map(({ cell }) => cell))]
  const of = (cell: Cell) =>
    levels.filter((level) => level.cell === cell).sort((a, b) => a.percent - b.percent)
  const y = numberAxisY(theme, 'retraining epochs', {
    min: 0,
    max: never,
    step: Math.max(1, Math.ceil(retrainEpochs / 5)),
    label: (value) => (value === never ? 'never' : value > retrainEpochs ? '' : String(value)),
  })
  return {
    option: {
      ...frame(numberAxisX(theme, 'weights pruned, %', { min: 0, max: 100, step: 20 }), y),
      series: cells.map((cell) =>
        line(
          { name: CELL_NAMES[cell], colour: CELL_COLOURS[cell], marker: 'circle' },
          of(cell).map((level) => [level.percent, regainHeight(level, never)]),
        ),
      ),
    },
    legend: cells.map((cell) => ({
      name: CELL_NAMES[cell],
      colour: CELL_COLOURS[cell],
      kind: 'line',
      marker: 'circle',
    })),
    table: {
      columns: [
        'architecture',
        'pruned',
        '% pruned',
        'mean epochs to regain',
        'seeds that regained',
        'seeds that never did',
      ],
      rows: cells.flatMap((cell) =>
        of(cell).map(({ target, percent, regain }) => [
          CELL_NAMES[cell],
          target,
          percent,
          regain.estimate.n === 0 ? null : regain.estimate.mean,
          regain.estimate.n,
          regain.never,
        ]),
      ),
    },
    tooltip: (x) => ({
      title: `${formatPercent(Number(x))} pruned`,
      rows: levels.filter(({ percent }) => percent === Number(x)).map(tooltipRow),
    }),
  }
}

/** Height at which "never" is drawn: a whole axis step above the last retraining epoch. */
export function neverLevel(retrainEpochs: number): number {
  const step = Math.max(1, Math.ceil(retrainEpochs / 5))
  return (Math.ceil(retrainEpochs / step) + 1) * step
}

function regainHeight({ regain }: Level, never: number): number | null {
  if (regain.n === 0) return null
  return regain.estimate.n === 0 || regain.never > regain.estimate.n ? never : regain.estimate.mean
}

function tooltipRow({ cell, regain }: Level): TooltipRow {
  const { n, never, estimate } = regain
  const value = estimate.n === 0 ? 'never' : `${Number(estimate.mean.toFixed(1))} epochs`
  return {
    name: CELL_NAMES[cell],
    value,
    note: never > 0 ? `${never} of ${n} seeds never` : `${n} seeds`,
    colour: CELL_COLOURS[cell],
  }
}
