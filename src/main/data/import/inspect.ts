// Describes one file completely before anything is imported: one pass that keeps facts about columns, not their cells.
import type { FilePreview, ImportColumn, ImportOptions, ImportProblem } from '../../../shared/dataset.ts'
import { ColumnStats, detach } from './column-stats.ts'
import { judgeColumn, shownNumber, suggestColumns, type JudgedColumn } from './columns.ts'
import { delimiterName } from './dialect.ts'
import { diagnose } from './diagnose.ts'
import { count, excerpt, Places, problemAt, sortProblems } from './problems.ts'
import type { RecordReader } from './record-reader.ts'
import { planReading, scan, type ReadContext, type ReadingPlan } from './scan.ts'
import type { ByteSource } from './source.ts'
import type { TableSink } from './table.ts'

const SHOWN_ROWS = 20

/** A file as understood; `plan` reads it again in the same way. */
export interface Inspection {
  preview: FilePreview
  plan: ReadingPlan
}

/** Gathers the facts of all columns and the first rows. */
class Survey implements TableSink {
  readonly names: string[] = []
  readonly stats: ColumnStats[] = []
  readonly rows: { line: number; cells: (string | null)[] }[] = []
  readonly nul = new Places()
  readonly #missing: ReadonlySet<string>

  constructor(missing: ReadonlySet<string>) {
    this.#missing = missing
  }

  onColumns(names: string[]): void {
    for (const name of names) {
      this.names.push(name)
      this.stats.push(new ColumnStats(this.#missing))
    }
  }

  onRow(line: number, cells: (string | null)[]): void {
    cells.forEach((cell, k) => {
      const hasNul = cell !== null && cell.includes('\0')
      if (hasNul) this.nul.add({ line, column: this.names[k]!, raw: cell.replaceAll('\0', '\u2400') })
      this.stats[k]!.add(hasNul ? null : cell, line, this.names[k]!)
    })
    if (this.rows.length < SHOWN_ROWS)
      this.rows.push({ line, cells: cells.map((cell) => (cell === null ? null : detach(excerpt(cell)))) })
  }
}

function nulProblem(nul: Places, options: ImportOptions): ImportProblem[] {
  const first = nul.list[0]
  if (first === undefined) return []
  const more = nul.count > 1 ? ` (${count(nul.count)} cells in all)` : ''
  const message = `Line ${count(first.line)} column ${first.column} contains a NUL character${more}.`
  if (options.nul === 'missing')
    return [problemAt({ code: 'nul', severity: 'warning', message: `${message} Counted as missing.` }, nul)]
  const choices = [{ label: 'Count such cells as missing', options: { nul: 'missing' as const } }]
  return [problemAt({ code: 'nul', severity: 'stop', message, choices }, nul)]
}

function lineEndsOf({ lineEnds }: RecordReader): FilePreview['lineEnds'] {
  const used = (['lf', 'crlf', 'cr'] as const).filter((kind) => lineEnds[kind] > 0)
  return used.length === 0 ? 'none' : used.length === 1 ? used[0]! : 'mixed'
}

/** What the rows show: missing values as null, numbers in canonical form. */
function shownRows(
  survey: Survey,
  columns: readonly ImportColumn[],
  missing: ReadonlySet<string>,
  text: string | null,
) {
  return survey.rows.map(({ line, cells }) => ({
    line,
    cells: cells.map((cell, k) => {
      const column = columns[k]!
      if (cell === null || cell === '' || cell.includes('\0'))
        return cell === null || cell === '' ? null : cell.replaceAll('\0', '\u2400')
      if (missing.has(cell) && column.name !== text) return null
      return column.kind === 'number' ? shownNumber(cell, column.decimal ?? '.') : cell
    }),
  }))
}

/** The text column keeps `NA`, `-` and the like as text: only an empty cell is missing there. */
function keepTextSpellings(columns: ImportColumn[], text: string | null): void {
  const column = columns.find(({ name }) => name === text)
  if (column === undefined) return
  const kept = column.missingSpellings.filter(({ spelling }) => spelling !== '')
  if (kept.length === 0) return
  column.missingSpellings = column.missingSpellings.filter(({ spelling }) => spelling === '')
  column.missing -= kept.reduce((sum, { count: n }) => sum + n, 0)
  column.notes.push(`kept as text: ${kept.map(({ spelling, count: n }) => `${spelling} (${n})`).join(', ')}`)
}

function delimiterProblems(plan: ReadingPlan, options: ImportOptions): ImportProblem[] {
  const { delimiter } = plan.dialect
  if (options.delimiter !== undefined || delimiter === ',' || delimiter === '\t') return []
  const message = `Delimiter detected: ${delimiterName(delimiter)}.`
  const choices = [',', ';', '\t', '|', ' ', null]
    .filter((other) => other !== delimiter)
    .map((other) => ({ label: `Delimiter: ${delimiterName(other)}`, options: { delimiter: other } }))
  return [{ code: 'delimiter', severity: 'note', message, choices }]
}

/**
 * Read a file once and describe it.
 * @throws LacunaError bad-input when it cannot be shown as a table at all (empty, binary, changed, unreadable);
 *   unsupported for known formats of a later release; too-large over a limit; cancelled
 */
export async function inspect(
  source: ByteSource,
  options: ImportOptions,
  context: ReadContext,
): Promise<Inspection> {
  const plan = await planReading(source, options)
  const missing = new Set(plan.missing)
  const survey = new Survey(missing)
  const result = await scan(source, plan, options, survey, context)
  const judged: JudgedColumn[] = survey.names.map((name, k) =>
    judgeColumn(name, k, survey.stats[k]!, options),
  )
  const columns = judged.map(({ column }) => column)
  const suggested = suggestColumns(judged)
  const text = options.textColumn ?? suggested.textColumn
  keepTextSpellings(columns, text)
  const problems = [
    ...plan.problems,
    ...diagnose(source.name, result, plan.encoding, options),
    ...nulProblem(survey.nul, options),
    ...judged.filter(({ column }) => column.name !== text).flatMap((one) => one.problems),
    ...delimiterProblems(plan, options),
  ]
  const read = result.table.inner ?? result.table
  const preview: FilePreview = {
    fileName: source.name,
    bytes: source.size,
    sha256: result.sha256,
    encoding: plan.encoding,
    byteOrderMark: plan.bomBytes > 0,
    delimiter: plan.dialect.delimiter,
    quotes: plan.dialect.quotes,
    lineEnds: lineEndsOf(result.reader),
    headerRow: read.headerLine,
    missing: plan.missing,
    columns,
    rows: shownRows(survey, columns, missing, text),
    totalRows: read.rows,
    suggested,
    problems: sortProblems(problems),
  }
  return { preview, plan }
}
