// Adjusts p-values for the number of questions asked. Pure.

/** Walk over p-values in an order and carry a running bound; the results come back in the order of the input. */
function adjust(
  pValues: readonly number[],
  order: number[],
  bound: (p: number, rank: number, before: number) => number,
  start: number,
): number[] {
  const adjusted = new Array<number>(pValues.length)
  let before = start
  order.forEach((index, rank) => {
    before = bound(pValues[index]!, rank, before)
    adjusted[index] = before
  })
  return adjusted
}

/**
 * Adjust so that the chance of any false claim in the family stays below the level (Holm 1979).
 * @param pValues 0 to 1 each, in any order
 */
export function holm(pValues: readonly number[]): number[] {
  const n = pValues.length
  const ascending = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!)
  return adjust(pValues, ascending, (p, rank, before) => Math.max(before, Math.min(1, p * (n - rank))), 0)
}

/**
 * Adjust so that the expected share of false claims among the claims stays below the level (Benjamini, Hochberg 1995).
 * @param pValues 0 to 1 each, in any order
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const n = pValues.length
  const descending = pValues.map((_, i) => i).sort((a, b) => pValues[b]! - pValues[a]!)
  return adjust(pValues, descending, (p, rank, before) => Math.min(before, (p * n) / (n - rank)), 1)
}
