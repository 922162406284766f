// Words the findings of a pass as problems with their ways out. Reads nothing.
import type { ImportOptions, ImportProblem } from '../../../shared/dataset.ts'
import { encodingName } from './encoding.ts'
import { count, plural, problemAt, type Places } from './problems.ts'
import type { ScanResult } from './scan.ts'
import { secondTable, type TableReader } from './table.ts'

const LITERAL = { label: 'Treat quotes as text', options: { quotes: 'literal' as const } }

function encodingProblems({ decoder }: ScanResult, encoding: string): ImportProblem[] {
  const { invalid, firstWrongByte } = decoder
  const [first, ...others] = invalid.list
  if (first === undefined) return []
  if (encoding !== 'utf-8') {
    const message = `Line ${count(first.line)} is not valid UTF-16 (half a character). Read as UTF-8?`
    const choices = [{ label: `Read as ${encodingName('utf-8')}`, options: { encoding: 'utf-8' as const } }]
    return [problemAt({ code: 'encoding-invalid', severity: 'stop', message, choices }, invalid)]
  }
  const hex = `0x${(firstWrongByte ?? 0).toString(16).toUpperCase().padStart(2, '0')}`
  const more = others.slice(0, 4).map((place) => count(place.line))
  const rest = invalid.count > 5 ? ` and ${count(invalid.count - 5)} more` : ''
  const also = more.length === 0 ? '' : ` Lines ${more.join(', ')}${rest} too.`
  const message = `Line ${count(first.line)} byte ${count(first.byte ?? 1)} is not UTF-8 (${hex}).${also} Read as Windows-1252?`
  const choice = {
    label: `Read as ${encodingName('windows-1252')}`,
    options: { encoding: 'windows-1252' as const },
    ...(first.raw === undefined ? {} : { example: first.raw }),
  }
  return [problemAt({ code: 'encoding-invalid', severity: 'stop', message, choices: [choice] }, invalid)]
}

function quoteProblems({ reader }: ScanResult): ImportProblem[] {
  const problems: ImportProblem[] = []
  if (reader.unclosedQuoteLine !== undefined) {
    const line = reader.unclosedQuoteLine
    const message = `The quote opened on line ${count(line)} is never closed.`
    problems.push({ code: 'quote-unclosed', severity: 'stop', message, line, choices: [LITERAL] })
  }
  const first = reader.strayQuotes.list[0]
  if (first !== undefined) {
    const opened = reader.strayOpenedLine
    const from =
      opened === undefined ? '' : ` (it ends the cell whose quote was opened on line ${count(opened)})`
    const all = reader.strayQuotes.count > 1 ? `; ${plural(reader.strayQuotes.count, 'line')} have one` : ''
    const message = `Line ${count(first.line)}: unexpected quote${from}${all}.`
    problems.push(
      problemAt({ code: 'quote-stray', severity: 'stop', message, choices: [LITERAL] }, reader.strayQuotes),
    )
  }
  return problems
}

function lineProblems({ reader }: ScanResult): ImportProblem[] {
  const problems: ImportProblem[] = []
  const used = Object.entries(reader.lineEnds).filter(([, n]) => n > 0)
  if (used.length > 1) {
    const named = used.map(([name, n]) => `${name.toUpperCase()} ${count(n)} times`).join(', ')
    problems.push({ code: 'mixed-line-ends', severity: 'note', message: `Mixed line ends: ${named}.` })
  }
  if (reader.blankLines > 0) {
    const message = `${plural(reader.blankLines, 'empty line')} passed over.`
    problems.push({ code: 'blank-lines', severity: 'note', message, count: reader.blankLines })
  }
  return problems
}

function raggedProblem(
  places: Places,
  what: 'few' | 'many',
  width: number,
  options: ImportOptions,
): ImportProblem[] {
  if (places.count === 0) return []
  const code = `too-${what}-cells`
  const rows = `${plural(places.count, 'row')} with too ${what} cells (expected ${width}): ${places.describe()}`
  const drop = {
    label: `Leave out ${places.count === 1 ? 'this row' : 'these rows'}`,
    options: { raggedRows: 'drop' as const },
  }
  const fill = { label: 'Fill up with missing values', options: { raggedRows: 'missing' as const } }
  if (options.raggedRows === 'drop')
    return [problemAt({ code, severity: 'warning', message: `${rows}; left out.` }, places)]
  if (options.raggedRows === 'missing' && what === 'few')
    return [
      problemAt({ code, severity: 'warning', message: `${rows}; filled up with missing values.` }, places),
    ]
  const choices = what === 'few' ? [fill, drop] : [drop]
  return [problemAt({ code, severity: 'stop', message: `${rows}.`, choices }, places)]
}

function shapeProblems(table: TableReader, options: ImportOptions): ImportProblem[] {
  const second =
    options.tables === undefined || options.tables === 'stop' ? secondTable(table.runs) : undefined
  if (second !== undefined) {
    const message = `The number of columns changes at line ${count(second.line)} (from ${table.width} to ${second.width}): two tables in one file?`
    const choices = [
      { label: 'Import the first table', options: { tables: 'first' as const } },
      { label: 'Import the second table', options: { tables: 'second' as const } },
      {
        label: `Leave out the rows without ${plural(table.width, 'cell')}`,
        options: { tables: 'stop' as const, raggedRows: 'drop' as const },
      },
    ]
    const dropped = options.raggedRows === 'drop'
    if (!dropped) return [{ code: 'two-tables', severity: 'stop', message, line: second.line, choices }]
  }
  const { width } = table.inner ?? table
  return [table, ...(table.inner === undefined ? [] : [table.inner])].flatMap((one) => [
    ...raggedProblem(one.tooFew, 'few', width, options),
    ...raggedProblem(one.tooMany, 'many', width, options),
  ])
}

/** All problems of the bytes and the shape of a file, in the order in which they should be solved. */
export function diagnose(
  fileName: string,
  result: ScanResult,
  encoding: string,
  options: ImportOptions,
): ImportProblem[] {
  const { table } = result
  const read = table.inner ?? table
  const problems = [...encodingProblems(result, encoding), ...quoteProblems(result)]
  const readable = problems.length === 0
  if (readable) problems.push(...shapeProblems(table, options))
  problems.push(...table.problems, ...(table.inner?.problems ?? []), ...lineProblems(result))
  if (options.tables === 'second' && table.inner === undefined) {
    const message = `${fileName} has one table only; the number of columns never changes.`
    problems.push({
      code: 'no-second-table',
      severity: 'stop',
      message,
      choices: [{ label: 'Import it', options: { tables: 'stop' } }],
    })
  } else if (table.leftOut > 0) {
    const message = `${plural(table.leftOut, 'row')} of another table left out.`
    problems.push({ code: 'table-left-out', severity: 'note', message, count: table.leftOut })
  } else if (read.rows === 0 && readable && read.tooFew.count + read.tooMany.count === 0) {
    const message = `${fileName} has ${plural(read.width, 'column')} and no rows. A dataset needs at least 2 rows.`
    problems.push({ code: 'no-rows', severity: 'stop', message })
  }
  return problems
}
