// Bad inputs, rows 13 to 28 of the hardening table: shape, quotes, line ends, delimiters, headers, numbers.
import { describe, expect, it } from 'vitest'
import { previewFile } from '../../../src/main/data/import/import-files.ts'
import { choice, codes, load, pairs, preview, problem, tempFolder, writeTemp } from './support.ts'

const folder = tempFolder()

describe('rows of the wrong width', () => {
  it('row 13: lists rows with too few cells and stops unless they are filled up or left out', async () => {
    const shown = await preview('13-too-few-cells.csv')
    const few = problem(shown, 'too-few-cells')
    expect(few).toMatchObject({ severity: 'stop', count: 2, line: 3 })
    expect(few.message).toBe('2 rows with too few cells (expected 3): lines 3 and 5.')
    expect(few.places).toEqual([
      { line: 3, raw: '2,BPVVE' },
      { line: 5, raw: '4' },
    ])
    await expect(load('13-too-few-cells.csv')).rejects.toThrow('lines 3 and 5')
    expect(pairs(await load('13-too-few-cells.csv', choice(few, 'Leave out')))).toHaveLength(4)
    const filled = await preview('13-too-few-cells.csv', choice(few, 'Fill up'))
    expect(filled.train.totalRows).toBe(6)
    expect(filled.train.rows[1]).toEqual({ line: 3, cells: ['2', 'BPVVE', null] })
    expect(problem(filled, 'missing-label')).toMatchObject({ severity: 'stop', count: 1, line: 3 })
    expect(problem(filled, 'missing-text')).toMatchObject({ severity: 'stop', count: 1, line: 5 })
  })

  it('row 13: lists the first 20 of many', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => (k % 2 === 0 ? `B${k}E,1,x` : `B${k}E,0`))
    const shown = await previewFile(writeTemp(folder, 'few.csv', `string,valid,a\n${rows.join('\n')}\n`), {})
    const few = problem(shown, 'too-few-cells')
    expect(few.count).toBe(30)
    expect(few.places).toHaveLength(20)
    expect(few.message).toContain('lines 3, 5, 7, 9, 11 and 25 more')
  })

  it('row 14: lists rows with too many cells and stops unless they are left out', async () => {
    const shown = await preview('14-too-many-cells.csv')
    const many = problem(shown, 'too-many-cells')
    expect(many).toMatchObject({
      severity: 'stop',
      count: 2,
      places: [{ line: 3, raw: '2,BPVVE,0,extra' }, { line: 5 }],
    })
    await expect(load('14-too-many-cells.csv')).rejects.toThrow('too many cells')
    const done = await load('14-too-many-cells.csv', choice(many, 'Leave out'))
    expect(pairs(done)).toEqual(['BTSXSE 1', 'BTXSE 1', 'BTXXE 0'])
    expect(done.preview.willImport).toMatchObject({ sequences: 3, dropped: 2 })
  })
})

describe('quotes', () => {
  it('row 15: names the line of a quote that is never closed in an 8 MB file', async () => {
    const rows = Array.from({ length: 400_000 }, (_, k) => `BTXSEBTXSE${k},${k % 2}\n`)
    rows[0] = '"BTXSE,1\n'
    const path = writeTemp(folder, 'unclosed.csv', `string,valid\n${rows.join('')}`)
    const shown = await previewFile(path, {})
    const unclosed = problem(shown, 'quote-unclosed')
    expect(unclosed).toMatchObject({
      severity: 'stop',
      line: 2,
      message: 'The quote opened on line 2 is never closed.',
    })
    expect(shown.canImport).toBe(false)
    const literal = await previewFile(path, choice(unclosed, 'quotes as text'))
    expect(literal).toMatchObject({ canImport: true, willImport: { sequences: 400_000 } })
    expect(literal.train.rows[0]?.cells).toEqual(['"BTXSE', '1'])
  })

  it('row 16: names the line of a stray quote and offers to read quotes as text', async () => {
    const shown = await preview('16-stray-quote.csv')
    const stray = problem(shown, 'quote-stray')
    expect(stray).toMatchObject({ severity: 'stop', line: 2, count: 2 })
    expect(stray.message).toBe('Line 2: unexpected quote; 2 lines have one.')
    expect(stray.places?.map((place) => place.line)).toEqual([2, 4])
    await expect(load('16-stray-quote.csv')).rejects.toThrow('Line 2: unexpected quote')
    const literal = await load('16-stray-quote.csv', choice(stray, 'quotes as text'))
    expect(pairs(literal)).toEqual(['"BTSXSE"x 1', '6\'5" BTXSE 1', 'BPTVVE 0', 'BPVVE 0'])
  })

  it('row 17: recognises comma and space before quotes', async () => {
    const done = await load('17-quote-after-space.csv')
    expect(done.preview.train.delimiter).toBe(', ')
    expect(problem(done.preview, 'delimiter').message).toBe('Delimiter detected: comma and space.')
    expect(pairs(done)).toEqual(['BP, VVE 0', 'BPTVVE 0', 'BTSXSE 1', 'BTXSE 1'])
  })
})

describe('line ends', () => {
  it('row 18: ends a line at any of CRLF, LF and CR, and notes that they are mixed', async () => {
    const done = await load('18-mixed-line-ends.csv')
    expect(pairs(done)).toEqual(['BPTVVE 0', 'BPVVE 0', 'BTSXSE 1', 'BTXSE 1'])
    expect(done.preview.train.lineEnds).toBe('mixed')
    expect(problem(done.preview, 'mixed-line-ends').message).toBe(
      'Mixed line ends: LF 2 times, CRLF 2 times, CR 1 times.',
    )
  })

  it('row 19: reads lines ended by CR alone', async () => {
    const done = await load('19-cr-only.csv')
    expect(done.preview.train).toMatchObject({ lineEnds: 'cr', totalRows: 6 })
    expect(pairs(done)).toContain('BTXXE 0')
  })
})

describe('numbers', () => {
  it('row 20: finds semicolon and decimal comma and shows what they mean', async () => {
    const shown = await preview('20-decimal-comma.csv')
    expect(shown.train.delimiter).toBe(';')
    const score = shown.train.columns[2]!
    expect(score).toMatchObject({ name: 'score', kind: 'number', decimal: ',' })
    expect(score.examples).toEqual(['1.5', '2', '-0.25', '3.75', '4.5'])
    expect(shown.train.rows[0]?.cells).toEqual(['BTXSE', '1', '1.5'])
    const asked = problem(shown, 'decimal-comma')
    expect(asked.message).toBe("Column 'score' has decimal commas: 1,5 is read as 1.5.")
    const confirmed = await preview('20-decimal-comma.csv', { decimal: ',' })
    expect(codes(confirmed)).not.toContain('decimal-comma')
    const refused = await preview('20-decimal-comma.csv', choice(asked, "'.'"))
    expect(problem(refused, 'number-format').count).toBe(4)
  })

  it('row 21: holds a column to one number format and lists the lines against it', async () => {
    const shown = await preview('21-thousands.csv')
    const price = shown.train.columns[2]!
    expect(price).toMatchObject({ kind: 'number', decimal: '.' })
    expect(price.examples).toEqual(['1234.56', '2500.10', '1.234,56', '3000.00', '99.5'])
    expect(problem(shown, 'number-format')).toMatchObject({
      severity: 'warning',
      column: 'price',
      places: [{ line: 4, column: 'price', raw: '1.234,56' }],
      message: "Column 'price' mixes number formats: 5 numbers allow the decimal sign '.', line 4 needs ','.",
    })
  })

  it('row 21: says when every number of a column can be read in two ways', async () => {
    const rows = Array.from({ length: 8 }, (_, k) => `B${'T'.repeat(k + 1)}E,${k % 2},${k + 1}.${100 + k}`)
    const path = writeTemp(folder, 'unclear.csv', `string,valid,price\n${rows.join('\n')}\n`)
    const unclear = problem(await previewFile(path, {}), 'number-format-unclear')
    expect(unclear.message).toBe(
      "Numbers in column 'price' can be read in two ways: 1.100 is taken as 1.100.",
    )
    const other = await previewFile(path, choice(unclear, "','"))
    expect(other.train.columns[2]?.examples[0]).toBe('1100')
  })

  it('row 28: shows and counts missing-value spellings per column, keeps them in the text column', async () => {
    const shown = await preview('28-missing-values.csv')
    expect(shown.train.missing).toEqual(expect.arrayContaining(['', 'NaN', 'nan', 'NA', '-', 'inf']))
    const [text, label, x] = shown.train.columns
    expect(x).toMatchObject({ missing: 6 })
    expect(new Map(x?.missingSpellings.map((one) => [one.spelling, one.count]))).toEqual(
      new Map([
        ['NaN', 1],
        ['nan', 1],
        ['NA', 1],
        ['-', 1],
        ['inf', 1],
        ['', 1],
      ]),
    )
    expect(text).toMatchObject({ missing: 0, notes: ['kept as text: NA (1), - (1)'] })
    expect(label).toMatchObject({ missing: 1 })
    expect(problem(shown, 'missing-label')).toMatchObject({ severity: 'stop', line: 7 })
    const edited = await load('28-missing-values.csv', { missing: ['', 'nan'] })
    expect(edited.content.classes).toEqual(['0', '1', 'NA'])
    expect(edited.preview.train.columns[2]?.missing).toBe(2)
    const dropped = await load('28-missing-values.csv', { missingRows: 'drop' })
    expect(pairs(dropped)).toContain('- 1')
    expect(dropped.preview.willImport).toMatchObject({ sequences: 7, dropped: 1 })
  })
})

describe('delimiters', () => {
  it.each([
    ['tab', '\t'],
    ['space', ' '],
    ['double-bar', '||'],
    ['tilde-bar', '~|~'],
    ['colons', '::'],
    ['spaced-bar', ' | '],
  ])('row 22: detects the delimiter %s and shows 20 rows at most', async (name, delimiter) => {
    const shown = await preview(`22-${name}.txt`)
    expect(shown.train.delimiter).toBe(delimiter)
    expect(shown.train.columns.map((column) => column.name)).toEqual(['string', 'valid', 'n'])
    expect(shown).toMatchObject({ canImport: true, willImport: { sequences: 8 } })
    expect(shown.train.rows).toHaveLength(8)
  })

  it('row 22: takes a delimiter that is given instead of guessing', async () => {
    const shown = await preview('22-double-bar.txt', { delimiter: '|' })
    expect(shown.train.columns).toHaveLength(5)
  })

  it('row 23: imports a file without delimiter as one column', async () => {
    const done = await load('23-single-column.csv')
    expect(done.preview.train).toMatchObject({ delimiter: null, totalRows: 4 })
    expect(done.preview.train.columns.map((column) => column.name)).toEqual(['string'])
    expect(done.content.classes).toEqual(['unlabelled'])
    expect(problem(done.preview, 'unlabelled').severity).toBe('warning')
    expect(pairs(done)).toHaveLength(4)
  })
})

describe('tables', () => {
  it('row 24: asks whether lines above the header are a title', async () => {
    const shown = await preview('24-preamble.csv')
    const title = problem(shown, 'preamble')
    expect(title).toMatchObject({
      severity: 'stop',
      message: 'Lines 1–3 look like a title; header on line 4?',
    })
    expect(title.places?.map((place) => place.raw)).toEqual([
      'Reber strings',
      'made on 2021-05-04',
      'all rights waived',
    ])
    await expect(load('24-preamble.csv')).rejects.toThrow('header on line 4?')
    const done = await load('24-preamble.csv', choice(title, 'Line 4'))
    expect(done.preview.train.headerRow).toBe(4)
    expect(pairs(done)).toHaveLength(6)
  })

  it.each([
    ['25-two-headers.csv', [1, 2], 4],
    ['25-three-headers.csv', [1, 2, 3], 6],
  ] as const)('row 25: asks which row of %s names the columns', async (name, lines, rows) => {
    const shown = await preview(name)
    const asked = problem(shown, 'multiple-headers')
    expect(asked.severity).toBe('stop')
    expect(asked.message).toContain('Which row names the columns?')
    expect(asked.choices?.map((one) => one.options.headerRow)).toEqual(lines)
    await expect(load(name)).rejects.toThrow('Which row names the columns?')
    const first = await load(name, { headerRow: 1 })
    expect(first.preview.train.columns[0]?.name).toBe('string')
    expect(problem(first.preview, 'header-rows-left-out').severity).toBe('warning')
    expect(pairs(first)).toHaveLength(rows)
    const last = await preview(name, {
      headerRow: lines.length,
      textColumn: lines.length === 2 ? 'letters' : 'text',
    })
    expect(last.train.totalRows).toBe(rows)
  })

  it('row 26: names the line where a second table begins and imports either', async () => {
    const shown = await preview('26-two-tables.csv')
    const two = problem(shown, 'two-tables')
    expect(two).toMatchObject({ severity: 'stop', line: 88 })
    expect(two.message).toBe(
      'The number of columns changes at line 88 (from 2 to 3): two tables in one file?',
    )
    expect(codes(shown)).not.toContain('too-many-cells')
    await expect(load('26-two-tables.csv')).rejects.toThrow('changes at line 88')
    const first = await load('26-two-tables.csv', choice(two, 'first'))
    expect(pairs(first)).toHaveLength(86)
    const second = await load('26-two-tables.csv', choice(two, 'second'))
    expect(second.preview.train.columns.map((column) => column.name)).toEqual(['name', 'string', 'valid'])
    expect(second.preview.train.headerRow).toBe(88)
    expect(pairs(second)).toEqual(['PV 0', 'PVV 1', 'PVVV 0', 'PVVVV 1', 'PVVVVV 0', 'PVVVVVV 1'])
    await expect(load('23-single-column.csv', { tables: 'second' })).rejects.toThrow('one table only')
  })

  it('row 27: flags text among numbers, as a missing delimiter leaves it', async () => {
    const shown = await preview('27-missing-delimiter.csv')
    expect(problem(shown, 'type-change')).toMatchObject({
      severity: 'warning',
      line: 14,
      column: 'Price',
      message: "Line 14 column 'Price' is text, 83 others are numbers.",
      places: [{ line: 14, column: 'Price', raw: 'cheap' }],
    })
    expect(shown.canImport).toBe(true)
  })
})
