// Rows 68 and 69 of the hardening table: whatever a name, label or message holds appears literally in every format.
import { parse } from 'csv-parse/sync'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { reportCsv } from '../../src/main/report/csv.ts'
import { visible } from '../../src/main/report/escape.ts'
import { reportFileName } from '../../src/main/report/file-name.ts'
import { reportBody } from '../../src/main/report/html.ts'
import { reportLatex } from '../../src/main/report/latex.ts'
import { escapeLatex } from '../../src/main/report/latex-text.ts'
import { writeReport } from '../../src/main/report/report.ts'
import { compileLatex, HOSTILE, hostileInput, missing } from './support.ts'

/** Read the body as strictly as XML is read, and return its text and the names of its elements and attributes. */
function readStrictly(body: string): { text: string; elements: Set<string>; attributes: Set<string> } {
  const parser = new SaxesParser()
  const found = { text: '', elements: new Set<string>(), attributes: new Set<string>() }
  parser.on('error', (error) => {
    throw error
  })
  parser.on('text', (text) => (found.text += text))
  parser.on('opentag', ({ name, attributes }) => {
    found.elements.add(name)
    for (const attribute of Object.keys(attributes)) found.attributes.add(attribute)
  })
  parser.write(`<body>${body}</body>`).close()
  return found
}

const count = (text: string, part: string) => text.split(part).length - 1
const plain = reportBody(writeReport(hostileInput('plain')))

describe.each(HOSTILE)('the text %s', (text) => {
  const input = hostileInput(text)
  const document = writeReport(input)

  it('is text and nothing else in HTML, in every field', () => {
    const found = readStrictly(reportBody(document))
    const expected = readStrictly(plain)
    expect(count(found.text, text)).toBe(count(expected.text, 'plain'))
    expect(found.elements).toEqual(expected.elements)
    expect(found.attributes).toEqual(expected.attributes)
  })

  it('is a literal cell in CSV, never a formula', () => {
    const graph = { ...document, title: text }
    const [first, ...runs] = input.runs
    const named = { ...first!, spec: { ...first!.spec, key: text } }
    const rows = parse(reportCsv(graph, [named, ...runs])) as string[][]
    const cells = rows.map((row) => row[1]!).filter((cell) => cell.endsWith(text))
    expect(cells.length).toBeGreaterThan(0)
    expect(cells.every((cell) => cell === text || cell === `'${text}`)).toBe(true)
    expect(rows.flat().filter((cell) => /^[=+@\t\r]|^-(?![\d.])/.test(cell))).toEqual([])
  })

  it('is no command in LaTeX', () => {
    const escaped = escapeLatex(text)
    const commands = [...escaped.matchAll(/\\([a-z]+)/g)].map(([, name]) => name!)
    const known =
      /^(textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar|textquotedbl|textquotesingle|textasciigrave|allowbreak)$/
    expect(commands.filter((name) => !known.test(name))).toEqual([])
  })
})

describe('hostile texts in a compiled report', () => {
  it('are read as they were written', ({ skip }) => {
    const reason = missing('pdflatex', '--version') ?? missing('pdftotext', '-v')
    if (reason !== undefined) skip(reason)
    const all = HOSTILE.join(' and ')
    const { text: said } = compileLatex(reportLatex(writeReport(hostileInput(all), ['data', 'limits'])))
    const flat = (text: string) => text.replace(/\s+/g, '')
    expect(flat(said)).toContain(flat(all))
  })
})

describe('characters that are not seen', () => {
  it('are shown by a sign or their number', () => {
    expect(visible('a\u0000b\u202eevil\u200b\ud800')).toBe('a\u2400b[U+202E]evil[U+200B][U+D800]')
  })
  it('stay what they are when they are seen', () => {
    const seen = 'Grüße, Erdős–Rényi, 学校, 🙂\n'
    expect(visible(seen)).toBe(seen)
  })
})

describe('the name of a report file', () => {
  const names = [
    '../../evil',
    'CON',
    'a/b',
    'x'.repeat(300),
    'dot.',
    '🙂',
    '\u202eevil',
    '\0',
    '',
    '.hidden',
    '-rf',
  ]
  it.each(names)('is one safe name: %j', (name) => {
    const file = reportFileName(name, '0123456789abcdef', 'html')
    expect(file).toMatch(/^lacuna-([a-z0-9]+(-[a-z0-9]+)*-)?01234567\.html$/)
    expect(file.length).toBeLessThan(80)
  })
  it('differs where two names become equal', () => {
    expect(reportFileName('A b', 'aaaaaaaaaaaa', 'pdf')).not.toBe(
      reportFileName('a-B', 'bbbbbbbbbbbb', 'pdf'),
    )
  })
})
