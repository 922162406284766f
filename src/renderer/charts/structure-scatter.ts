// One property of the graphs against test accuracy in one architecture: generators by shape and colour, controls hollow,
// the fit with its band, the published line dashed, trivial baselines dotted.
import type { ScatterSeriesOption } from 'echarts'
import type { Baseline } from '../../shared/dataset.ts'
import type { PropertyName } from '../../shared/graph.ts'
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import type { PublishedRelation } from '../../shared/published-structures.ts'
import type { FamilyKind } from '../../shared/structure-study.ts'
import {
  FAMILY_NAMES,
  PROPERTY_TITLES,
  formatProperty,
  propertyAxis,
} from '../composables/structure-words.ts'
import { formatShare } from '../format.ts'
import { FEWEST_POINTS, fitAt, formatCoefficient, linearFit, type LinearFit, type Point } from './fit.ts'
import { LEVEL_MARGIN, baselineLevels, levelLegend, levelSeries, type Level } from './levels.ts'
import { CELL_COLOURS, GENERATOR_LOOKS, type ChartTheme } from './palette.ts'
import { band, frame, line, numberAxisX, numberAxisY } from './parts.ts'
import type { ChartSpec, LegendItem } from './spec.ts'
import type { StructurePoint } from './structure-points.ts'

const FIT = 'linear fit of the graphs'
const PUBLISHED = 'published fit'
const BAND_STEPS = 24

export interface StructureScatter {
  cell: Cell
  points: readonly StructurePoint[] // of this architecture
  property: PropertyName
  baselines: readonly Baseline[]
  published?: PublishedRelation | undefined
  rangeX: { min: number; max: number; step: number }
  rangeY: { min: number; max: number }
  theme: ChartTheme
}

/** The lowest and the highest of the trivial baselines: always one class, and the best of the simple rules. */
export function outerBaselines(baselines: readonly Baseline[]): Baseline[] {
  const rising = [...baselines].sort((a, b) => a.accuracy - b.accuracy)
  return rising.length <= 2 ? rising : [rising[0]!, rising.at(-1)!]
}

/** Range of an axis that holds all values, on round numbers. */
export function niceRange(values: readonly number[]): { min: number; max: number; step: number } {
  if (values.length === 0) return { min: 0, max: 1, step: 0.2 }
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)]
  if (low === high) [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(low) / 2]
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999)!
  const round = (value: number) => Number(value.toPrecision(12))
  return {
    min: round(Math.floor(low / step + 1e-9) * step),
    max: round(Math.ceil(high / step - 1e-9) * step),
    step,
  }
}

/** Fit of the graphs themselves; controls are what they are compared with, not part of it. */
export function scatterFit(points: readonly StructurePoint[], property: PropertyName): LinearFit | undefined {
  return linearFit(
    points.flatMap((point): Point[] => {
      const x = point.properties[property]
      return point.rewired > 0 || x === undefined ? [] : [[x, point.accuracy]]
    }),
  )
}

/** What the panel found, in a sentence: the direction where the interval leaves out zero, r and its interval. */
export function scatterFinding(
  cell: Cell,
  property: PropertyName,
  found: { r: number; low: number; high: number } | undefined,
  graphs: number,
): string {
  const title = PROPERTY_TITLES[property]
  if (found === undefined) {
    return graphs < FEWEST_POINTS
      ? `${CELL_NAMES[cell]}: too few graphs to relate accuracy to ${title}`
      : `${CELL_NAMES[cell]}: accuracy or ${title} does not vary`
  }
  const { r, low, high } = found
  const numbers = `r = ${formatCoefficient(r)} (${formatCoefficient(low)} to ${formatCoefficient(high)})`
  if (low <= 0 && high >= 0) return `${CELL_NAMES[cell]}: no clear relation with ${title}, ${numbers}`
  return `${CELL_NAMES[cell]}: accuracy ${r > 0 ? 'rises' : 'falls'} with ${title}, ${numbers}`
}

interface Drawn {
  name: string
  generator: FamilyKind
  control: boolean
  points: StructurePoint[]
}

/** Points by generator, controls first, so that the graphs themselves are drawn over them. */
function drawnGroups(points: readonly StructurePoint[], property: PropertyName): Drawn[] {
  const shown = points.filter((point) => point.properties[property] !== undefined)
  const groups = Map.groupBy(shown, ({ generator, rewired }) => `${rewired > 0 ? 1 : 0} ${generator}`)
  return [...groups.values()]
    .toSorted(([a], [b]) => Math.sign(b!.rewired) - Math.sign(a!.rewired))
    .map((own) => {
      const { generator, rewired } = own[0]!
      const control = rewired > 0
      return {
        name: control ? `${FAMILY_NAMES[generator]}, rewired` : FAMILY_NAMES[generator],
        generator,
        control,
        points: own,
      }
    })
}

function pointSeries(
  { name, generator, control, points }: Drawn,
  property: PropertyName,
): ScatterSeriesOption {
  const { colour, marker } = GENERATOR_LOOKS[generator]
  const symbol = control ? `empty${marker[0]!.toUpperCase()}${marker.slice(1)}` : marker
  return {
    type: 'scatter',
    name,
    symbol,
    symbolSize: marker === 'pin' ? 11 : points.length > 300 ? 5 : 7,
    data: points.map((point) => [point.properties[property]!, point.accuracy * 100]),
    itemStyle: { color: colour, opacity: control ? 0.6 : 0.75 },
    emphasis: { scale: 1.5, itemStyle: { opacity: 1 } },
    cursor: 'pointer',
    clip: true,
    z: control ? 2 : 3,
  }
}

function fitSeries(fit: LinearFit | undefined, colour: string, x: { min: number; max: number }) {
  if (fit === undefined) return []
  const steps = Array.from({ length: BAND_STEPS + 1 }, (_, i) => x.min + (i / BAND_STEPS) * (x.max - x.min))
  const ends = [x.min, x.max].map((at): [number, number] => [at, fitAt(fit, at).y * 100])
  const edges = steps.map((at): [number, number, number] => {
    const { low, high } = fitAt(fit, at)
    return [at, low * 100, high * 100]
  })
  return [band(colour, edges, 0.16), { ...line({ name: FIT, colour, width: 2 }, ends), silent: true, z: 4 }]
}

function publishedSeries(published: PublishedRelation | undefined, colour: string) {
  if (published === undefined) return []
  const { slope, intercept, min, max } = published
  const ends = [min, max].map((at): [number, number] => [at, (intercept + slope * at) * 100])
  return [{ ...line({ name: PUBLISHED, colour, width: 1.6, dash: 'dashed' }, ends), silent: true, z: 4 }]
}

export function structureScatter(input: StructureScatter): ChartSpec {
  const { cell, points, property, published, rangeX, rangeY, theme } = input
  const colour = CELL_COLOURS[cell]
  const groups = drawnGroups(points, property)
  const fit = scatterFit(points, property)
  const levels = baselineLevels(theme, outerBaselines(input.baselines))
  const axis = numberAxisX(theme, propertyAxis(property), rangeX)
  const y = numberAxisY(theme, 'test accuracy, %', rangeY)
  const extent = extentOf(points, property)
  const at = (series: string, index: number) => groups.find(({ name }) => name === series)?.points[index]
  return {
    option: {
      ...frame({ ...axis, minInterval: 0, axisPointer: { show: false } } as typeof axis, y, marginOf(levels)),
      series: [
        ...levelSeries(theme, levels),
        ...(extent === undefined ? [] : fitSeries(fit, colour, extent)),
        ...groups.map((group) => pointSeries(group, property)),
        ...publishedSeries(published, colour),
      ],
    },
    legend: [...legendOf(groups), ...lineLegend(fit, published, colour)],
    levels: levelLegend(levels),
    note: fit === undefined ? 'No fit.' : 'Band: 95 % interval of the fit.',
    table: scatterTable(points, property),
    tooltip: () => undefined,
    items: {
      tooltip: (series, index) => {
        const point = at(series, index)
        return point && pointTip(point, property, theme)
      },
      key: (series, index) => at(series, index)?.runId,
    },
  }
}

function marginOf(levels: readonly Level[]): number | undefined {
  return levels.length === 0 ? undefined : LEVEL_MARGIN
}

function extentOf(points: readonly StructurePoint[], property: PropertyName) {
  const values = points.flatMap(({ rewired, properties }) =>
    rewired > 0 ? [] : (properties[property] ?? []),
  )
  return values.length === 0 ? undefined : { min: Math.min(...values), max: Math.max(...values) }
}

function legendOf(groups: readonly Drawn[]): LegendItem[] {
  const ordered = groups.toSorted((a, b) => Number(a.control) - Number(b.control))
  return ordered.map(({ name, generator, control }): LegendItem => {
    const { colour, marker } = GENERATOR_LOOKS[generator]
    return { name, colour, kind: 'point', marker, hollow: control }
  })
}

function lineLegend(
  fit: LinearFit | undefined,
  published: PublishedRelation | undefined,
  colour: string,
): LegendItem[] {
  return [
    ...(fit === undefined ? [] : [{ name: FIT, colour, kind: 'line' } satisfies LegendItem]),
    ...(published === undefined
      ? []
      : [
          {
            name: `${PUBLISHED}, r = ${formatCoefficient(published.r)}`,
            colour,
            kind: 'line',
            dash: 'dashed',
          } satisfies LegendItem,
        ]),
  ]
}

/** Tooltip of one graph, the same on every chart that shows graphs. */
export function pointTip(point: StructurePoint, property: PropertyName | undefined, theme: ChartTheme) {
  const { cell, generator, graph, rewired, seeds, accuracy, failed, diverged, properties } = point
  const own = rewired > 0 ? `${graph}, control ${rewired}` : graph
  return {
    title: own,
    rows: [
      {
        name: CELL_NAMES[cell],
        value: formatShare(accuracy),
        note: [
          seeds > 1 ? `mean of ${seeds} seeds` : '',
          diverged > 0 ? `${seeds > 1 ? `${diverged} ` : ''}diverged, counted as guessing` : '',
          failed && diverged === 0 ? 'never left chance' : '',
        ]
          .filter(Boolean)
          .join(', '),
        colour: GENERATOR_LOOKS[generator].colour,
      },
      ...(property === undefined
        ? []
        : [{ name: PROPERTY_TITLES[property], value: formatProperty(properties[property]) }]),
      {
        name: 'vertices, edges',
        value: `${formatProperty(properties.nodes)}, ${formatProperty(properties.edges)}`,
        note: 'click opens it',
        colour: theme.background,
      },
    ],
  }
}

function scatterTable(points: readonly StructurePoint[], property: PropertyName): ChartSpec['table'] {
  return {
    columns: ['architecture', 'generator', 'graph', 'control', 'seeds', property, 'accuracy', 'run'],
    rows: points.map(({ cell, generator, graph, rewired, seeds, properties, accuracy, runId }) => [
      CELL_NAMES[cell],
      FAMILY_NAMES[generator],
      graph,
      rewired,
      seeds,
      properties[property] ?? null,
      accuracy,
      runId,
    ]),
  }
}
