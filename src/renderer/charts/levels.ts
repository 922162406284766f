// Level lines of a chart (trivial baselines, dense accuracies) and their names, which stand in the right margin: outside
// the curves, apart from each other, joined to their lines where they had to move. Pure.
import type { CustomSeriesOption, LineSeriesOption } from 'echarts'
import type { Baseline } from '../../shared/dataset.ts'
import type { ChartTheme } from './palette.ts'
import type { Dash, LegendItem } from './spec.ts'

/** A horizontal line at a value of the vertical axis. */
export interface Level {
  name: string
  value: number
  colour: string // of the line
  dash: Dash
  opacity?: number
  unlabelled?: boolean // the curves that start there name it
}

/** Room at the right of a chart that has levels: enough for a number. */
export const LEVEL_MARGIN = 44
/** Room at the right of an exported figure: enough for most names. */
export const NAME_MARGIN = 168

const GAP = 12 // between two labels, in pixels
const FONT = 10
const LEADER = 8 // length of the line from the plot to a label
const CHARACTER = 5.6 // mean width of a character at FONT, on the generous side

/** Trivial baselines: what no model should fall below. Values in per cent, ascending. */
export function baselineLevels(theme: ChartTheme, baselines: readonly Baseline[]): Level[] {
  const rising = [...baselines].sort((a, b) => a.accuracy - b.accuracy)
  return rising.map(({ title, accuracy }) => ({
    name: title,
    value: accuracy * 100,
    colour: theme.faint,
    dash: 'dotted',
  }))
}

/** The levels as entries of a legend, each with its value. */
export function levelLegend(levels: readonly Level[]): LegendItem[] {
  return levels.map(({ name, value, colour, dash, opacity }) => ({
    name: `${name} ${levelText(value)} %`,
    colour,
    kind: 'line',
    dash,
    ...(opacity === undefined ? {} : { opacity }),
  }))
}

/** The lines, and a label of each in the right margin of the plot. */
export function levelSeries(
  theme: ChartTheme,
  levels: readonly Level[],
): (LineSeriesOption | CustomSeriesOption)[] {
  if (levels.length === 0) return []
  const labelled = levels.filter(({ unlabelled }) => unlabelled !== true)
  return [levelLines(levels), ...(labelled.length === 0 ? [] : [levelLabels(theme, labelled)])]
}

function levelLines(levels: readonly Level[]): LineSeriesOption {
  return {
    type: 'line',
    name: 'levels',
    data: [],
    silent: true,
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      label: { show: false },
      data: levels.map(({ name, value, colour, dash, opacity = 1 }) => ({
        name,
        yAxis: value,
        lineStyle: { color: colour, type: dash, width: dash === 'solid' ? 1 : 1.2, opacity },
      })),
    },
  }
}

function levelLabels(theme: ChartTheme, levels: readonly Level[]): CustomSeriesOption {
  const topDown = [...levels].sort((a, b) => b.value - a.value)
  return {
    type: 'custom',
    name: 'names of levels',
    silent: true,
    clip: false,
    tooltip: { show: false },
    data: [[0, topDown[0]!.value]],
    renderItem: ({ coordSys }, api) => {
      const plot = coordSys as unknown as { x: number; y: number; width: number; height: number }
      const right = plot.x + plot.width
      const room = api.getWidth() - right - LEADER - 4
      const shown = topDown
        .map((level) => ({ level, at: api.coord([0, level.value])[1]! }))
        .filter(({ at }) => at >= plot.y - 1 && at <= plot.y + plot.height + 1)
      const places = spreadApart(
        shown.map(({ at }) => at),
        GAP,
        plot.y + plot.height + GAP / 2,
      )
      const longest = Math.max(0, ...shown.map(({ level }) => fullText(level).length))
      const full = longest * CHARACTER <= room
      return {
        type: 'group',
        children: shown.flatMap(({ level, at }, i) =>
          label(level, full, { right, at, place: places[i]! }, theme),
        ),
      }
    },
  }
}

function label(
  level: Level,
  full: boolean,
  { right, at, place }: { right: number; at: number; place: number },
  theme: ChartTheme,
) {
  const own = level.dash === 'solid'
  return [
    {
      type: 'polyline' as const,
      shape: {
        points: [
          [right, at],
          [right + LEADER - 2, place],
        ],
      },
      style: { stroke: level.colour, lineWidth: 1, opacity: 0.7, fill: 'none' },
    },
    {
      type: 'text' as const,
      x: right + LEADER,
      y: place,
      style: {
        text: full ? fullText(level) : levelText(level.value),
        fill: own ? theme.text : theme.faint,
        font: `${FONT}px sans-serif`,
        textVerticalAlign: 'middle' as const,
      },
    },
  ]
}

function fullText({ name, value }: Level): string {
  return `${name} ${levelText(value)} %`
}

function levelText(value: number): string {
  return value.toFixed(1)
}

/**
 * Move places apart until neighbours are at least `gap` apart, as little as needed and never beyond `end`.
 * @param places ascending, in pixels; the result has the same order
 */
export function spreadApart(places: readonly number[], gap: number, end: number): number[] {
  // Groups that touch share one centre: the mean of what their members wanted.
  const groups: { wanted: number[]; centre: number }[] = []
  for (const place of places) {
    let group = { wanted: [place], centre: place }
    for (let before = groups.at(-1); before !== undefined; before = groups.at(-1)) {
      const reach = ((before.wanted.length + group.wanted.length) / 2) * gap
      if (group.centre - before.centre >= reach) break
      groups.pop()
      const wanted = [...before.wanted, ...group.wanted]
      group = { wanted, centre: wanted.reduce((sum, value) => sum + value, 0) / wanted.length }
    }
    groups.push(group)
  }
  const spread = groups.flatMap(({ wanted, centre }) =>
    wanted.map((_, i) => centre + (i - (wanted.length - 1) / 2) * gap),
  )
  const last = spread.length - 1
  return spread.map((place, i) => Math.min(place, end - (last - i) * gap))
}
