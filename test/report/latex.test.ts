import { describe, expect, it } from 'vitest'
import { columnWidths } from '../../src/main/report/latex-table.ts'
import { reportLatex } from '../../src/main/report/latex.ts'
import { writeReport } from '../../src/main/report/report.ts'
import { compileLatex, missing, reportInput, SMALL } from './support.ts'

/** A line that stands out by more than this, in points, is seen: 2 mm. */
const SEEN = 6

describe('a report as LaTeX', () => {
  it.each(Object.entries(SMALL))('compiles and says what the document says: %s', (_kind, definition) => {
    const reason = missing('pdflatex', '--version') ?? missing('pdftotext', '-v')
    if (reason !== undefined) return console.warn(`skipped: ${reason}`)
    const document = writeReport(reportInput(definition))
    const { text, log } = compileLatex(reportLatex(document))
    for (const { title } of document.sections) expect(text).toContain(title)
    const over = [...log.matchAll(/Overfull \\hbox \(([\d.]+)pt/g)].map(([, points]) => Number(points))
    expect(over.filter((points) => points > SEEN)).toEqual([])
    expect(log).not.toMatch(/Missing character|undefined references/i)
  })

  it('sets every letter its fonts have, and numbers those they lack', ({ skip }) => {
    const reason = missing('pdflatex', '--version') ?? missing('pdftotext', '-v')
    if (reason !== undefined) skip(reason)
    const latin = Array.from({ length: 0xff - 0xa1 + 1 }, (_, i) => String.fromCodePoint(0xa1 + i)).join(' ')
    const letters = 'ĂăĄąĆćČčĎďĐđĘęĚěĞğĹĺĽľŁłŃńŇňŊŋŐőŒœŔŕŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽž–—‘’“”…•'
    const name = `${latin} ${letters} 学 🙂 β₁ ⌊n/10⌋`
    const { text, log } = compileLatex(
      reportLatex(writeReport(reportInput(SMALL.training, { name }), ['question'])),
    )
    expect(log).not.toContain('Missing character')
    expect(text.replace(/\s/g, '')).toContain('[U+5B66][U+1F642]')
    expect(text).toContain('ő')
  })
})

describe('the columns of a LaTeX table', () => {
  it('fit the page whatever is in them', () => {
    const columns = Array.from({ length: 9 }, (_, i) => ({ name: `column ${i}` }))
    const rows = [columns.map(() => 'many words '.repeat(20)), columns.map(() => 'x'.repeat(300))]
    const widths = columnWidths(columns, rows)
    expect(widths.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(174 - 8 * 2.1 + 1e-9)
    expect(Math.min(...widths)).toBeGreaterThan(5)
  })
})
