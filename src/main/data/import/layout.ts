// Finds the parts of a table in its first records: title lines, the row that names the columns, the first row of data.
// Asks where several readings are possible.
import type { ImportOptions, ImportProblem } from '../../../shared/dataset.ts'
import { numberReading } from './numbers.ts'
import { excerpt, plural } from './problems.ts'
import type { RawRecord } from './record-reader.ts'

/** Records looked at. */
export const LAYOUT_RECORDS = 1000
const MAX_PREAMBLE = 20
const MAX_HEADER_ROWS = 3

export const TEXT_NAMES =
  /^(text|texts|string|strings|sequence|sequences|seq|sentence|tokens?|input|word|words|x)$/i
export const LABEL_NAMES =
  /^(label|labels|class|classes|target|valid|category|y|output|grammatical|is_valid)$/i

/** Where things are. `header` indexes the records, -1 when no row names the columns. */
export interface Layout {
  header: number
  firstData: number
  width: number // cells a row should have
  problems: ImportProblem[]
}

const asText = (record: RawRecord) => excerpt(record.cells.join(' | '))

/** Number of leading records that are title lines: alone in their width, before a table of one width. */
function preambleLength(records: readonly RawRecord[]): number {
  const widths = records.map((record) => record.cells.length)
  const start = widths.findIndex(
    (width, at) => width >= 2 && width === widths[at + 1] && widths[at + 1] === (widths[at + 2] ?? width),
  )
  if (start <= 0 || start > MAX_PREAMBLE) return 0
  const titles = widths.slice(0, start)
  return titles.every((width) => width === 1) || start === 1 ? start : 0
}

/** Columns whose cells in the body are numbers. */
function numericColumns(rows: readonly RawRecord[], missing: ReadonlySet<string>): number[] {
  const body = rows.slice(Math.min(MAX_HEADER_ROWS, Math.floor(rows.length / 2)))
  const width = rows[0]?.cells.length ?? 0
  const columns: number[] = []
  for (let column = 0; column < width; column++) {
    const cells = body
      .map((row) => row.cells[column])
      .filter((cell) => cell !== undefined && !missing.has(cell))
    const numbers = cells.filter((cell) => numberReading(cell!) !== 0).length
    if (numbers > 0 && numbers >= 0.9 * cells.length) columns.push(column)
  }
  return columns
}

/** How many leading rows are text where the columns below hold numbers (0-3). */
function headerRows(
  rows: readonly RawRecord[],
  numeric: readonly number[],
  missing: ReadonlySet<string>,
): number {
  const isTexty = (row: RawRecord) => {
    const cells = numeric
      .map((column) => row.cells[column])
      .filter((cell) => cell !== undefined && !missing.has(cell))
    return cells.length > 0 && cells.every((cell) => numberReading(cell!) === 0)
  }
  let n = 0
  while (n < MAX_HEADER_ROWS && n < rows.length - 1 && isTexty(rows[n]!)) n += 1
  return n
}

/** Whether the first row names the columns although no column of numbers tells. */
function looksLikeHeader(rows: readonly RawRecord[]): boolean {
  const [first, ...rest] = rows
  if (first === undefined) return false
  if (first.cells.length === 1) return TEXT_NAMES.test(first.cells[0]!.trim())
  if (first.cells.some((cell) => TEXT_NAMES.test(cell.trim()) || LABEL_NAMES.test(cell.trim()))) return true
  return !first.cells.some((cell, column) => cell !== '' && rest.some((row) => row.cells[column] === cell))
}

/** A table written with its row numbers has an empty name above them, even when the other names are numbers. */
function hasUnnamedIndex(rows: readonly RawRecord[]): boolean {
  const numbers = rows.slice(1).map((row) => Number(row.cells[0]))
  return (
    rows[0]?.cells[0] === '' &&
    numbers.length > 0 &&
    numbers.every((n, k) => Number.isInteger(n) && n === numbers[0]! + k)
  )
}

/** The line chosen by the user; further header rows right below it are left out, and said so. */
function chosenLayout(records: readonly RawRecord[], line: number, missing: ReadonlySet<string>): Layout {
  const header = records.findIndex((record) => record.line === line)
  if (header < 0) {
    const message = `No row begins on line ${line} (the row that names the columns must be among the first ${LAYOUT_RECORDS} rows).`
    const problem: ImportProblem = { code: 'header-row', severity: 'stop', message, line }
    return { header: -1, firstData: 0, width: records[0]?.cells.length ?? 0, problems: [problem] }
  }
  const width = records[header]!.cells.length
  const rows = records.slice(header).filter((record) => record.cells.length === width)
  const more = headerRows(rows, numericColumns(rows, missing), missing) - 1
  const problems: ImportProblem[] = []
  if (more > 0) {
    const last = records[header + more]!.line
    const where = more === 1 ? `Line ${last} is` : `Lines ${records[header + 1]!.line}–${last} are`
    problems.push({
      code: 'header-rows-left-out',
      severity: 'warning',
      message: `${where} left out as further header rows.`,
      line: last,
    })
  }
  return { header, firstData: header + 1 + Math.max(0, more), width, problems }
}

function preambleProblem(records: readonly RawRecord[], titles: number): ImportProblem {
  const [from, to] = [records[0]!.line, records[titles - 1]!.line]
  const header = records[titles]!
  const lines = from === to ? `Line ${from} looks` : `Lines ${from}–${to} look`
  return {
    code: 'preamble',
    severity: 'stop',
    message: `${lines} like a title; header on line ${header.line}?`,
    line: from,
    places: records.slice(0, titles).map((record) => ({ line: record.line, raw: asText(record) })),
    choices: [
      {
        label: `Line ${header.line} names the columns`,
        options: { headerRow: header.line },
        example: asText(header),
      },
      { label: `Line ${from} names the columns`, options: { headerRow: from }, example: asText(records[0]!) },
    ],
  }
}

function multiHeaderProblem(rows: readonly RawRecord[], n: number): ImportProblem {
  const lines = rows.slice(0, n)
  const message = `The first ${n} rows (lines ${lines.map((row) => row.line).join(', ')}) look like headers. Which row names the columns?`
  const choices = lines.map((row) => ({
    label: `Line ${row.line}`,
    options: { headerRow: row.line },
    example: asText(row),
  }))
  return { code: 'multiple-headers', severity: 'stop', message, line: lines[0]!.line, choices }
}

function headerNote(first: RawRecord, named: boolean): ImportProblem {
  const message = named
    ? `Line ${first.line} is taken as the names of the columns.`
    : `No row names the columns; they are called column 1 to ${plural(first.cells.length, 'column').replace(/ .*/, '')}.`
  const choice = named
    ? { label: 'The file has no names of columns', options: { headerRow: 0 }, example: asText(first) }
    : {
        label: `Line ${first.line} names the columns`,
        options: { headerRow: first.line },
        example: asText(first),
      }
  return { code: 'header-guess', severity: 'note', message, line: first.line, choices: [choice] }
}

/**
 * Find header and data in the first records of a table.
 * @param records at least one; at most LAYOUT_RECORDS are of use
 */
export function findLayout(
  records: readonly RawRecord[],
  options: ImportOptions,
  missing: ReadonlySet<string>,
): Layout {
  if (options.headerRow === 0)
    return { header: -1, firstData: 0, width: records[0]!.cells.length, problems: [] }
  if (options.headerRow !== undefined) return chosenLayout(records, options.headerRow, missing)
  const titles = preambleLength(records)
  const problems = titles > 0 ? [preambleProblem(records, titles)] : []
  const width = records[titles]!.cells.length
  const rows = records.slice(titles).filter((record) => record.cells.length === width)
  const numeric = numericColumns(rows, missing)
  const texty = headerRows(rows, numeric, missing)
  if (texty >= 2) {
    problems.push(multiHeaderProblem(rows, texty))
    return { header: titles, firstData: titles + texty, width, problems }
  }
  const certain = rows.length > 1 && (texty === 1 || (numeric.length > 0 && !hasUnnamedIndex(rows)))
  const named =
    texty === 1 ||
    hasUnnamedIndex(rows) ||
    (numeric.length === 0 && (rows.length === 1 || looksLikeHeader(rows)))
  if (!certain || !named) problems.push(headerNote(rows[0]!, named))
  return { header: named ? titles : -1, firstData: titles + (named ? 1 : 0), width, problems }
}
