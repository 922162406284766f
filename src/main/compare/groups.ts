// Groups of runs and their series: mean over seeds (or graphs) with a bootstrap band, and every single run on demand.
// Pure; the bootstrap always draws the same.
import {
  compareValues,
  SETTINGS,
  valueName,
  type CompareGroup,
  type ComparePoint,
  type Setting,
  type Settings,
  type SingleCurve,
} from '../../shared/compare.ts'
import { estimateMean } from '../stats/intervals.ts'
import type { Curve } from '../store/outcomes.ts'
import type { ChosenRun } from './chosen.ts'
import { valuesOf, type Value, type View } from './measures.ts'

/** Single curves drawn of one group; beyond, they are a fog. */
const MOST_SINGLES = 60

export interface RunGroup {
  key: string
  name: string
  settings: Settings // grouped by, and shared by all of its runs
  runs: ChosenRun[]
}

/** Split runs by the values of some settings, in the order of these values. No setting: one group of all. */
export function groupRuns(
  runs: readonly ChosenRun[],
  by: readonly Setting[],
  names: ReadonlyMap<string, string>,
): RunGroup[] {
  const valuesOfRun = (run: ChosenRun) => by.map((setting) => run.settings[setting] ?? '')
  const groups = [...Map.groupBy(runs, (run) => JSON.stringify(valuesOfRun(run)))].map(([key, own]) => ({
    key,
    values: valuesOfRun(own[0]!),
    runs: own,
  }))
  groups.sort((a, b) => {
    const at = by.findIndex((_, i) => a.values[i] !== b.values[i])
    return at < 0 ? 0 : compareValues(by[at]!, a.values[at]!, b.values[at]!)
  })
  return groups.map(({ key, values, runs: own }) => ({
    key,
    name: by.length === 0 ? 'all runs' : by.map((s, i) => valueName(s, values[i]!, names)).join(', '),
    settings: sharedSettings(own),
    runs: own,
  }))
}

function sharedSettings(runs: readonly ChosenRun[]): Settings {
  const first = runs[0]!.settings
  return Object.fromEntries(
    SETTINGS.flatMap((setting) => {
      const value = first[setting]
      return value !== undefined && runs.every(({ settings }) => settings[setting] === value)
        ? [[setting, value]]
        : []
    }),
  )
}

type Placed = Value & { block: string; run: ChosenRun }

/** The series of a group: points by place, each the mean over blocks of the mean within the block. */
export function seriesOf(
  group: RunGroup,
  view: View,
  curves: ReadonlyMap<string, Curve>,
  single: boolean,
): CompareGroup {
  const placed = group.runs.flatMap((run) =>
    valuesOf(run, view, curves.get(run.id)).map((value): Placed => ({ ...value, block: run.block, run })),
  )
  const dense = view.chart === 'percent' ? denseValues(group.runs) : []
  const points = [...Map.groupBy([...dense, ...placed], ({ x }) => x)]
    .map(([x, own]) => pointOf(x, own))
    .sort((a, b) => a.x - b.x)
  const { key, name, settings } = group
  return {
    key,
    name,
    settings,
    runs: group.runs.length,
    points,
    ...(single ? { singles: singleCurves(placed) } : {}),
  }
}

/** Base accuracies at 0 %: what the pruned runs of the group started from, each base once. */
function denseValues(runs: readonly ChosenRun[]): Omit<Placed, 'run'>[] {
  const bases = new Map(
    runs.flatMap(({ base, block }) => (base === undefined ? [] : [[base.id, { base, block }]])),
  )
  return [...bases.values()].map(({ base, block }) => ({ x: 0, y: base.accuracy, block }))
}

function pointOf(x: number, values: readonly Omit<Placed, 'run'>[]): ComparePoint {
  const blocks = [...Map.groupBy(values, ({ block }) => block).values()]
  const means = blocks.map((own) => own.reduce((sum, { y }) => sum + y, 0) / own.length)
  const never = values.filter((value) => value.never === true).length
  return { x, ...estimateMean(means), ...(never === 0 ? {} : { never }) }
}

/** One curve for each run, or for each seed where a run is only one point of it. */
function singleCurves(placed: readonly Placed[]): SingleCurve[] {
  const percent = placed.some(({ run }) => run.spec.prune !== undefined)
  const keyOf = ({ run }: Placed) =>
    percent
      ? JSON.stringify(SETTINGS.map((s) => (s === 'percent' || s === 'state' ? '' : (run.settings[s] ?? ''))))
      : run.id
  return [...Map.groupBy(placed, keyOf).values()].slice(0, MOST_SINGLES).map((own) => {
    const { run } = own[0]!
    const one = own.every((value) => value.run === run)
    return {
      name: `seed ${run.spec.seed}`,
      ...(one ? { run: run.id } : {}),
      points: own.map(({ x, y }): [number, number] => [x, y]).sort(([a], [b]) => a - b),
    }
  })
}
