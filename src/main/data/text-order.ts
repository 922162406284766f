// The one order of texts: by Unicode code point, the same on every machine and in every locale.

/** Compare two texts by code point, for `sort`. */
export function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a)
  const right = Array.from(b)
  const length = Math.min(left.length, right.length)
  for (let k = 0; k < length; k++) {
    const difference = left[k]!.codePointAt(0)! - right[k]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** Order class names: by value when all are numbers, else by code point. */
export function orderClasses(names: Iterable<string>): string[] {
  const list = [...names]
  const numeric = list.every((name) => /^[+-]?\d+(\.\d+)?$/.test(name))
  return list.sort((a, b) =>
    numeric && Number(a) !== Number(b) ? Number(a) - Number(b) : compareCodePoints(a, b),
  )
}
