// Numbers as people write them: which readings a cell allows, and that no digit is lost.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalNumber, isAmbiguous, numberReading } from '../../../src/main/data/import/numbers.ts'

describe('numberReading', () => {
  it.each([
    [
      0,
      [
        '',
        ' ',
        '-',
        '+',
        '.',
        ',',
        'e5',
        'a1',
        '1a',
        '1.2.3',
        '1,2,3',
        '12.3456.789',
        'NaN',
        'inf',
        '1'.repeat(401),
        '--1',
        '1-',
      ],
    ],
    [1, ['1.5', '-0.25', '1,234.56', '12.34', '.5', "1'234.5", '1.5e-3', '1,234,567.1']],
    [2, ['1,5', '-0,25', '1.234,56', ',5', '1.234.567,1', '1 234,5']],
    [3, ['0', '-12', '1e9', '1.234', '1,234', '12.345', '1 234', ' 7 ', '9007199254740993']],
  ])('allows reading %i', (reading, cells) => {
    expect(cells.map((cell) => [cell, numberReading(cell)])).toEqual(cells.map((cell) => [cell, reading]))
  })

  it('allows the decimal point for every number JavaScript writes', () => {
    fc.assert(
      fc.property(
        fc.double({ noDefaultInfinity: true, noNaN: true }),
        (n) => (numberReading(String(n)) & 1) === 1,
      ),
    )
  })
})

describe('canonicalNumber', () => {
  it('keeps every digit: nothing is rounded', () => {
    expect(canonicalNumber('9007199254740993', '.')).toBe('9007199254740993')
    expect(canonicalNumber(' 1.234.567,000 ', ',')).toBe('1234567.000')
    expect(canonicalNumber('1,234,567.10', '.')).toBe('1234567.10')
  })

  it('means the same number as the grouped form it came from', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }),
        fc.integer({ min: 0, max: 99 }),
        (whole, cents) => {
          const point = `${whole.toLocaleString('en-US')}.${String(cents).padStart(2, '0')}`
          const comma = `${whole.toLocaleString('de-DE')},${String(cents).padStart(2, '0')}`
          const plain = `${whole}.${String(cents).padStart(2, '0')}`
          expect(canonicalNumber(point, '.')).toBe(plain)
          expect(canonicalNumber(comma, ',')).toBe(plain)
        },
      ),
    )
  })

  it('differs between the readings only where a cell is ambiguous', () => {
    expect(['1.234', '1,234', '12', '1.5', '1e3'].map(isAmbiguous)).toEqual([true, true, false, false, false])
  })
})
