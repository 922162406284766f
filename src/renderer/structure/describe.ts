// What is said about the unit or connection under the pointer. Pure.
import { formatProperty } from '../composables/structure-words.ts'
import { formatCount } from '../format.ts'
import type { StructureConnection, StructureView } from '../../shared/structure-view.ts'
import { degreeOf } from './colours.ts'
import type { Pointed } from './pointed.ts'
import { KIND_NAMES } from './visible.ts'

/** A signed number with three digits and a true minus. */
function signedText(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toPrecision(3)}`
}

function connectionLines({ kind, cell, weight, live, change }: StructureConnection): string[] {
  const what = [
    KIND_NAMES[kind],
    ...(cell > 0 ? [`skip cell ${cell}`] : []),
    ...(change === undefined ? [] : [change]),
  ]
  return [what.join(', '), live ? `weight ${signedText(weight)}` : `pruned, was ${signedText(weight)}`]
}

/** Title and lines of the tip; `valueOf` gives the state of a unit while a sequence is played. */
export function describePointed(
  view: StructureView,
  { unit, connection }: Pointed,
  valueOf: (unit: number) => number | null,
): { title: string; lines: string[] } {
  if (unit !== undefined) {
    const found = view.units[unit]!
    const state = valueOf(unit)
    return {
      title: found.label,
      lines: [
        `degree ${formatCount(degreeOf(found))}`,
        ...(found.betweenness === null ? [] : [`betweenness ${formatProperty(found.betweenness)}`]),
        ...(state === null ? [] : [`state h ${signedText(state)}`]),
      ],
    }
  }
  const { connection: one } = connection!
  return {
    title: `${view.units[one.source]!.label} → ${view.units[one.target]!.label}`,
    lines: connectionLines(one),
  }
}
