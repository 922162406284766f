// Judges what each column holds and which ones are probably text, label and split. Guesses are shown, never hidden.
import type { ImportColumn, ImportOptions, ImportProblem } from '../../../shared/dataset.ts'
import { MAX_DISTINCT, type ColumnStats } from './column-stats.ts'
import { LABEL_NAMES, TEXT_NAMES } from './layout.ts'
import { canonicalNumber, isAmbiguous, numberReading } from './numbers.ts'
import { count, plural, problemAt } from './problems.ts'

const MAX_LABELS = 50
const SPLIT_VALUE = /^(train|training|test|testing|eval|val|valid|validation|dev)$/i
const SPLIT_NAMES = /^(split|set|subset|partition|fold|part)$/i

/** Which split a cell of a split column names; validation counts as training, from which Lacuna splits its own. */
export function splitOf(cell: string): 'train' | 'test' | undefined {
  if (!SPLIT_VALUE.test(cell.trim())) return undefined
  return /^(test|eval)/i.test(cell.trim()) ? 'test' : 'train'
}

/** A column with its facts and what was made of them. */
export interface JudgedColumn {
  column: ImportColumn
  stats: ColumnStats
  problems: ImportProblem[]
}

function mostlyNumbers(stats: ColumnStats): boolean {
  return stats.numbers > 0 && stats.texts.count <= 0.1 * stats.numbers
}

function kindOf(name: string, index: number, stats: ColumnStats): ImportColumn['kind'] {
  const present = stats.rows - stats.missing
  if (present === 0) return 'empty'
  const unnamed = /^(column \d+|unnamed.*|index|id|row|nr|no|#)$/i.test(name)
  if (stats.consecutive && present >= 2 && (unnamed || index === 0) && !LABEL_NAMES.test(name)) return 'index'
  const few = stats.distinct <= MAX_LABELS && (stats.distinct <= 2 || stats.distinct * 2 <= present)
  const short = stats.lengthSum <= 40 * present
  if (few && short && !TEXT_NAMES.test(name) && (stats.distinct < present || LABEL_NAMES.test(name)))
    return 'label'
  return mostlyNumbers(stats) ? 'number' : 'text'
}

/** One number format for the whole column, from the option, else from the cells that allow only one. */
function decimalOf(stats: ColumnStats, options: ImportOptions): '.' | ',' {
  if (options.decimal !== undefined) return options.decimal
  return stats.commaOnly.count > stats.pointOnly.count ? ',' : '.'
}

function formatProblems(
  name: string,
  stats: ColumnStats,
  decimal: '.' | ',',
  options: ImportOptions,
): ImportProblem[] {
  const problems: ImportProblem[] = []
  const against = decimal === '.' ? stats.commaOnly : stats.pointOnly
  const other = decimal === '.' ? ',' : '.'
  const choices = [{ label: `Decimal sign '${other}'`, options: { decimal: other as '.' | ',' } }]
  if (against.count > 0) {
    const need = against.count === 1 ? 'needs' : 'need'
    const message = `Column '${name}' mixes number formats: ${count(stats.numbers - against.count)} numbers allow the decimal sign '${decimal}', ${against.describe()} ${need} '${other}'.`
    problems.push(problemAt({ code: 'number-format', severity: 'warning', message, choices }, against))
  } else if (decimal === ',' && stats.commaOnly.count > 0 && options.decimal === undefined) {
    const raw = stats.commaOnly.list[0]!.raw!
    const message = `Column '${name}' has decimal commas: ${raw} is read as ${canonicalNumber(raw, ',')}.`
    problems.push(problemAt({ code: 'decimal-comma', severity: 'note', message, choices }, stats.commaOnly))
  } else if (options.decimal === undefined && stats.pointOnly.count + stats.commaOnly.count === 0) {
    const unclear = stats.examples.find(isAmbiguous)
    if (unclear !== undefined) {
      const message = `Numbers in column '${name}' can be read in two ways: ${unclear} is taken as ${canonicalNumber(unclear, decimal)}.`
      problems.push({ code: 'number-format-unclear', severity: 'warning', message, column: name, choices })
    }
  }
  return problems
}

/** A few texts among numbers often come from a delimiter that is missing in one row. */
function typeChange(name: string, stats: ColumnStats): ImportProblem[] {
  if (stats.texts.count === 0 || stats.numbers < 5 || !mostlyNumbers(stats)) return []
  const verb = stats.texts.count === 1 ? 'is' : 'are'
  const where = stats.texts.describe()
  const message = `${where[0]!.toUpperCase()}${where.slice(1)} column '${name}' ${verb} text, ${count(stats.numbers)} others are numbers.`
  return [problemAt({ code: 'type-change', severity: 'warning', message }, stats.texts)]
}

/** Judge one column. */
export function judgeColumn(
  name: string,
  index: number,
  stats: ColumnStats,
  options: ImportOptions,
): JudgedColumn {
  const kind = kindOf(name, index, stats)
  const numeric = kind === 'number' || (kind === 'label' && mostlyNumbers(stats))
  const decimal = decimalOf(stats, options)
  const problems = numeric
    ? [
        ...(kind === 'number' ? formatProblems(name, stats, decimal, options) : []),
        ...typeChange(name, stats),
      ]
    : []
  const notes: string[] = []
  if (kind === 'index') notes.push('consecutive numbers: an index, not imported')
  if (kind !== 'index' && stats.distinct === 1 && stats.rows > 1) notes.push('constant')
  if (stats.distinct > MAX_DISTINCT) notes.push(`more than ${count(MAX_DISTINCT)} distinct values`)
  const present = (cell: string) => (kind === 'number' ? shownNumber(cell, decimal) : cell)
  const column: ImportColumn = {
    index,
    name,
    kind,
    distinct: stats.distinct,
    missing: stats.missing,
    missingSpellings: [...stats.missingSpellings].map(([spelling, n]) => ({ spelling, count: n })),
    examples: stats.examples.map(present),
    ...(kind === 'number' ? { decimal } : {}),
    notes,
  }
  return { column, stats, problems }
}

/** A cell of a number column in canonical form; what is no number in the column's format stays as it is. */
export function shownNumber(cell: string, decimal: '.' | ','): string {
  const reading = numberReading(cell)
  return (reading & (decimal === '.' ? 1 : 2)) === 0 ? cell : canonicalNumber(cell, decimal)
}

const meanLength = ({ stats }: JudgedColumn) => stats.lengthSum / Math.max(1, stats.rows - stats.missing)

function suggestText(columns: readonly JudgedColumn[]): JudgedColumn | undefined {
  if (columns.length === 1) return columns[0]
  const named = columns.find(
    ({ column }) => TEXT_NAMES.test(column.name) && column.kind !== 'empty' && column.kind !== 'index',
  )
  const texts = columns.filter(({ column }) => column.kind === 'text')
  const words = columns.filter(({ column, stats }) => column.kind === 'label' && !mostlyNumbers(stats))
  const pool = texts.length > 0 ? texts : words.length > 1 ? words : []
  return named ?? [...pool].sort((a, b) => meanLength(b) - meanLength(a))[0]
}

/** Names of the columns that probably hold text, label and split; null where none does. */
export function suggestColumns(columns: readonly JudgedColumn[]): {
  textColumn: string | null
  labelColumn: string | null
  splitColumn: string | null
} {
  const text = suggestText(columns)
  const others = columns.filter((one) => one !== text)
  const split = others.find(
    ({ column, stats }) =>
      stats.distinct >= (SPLIT_NAMES.test(column.name) ? 1 : 2) &&
      stats.distinct <= 6 &&
      [...stats.values.keys()].every((value) => splitOf(value) !== undefined),
  )
  const labels = others.filter((one) => one !== split && one.column.kind === 'label')
  const named = others.filter(
    (one) =>
      one !== split &&
      LABEL_NAMES.test(one.column.name) &&
      one.stats.distinct > 0 &&
      one.stats.distinct <= 1000,
  )
  const label =
    named.find((one) => one.column.kind === 'label') ??
    labels.at(-1) ??
    named.find((one) => one.column.kind !== 'index')
  return {
    textColumn: text?.column.name ?? null,
    labelColumn: label?.column.name ?? null,
    splitColumn: split?.column.name ?? null,
  }
}

/** Offer every column that could have a role. */
export function columnChoices(columns: readonly ImportColumn[], role: 'textColumn' | 'labelColumn') {
  return columns
    .filter((column) => column.kind !== 'empty')
    .slice(0, 20)
    .map((column) => ({
      label: `Column '${column.name}' (${plural(column.distinct, 'distinct value')})`,
      options: { [role]: column.name },
      example: column.examples.slice(0, 3).join(', '),
    }))
}
