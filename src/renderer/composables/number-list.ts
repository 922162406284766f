// Lists of numbers as people type them: `1, 2, 5`, ranges `1-5`, and ranges with a step `10-100/10`.

const MOST = 10_000

/** Read a list; undefined when any part is not a number or range, or there are too many. Duplicates are dropped. */
export function parseNumberList(text: string): number[] | undefined {
  const parts = text.split(/[,;\s]+/).filter(Boolean)
  const values = new Set<number>()
  for (const part of parts) {
    const range = /^(\d+(?:\.\d+)?)[-–](\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?$/.exec(part)
    const numbers =
      range === null ? [Number(part)] : expand(Number(range[1]), Number(range[2]), Number(range[3] ?? 1))
    if (numbers === undefined || numbers.some((n) => !Number.isFinite(n))) return undefined
    for (const n of numbers) values.add(n)
    if (values.size > MOST) return undefined
  }
  return [...values]
}

function expand(from: number, to: number, step: number): number[] | undefined {
  if (step <= 0 || to < from || (to - from) / step >= MOST) return undefined
  const count = Math.floor((to - from) / step + 1e-9) + 1
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toFixed(6)))
}

/** Write a list, runs of at least three equally spaced whole numbers as a range. */
export function formatNumberList(values: readonly number[]): string {
  const parts: string[] = []
  for (let i = 0; i < values.length;) {
    const step = values[i + 1] === undefined ? 0 : values[i + 1]! - values[i]!
    let end = i
    while (Number.isInteger(step) && step > 0 && values[end + 1] === values[end]! + step) end++
    if (end - i >= 2) {
      parts.push(`${values[i]}-${values[end]}${step === 1 ? '' : `/${step}`}`)
      i = end + 1
    } else {
      parts.push(String(values[i]))
      i++
    }
  }
  return parts.join(', ')
}
