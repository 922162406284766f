// Writes a table as a LaTeX longtable that fits the page: column widths from the lengths of the texts. Pure.
import type { Column, Table } from './document.ts'
import { escapeLatex } from './latex-text.ts'

/** Width of the text block in millimetres; `latex.ts` sets the page to it. */
export const TEXT_MM = 174
/** Mean width of a character at \scriptsize, on the generous side, and what separates two columns. */
const CHARACTER_MM = 1.42
const SEPARATION_MM = 2.1
/** Longest word that a column keeps in one piece, in characters; `escapeLatex` breaks longer ones. */
const LONGEST_WORD = 16

/** Write the table with its number, heading on every page, and note. */
export function tableLatex({ caption, columns, rows, note }: Table): string {
  const widths = columnWidths(columns, rows)
  const spec = columns.map(({ align }, c) => {
    const side = align === 'right' ? '\\raggedleft' : '\\raggedright'
    return `>{${side}\\arraybackslash}p{${widths[c]!.toFixed(1)}mm}`
  })
  const line = (cells: readonly string[]) => `${cells.join(' & ')} \\\\`
  const head = line(columns.map(({ name }) => `\\textbf{${escapeLatex(name)}}`))
  return [
    '{\\scriptsize',
    `\\begin{longtable}{@{}${spec.join('')}@{}}`,
    `\\caption{${escapeLatex(caption)}}\\\\`,
    `\\toprule ${head} \\midrule`,
    '\\endfirsthead',
    `\\toprule ${head} \\midrule`,
    '\\endhead',
    '\\bottomrule',
    '\\endfoot',
    ...rows.map((row) => line(row.map(escapeLatex))),
    '\\end{longtable}',
    ...(note === undefined ? [] : [`\\vspace{-2mm}\\noindent ${escapeLatex(note)}\\par`]),
    '}\\medskip',
  ].join('\n')
}

/** Natural widths where all fit; else what is over the longest words is shared out, and at last all shrink. */
export function columnWidths(columns: readonly Column[], rows: Table['rows']): number[] {
  const room = TEXT_MM - (columns.length - 1) * SEPARATION_MM
  const natural = columns.map(({ name }, c) => {
    const cells = Math.max(0, ...rows.map((row) => row[c]!.length))
    return (Math.max(headWord(name), cells) + 1) * CHARACTER_MM
  })
  const total = sum(natural)
  if (total <= room) return natural
  const least = columns.map(({ name }, c) => {
    const words = Math.max(headWord(name), ...rows.map((row) => longestWord(row[c]!)))
    return (Math.min(LONGEST_WORD, words) + 1) * CHARACTER_MM
  })
  const floor = sum(least)
  if (floor >= room) return least.map((width) => (width * room) / floor)
  const share = (room - floor) / (total - floor)
  return natural.map((width, c) => least[c]! + Math.max(0, width - least[c]!) * share)
}

/** Heads are bold, which is wider. */
function headWord(name: string): number {
  return longestWord(name) * 1.2
}

/** A thin space, as before a unit, joins what it separates. */
function longestWord(text: string): number {
  return Math.max(...text.split(/[ \n\t]+/).map(({ length }) => length))
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}
