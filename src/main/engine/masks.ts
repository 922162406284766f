// Small operations on masks (one byte per weight, 1 keeps). How masks are chosen is the business of src/main/prune.
import type { Masks, Parameters } from './engine.ts'

/** Copy every mask. */
export function cloneMasks(masks: Masks): Masks {
  return new Map([...masks].map(([name, mask]) => [name, mask.slice()]))
}

/** Set every pruned value to 0, in place. Sizes must have been checked (`assertMasks`). */
export function applyMasks(parameters: Parameters, masks: Masks): void {
  for (const [name, mask] of masks) {
    const values = parameters.get(name)!
    mask.forEach((keep, i) => {
      if (keep === 0) values[i] = 0
    })
  }
}

/** Keep what both keep; a name masked on one side only takes that side's mask. */
export function intersectMasks(a: Masks, b: Masks): Masks {
  const both = cloneMasks(a)
  for (const [name, mask] of b) {
    const other = both.get(name)
    both.set(name, other === undefined ? mask.slice() : other.map((keep, i) => keep & mask[i]!))
  }
  return both
}

/** Share of kept values of one mask, 0 to 1. */
export function maskDensity(mask: Uint8Array): number {
  return mask.reduce((sum, keep) => sum + keep, 0) / mask.length
}
