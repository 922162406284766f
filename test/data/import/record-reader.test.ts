// The record reader against csv-parse as oracle, and under every way to cut a text into pieces.
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordReader, type Dialect, type RawRecord } from '../../../src/main/data/import/record-reader.ts'
import { streamDecoder, firstInvalidByte } from '../../../src/main/data/import/decoder.ts'
import { isUtf8 } from 'node:buffer'

const COMMA: Dialect = { delimiter: ',', quotes: 'standard' }

function read(text: string, dialect: Dialect, piece = Infinity) {
  const records: RawRecord[] = []
  const reader = new RecordReader(dialect, (record) => records.push(record))
  for (let at = 0; at < text.length; at += Math.min(piece, text.length))
    reader.push(text.slice(at, at + piece))
  reader.end()
  return { records, reader }
}

const cells = (text: string, dialect: Dialect = COMMA) =>
  read(text, dialect).records.map((record) => record.cells)

/** Cells made of what is difficult: quotes, delimiters, line ends, characters outside the BMP. */
const cell = fc.string({
  unit: fc.constantFrom('a', 'B', '"', ',', ';', '\n', '\r', '\r\n', ' ', 'é', '😀'),
  maxLength: 6,
})
const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`

describe('RecordReader', () => {
  it('reads what csv-parse reads, for any cells, delimiter and line end', () => {
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '||', ', '),
        fc.constantFrom('\n', '\r\n', '\r'),
        (rows, delimiter, end) => {
          const text = rows.map((row) => row.map(quoted).join(delimiter)).join(end) + end
          const expected: string[][] = parse(text, {
            delimiter,
            record_delimiter: end,
            relax_column_count: true,
          })
          expect(cells(text, { delimiter, quotes: 'standard' })).toEqual(expected)
          expect(expected).toEqual(rows)
        },
      ),
    )
  })

  it('gives the same records, lines and complaints however the text is cut', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', ',', ', ', '\n', '\r', '\r\n', 'x😀'),
      maxLength: 40,
    })
    const dialect = fc.record({
      delimiter: fc.constantFrom(',', ', ', '\r', null),
      quotes: fc.constantFrom<Dialect['quotes']>('standard', 'literal'),
    })
    fc.assert(
      fc.property(text, dialect, fc.integer({ min: 1, max: 5 }), (whole, how, piece) => {
        if (how.delimiter === '\r') return
        const once = read(whole, how)
        const cut = read(whole, how, piece)
        expect(cut.records).toEqual(once.records)
        expect(cut.reader.lineEnds).toEqual(once.reader.lineEnds)
        expect(cut.reader.unclosedQuoteLine).toBe(once.reader.unclosedQuoteLine)
        expect(cut.reader.strayQuotes.list.map((place) => place.line)).toEqual(
          once.reader.strayQuotes.list.map((place) => place.line),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('loses no character outside quotes: cells and delimiters make up the line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '"', ',', ' '), minLength: 1, maxLength: 30 }),
        (line) => {
          expect(cells(line, { delimiter: ',', quotes: 'literal' }).map((row) => row.join(','))).toEqual([
            line,
          ])
        },
      ),
    )
  })

  it('counts a CRLF inside quotes as one line, where csv-parse counts two', () => {
    const { records } = read('a,"x\r\ny\rz"\r\nb,1\r\n\r\n\nc,2', COMMA)
    expect(records.map((record) => record.line)).toEqual([1, 4, 7])
    expect(records.map((record) => record.afterBlank)).toEqual([false, false, true])
  })

  it('names the line on which the quote of a broken cell was opened', () => {
    const { reader } = read('a,b\n"c,1\nd,2\n"e,3\n', COMMA)
    expect(reader.strayQuotes.list[0]).toMatchObject({ line: 4 })
    expect(reader.strayOpenedLine).toBe(2)
  })

  it('passes over empty lines only: a quoted empty cell is a record', () => {
    expect(cells('\n""\n\n,\n')).toEqual([[''], ['', '']])
  })

  it('refuses more columns than the stated limit', () => {
    expect(() => cells(`${'a,'.repeat(10_001)}\n`)).toThrow('Line 1 has more than 10,000 columns')
  })
})

describe('streamDecoder', () => {
  const decodeAll = (
    bytes: Uint8Array,
    piece: number,
    encoding: Parameters<typeof streamDecoder>[0] = 'utf-8',
  ) => {
    const decoder = streamDecoder(encoding, 0)
    let text = ''
    for (let at = 0; at < bytes.length; at += piece) text += decoder.decode(bytes.subarray(at, at + piece))
    return { text: text + decoder.end(), decoder }
  }

  it.each(['utf-8', 'utf-16le', 'utf-16be'] as const)('decodes %s however the bytes are cut', (encoding) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 7 }), (text, piece) => {
        const bytes = Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'utf16le')
        if (encoding === 'utf-16be') bytes.swap16()
        const { text: decoded, decoder } = decodeAll(bytes, piece, encoding)
        expect(decoded).toBe(text)
        expect(decoder.invalid.count).toBe(0)
      }),
    )
  })

  it('finds the first wrong byte of any bytes, as Node does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const at = firstInvalidByte(bytes)
        expect(at < 0).toBe(isUtf8(bytes))
        if (at >= 0) expect(isUtf8(bytes.subarray(0, at))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('gives the exact line and byte of a wrong byte however the bytes are cut', () => {
    const line = fc.array(fc.constantFrom(0x61, 0xc3a9, 0xf09f9880), { maxLength: 5 })
    const ends = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        ends,
        line,
        fc.integer({ min: 1, max: 9 }),
        (before, end, prefix, piece) => {
          const encode = (codes: number[]) =>
            Buffer.from(codes.map((code) => code.toString(16)).join(''), 'hex')
          const start = Buffer.concat(before.map((codes) => Buffer.concat([encode(codes), Buffer.from(end)])))
          const bad = encode(prefix)
          const bytes = Buffer.concat([
            start,
            bad,
            Buffer.from([0xe9, 0x45]),
            Buffer.from(end),
            Buffer.from('ok'),
          ])
          const { decoder } = decodeAll(bytes, piece)
          expect(decoder.invalid.list).toHaveLength(1)
          expect(decoder.invalid.list[0]).toMatchObject({ line: before.length + 1, byte: bad.length + 1 })
          expect(decoder.firstWrongByte).toBe(0xe9)
        },
      ),
    )
  })

  it('reports half a character at the end of UTF-16', () => {
    expect(decodeAll(Uint8Array.of(0x41, 0, 0x42), 2, 'utf-16le').decoder.invalid.count).toBe(1)
    expect(decodeAll(Uint8Array.of(0x41, 0, 0x3d, 0xd8), 2, 'utf-16le').decoder.invalid.count).toBe(1)
  })

  it('decodes the range 0x80 to 0x9F of Windows-1252', () => {
    expect(decodeAll(Uint8Array.of(0x80, 0x93, 0xe9), 1, 'windows-1252').text).toBe('€“é')
  })
})
