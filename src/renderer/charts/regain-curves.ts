// How many retraining epochs bring the accuracy back: epochs to regain by percentage pruned, "never" as a level of its
// own above the others.
import type { LineSeriesOption } from 'echarts'
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import type { StudyResults } from '../../shared/results.ts'
import type { Target } from '../../shared/study.ts'
import { formatPercent } from '../format.ts'
import { CELL_COLOURS, type ChartTheme } from './palette.ts'
import { frame, line, numberAxisX, numberAxisY } from './parts.ts'
import type { ChartSpec, LegendItem, TooltipRow } from './spec.ts'

type Level = StudyResults['levels'][number]

/** Height of the strip of "never", in steps of the axis. */
const STRIP = 0.9
const HOLLOW = 'hollow: some seeds never, mean of the others'

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
  const cells = [...new Set(levels.map(({ cell }) => cell))]
  const of = (cell: Cell) =>
    levels.filter((level) => level.cell === cell).sort((a, b) => a.percent - b.percent)
  return {
    option: {
      ...frame(
        numberAxisX(theme, 'weights pruned, %', { min: 0, max: 100, step: 20 }),
        regainAxis(theme, retrainEpochs),
      ),
      series: [
        neverStrip(theme, retrainEpochs),
        ...cells.flatMap((cell, row) =>
          regainSeries(cell, of(cell), neverHeight(retrainEpochs, row, cells.length)),
        ),
      ],
    },
    legend: regainLegend(theme, cells, levels.some(isPartial)),
    note: `Never: not within ${retrainEpochs} retraining epochs.${levels.some(isPartial) ? ` H${HOLLOW.slice(1)}.` : ''}`,
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

/** Step of the axis: at most five to the last retraining epoch. */
function axisStep(retrainEpochs: number): number {
  return Math.max(1, Math.ceil(retrainEpochs / 5))
}

/** Height at which "never" is drawn: a whole axis step above the last retraining epoch. */
export function neverLevel(retrainEpochs: number): number {
  const step = axisStep(retrainEpochs)
  return (Math.ceil(retrainEpochs / step) + 1) * step
}

/** Height of "never" of one architecture: each has a row of its own in the strip, so that none hides another. */
export function neverHeight(retrainEpochs: number, row: number, rows: number): number {
  const strip = axisStep(retrainEpochs) * STRIP
  return neverLevel(retrainEpochs) + (0.5 - (row + 0.5) / rows) * strip
}

function regainAxis(theme: ChartTheme, retrainEpochs: number) {
  const step = axisStep(retrainEpochs)
  const never = neverLevel(retrainEpochs)
  return numberAxisY(theme, 'retraining epochs', {
    min: 0,
    max: never + step,
    step,
    label: (value) => (value === never ? 'never' : value > retrainEpochs ? '' : String(value)),
  })
}

/** The ground behind "never": a place of its own, not a number of epochs. */
function neverStrip(theme: ChartTheme, retrainEpochs: number): LineSeriesOption {
  const never = neverLevel(retrainEpochs)
  const half = (axisStep(retrainEpochs) * STRIP) / 2 + axisStep(retrainEpochs) * 0.15
  return {
    type: 'line',
    name: 'never',
    data: [],
    silent: true,
    markArea: {
      silent: true,
      itemStyle: { color: theme.axis, opacity: 0.25 },
      data: [[{ yAxis: never - half }, { yAxis: never + half }]],
    },
  }
}

/** The means as a line; what never regained as points of the strip, joined by a thin dotted line. */
function regainSeries(cell: Cell, levels: readonly Level[], never: number): LineSeriesOption[] {
  const look = { name: CELL_NAMES[cell], colour: CELL_COLOURS[cell], marker: 'circle' } as const
  const drawn = levels.filter(({ regain }) => regain.n > 0)
  const means = drawn.filter((level) => !isNever(level))
  const gone = drawn.filter(isNever)
  const mean = line(
    look,
    means.map(({ percent, regain }) => [percent, regain.estimate.mean]),
  )
  // Hollow where some seeds never came back: the mean speaks for the others only.
  const data = means.map(({ percent, regain }) => ({
    value: [percent, regain.estimate.mean],
    ...(regain.never > 0 ? { symbol: 'emptyCircle', symbolSize: 7 } : {}),
  }))
  const strip = line(
    { ...look, dash: 'dotted', width: 1 },
    gone.map(({ percent }) => [percent, never]),
  )
  return [{ ...mean, data }, strip]
}

/** Some seeds never regained, but most did. */
function isPartial(level: Level): boolean {
  return level.regain.never > 0 && !isNever(level)
}

/** Never: most of the seeds, or all of them, did not regain the accuracy. */
function isNever({ regain }: Level): boolean {
  return regain.estimate.n === 0 || regain.never > regain.estimate.n
}

function regainLegend(theme: ChartTheme, cells: readonly Cell[], partial: boolean): LegendItem[] {
  return [
    ...cells.map((cell): LegendItem => ({
      name: CELL_NAMES[cell],
      colour: CELL_COLOURS[cell],
      kind: 'line',
      marker: 'circle',
    })),
    ...(partial
      ? [{ name: HOLLOW, colour: theme.faint, kind: 'line', marker: 'ring' } satisfies LegendItem]
      : []),
  ]
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
