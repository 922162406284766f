// Holds a part of a set of sequences out, the same share of every class, reproducibly from a seed.
import { LacunaError } from '../../shared/errors.ts'
import { randomStream } from '../../shared/random.ts'

/** Indices into the whole, ascending. */
export interface Split {
  kept: Uint32Array
  held: Uint32Array
}

/** How many of each class to take so that `total` are taken in all: proportional, largest remainders rounded up. */
function quotas(counts: readonly number[], total: number): number[] {
  const all = counts.reduce((a, b) => a + b, 0)
  const exact = counts.map((n) => (all === 0 ? 0 : (n * total) / all))
  const taken = exact.map(Math.floor)
  const rest = total - taken.reduce((a, b) => a + b, 0)
  const order = counts
    .map((_, k) => k)
    .sort((a, b) => exact[b]! - taken[b]! - (exact[a]! - taken[a]!) || a - b)
  for (const k of order.slice(0, rest)) taken[k] = taken[k]! + 1
  return taken
}

/**
 * Hold out `total` sequences, stratified by class.
 * @param labels class of each sequence
 * @param seed same seed and purpose, same split
 * @param purpose names the random stream, so that validation and test parts are drawn independently
 * @throws LacunaError bad-request when `total` is not between 0 and the number of sequences
 */
export function holdOut(
  labels: ArrayLike<number>,
  total: number,
  seed: number,
  purpose = 'validation',
): Split {
  const n = labels.length
  if (!Number.isInteger(total) || total < 0 || total > n)
    throw new LacunaError('bad-request', `${total} of ${n} sequences cannot be held out; ask for 0 to ${n}.`)
  const byClass: number[][] = []
  for (let k = 0; k < n; k++) (byClass[labels[k]!] ??= []).push(k)
  const groups = Array.from(byClass, (group) => group ?? [])
  const take = quotas(
    groups.map((group) => group.length),
    total,
  )
  const stream = randomStream(seed, 'split', purpose)
  const isHeld = new Uint8Array(n)
  groups.forEach((group, label) => {
    for (const index of stream.shuffle(group).slice(0, take[label])) isHeld[index] = 1
  })
  const all = Uint32Array.from({ length: n }, (_, k) => k)
  return { kept: all.filter((k) => isHeld[k] === 0), held: all.filter((k) => isHeld[k] === 1) }
}

/**
 * Hold out a share of the sequences, stratified by class; round(n * fraction) are held out.
 * @param fraction 0-1
 */
export function splitByFraction(
  labels: ArrayLike<number>,
  fraction: number,
  seed: number,
  purpose?: string,
): Split {
  if (!(fraction >= 0 && fraction <= 1))
    throw new LacunaError('bad-request', `A share of ${fraction} cannot be held out; it must be from 0 to 1.`)
  return holdOut(labels, Math.round(labels.length * fraction), seed, purpose)
}
