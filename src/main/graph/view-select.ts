// Which connections are drawn when there are more than a drawing can hold: of every kind and layer the strongest, live
// ones before pruned ones. Deterministic.
import type { ConnectionKind } from '../../shared/structure-view.ts'
import { LIVE, NONE, type Block } from './view-blocks.ts'

/** One connection of one block. */
export interface Chosen {
  block: number
  at: number // position in the block
  magnitude: number
}

/** Connections that share their places in the drawing. */
interface Group {
  blocks: number[]
  first: boolean // before all others: live, or live in the run it is compared with
  test: (block: number, at: number) => boolean
  size: number
}

/** Part of the drawing that inputs and outputs get when there is not room for everything. */
const EDGE_SHARE = 0.2

const isEdge = (kind: ConnectionKind) => kind === 'input' || kind === 'output'

/** Deal out `budget` places: nobody more than they can use, and nobody less than others unless they use all. */
export function fairShares(sizes: readonly number[], budget: number): number[] {
  const shares = new Array<number>(sizes.length).fill(0)
  let left = Math.min(
    budget,
    sizes.reduce((a, b) => a + b, 0),
  )
  while (left > 0) {
    const open = sizes.flatMap((size, i) => (shares[i]! < size ? [i] : []))
    const each = Math.max(1, Math.floor(left / open.length))
    for (const i of open) {
      const more = Math.min(each, sizes[i]! - shares[i]!, left)
      shares[i]! += more
      left -= more
    }
  }
  return shares
}

/** Keeps the `count` strongest of what it is shown; of equal ones the first. */
class Strongest {
  readonly #count: number
  readonly #kept: Chosen[] = []
  #threshold = -1

  constructor(count: number) {
    this.#count = count
  }

  add(block: number, at: number, magnitude: number): void {
    if (magnitude <= this.#threshold) return
    this.#kept.push({ block, at, magnitude })
    if (this.#kept.length >= 4 * this.#count + 16) this.#cut()
  }

  #cut(): void {
    this.#kept.sort((a, b) => b.magnitude - a.magnitude || a.block - b.block || a.at - b.at)
    if (this.#kept.length < this.#count) return
    this.#kept.length = this.#count
    this.#threshold = this.#kept.at(-1)?.magnitude ?? Infinity
  }

  take(): Chosen[] {
    this.#cut()
    return this.#kept
  }
}

function groupsOf(blocks: readonly Block[], changes: readonly Uint8Array[] | undefined): Group[] {
  const classes: { first: boolean; test: Group['test'] }[] =
    changes === undefined
      ? [{ first: true, test: (b, at) => blocks[b]!.states[at] === LIVE }]
      : [1, 2, 3].map((change) => ({ first: true, test: (b, at) => changes[b]![at] === change }))
  const taken = classes.map(({ test }) => test)
  classes.push({
    first: false,
    test: (b, at) => blocks[b]!.states[at] !== NONE && !taken.some((test) => test(b, at)),
  })
  const byPlace = new Map<string, number[]>()
  blocks.forEach(({ kind, layer }, b) => {
    const key = `${kind} ${layer}`
    byPlace.set(key, [...(byPlace.get(key) ?? []), b])
  })
  return [...byPlace.values()].flatMap((members) =>
    classes.map(({ first, test }) => {
      let size = 0
      for (const b of members) for (let at = 0; at < blocks[b]!.states.length; at++) if (test(b, at)) size++
      return { blocks: members, first, test, size }
    }),
  )
}

function strongestOf(blocks: readonly Block[], group: Group, count: number): Chosen[] {
  if (count === 0) return []
  const strongest = new Strongest(count)
  for (const b of group.blocks) {
    const { weights } = blocks[b]!
    for (let at = 0; at < weights.length; at++) {
      if (group.test(b, at)) strongest.add(b, at, Math.abs(weights[at]!))
    }
  }
  return strongest.take()
}

const total = (groups: readonly Group[]) => groups.reduce((sum, { size }) => sum + size, 0)

/** Choose from some kinds: first what lives here or there, then ghosts in the places that are left. */
function choose(blocks: readonly Block[], groups: readonly Group[], budget: number): Chosen[] {
  const chosen: Chosen[] = []
  for (const tier of [groups.filter(({ first }) => first), groups.filter(({ first }) => !first)]) {
    const shares = fairShares(
      tier.map(({ size }) => size),
      budget - chosen.length,
    )
    tier.forEach((group, i) => chosen.push(...strongestOf(blocks, group, shares[i]!)))
  }
  return chosen
}

/**
 * Choose at most `limit` connections. Every kind and layer (and every kind of change) gets the same number of places
 * unless it needs fewer; inputs and outputs together get a fifth where the recurrent network needs the rest.
 * @returns the choice in the order of blocks and positions
 */
export function selectConnections(
  blocks: readonly Block[],
  changes: readonly Uint8Array[] | undefined,
  limit: number,
): Chosen[] {
  const groups = groupsOf(blocks, changes)
  const edges = groups.filter((group) => isEdge(blocks[group.blocks[0]!]!.kind))
  const inner = groups.filter((group) => !edges.includes(group))
  const room = Math.max(Math.floor(limit * EDGE_SHARE), limit - total(inner))
  const budget = Math.min(room, total(edges))
  return [...choose(blocks, edges, budget), ...choose(blocks, inner, limit - budget)].sort(
    (a, b) => a.block - b.block || a.at - b.at,
  )
}
