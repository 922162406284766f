// Gives every column one name that is not empty and not used twice. A name is only ever a text, never an object key.
import type { ImportOptions, ImportProblem } from '../../../shared/dataset.ts'
import { plural } from './problems.ts'

function uniqueNames(wanted: readonly string[]): { names: string[]; duplicates: Map<string, string[]> } {
  const taken = new Set(wanted)
  const seen = new Set<string>()
  const duplicates = new Map<string, string[]>()
  const names = wanted.map((name) => {
    if (!seen.has(name)) {
      seen.add(name)
      return name
    }
    let n = 2
    while (taken.has(`${name} (${n})`)) n += 1
    const fresh = `${name} (${n})`
    taken.add(fresh)
    duplicates.set(name, [...(duplicates.get(name) ?? [name]), fresh])
    return fresh
  })
  return { names, duplicates }
}

/**
 * Name the columns from the cells of the header row (null: none) or from the option that replaces them.
 * Empty names become `column N`; a repeated name gets a number.
 */
export function columnNames(
  header: readonly string[] | null,
  width: number,
  options: ImportOptions,
  line: number,
): { names: string[]; problems: ImportProblem[] } {
  const problems: ImportProblem[] = []
  let cells = header
  if (options.columnNames !== undefined) {
    if (options.columnNames.length === width) cells = options.columnNames
    else {
      const message = `${plural(options.columnNames.length, 'column name')} given, but the table has ${plural(width, 'column')}; give one name for each.`
      problems.push({ code: 'column-names', severity: 'stop', message })
    }
  }
  const empty: number[] = []
  const wanted = Array.from({ length: width }, (_, k) => {
    const name = (cells?.[k] ?? '').replaceAll('\0', '').trim()
    if (name !== '') return name
    empty.push(k + 1)
    return `column ${k + 1}`
  })
  const { names, duplicates } = uniqueNames(wanted)
  const at = line > 0 ? { line } : {}
  if (cells !== null && empty.length > 0) {
    const message = `${plural(empty.length, 'column')} without a name: called ${empty
      .slice(0, 5)
      .map((n) => `column ${n}`)
      .join(', ')}${empty.length > 5 ? ', …' : ''}.`
    problems.push({ code: 'unnamed-columns', severity: 'note', message, ...at })
  }
  for (const [name, given] of duplicates) {
    const message = `Column '${name}' appears ${given.length} times; imported as ${given.join(', ')}.`
    problems.push({ code: 'duplicate-columns', severity: 'warning', message, column: name, ...at })
  }
  return { names, problems }
}
