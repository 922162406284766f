// Rows of a structure study out of a table of texts, such as the published CSV files. Reads no file.
import { LacunaError } from '../../shared/errors.ts'
import type { PropertyName } from '../../shared/graph.ts'
import { PROPERTY_NAMES } from '../../shared/graph.ts'
import type { Cell } from '../../shared/network.ts'
import { CELLS } from '../../shared/network.ts'
import type { StructureRow } from '../../shared/structure-analysis.ts'
import type { Chance } from './failures.ts'

/** Column names by meaning; the first is Lacuna's, the others are those of Darji 2021. */
const COLUMNS = {
  cell: ['cell', 'mode'],
  generator: ['generator', 'graph'],
  graph: ['index', 'graph_nr'],
} as const

/** States of a run that has a score, in tables of studies. */
const ENDED: readonly string[] = ['done', 'diverged']

function bad(message: string): LacunaError {
  return new LacunaError('bad-input', message)
}

function columnOf(header: readonly string[], names: readonly string[]): string {
  const found = names.find((name) => header.includes(name))
  if (found === undefined) {
    throw bad(`The table has no column ${names.join(' or ')}; its columns are ${header.join(', ')}.`)
  }
  return found
}

function numberIn(record: Record<string, string>, column: string, row: number): number {
  const text = record[column]?.trim() ?? ''
  const value = Number(text)
  if (text === '' || !Number.isFinite(value)) {
    throw bad(`Row ${row} has '${text.slice(0, 40)}' in column ${column}; expected a number.`)
  }
  return value
}

function cellIn(text: string, row: number): Cell {
  const name = text.trim().toLowerCase().replaceAll('_', '-')
  const cell = CELLS.find((known) => known === name)
  if (cell === undefined) {
    throw bad(`Row ${row} names the architecture '${text.slice(0, 40)}'; known are ${CELLS.join(', ')}.`)
  }
  return cell
}

/**
 * Turn records (texts by column) into rows. Needed are the architecture (`cell` or `mode`), the generator (`generator` or
 * `graph`), the target and at least one graph property; a number of the graph (`index` or `graph_nr`) and a `seed` tell
 * repeated trainings of one graph apart from trainings of several.
 * @param target column of the score, by default the published `test_acc`
 * @throws LacunaError bad-input for no rows, a missing column, or a cell that is not a number, with its row from 1
 */
export function structureRows(
  records: readonly Record<string, string>[],
  target = 'test_acc',
): StructureRow[] {
  const header = Object.keys(records[0] ?? {})
  if (records.length === 0)
    throw bad('The table has no rows; an analysis needs at least 5 trained structures.')
  const cell = columnOf(header, COLUMNS.cell)
  const generator = columnOf(header, COLUMNS.generator)
  const score = columnOf(header, [target])
  const graph = COLUMNS.graph.find((name) => header.includes(name))
  const properties = PROPERTY_NAMES.filter((name) => header.includes(name))
  if (properties.length === 0) {
    throw bad(`The table has none of the graph properties (${PROPERTY_NAMES.slice(0, 4).join(', ')}, ..).`)
  }
  return records.flatMap((record, i) => {
    const row = i + 1
    // Runs of a study that have not ended well have no score yet.
    if (record['state'] !== undefined && !ENDED.includes(record['state'])) return []
    const values: Partial<Record<PropertyName, number>> = {}
    for (const name of properties) {
      // A table of a study has no path lengths for graphs in pieces.
      if (record['state'] === undefined || record[name] !== '') values[name] = numberIn(record, name, row)
    }
    const given: StructureRow = {
      cell: cellIn(record[cell]!, row),
      generator: record[generator]!.trim().replaceAll('_', '-'),
      graph: graph === undefined ? String(i) : record[graph]!.trim(),
      properties: values,
      score: numberIn(record, score, row),
    }
    if (header.includes('seed')) given.seed = numberIn(record, 'seed', row)
    if (header.includes('rewired') && numberIn(record, 'rewired', row) > 0) given.control = true
    return [given]
  })
}

/**
 * What guessing scores on the test sequences of a table of a study; undefined where the table does not say so, or says
 * several things.
 */
export function chanceOf(records: readonly Record<string, string>[]): Chance | undefined {
  const found = new Set(records.map((record) => `${record['majority_share']} ${record['test_total']}`))
  const [accuracy = 0, total = 0] = [...found].join(' ').split(' ').map(Number)
  return found.size === 1 && accuracy > 0 && total > 0 ? { accuracy, total } : undefined
}
