// Cuts text into records and cells piece by piece, with exact line numbers (RFC 4180, any line end, any delimiter).
// Own code because csv-parse counts a CRLF inside quotes as two lines, names no opening line for an unclosed quote and
// stops at the first stray one; it is the oracle of this reader's tests.
import { IMPORT_LIMITS } from '../../../shared/dataset.ts'
import { LacunaError } from '../../../shared/errors.ts'
import { count, Places } from './problems.ts'

/** `delimiter` null: one cell per line. */
export interface Dialect {
  delimiter: string | null
  quotes: 'standard' | 'literal'
}

/** One record. `line` is where it begins, counted from 1. */
export interface RawRecord {
  line: number
  cells: string[]
  afterBlank: boolean // at least one empty line before it
}

const LF = 10
const CR = 13
const QUOTE = 34

const START = 0 // of a cell
const PLAIN = 1
const QUOTED = 2
const CLOSED = 3 // just after a quote inside a quoted cell
const AFTER = 4 // text after a closing quote, which should not be there

/** Streaming reader: `push` text in order, then `end`. Calls `onRecord` for every record that is not an empty line. */
export class RecordReader {
  /** Quotes inside a cell, or text after a closing quote. */
  readonly strayQuotes = new Places()
  readonly lineEnds = { lf: 0, crlf: 0, cr: 0 }
  blankLines = 0
  /** Line of a quote still open at the end of the text. */
  unclosedQuoteLine: number | undefined
  /** Where the quote was opened whose end is the first stray quote, when that is an earlier line. */
  strayOpenedLine: number | undefined

  readonly #onRecord: (record: RawRecord) => void
  readonly #delimiter: string | null
  readonly #first: number // code of the delimiter's first character, -1 without one
  readonly #quote: number
  #state = START
  #held = '' // end of the text that may hold half a delimiter
  #cells: string[] = []
  #cell = '' // parts of the present cell from earlier pieces
  #line = 1
  #recordLine = 1
  #quoteLine = 0
  #strayLine = 0
  #afterCr = false
  #afterBlank = false

  constructor(dialect: Dialect, onRecord: (record: RawRecord) => void) {
    this.#onRecord = onRecord
    this.#delimiter = dialect.delimiter
    this.#first = dialect.delimiter === null ? -1 : dialect.delimiter.charCodeAt(0)
    this.#quote = dialect.quotes === 'standard' ? QUOTE : -1
  }

  /** @throws LacunaError too-large when a cell or the number of cells is over its limit */
  push(text: string): void {
    const input = this.#held + text
    const keep = (this.#delimiter?.length ?? 1) - 1
    const reached = this.#consume(input, input.length - keep)
    this.#held = input.slice(reached)
    this.#assertSize()
  }

  end(): void {
    this.#consume(this.#held, this.#held.length)
    this.#held = ''
    if (this.#state === QUOTED) this.unclosedQuoteLine = this.#quoteLine
    if (this.#state !== START || this.#cells.length > 0) this.#endRecord('', 0, 0)
  }

  /** Take input[0, limit); a delimiter that begins before `limit` may end after it. Returns the first index not taken. */
  #consume(input: string, limit: number): number {
    let at = 0
    let start = 0 // of the part of the present cell that lies in `input`
    while (at < limit) {
      const code = input.charCodeAt(at)
      if (this.#state === QUOTED) {
        at = this.#skipQuoted(input, at, limit)
        if (at >= limit) break
        this.#cell += input.slice(start, at)
        this.#assertSize()
        this.#state = CLOSED
        start = at += 1
      } else if (code === this.#quote && this.#state !== PLAIN && this.#state !== AFTER) {
        if (this.#state === START) {
          this.#quoteLine = this.#line
          this.#afterCr = false
          start = at += 1
        } else at += 1 // a doubled quote: `start` is on the second one, which belongs to the cell
        this.#state = QUOTED
      } else if (code === this.#first && this.#isDelimiter(input, at)) {
        this.#endCell(input, start, at)
        start = at += this.#delimiter!.length
      } else if (code === LF || code === CR) {
        this.#endLine(code, input, start, at)
        start = at += 1
      } else {
        if (code === this.#quote) this.#noteStray(input, at)
        else if (this.#state === CLOSED) this.#noteStray(input, at)
        this.#state = this.#state === CLOSED || this.#state === AFTER ? AFTER : PLAIN
        this.#afterCr = false
        at = this.#skipPlain(input, at + 1, limit)
      }
    }
    this.#cell += input.slice(start, at)
    return at
  }

  /** Advance to the next quote, counting lines. */
  #skipQuoted(input: string, from: number, limit: number): number {
    let afterCr = this.#afterCr
    let at = from
    for (; at < limit; at++) {
      const code = input.charCodeAt(at)
      if (code === QUOTE) break
      if (code === CR || (code === LF && !afterCr)) this.#line += 1
      afterCr = code === CR
    }
    this.#afterCr = at < limit ? false : afterCr
    return at
  }

  /** Advance over characters that mean nothing. */
  #skipPlain(input: string, from: number, limit: number): number {
    const first = this.#first
    const quote = this.#quote
    for (let at = from; at < limit; at++) {
      const code = input.charCodeAt(at)
      if (code === first || code === LF || code === CR || code === quote) return at
    }
    return limit
  }

  #isDelimiter(input: string, at: number): boolean {
    return this.#delimiter!.length === 1 || input.startsWith(this.#delimiter!, at)
  }

  #noteStray(input: string, at: number): void {
    if (this.#strayLine === this.#line) return
    this.#strayLine = this.#line
    if (this.strayQuotes.count === 0 && this.#state === CLOSED && this.#quoteLine < this.#line)
      this.strayOpenedLine = this.#quoteLine
    const raw = this.#cells.join(this.#delimiter ?? '') + (this.#cells.length > 0 ? this.#delimiter : '')
    this.strayQuotes.add({
      line: this.#line,
      raw: raw + this.#cell + input.slice(Math.max(0, at - 100), at + 100),
    })
  }

  #endCell(input: string, from: number, to: number): void {
    this.#cell += input.slice(from, to)
    this.#assertSize()
    this.#cells.push(this.#cell)
    this.#cell = ''
    this.#state = START
    this.#afterCr = false
    if (this.#cells.length >= IMPORT_LIMITS.columns)
      throw new LacunaError(
        'too-large',
        `Line ${count(this.#recordLine)} has more than ${count(IMPORT_LIMITS.columns)} columns, the most that are read; leave out columns.`,
      )
  }

  #endLine(code: number, input: string, from: number, to: number): void {
    if (code === LF && this.#afterCr) {
      // The second half of a CRLF whose CR has ended the record.
      this.lineEnds.crlf += 1
      this.lineEnds.cr -= 1
      this.#afterCr = false
      this.#recordLine = this.#line
      return
    }
    this.lineEnds[code === LF ? 'lf' : 'cr'] += 1
    this.#endRecord(input, from, to)
    this.#line += 1
    this.#recordLine = this.#line
    this.#afterCr = code === CR
  }

  #endRecord(input: string, from: number, to: number): void {
    const blank = this.#state === START && this.#cells.length === 0 && to === from && this.#cell === ''
    if (blank) {
      this.blankLines += 1
      this.#afterBlank = true
      return
    }
    this.#endCell(input, from, to)
    const record = { line: this.#recordLine, cells: this.#cells, afterBlank: this.#afterBlank }
    this.#cells = []
    this.#afterBlank = false
    this.#onRecord(record)
  }

  #assertSize(): void {
    if (this.#cell.length <= IMPORT_LIMITS.cellBytes) return
    const opened =
      this.#state === QUOTED ? `; the quote opened on line ${count(this.#quoteLine)} may never be closed` : ''
    throw new LacunaError(
      'too-large',
      `A cell on line ${count(this.#recordLine)} is longer than 16 MB, the most that is read${opened}.`,
    )
  }
}
