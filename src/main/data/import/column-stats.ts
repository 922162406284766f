// Gathers what a column holds while its cells stream past, in bounded memory. Judges nothing.
import { createHash } from 'node:crypto'
import { numberReading } from './numbers.ts'
import { excerpt, Places } from './problems.ts'

/** Distinct values counted exactly. */
export const MAX_DISTINCT = 10_000
const MAX_KEPT_LENGTH = 200

/** Copy a text out of the large piece it was cut from, so that the piece can be freed. */
export function detach(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le')
}

/** Facts of one column over all rows. */
export class ColumnStats {
  rows = 0
  missing = 0
  readonly missingSpellings = new Map<string, number>()
  readonly values = new Map<string, number>() // distinct cells (long ones by their hash) with their counts, until there are more than MAX_DISTINCT
  readonly examples: string[] = []
  numbers = 0
  readonly texts = new Places() // cells that are no numbers
  readonly pointOnly = new Places() // numbers that need a decimal point
  readonly commaOnly = new Places()
  lengthSum = 0
  consecutive = true // every cell is the integer after the one before
  readonly #missing: ReadonlySet<string>
  readonly #longestMissing: number
  #previous: number | undefined

  constructor(missing: ReadonlySet<string>) {
    this.#missing = missing
    this.#longestMissing = Math.max(0, ...Array.from(missing, (spelling) => spelling.length))
  }

  /** Take the cell of the next row; null is a cell that is not there. */
  add(cell: string | null, line: number, column: string): void {
    this.rows += 1
    if (cell === null || (cell.length <= this.#longestMissing && this.#missing.has(cell))) {
      this.missing += 1
      this.consecutive = false
      const spelling = cell ?? ''
      this.missingSpellings.set(spelling, (this.missingSpellings.get(spelling) ?? 0) + 1)
      return
    }
    this.lengthSum += cell.length
    this.#remember(cell)
    const reading = numberReading(cell)
    if (reading === 0) this.texts.add({ line, column, raw: cell })
    else this.numbers += 1
    if (reading === 1) this.pointOnly.add({ line, column, raw: cell })
    if (reading === 2) this.commaOnly.add({ line, column, raw: cell })
    if (this.consecutive) this.#follow(cell)
  }

  get distinct(): number {
    return this.values.size
  }

  #remember(cell: string): void {
    if (this.values.size > MAX_DISTINCT) return
    const short = cell.length <= MAX_KEPT_LENGTH
    const key = short ? cell : createHash('sha256').update(cell).digest('base64')
    const seen = this.values.get(key)
    if (seen !== undefined) this.values.set(key, seen + 1)
    else {
      const kept = detach(key)
      this.values.set(kept, 1)
      if (this.examples.length < 5) this.examples.push(short ? kept : detach(excerpt(cell)))
    }
  }

  #follow(cell: string): void {
    const value = /^-?\d{1,15}$/.test(cell) ? Number(cell) : NaN
    this.consecutive =
      Number.isInteger(value) && (this.#previous === undefined || value === this.#previous + 1)
    this.#previous = value
  }
}
