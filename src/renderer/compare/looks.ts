// How groups look in charts: architectures keep their colour, targets their mark; all else is told by marks and weight of
// the line, or by colours of their own where no architecture is told. Pure.
import type { CompareGroup, Setting } from '../../shared/compare.ts'
import type { Cell } from '../../shared/network.ts'
import type { FamilyKind } from '../../shared/structure-study.ts'
import type { Target } from '../../shared/study.ts'
import { CELL_COLOURS, GENERATOR_LOOKS, TARGET_MARKS } from '../charts/palette.ts'
import type { Marker } from '../charts/spec.ts'

export interface GroupLook {
  colour: string
  marker: Marker
  width: number
  opacity: number
}

/** Told apart by colour-blind eyes, on white and on black; none is that of an architecture. */
const COLOURS = ['#D55E00', '#56A5E0', '#8A6BBE', '#3B9A92', '#A08A1B', '#A3415F', '#7A7F87']
const VARIANTS: readonly Omit<GroupLook, 'colour'>[] = [
  { marker: 'circle', width: 2, opacity: 1 },
  { marker: 'ring', width: 1.3, opacity: 0.75 },
  { marker: 'triangle', width: 1.3, opacity: 0.9 },
  { marker: 'diamond', width: 1.3, opacity: 0.9 },
  { marker: 'rect', width: 1.3, opacity: 0.8 },
]

/** Looks of all groups by key; what the panel says already is not told again. */
export function groupLooks(
  groups: readonly CompareGroup[],
  by: readonly Setting[],
  panel: Setting | undefined,
): Map<string, GroupLook> {
  const byCell = by.includes('cell') || groups.length === 1
  const rest = by.filter((setting) => setting !== 'cell' && setting !== panel)
  const variants = new Map<string, number>()
  return new Map(
    groups.map((group) => {
      const value = JSON.stringify(rest.map((setting) => group.settings[setting] ?? ''))
      const at = variants.get(value) ?? variants.size
      variants.set(value, at)
      const cell = byCell ? (group.settings.cell as Cell | undefined) : undefined
      return [
        group.key,
        cell === undefined ? ownColour(group, at) : ofCell(CELL_COLOURS[cell], group, rest, at),
      ]
    }),
  )
}

/** Colour says the architecture; the only other setting may have marks of its own. */
function ofCell(colour: string, group: CompareGroup, rest: readonly Setting[], at: number): GroupLook {
  const target = rest.length === 1 && rest[0] === 'target' ? group.settings.target : undefined
  const variant = VARIANTS[at % VARIANTS.length]!
  return {
    colour,
    ...variant,
    ...(target === undefined ? {} : { marker: TARGET_MARKS[target as Target].marker }),
  }
}

function ownColour({ settings }: CompareGroup, at: number): GroupLook {
  const { target, generator } = settings
  const generated = generator === undefined ? undefined : GENERATOR_LOOKS[generator as FamilyKind]
  const marker = target === undefined ? 'circle' : TARGET_MARKS[target as Target].marker
  return { colour: COLOURS[at % COLOURS.length]!, marker, width: 2, opacity: 1, ...generated }
}
