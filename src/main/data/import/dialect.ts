// Finds the delimiter of a text from its first lines: the one that cuts most of them into equally many cells.
import { RecordReader, type Dialect } from './record-reader.ts'

/** Usual delimiters, preferred first: a tab or bar seldom stands in a text by chance, and `;` goes with decimal commas. */
const SINGLE = ['\t', '|', ';', ',']
/** Longer ones; each wins over a single delimiter it contains when it leaves fewer empty or odd cells. */
const LONGER = [
  '||',
  ' | ',
  '\t\t',
  ';;',
  '; ',
  ', ',
  ',,',
  '::',
  '~|~',
  '|~|',
  '##',
  '@@',
  '<>',
  '^',
  '~',
  '\u0001',
]
const MAX_RECORDS = 500

interface Trial {
  delimiter: string
  width: number // most frequent number of cells
  share: number // of records with that width
  odd: number // share of cells after the first that are empty or begin with a space
  strays: number // share of records with stray quotes
}

/** Names of delimiters for people. */
export function delimiterName(delimiter: string | null): string {
  const names: Record<string, string> = {
    '\t': 'tab',
    ',': 'comma',
    ';': 'semicolon',
    '|': 'bar',
    ' ': 'space',
    ', ': 'comma and space',
    '; ': 'semicolon and space',
  }
  if (delimiter === null) return 'none (one column)'
  return names[delimiter] ?? JSON.stringify(delimiter)
}

function attempt(text: string, dialect: Dialect & { delimiter: string }): Trial {
  const widths = new Map<number, number>()
  let records = 0
  let cells = 0
  let odd = 0
  const reader = new RecordReader(dialect, (record) => {
    if (records === MAX_RECORDS) return
    records += 1
    widths.set(record.cells.length, (widths.get(record.cells.length) ?? 0) + 1)
    for (const cell of record.cells.slice(1)) {
      cells += 1
      if (cell === '' || cell.startsWith(' ')) odd += 1
    }
  })
  reader.push(text)
  reader.end()
  let width = 1
  for (const [candidate, n] of widths) if (candidate >= 2 && n > (widths.get(width) ?? 0)) width = candidate
  if ((widths.get(1) ?? 0) > (widths.get(width) ?? 0)) width = 1
  const share = records === 0 ? 0 : (widths.get(width) ?? 0) / records
  const strays = records === 0 ? 0 : Math.min(1, reader.strayQuotes.count / records)
  return { delimiter: dialect.delimiter, width, share, odd: cells === 0 ? 0 : odd / cells, strays }
}

const score = (trial: Trial) => trial.share - trial.strays

/**
 * Choose the delimiter.
 * @param text the beginning of the file, ending at a line end unless it is the whole file
 * @returns the delimiter, or null when no candidate cuts the lines into at least two columns
 */
export function detectDelimiter(text: string, quotes: Dialect['quotes']): string | null {
  const run = (delimiter: string) => attempt(text, { delimiter, quotes })
  const singles = SINGLE.map(run).filter((trial) => trial.width >= 2)
  let best = singles.reduce<Trial | undefined>(
    (kept, trial) => (kept === undefined || score(trial) > score(kept) ? trial : kept),
    undefined,
  )
  for (const trial of LONGER.filter((delimiter) => text.includes(delimiter)).map(run)) {
    if (trial.width < 2) continue
    const inside = best !== undefined && trial.delimiter.includes(best.delimiter)
    const same = inside && trial.width === best!.width // every single one stands inside a longer one
    const cleaner = inside && (same || trial.odd < best!.odd || trial.strays < best!.strays)
    const clear = best === undefined && trial.share >= 0.9
    if (clear || (cleaner && score(trial) >= score(best!))) best = trial
  }
  if (best !== undefined) return best.delimiter
  const space = run(' ')
  return space.width >= 2 && space.share >= 0.95 && space.odd === 0 ? ' ' : null
}
