// What pruning does to accuracy: one panel of accuracy by percentage pruned, right after pruning or after retraining,
// with the dense level, trivial baselines, the random control and intervals.
import type { Baseline } from '../../shared/dataset.ts'
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import type { Estimate, StudyResults } from '../../shared/results.ts'
import type { Criterion, Target } from '../../shared/study.ts'
import { formatInterval, formatPercent, formatShare } from '../format.ts'
import { LEVEL_MARGIN, baselineLevels, levelLegend, levelSeries, type Level as Mark } from './levels.ts'
import { CELL_COLOURS, TARGET_MARKS, type ChartTheme } from './palette.ts'
import { accuracyRange, band, frame, line, numberAxisX, numberAxisY } from './parts.ts'
import type { ChartSpec, LegendItem, TooltipRow } from './spec.ts'

export const MOMENTS = ['before', 'after'] as const
/** `before`: right after pruning; `after`: after the last retraining epoch. */
export type Moment = (typeof MOMENTS)[number]

type Level = StudyResults['levels'][number]

/** One curve: what is pruned in which architecture, by which criterion. */
export interface PruningCurve {
  cell: Cell
  target: Target
  criterion: Criterion
  dense: Estimate | undefined
  points: { percent: number; value: Estimate }[] // ascending
}

export interface PruningPanel {
  curves: readonly PruningCurve[]
  /** Colour tells the architecture in both; `cell` panels also tell targets by line and marker. */
  panel: 'target' | 'cell'
  baselines: readonly Baseline[]
  range: { min: number; max: number }
  theme: ChartTheme
}

/** Test accuracy of the base models of an architecture over its seeds; the interval is left to the levels. */
export function denseLevel(results: StudyResults, cell: Cell): Estimate | undefined {
  const values = results.base
    .filter((base) => base.cell === cell)
    .flatMap(({ epochs }) => epochs.at(-1)?.test.accuracy ?? [])
  if (values.length === 0) return undefined
  return { n: values.length, mean: values.reduce((sum, value) => sum + value, 0) / values.length }
}

/** All curves of a study, in the order of its levels. */
export function pruningCurves(results: StudyResults, moment: Moment): PruningCurve[] {
  const curves = new Map<string, PruningCurve>()
  for (const level of results.levels) {
    const key = curveKey(level)
    const { cell, target, criterion } = level
    const curve = curves.get(key) ?? { cell, target, criterion, dense: denseLevel(results, cell), points: [] }
    if (level[moment].n > 0) curve.points.push({ percent: level.percent, value: level[moment] })
    curves.set(key, curve)
  }
  for (const curve of curves.values()) curve.points.sort((a, b) => a.percent - b.percent)
  return [...curves.values()]
}

function curveKey({ cell, target, criterion }: Level): string {
  return `${cell} ${target} ${criterion}`
}

/** One vertical range for all panels: holds every curve, dense level and baseline. */
export function panelRange(
  curves: readonly PruningCurve[],
  baselines: readonly Baseline[],
): { min: number; max: number } {
  return accuracyRange([
    ...curves.flatMap(({ points, dense }) => [
      ...points.flatMap(({ value }) => [value.mean, value.low ?? value.mean]),
      ...(dense === undefined ? [] : [dense.mean]),
    ]),
    ...baselines.map(({ accuracy }) => accuracy),
  ])
}

/** Name of a curve inside a panel. */
function curveName({ cell, target, criterion }: PruningCurve, panel: 'target' | 'cell'): string {
  const what = panel === 'target' ? CELL_NAMES[cell] : TARGET_MARKS[target].name
  return criterion === 'random' ? `${what}, random` : what
}

export function pruningPanel({ curves, panel, baselines, range, theme }: PruningPanel): ChartSpec {
  const x = numberAxisX(theme, 'weights pruned, %', { min: 0, max: 100, step: 20 })
  const trivial = baselineLevels(theme, baselines)
  const dense = denseMarks(curves)
  const margin = trivial.length + dense.length === 0 ? undefined : LEVEL_MARGIN
  return {
    option: {
      ...frame(x, numberAxisY(theme, 'test accuracy, %', range), margin),
      series: [
        ...curves.flatMap((curve) => curveBand(curve)),
        ...levelSeries(theme, [...trivial, ...dense]),
        ...curves.map((curve) => line(curveLook(curve, panel, theme), curvePoints(curve))),
      ],
    },
    legend: [
      ...panelLegend(curves, panel, theme),
      ...levelLegend(dense.filter(({ unlabelled }) => unlabelled !== true)),
    ],
    levels: levelLegend(trivial),
    note: `Thin level lines: dense accuracy.${curves.some(hasInterval) ? ' Bands: 95 % intervals over seeds.' : ''}`,
    table: {
      columns: [
        'architecture',
        'pruned',
        'criterion',
        '% pruned',
        'accuracy',
        'interval low',
        'interval high',
        'seeds',
      ],
      rows: curves.flatMap(({ cell, target, criterion, points }) =>
        points.map(({ percent, value }) => [
          CELL_NAMES[cell],
          target,
          criterion,
          percent,
          value.mean,
          value.low ?? null,
          value.high ?? null,
          value.n,
        ]),
      ),
    },
    tooltip: (at) => ({
      title: Number(at) === 0 ? 'dense, nothing pruned' : `${formatPercent(Number(at))} pruned`,
      rows: curves.flatMap((curve) => tooltipRow(curve, panel, Number(at))),
    }),
  }
}

/** What the level lines and bands of all panels mean. */
export function resultsKey(
  theme: ChartTheme,
  baselines: readonly Baseline[],
  intervals: boolean,
): LegendItem[] {
  const faint = theme.faint
  return [
    { name: 'dense accuracy, in the colour of the architecture', colour: faint, kind: 'line', opacity: 0.5 },
    ...levelLegend(baselineLevels(theme, baselines)),
    ...(intervals
      ? [{ name: '95 % interval over seeds', colour: faint, kind: 'band' } satisfies LegendItem]
      : []),
  ]
}

/** The curves by magnitude, and one entry for all random controls. */
function panelLegend(
  curves: readonly PruningCurve[],
  panel: 'target' | 'cell',
  theme: ChartTheme,
): LegendItem[] {
  const items = curves
    .filter(({ criterion }) => criterion !== 'random')
    .map((curve): LegendItem => ({ ...curveLook(curve, panel, theme), kind: 'line' }))
  const control: LegendItem = { name: 'random control', colour: theme.faint, kind: 'line', dash: 'dashed' }
  return curves.length > items.length ? [...items, control] : items
}

function curveLook(curve: PruningCurve, panel: 'target' | 'cell', theme: ChartTheme) {
  const control = curve.criterion === 'random'
  const mark = TARGET_MARKS[curve.target]
  return {
    name: curveName(curve, panel),
    colour: CELL_COLOURS[curve.cell],
    marker: control ? ('none' as const) : mark.marker,
    dash: control ? ('dashed' as const) : panel === 'cell' ? mark.dash : ('solid' as const),
    width: control ? 1.4 : 2,
    opacity: control ? theme.controlOpacity : 1,
  }
}

function curvePoints({ dense, points }: PruningCurve): [number, number][] {
  const start: [number, number][] = dense === undefined ? [] : [[0, dense.mean * 100]]
  return [...start, ...points.map(({ percent, value }): [number, number] => [percent, value.mean * 100])]
}

function hasInterval({ points }: PruningCurve): boolean {
  return points.some(({ value }) => value.low !== undefined)
}

function curveBand({ cell, criterion, points }: PruningCurve) {
  const inside = points.flatMap(({ percent, value: { low, high } }): [number, number, number][] =>
    low === undefined || high === undefined ? [] : [[percent, low * 100, high * 100]],
  )
  return inside.length < 2 ? [] : [band(CELL_COLOURS[cell], inside, criterion === 'random' ? 0.07 : 0.15)]
}

/** The dense accuracy of each architecture as a thin level line: what every curve is measured against. */
function denseMarks(curves: readonly PruningCurve[]): Mark[] {
  const levels = new Map(
    curves.flatMap(({ cell, dense }) => (dense === undefined ? [] : [[cell, dense.mean] as const])),
  )
  // Several stand close together, and their curves start at them.
  const unlabelled = levels.size > 1
  return [...levels].map(([cell, mean]) => ({
    name: 'dense',
    value: mean * 100,
    colour: CELL_COLOURS[cell],
    dash: 'solid',
    opacity: 0.4,
    unlabelled,
  }))
}

function tooltipRow(curve: PruningCurve, panel: 'target' | 'cell', at: number): TooltipRow[] {
  const value = at === 0 ? curve.dense : curve.points.find(({ percent }) => percent === at)?.value
  if (value === undefined || (at === 0 && curve.criterion === 'random')) return []
  const interval = value.low === undefined ? '' : `${formatInterval(value.low, value.high)}, `
  const note = `${interval}${value.n === 1 ? '1 seed' : `${value.n} seeds`}`
  return [
    { name: curveName(curve, panel), value: formatShare(value.mean), note, colour: CELL_COLOURS[curve.cell] },
  ]
}
