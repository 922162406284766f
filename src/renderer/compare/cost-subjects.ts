// The runs whose cost is shown, and in what order it is asked for: one of each group and level before the second of any.
// Pure.
import {
  compareValues,
  passes,
  valueName,
  type CompareGroup,
  type CompareList,
  type CompareMoment,
  type CompareSelection,
  type Filters,
  type RunLine,
  type Setting,
  type Settings,
} from '../../shared/compare.ts'
import type { RunState } from '../../shared/results.ts'

/** A run that has ended, with what its cost is held against. */
export interface CostSubject {
  run: string
  title: string
  group: string // key of a CostGroup
  percent: number | null
  graph: string // '' where the run has none of its own
  accuracy: number | undefined // 0 to 1
}

/** A group of the comparison, in its order. `points` are empty: costs are asked for apart from curves. */
export type CostGroup = CompareGroup

export interface CostSelection {
  groups: CostGroup[]
  subjects: CostSubject[] // in the order in which they are asked for
  first: number // so many of them are the first of their group and level
  dense: ReadonlyMap<string, number> // mean accuracy of what a group was pruned from, by its key
  waiting: number // chosen runs that have not ended well
}

/** A run with all of its settings, those of its study included. */
export interface CostLine {
  id: string
  title: string
  settings: Settings
  state: RunState
  first?: number // accuracy right after pruning
  accuracy?: number
}

/** The chosen runs that pass the filters, with the settings of their studies. */
export function chosenLines(
  list: CompareList,
  { studies, runs, filters = {} }: CompareSelection,
): CostLine[] {
  const [whole, single] = [new Set(studies), new Set(runs)]
  const shared = new Map(list.studies.map(({ id, settings }) => [id, settings]))
  return list.runs
    .filter(({ id, study }) => whole.has(study) || single.has(id))
    .map((run: RunLine): CostLine => ({ ...run, settings: { ...shared.get(run.study), ...run.settings } }))
    .filter(({ settings }) => passesOwn(settings, filters))
}

/** A base run has no target: filters on what it cannot have are about the others. */
function passesOwn(settings: Settings, filters: Filters): boolean {
  if (settings.kind !== 'base') return passes(settings, filters)
  const own = Object.entries(filters).filter(([name]) => settings[name as Setting] !== undefined)
  return passes(settings, Object.fromEntries(own))
}

/** Group the runs as the view does. Base runs are the dense side of those that were pruned from them, and stand alone
 * only where nothing was pruned. */
export function costSelection(
  lines: readonly CostLine[],
  by: readonly Setting[],
  moment: CompareMoment,
  names: ReadonlyMap<string, string>,
): CostSelection {
  const pruned = lines.some(({ settings }) => settings.kind === 'pruned')
  const taking = pruned ? lines.filter(({ settings }) => settings.kind !== 'base') : lines
  const ended = taking.filter(({ state }) => state === 'done')
  const settings = by.filter((setting) => setting !== 'percent')
  const groups = groupsOf(ended, settings, names)
  const subjects = ended.map((line): CostSubject => ({
    run: line.id,
    title: line.title,
    group: keyOf(line, settings),
    percent: line.settings.percent === undefined ? null : Number(line.settings.percent),
    graph: line.settings.graph === undefined ? '' : `${line.settings.graph} ${line.settings.rewired ?? ''}`,
    accuracy: moment === 'before' && line.settings.kind === 'pruned' ? line.first : line.accuracy,
  }))
  const bases = pruned ? lines.filter(({ settings: own }) => own.kind === 'base') : []
  return {
    groups,
    ...inOrder(subjects),
    dense: denseOf(groups, bases, settings),
    waiting: taking.length - ended.length,
  }
}

/** Base runs of a group: those that agree with it in every setting they have. */
function denseOf(groups: readonly CostGroup[], bases: readonly CostLine[], by: readonly Setting[]) {
  return new Map(
    groups.flatMap(({ key, settings }) => {
      const own = bases.flatMap((base) => {
        const agrees = by.every((s) => (base.settings[s] ?? settings[s]) === settings[s])
        return agrees && base.accuracy !== undefined ? [base.accuracy] : []
      })
      return own.length === 0 ? [] : [[key, own.reduce((a, b) => a + b, 0) / own.length] as const]
    }),
  )
}

const keyOf = ({ settings }: CostLine, by: readonly Setting[]) =>
  JSON.stringify(by.map((setting) => settings[setting] ?? ''))

function groupsOf(
  lines: readonly CostLine[],
  by: readonly Setting[],
  names: ReadonlyMap<string, string>,
): CostGroup[] {
  const value = (line: CostLine, setting: Setting) => line.settings[setting] ?? ''
  return [...Map.groupBy(lines, (line) => keyOf(line, by))]
    .toSorted(([, [a]], [, [b]]) => {
      const differs = by.find((setting) => value(a!, setting) !== value(b!, setting))
      return differs === undefined ? 0 : compareValues(differs, value(a!, differs), value(b!, differs))
    })
    .map(([key, own]) => ({
      key,
      name: by.length === 0 ? 'all runs' : by.map((s) => valueName(s, value(own[0]!, s), names)).join(', '),
      settings: Object.fromEntries(by.map((setting) => [setting, value(own[0]!, setting)])),
      runs: own.length,
      points: [],
    }))
}

/** One of each group, level and graph first, taken in turn from the groups, so that few requests tell about all. */
function inOrder(subjects: readonly CostSubject[]): { subjects: CostSubject[]; first: number } {
  const taken = new Map<string, number>() // runs of a bucket so far
  const places = new Map<string, Map<string, number>>() // buckets of a group, in their order
  const placed = subjects.map((subject) => {
    const bucket = `${subject.percent} ${subject.graph}`
    const own = places.get(subject.group) ?? new Map<string, number>()
    places.set(subject.group, own)
    if (!own.has(bucket)) own.set(bucket, own.size)
    const key = `${subject.group} ${bucket}`
    const round = taken.get(key) ?? 0
    taken.set(key, round + 1)
    return { subject, round, place: own.get(bucket)! }
  })
  const sorted = placed.toSorted((a, b) => a.round - b.round || a.place - b.place)
  return { subjects: sorted.map(({ subject }) => subject), first: taken.size }
}
