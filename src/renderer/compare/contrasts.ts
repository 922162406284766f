// Which settings can be contrasted, and against which of their values. Pure.
import type { Comparison, CompareGroup, Setting } from '../../shared/compare.ts'

/** Settings a comparison is not about: the seed pairs, the state is no condition. */
const NO_CONTRAST: readonly Setting[] = ['seed', 'state', 'graph']

export interface Contrast {
  setting: Setting
  against: string
}

/** Settings of the grouping that have several values among the groups. */
export function contrastSettings(groups: readonly CompareGroup[], by: readonly Setting[]): Setting[] {
  return by.filter((setting) => !NO_CONTRAST.includes(setting) && valuesAmong(groups, setting).length > 1)
}

/** Values of a setting among the groups, in their order. */
export function valuesAmong(groups: readonly CompareGroup[], setting: Setting): string[] {
  return [...new Set(groups.map(({ settings }) => settings[setting] ?? ''))].filter((value) => value !== '')
}

/** The asked contrast where it is possible, else the natural one: against random where there is a control. */
export function contrastFor(
  { groups }: Pick<Comparison, 'groups'>,
  by: readonly Setting[],
  asked: Contrast | undefined,
): Contrast | undefined {
  const settings = contrastSettings(groups, by)
  const setting =
    settings.find((one) => one === asked?.setting) ??
    settings.find((one) => one === 'criterion') ??
    settings[0]
  if (setting === undefined) return undefined
  const values = valuesAmong(groups, setting)
  const against =
    values.find((value) => setting === asked?.setting && value === asked.against) ??
    values.find((value) => value === 'random') ??
    values[0]!
  return { setting, against }
}

/** The level nobody chose: one, so that a family stays small; the nearest to 80 %. */
const USUAL = 80

/** The percentage that is judged: the asked one where it exists, null for all of them. */
export function levelFor(levels: readonly number[], asked: string): number | null {
  if (asked === 'all' || levels.length === 0) return null
  const exact = levels.find((level) => String(level) === asked)
  return exact ?? levels.toSorted((a, b) => Math.abs(a - USUAL) - Math.abs(b - USUAL))[0]!
}

/** Percentages of the curves, without the dense level. */
export function levelsAmong(groups: readonly CompareGroup[]): number[] {
  const levels = new Set(groups.flatMap(({ points }) => points.map(({ x }) => x)))
  return [...levels].filter((x) => x > 0).sort((a, b) => a - b)
}
