// Makes one table of the records of a file: picks the table, its header and its rows, and keeps account of rows whose
// number of cells is wrong. Delivers only rows of the right width.
import type { ImportOptions, ImportPlace, ImportProblem } from '../../../shared/dataset.ts'
import { columnNames } from './column-names.ts'
import { findLayout, LAYOUT_RECORDS } from './layout.ts'
import { Places } from './problems.ts'
import type { RawRecord } from './record-reader.ts'

/** Consecutive records of one width. */
export interface Run {
  line: number
  width: number
  count: number
  afterBlank: boolean
}

const MAX_RUNS = 100

/** Receives the table: once its columns, then every row, missing cells as null. */
export interface TableSink {
  onColumns(names: string[]): void
  onRow(line: number, cells: (string | null)[]): void
}

/** Feed it records in order, then call `finish`. */
export class TableReader {
  readonly problems: ImportProblem[] = []
  readonly tooFew = new Places()
  readonly tooMany = new Places()
  readonly runs: Run[] = []
  width = 0
  headerLine = 0
  rows = 0 // delivered
  leftOut = 0 // rows of another table
  inner: TableReader | undefined // the second table, when it is the one to read
  readonly #options: ImportOptions
  readonly #missing: ReadonlySet<string>
  readonly #sink: TableSink
  readonly #separator: string
  #buffer: RawRecord[] | undefined = []
  #over = false

  constructor(options: ImportOptions, missing: ReadonlySet<string>, separator: string, sink: TableSink) {
    this.#options = options
    this.#missing = missing
    this.#separator = separator
    this.#sink = sink
  }

  feed(record: RawRecord): void {
    if (this.#buffer === undefined) {
      this.#take(record)
      return
    }
    this.#buffer.push(record)
    if (this.#buffer.length === LAYOUT_RECORDS) this.#begin(this.#buffer)
  }

  finish(): void {
    if (this.#buffer !== undefined && this.#buffer.length > 0) this.#begin(this.#buffer)
    this.inner?.finish()
  }

  #begin(records: RawRecord[]): void {
    this.#buffer = undefined
    const layout = findLayout(records, this.#options, this.#missing)
    this.width = layout.width
    this.problems.push(...layout.problems)
    const header = records[layout.header]
    if (header !== undefined) {
      this.headerLine = header.line
      this.runs.push({ line: header.line, width: this.width, count: 1, afterBlank: false })
    }
    if (this.#options.tables !== 'second') {
      const named = columnNames(header?.cells ?? null, this.width, this.#options, this.headerLine)
      this.problems.push(...named.problems)
      this.#sink.onColumns(named.names)
    }
    for (const record of records.slice(layout.firstData)) this.#take(record)
  }

  #take(record: RawRecord): void {
    if (this.inner !== undefined) {
      this.inner.feed(record)
      return
    }
    const differs = record.cells.length !== this.width
    if (this.#options.tables === 'second') {
      if (differs) this.#openSecond(record)
      else this.leftOut += 1
      return
    }
    if (this.#options.tables === 'first' && differs) this.#over = true
    if (this.#over) this.leftOut += 1
    else {
      this.#extendRuns(record)
      this.#deliver(record)
    }
  }

  #openSecond(record: RawRecord): void {
    const { headerRow: _, ...options } = this.#options
    this.inner = new TableReader({ ...options, tables: 'first' }, this.#missing, this.#separator, this.#sink)
    this.inner.feed(record)
  }

  #extendRuns(record: RawRecord): void {
    const last = this.runs.at(-1)
    if (last?.width === record.cells.length) last.count += 1
    else if (this.runs.length < MAX_RUNS)
      this.runs.push({
        line: record.line,
        width: record.cells.length,
        count: 1,
        afterBlank: record.afterBlank,
      })
  }

  #deliver(record: RawRecord): void {
    const found = record.cells.length
    let cells: (string | null)[] | undefined = record.cells
    if (found !== this.width) {
      const place: ImportPlace = { line: record.line, raw: record.cells.join(this.#separator) }
      ;(found < this.width ? this.tooFew : this.tooMany).add(place)
      cells = undefined
      if (found < this.width && this.#options.raggedRows === 'missing')
        cells = [...record.cells, ...Array.from({ length: this.width - found }, () => null)]
    }
    if (cells === undefined) return
    this.rows += 1
    this.#sink.onRow(record.line, cells)
  }
}

/** Whether a change of width is the beginning of another table rather than a few wrong rows. */
export function secondTable(runs: readonly Run[]): Run | undefined {
  const [first, second, ...more] = runs
  if (first === undefined || second === undefined || runs.length >= MAX_RUNS) return undefined
  const long = second.count >= 3 || (second.afterBlank && second.count >= 2)
  const back = more.some((run) => run.width === first.width || run.count < 2)
  return long && !back && first.count >= 2 ? second : undefined
}
