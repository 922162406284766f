// Which connections and units of a structure are drawn, and what there is to say about one unit. Pure.
import {
  CONNECTION_KINDS,
  type ConnectionKind,
  type StructureConnection,
  type StructureUnit,
  type StructureView,
} from '../../shared/structure-view.ts'

export const KIND_NAMES: Record<ConnectionKind, string> = {
  input: 'inputs',
  i2h: 'i2h',
  skip: 'skip',
  h2h: 'h2h',
  output: 'outputs',
}

export const KIND_MEANINGS: Record<ConnectionKind, string> = {
  input: 'from the embedding of the letter to the units',
  i2h: 'from a layer to the next',
  skip: 'from a layer further back than the one before',
  h2h: 'recurrent: from a unit to a unit of the same layer, one step later',
  output: 'from the units that are read to the classes',
}

export interface Filter {
  kinds: readonly ConnectionKind[]
  ghosts: boolean // draw pruned connections
}

/** Connections to draw. In a comparison removed ones are always drawn: they are what is asked for. */
export function shownConnections(view: StructureView, { kinds, ghosts }: Filter): StructureConnection[] {
  const compared = view.against !== null
  return view.connections.filter(
    ({ kind, live, change }) =>
      kinds.includes(kind) && (live || (compared ? change === 'removed' || (ghosts && !change) : ghosts)),
  )
}

/** Inputs and classes are drawn with their connections only. */
export function isShownUnit({ role }: StructureUnit, { kinds }: Filter): boolean {
  if (role === 'unit') return true
  return kinds.includes(role)
}

/** Kinds that a network has at all, in the fixed order. */
export function kindsOf(view: StructureView): ConnectionKind[] {
  return CONNECTION_KINDS.filter((kind) =>
    view.counts.some((count) => count.kind === kind && count.live + count.pruned > 0),
  )
}

/** Units joined with `unit` by a drawn connection that lives, or lived in the run it is compared with; and itself. */
export function neighbourhood(connections: readonly StructureConnection[], unit: number): Set<number> {
  const found = new Set([unit])
  for (const { source, target, live, change } of connections) {
    if (!live && change !== 'removed') continue
    if (source === unit) found.add(target)
    if (target === unit) found.add(source)
  }
  return found
}

/** The strongest live connections of a unit that are in the answer, whatever is filtered. */
export function strongest(
  view: StructureView,
  unit: number,
  side: 'source' | 'target',
  count: number,
): StructureConnection[] {
  return view.connections
    .filter((connection) => connection.live && connection[side] === unit)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, count)
}

/** Numbers of a filter's connections, for captions: live and pruned, drawn and in the network. */
export function tally(
  view: StructureView,
  { kinds, ghosts }: Filter,
): { live: number; shownLive: number; shownPruned: number } {
  const sum = { live: 0, shownLive: 0, shownPruned: 0 }
  for (const count of view.counts) {
    if (!kinds.includes(count.kind)) continue
    sum.live += count.live
    sum.shownLive += count.shownLive
    if (ghosts) sum.shownPruned += count.shownPruned
  }
  return sum
}
