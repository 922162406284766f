// Charts of a comparison along an axis: mean curves with bands, single runs, trivial baselines dotted, published dashed.
import {
  valueName,
  type Comparison,
  type CompareChart,
  type CompareGroup,
  type PublishedCurve,
  type Setting,
} from '../../shared/compare.ts'
import type { Baseline } from '../../shared/dataset.ts'
import type { Cell } from '../../shared/network.ts'
import { LEVEL_MARGIN, baselineLevels, levelLegend, levelSeries } from '../charts/levels.ts'
import { CELL_COLOURS, type ChartTheme } from '../charts/palette.ts'
import { accuracyRange, band, frame, line, numberAxisX, numberAxisY } from '../charts/parts.ts'
import type { ChartSpec, LegendItem, TooltipRow } from '../charts/spec.ts'
import { formatInterval, formatPercent, formatShare } from '../format.ts'
import type { GroupLook } from './looks.ts'
import type { Panel } from './panels.ts'

export interface CurveChart {
  panel: Panel
  chart: Exclude<CompareChart, 'groups'>
  axis: Comparison['axis']
  retrainEpochs: number
  looks: ReadonlyMap<string, GroupLook>
  range: { min?: number; max?: number } // of the vertical axis, shared by the panels
  baselines: readonly Baseline[]
  theme: ChartTheme
}

/** One entry of the legend: the colour says the architecture. */
const PUBLISHED = 'published, in the colour of the architecture'

/** Names of groups without what their panel says, and without what is the same in all groups. */
export function shortNames(
  groups: readonly CompareGroup[],
  by: readonly Setting[],
  panel: Setting | undefined,
  names: ReadonlyMap<string, string>,
): Map<string, string> {
  const varies = (setting: Setting) => new Set(groups.map(({ settings }) => settings[setting] ?? '')).size > 1
  const rest = by.filter((setting) => setting !== panel && varies(setting))
  const told = rest.length > 0 ? rest : by
  return new Map(
    groups.map((group) => [
      group.key,
      told.length === 0
        ? group.name
        : told.map((setting) => valueName(setting, group.settings[setting] ?? '', names)).join(', '),
    ]),
  )
}

/** Accuracies as per cent, epochs as they are. */
function scaleOf(chart: CompareChart): number {
  return chart === 'regain' ? 1 : 100
}

/** One vertical range for all panels: holds curves, bands, published values and baselines. */
export function curveRange(
  { groups, published, retrainEpochs }: Pick<Comparison, 'groups' | 'published' | 'retrainEpochs'>,
  chart: CompareChart,
  baselines: readonly Baseline[],
): { min?: number; max?: number } {
  if (chart === 'regain') return { min: 0, max: Math.max(retrainEpochs + 1, 2) }
  return accuracyRange([
    ...groups.flatMap(({ points, singles }) => [
      ...points.flatMap(({ mean, low }) => [mean, low ?? mean]),
      ...(singles ?? []).flatMap((single) => single.points.map(([, y]) => y)),
    ]),
    ...(published?.curves ?? []).flatMap(({ points }) => points.map(([, y]) => y)),
    ...baselines.map(({ accuracy }) => accuracy),
  ])
}

/** Build one panel. `names`: of the groups as they stand in the legend. */
export function curveChart(input: CurveChart, names: ReadonlyMap<string, string>): ChartSpec {
  const { panel, chart, axis, looks, baselines, theme } = input
  const levels = chart === 'regain' ? [] : baselineLevels(theme, baselines)
  const scale = scaleOf(chart)
  const named = panel.groups.map((group) => ({
    group,
    name: names.get(group.key)!,
    look: looks.get(group.key)!,
  }))
  const never = panel.groups.some(({ points }) => points.some((point) => point.never !== undefined))
  return {
    option: {
      ...frame(xAxis(input), yAxis(input), levels.length === 0 ? undefined : LEVEL_MARGIN),
      series: [
        ...levelSeries(theme, levels),
        ...named.flatMap(({ group, look }) => groupBand(group, look, scale)),
        ...named.flatMap(({ group, look }) => singleLines(group, look, scale)),
        ...panel.published.map((curve) => publishedLine(curve, scale)),
        ...named.map(({ group, name, look }) =>
          line(
            { name, ...look, ...(chart === 'epochs' ? { marker: 'none' as const } : {}) },
            group.points.map(({ x, mean }) => [x, mean * scale]),
          ),
        ),
      ],
    },
    legend: [
      ...named.map(({ name, look }): LegendItem => ({
        name,
        colour: look.colour,
        kind: 'line',
        opacity: look.opacity,
        ...(chart === 'epochs' ? {} : { marker: look.marker }),
      })),
      ...(panel.published.length === 0
        ? []
        : [{ name: PUBLISHED, colour: theme.faint, kind: 'line', dash: 'dashed' } satisfies LegendItem]),
    ],
    levels: levelLegend(levels),
    note: noteOf(axis.block, panel.published.length > 0, never),
    table: tableOf(named, panel.published, axis.x),
    tooltip: (x) => ({
      title: titleAt(chart, Number(x), axis.x),
      rows: [
        ...named.flatMap(({ group, name, look }) =>
          groupRow(group, name, look.colour, Number(x), chart, axis.block),
        ),
        ...panel.published.flatMap((curve) => publishedRow(curve, Number(x), chart)),
      ],
    }),
  }
}

function xAxis({ chart, axis, panel, theme }: CurveChart) {
  if (chart !== 'epochs') return numberAxisX(theme, axis.x, { min: 0, max: 100, step: 20 })
  const last = Math.max(1, ...panel.groups.flatMap(({ points }) => points.at(-1)?.x ?? 0))
  return numberAxisX(theme, axis.x, { min: 0, max: last })
}

function yAxis({ chart, axis, retrainEpochs, range, theme }: CurveChart) {
  if (chart !== 'regain') return numberAxisY(theme, axis.y, range)
  const step = Math.max(1, Math.ceil(retrainEpochs / 5))
  return numberAxisY(theme, axis.y, {
    ...range,
    step,
    label: (value) => (value > retrainEpochs ? 'never' : String(value)),
  })
}

function groupBand({ points }: CompareGroup, { colour, opacity }: GroupLook, scale: number) {
  const inside = points.flatMap(({ x, low, high }): [number, number, number][] =>
    low === undefined || high === undefined ? [] : [[x, low * scale, high * scale]],
  )
  return inside.length < 2 ? [] : [band(colour, inside, 0.15 * opacity)]
}

function singleLines({ singles = [] }: CompareGroup, { colour }: GroupLook, scale: number) {
  return singles.map((single) =>
    line(
      { name: 'single run', colour, width: 0.8, opacity: 0.35 },
      single.points.map(([x, y]) => [x, y * scale]),
    ),
  )
}

function publishedLine({ cell, points }: PublishedCurve, scale: number) {
  const look = {
    name: PUBLISHED,
    colour: CELL_COLOURS[cell as Cell],
    dash: 'dashed' as const,
    width: 1.4,
    opacity: 0.85,
  }
  return line(
    look,
    points.map(([x, y]) => [x, y * scale]),
  )
}

function noteOf(block: string, published: boolean, never: boolean): string {
  return [
    `Means over ${block}s; bands: 95 % bootstrap intervals.`,
    ...(published ? ['Dashed: Darji 2021, one seed.'] : []),
    ...(never ? ['Runs that never regained count as one epoch more than were run.'] : []),
  ].join(' ')
}

function titleAt(chart: CompareChart, x: number, axis: string): string {
  if (chart !== 'epochs') return x === 0 ? 'dense, nothing pruned' : `${formatPercent(x)} pruned`
  return `${axis} ${x}`
}

const valueText = (y: number, chart: CompareChart) =>
  chart === 'regain' ? `${Number(y.toFixed(2))} epochs` : formatShare(y)

function groupRow(
  { points }: CompareGroup,
  name: string,
  colour: string,
  at: number,
  chart: CompareChart,
  block: string,
): TooltipRow[] {
  const point = points.find(({ x }) => x === at)
  if (point === undefined) return []
  const { n, mean, low, high, never } = point
  const interval =
    low === undefined || high === undefined
      ? ''
      : chart === 'regain'
        ? `${Number(low.toFixed(2))} – ${Number(high.toFixed(2))}, `
        : `${formatInterval(low, high)}, `
  const count = `${n} ${block}${n === 1 ? '' : 's'}`
  return [
    {
      name,
      value: valueText(mean, chart),
      note: `${interval}${count}${never === undefined ? '' : `, ${never} never`}`,
      colour,
    },
  ]
}

function publishedRow({ name, cell, points }: PublishedCurve, at: number, chart: CompareChart): TooltipRow[] {
  const point = points.find(([x]) => x === at)
  return point === undefined
    ? []
    : [{ name, value: valueText(point[1], chart), note: 'published', colour: CELL_COLOURS[cell as Cell] }]
}

function tableOf(
  named: readonly { group: CompareGroup; name: string }[],
  published: readonly PublishedCurve[],
  x: string,
): ChartSpec['table'] {
  return {
    columns: ['group', x, 'mean', 'interval low', 'interval high', 'n', 'never regained'],
    rows: [
      ...named.flatMap(({ group, name }) =>
        group.points.map((p) => [name, p.x, p.mean, p.low ?? null, p.high ?? null, p.n, p.never ?? null]),
      ),
      ...published.flatMap(({ name, points }) => points.map(([at, y]) => [name, at, y, null, null, 1, null])),
    ],
  }
}
