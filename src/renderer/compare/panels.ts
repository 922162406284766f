// Splits groups into panels when one chart would hold too many curves. Pure.
import {
  valueName,
  type Comparison,
  type CompareGroup,
  type PublishedCurve,
  type Setting,
} from '../../shared/compare.ts'

/** Curves that one panel still tells apart. */
const READABLE = 8

export interface Panel {
  key: string
  title: string // '' for the only one
  groups: CompareGroup[]
  published: PublishedCurve[]
}

/** The setting whose values get a panel each, if any: the target as everywhere, else the last that is no architecture. */
export function panelSetting(groups: readonly CompareGroup[], by: readonly Setting[]): Setting | undefined {
  if (by.length < 2) return undefined
  if (by.includes('target')) return 'target'
  return groups.length > READABLE ? by.filter((setting) => setting !== 'cell').at(-1) : undefined
}

export function panelsOf(
  { groups, published }: Pick<Comparison, 'groups' | 'published'>,
  by: readonly Setting[],
  names: ReadonlyMap<string, string>,
): Panel[] {
  const setting = panelSetting(groups, by)
  const curves = published?.curves ?? []
  if (setting === undefined) return [{ key: '', title: '', groups: [...groups], published: curves }]
  return [...Map.groupBy(groups, (group) => group.settings[setting] ?? '')].map(([value, own]) => ({
    key: value,
    title: valueName(setting, value, names),
    groups: own,
    published: curves.filter((curve) => fits(curve, own)),
  }))
}

function fits({ cell, target }: PublishedCurve, groups: readonly CompareGroup[]): boolean {
  return groups.some(
    ({ settings }) => settings.cell === cell && (target === undefined || settings.target === target),
  )
}
