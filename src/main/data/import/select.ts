// The second pass over a file: takes text, label and split of every row. Drops nothing without being told to.
import { IMPORT_LIMITS, tokensOf, type ImportOptions, type ImportProblem } from '../../../shared/dataset.ts'
import { LacunaError } from '../../../shared/errors.ts'
import { detach } from './column-stats.ts'
import { splitOf } from './columns.ts'
import type { Inspection } from './inspect.ts'
import { count, Places, plural, problemAt } from './problems.ts'
import { scan, type ReadContext } from './scan.ts'
import type { ByteSource } from './source.ts'

/** Names of the columns to take; null: none. */
export interface Roles {
  text: string
  label: string | null
  split: string | null
}

/** One row to import. */
export interface SelectedRow {
  text: string
  label: string | null // null: the file has no label column
  split: 'train' | 'test' | null
}

export interface Selection {
  rows: SelectedRow[]
  dropped: number
  problems: ImportProblem[]
}

class Selector {
  readonly rows: SelectedRow[] = []
  readonly noText = new Places()
  readonly noLabel = new Places()
  readonly noSplit = new Places()
  characters = 0
  padded = 0
  spaced = 0
  readonly #roles: Roles
  readonly #options: ImportOptions
  readonly #missing: ReadonlySet<string>
  #at = { text: -1, label: -1, split: -1 }

  constructor(roles: Roles, options: ImportOptions, missing: ReadonlySet<string>) {
    this.#roles = roles
    this.#options = options
    this.#missing = missing
  }

  onColumns(names: string[]): void {
    const { text, label, split } = this.#roles
    this.#at = {
      text: names.indexOf(text),
      label: label === null ? -1 : names.indexOf(label),
      split: split === null ? -1 : names.indexOf(split),
    }
  }

  onRow(line: number, cells: (string | null)[]): void {
    const text = this.#text(cells[this.#at.text] ?? null)
    const label = this.#label(cells)
    const split = this.#roles.split === null ? null : splitOf(cells[this.#at.split] ?? '')
    const note = (places: Places, column: string | null) =>
      places.add({ line, column: column ?? '', raw: cells.map((cell) => cell ?? '').join(' | ') })
    if (text === null) note(this.noText, this.#roles.text)
    else if (label === null && this.#roles.label !== null) note(this.noLabel, this.#roles.label)
    else if (split === undefined) note(this.noSplit, this.#roles.split)
    else this.#keep({ text, label, split })
  }

  #keep(row: SelectedRow): void {
    this.characters += row.text.length
    if (this.characters > IMPORT_LIMITS.characters)
      throw new LacunaError(
        'too-large',
        `The sequences have more than ${count(IMPORT_LIMITS.characters)} characters together, the most that are imported; import a part of the file.`,
      )
    if (row.text.trim().length !== row.text.length) this.padded += 1
    if (/\S\s+\S/u.test(row.text)) this.spaced += 1
    this.rows.push(row)
  }

  #text(cell: string | null): string | null {
    if (cell === null || cell === '' || cell.includes('\0')) return null
    if (this.#options.tokens !== 'words') return detach(cell)
    const words = tokensOf(cell, 'words').join(' ')
    return words === '' ? null : words
  }

  #label(cells: (string | null)[]): string | null {
    const cell = cells[this.#at.label] ?? null
    if (cell === null || this.#missing.has(cell) || cell.includes('\0')) return null
    const label = cell.trim()
    return label === '' ? null : detach(label)
  }
}

function missingProblem(places: Places, what: string, drop: boolean): ImportProblem[] {
  if (places.count === 0) return []
  const rows = `${plural(places.count, 'row')} without ${what}: ${places.describe()}`
  const code = `missing-${what}`
  if (drop) return [problemAt({ code, severity: 'warning', message: `${rows}; left out.` }, places)]
  const choices = [
    {
      label: `Leave out ${places.count === 1 ? 'this row' : 'these rows'}`,
      options: { missingRows: 'drop' as const },
    },
  ]
  return [problemAt({ code, severity: 'stop', message: `${rows}.`, choices }, places)]
}

function textNotes({ rows, padded, spaced }: Selector, options: ImportOptions): ImportProblem[] {
  if (options.tokens !== undefined) return []
  const choices = [{ label: 'Tokens are words', options: { tokens: 'words' as const } }]
  if (spaced > rows.length / 2) {
    const message = `${plural(spaced, 'text')} hold several words; every character is taken as a symbol.`
    return [{ code: 'several-words', severity: 'note', message, choices }]
  }
  if (padded === 0) return []
  const message = `${plural(padded, 'text')} begin or end with white space, which counts as a symbol.`
  return [{ code: 'padded-text', severity: 'warning', message, count: padded, choices }]
}

/**
 * Take the chosen columns of every row.
 * @throws LacunaError bad-input when the file is no longer the one inspected; too-large over a limit; cancelled
 */
export async function selectRows(
  source: ByteSource,
  inspection: Inspection,
  roles: Roles,
  options: ImportOptions,
  context: ReadContext,
): Promise<Selection> {
  const { plan, preview } = inspection
  const selector = new Selector(roles, options, new Set(plan.missing))
  const { sha256 } = await scan(source, plan, options, selector, context)
  if (sha256 !== preview.sha256)
    throw new LacunaError(
      'bad-input',
      `${source.name} changed while it was read; try again. Nothing was imported.`,
    )
  const drop = options.missingRows === 'drop'
  const { noText, noLabel, noSplit } = selector
  const ragged = preview.problems.filter(
    ({ code, severity }) => /^too-(few|many)-cells$/.test(code) && severity === 'warning',
  )
  const droppedRagged =
    options.raggedRows === 'drop' ? ragged.reduce((sum, one) => sum + (one.count ?? 0), 0) : 0
  return {
    rows: selector.rows,
    dropped: noText.count + noLabel.count + noSplit.count + droppedRagged,
    problems: [
      ...missingProblem(noText, 'text', drop),
      ...missingProblem(noLabel, 'label', drop),
      ...missingProblem(noSplit, 'split', drop),
      ...textNotes(selector, options),
    ],
  }
}
