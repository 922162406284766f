// Bad inputs, rows 1 to 12 of the hardening table: empty files, encodings, names of columns.
import { describe, expect, it } from 'vitest'
import { previewFile } from '../../../src/main/data/import/import-files.ts'
import { choice, codes, failure, load, pairs, preview, problem, tempFolder, writeTemp } from './support.ts'

const folder = tempFolder()

describe('empty and tiny files', () => {
  it('row 1: says that a file of 0 bytes is empty', async () => {
    const error = await failure(load('01-empty.csv'))
    expect(error.code).toBe('bad-input')
    expect(error.message).toBe('01-empty.csv is empty (0 bytes). Nothing was imported.')
  })

  it('row 2: counts the columns of a file without rows and refuses it', async () => {
    const shown = await preview('02-header-only.csv')
    expect(problem(shown, 'no-rows')).toMatchObject({
      severity: 'stop',
      message: '02-header-only.csv has 3 columns and no rows. A dataset needs at least 2 rows.',
    })
    expect(shown.train.columns.map((column) => column.name)).toEqual(['id', 'string', 'valid'])
    expect((await failure(load('02-header-only.csv'))).message).toContain('has 3 columns and no rows')
  })

  it('row 3: imports one row and warns that it cannot be split', async () => {
    const done = await load('03-one-row.csv')
    expect(done.content.train).toEqual([{ text: 'BTXSE', label: 0 }])
    expect(done.content.test).toEqual([])
    expect(problem(done.preview, 'one-row')).toMatchObject({
      severity: 'warning',
      message: '1 row: too few to split into train and test.',
    })
  })
})

describe('encodings', () => {
  it('row 4: leaves a UTF-8 byte-order mark out of the first name', async () => {
    const { train } = await preview('04-utf8-bom.csv')
    expect(train.columns.map((column) => column.name)).toEqual(['string', 'valid'])
    expect(train).toMatchObject({ encoding: 'utf-8', byteOrderMark: true })
    expect(pairs(await load('04-utf8-bom.csv'))).toContain('BTXSE 1')
  })

  it.each(['utf-16le', 'utf-16be'] as const)(
    'row 5: decodes %s by its marker and says so',
    async (encoding) => {
      const name = `05-${encoding.replace('-', '')}-bom.csv`
      const shown = await preview(name)
      expect(shown.train.encoding).toBe(encoding)
      expect(problem(shown, 'encoding').message).toMatch(/^UTF-16 detected/)
      expect(pairs(await load(name))).toEqual(['BPVXE 0', 'BP😀VE 0', 'BTXSE 1', 'BTXSÉ 1'])
    },
  )

  it.each(['utf-16le', 'utf-16be'] as const)(
    'row 6: asks about %s without a marker, with both readings',
    async (encoding) => {
      const name = `06-${encoding.replace('-', '')}-unmarked.csv`
      const shown = await preview(name)
      const asked = problem(shown, 'utf-16-unmarked')
      expect(asked).toMatchObject({
        severity: 'stop',
        message: 'Looks like UTF-16 without a marker. Choose the encoding.',
      })
      expect(asked.choices?.map((one) => one.options.encoding).sort()).toEqual(['utf-16be', 'utf-16le'])
      expect(asked.choices?.[0]).toMatchObject({ options: { encoding }, example: 'string,valid' })
      expect(asked.choices?.[1]?.example).not.toBe('string,valid')
      await expect(load(name)).rejects.toThrow('without a marker')
      expect(pairs(await load(name, { encoding }))).toContain('BP😀VE 0')
    },
  )

  it('row 7: names line, byte and value of the first byte that is not UTF-8, and offers Windows-1252', async () => {
    const rows = Array.from({ length: 50_000 }, (_, k) => `${'BTXSE'.repeat(3)}${k},${k % 2}\n`)
    const before = Buffer.from(`string,valid\n${rows.slice(0, 39_998).join('')}`)
    const bytes = Buffer.concat([
      before,
      Buffer.from('BTXSEBTXSEBTXSEX\xe9E,1\n', 'latin1'),
      Buffer.from(rows.slice(39_998).join('')),
    ])
    const path = writeTemp(folder, 'latin.csv', bytes)
    const shown = await previewFile(path, {})
    const wrong = problem(shown, 'encoding-invalid')
    expect(wrong.message).toBe('Line 40,000 byte 17 is not UTF-8 (0xE9). Read as Windows-1252?')
    expect(wrong).toMatchObject({ severity: 'stop', line: 40_000, places: [{ line: 40_000, byte: 17 }] })
    expect(wrong.choices).toEqual([
      {
        label: 'Read as Windows-1252',
        options: { encoding: 'windows-1252' },
        example: 'BTXSEBTXSEBTXSEXéE,1',
      },
    ])
    expect(JSON.stringify(shown)).not.toContain('\ufffd')
    const again = await previewFile(path, choice(wrong, 'Windows-1252'))
    expect(again).toMatchObject({ canImport: true, willImport: { sequences: 50_001 } })
  })

  it('row 8: lists the first lines of the other encoding and stops until one is chosen', async () => {
    const shown = await preview('08-two-encodings.csv')
    const wrong = problem(shown, 'encoding-invalid')
    expect(wrong.message).toBe(
      'Line 3 byte 4 is not UTF-8 (0xE9). Lines 4, 5, 6, 7 and 2 more too. Read as Windows-1252?',
    )
    expect(wrong.places?.slice(0, 5).map((place) => place.line)).toEqual([3, 4, 5, 6, 7])
    await expect(load('08-two-encodings.csv')).rejects.toThrow('is not UTF-8')
    const chosen = await load('08-two-encodings.csv', choice(wrong, 'Windows-1252'))
    expect(pairs(chosen)).toContain('café0 0')
  })

  it('row 9: names the cell with a NUL character; the cell becomes missing only when chosen', async () => {
    const shown = await preview('09-nul.csv')
    const nul = problem(shown, 'nul')
    expect(nul).toMatchObject({ severity: 'stop', count: 2, line: 3, column: 'a' })
    expect(nul.message).toBe('Line 3 column a contains a NUL character (2 cells in all).')
    await expect(load('09-nul.csv')).rejects.toThrow('contains a NUL character')
    const chosen = await preview('09-nul.csv', choice(nul, 'missing'))
    expect(chosen.train.columns.map((column) => column.missing)).toEqual([1, 0, 1])
    expect(problem(chosen, 'missing-text')).toMatchObject({ severity: 'stop', line: 4 })
    const done = await load('09-nul.csv', { nul: 'missing', missingRows: 'drop' })
    expect(pairs(done)).toEqual(['BPVVE 0', 'BPVXE 0', 'BTXSE 1'])
    expect(done.preview.willImport.dropped).toBe(1)
  })
})

describe('names of columns', () => {
  it('row 10: numbers repeated names, says so, and takes other names', async () => {
    const shown = await preview('10-duplicate-headers.csv')
    expect(shown.train.columns.map((column) => column.name)).toEqual(['a', 'a (2)', 'a (3)', 'valid'])
    expect(problem(shown, 'duplicate-columns').message).toBe(
      "Column 'a' appears 3 times; imported as a, a (2), a (3).",
    )
    const renamed = await preview('10-duplicate-headers.csv', { columnNames: ['text', 'x', 'y', 'valid'] })
    expect(renamed.train.suggested.textColumn).toBe('text')
    expect(codes(renamed)).not.toContain('duplicate-columns')
    const wrong = await preview('10-duplicate-headers.csv', { columnNames: ['text'] })
    expect(problem(wrong, 'column-names').severity).toBe('stop')
  })

  it("row 11: imports a column called __proto__ like any other and leaves Object's prototype alone", async () => {
    const done = await load('11-proto-header.csv', { textColumn: '__proto__' })
    expect(done.preview.train.columns[0]).toMatchObject({ name: '__proto__', kind: 'text' })
    expect(pairs(done)).toEqual(['BPTVVE 0', 'BPVVE 0', 'BTSXSE 1', 'BTXSE 1'])
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(JSON.parse(JSON.stringify(done.preview))).toEqual(done.preview)
  })

  it('row 12: takes constructor and toString as names and calls empty ones by their position', async () => {
    const shown = await preview('12-odd-headers.csv', { textColumn: 'constructor', labelColumn: 'toString' })
    expect(shown.train.columns.map((column) => column.name)).toEqual([
      'constructor',
      'toString',
      'hasOwnProperty',
      'column 4',
      'column 5',
    ])
    expect(problem(shown, 'unnamed-columns').message).toBe(
      '2 columns without a name: called column 4, column 5.',
    )
    expect(shown).toMatchObject({ canImport: true, willImport: { sequences: 4 } })
  })
})
