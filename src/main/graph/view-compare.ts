// What became of every connection between two runs of networks of the same shape. Pure.
import { LacunaError } from '../../shared/errors.ts'
import type { NetworkDescription } from '../../shared/network.ts'
import type { Change } from '../../shared/structure-view.ts'
import { LIVE, NONE, PRUNED, type Block } from './view-blocks.ts'

/** Values of `changes`: index into this list; 0 is a connection that lives in neither. */
export const CHANGES = [undefined, 'kept', 'removed', 'regrown'] as const satisfies (Change | undefined)[]
const [KEPT, REMOVED, REGROWN] = [1, 2, 3] as const

export interface Comparison {
  changes: Uint8Array[] // by block and connection
  kept: number
  removed: number
  regrown: number
}

function shapeOf({ embedding, layers, readout, classes }: NetworkDescription): string {
  return JSON.stringify([embedding, layers, readout, classes])
}

function sizesOf({ embedding, layers, classes }: NetworkDescription): string {
  return `${embedding} inputs, layers of ${layers.map(({ size }) => size).join(', ')} units and ${classes} classes`
}

/**
 * Make sure that units and connections of two networks correspond; their cells may differ.
 * @throws LacunaError shape-mismatch
 */
export function assertSameShape(one: NetworkDescription, other: NetworkDescription): void {
  if (shapeOf(one) === shapeOf(other)) return
  const [a, b] = [sizesOf(one), sizesOf(other)]
  const how =
    a === b ? `both have ${a}, but their cells read different layers` : `one has ${a}, the other ${b}`
  throw new LacunaError(
    'shape-mismatch',
    `The two networks have different shapes, so their connections cannot be compared: ${how}. Choose runs of the same model.`,
  )
}

/**
 * Compare blocks of networks of the same shape. A connection that lives only in the other run counts as pruned here,
 * with the weight it had before pruning, or its weight there.
 */
export function compareBlocks(blocks: readonly Block[], others: readonly Block[]): Comparison {
  const found: Comparison = { changes: [], kept: 0, removed: 0, regrown: 0 }
  blocks.forEach((block, b) => {
    const other = others[b]!
    const changes = new Uint8Array(block.states.length)
    for (let i = 0; i < changes.length; i++) {
      const [here, there] = [block.states[i] === LIVE, other.states[i] === LIVE]
      if (here) {
        changes[i] = there ? KEPT : REGROWN
        if (there) found.kept++
        else found.regrown++
      } else if (there) {
        changes[i] = REMOVED
        found.removed++
        if (block.states[i] === NONE || block.weights[i] === 0) block.weights[i] = other.weights[i]!
        block.states[i] = PRUNED
      }
    }
    found.changes.push(changes)
  })
  return found
}
