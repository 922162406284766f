// What `dataset import` prints as a way out of a problem is what its --set takes, also after a shell has read it.
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { importOptions, problemText } from '../../src/main/commands/import-options.ts'
import type { ImportOptions } from '../../src/shared/dataset.ts'

const CHOICES: ImportOptions[] = [
  { delimiter: '\t' },
  { delimiter: ',' },
  { delimiter: '|' },
  { delimiter: '~|~' },
  { delimiter: null },
  { decimal: ',' },
  { headerRow: 4 },
  { labelColumn: null },
  { textColumn: 'a "quoted", $HOME `name` \\' },
  { textColumn: '12' },
  { encoding: 'utf-16le' },
  { tables: 'stop', raggedRows: 'drop' },
  { columnNames: ['a', 'b, c'] },
]

/** The assignments of a printed way out as a program receives them from `sh`. */
function throughShell(options: ImportOptions): string[] {
  const text = problemText({
    code: 'x',
    severity: 'stop',
    message: 'm',
    choices: [{ label: 'way', options }],
  })
  const command = text.slice(text.indexOf('--set'))
  const words = execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' }).split('\0')
  return words.filter((word) => word !== '' && word !== '--set')
}

describe('a way out of a problem of a file', () => {
  it.skipIf(process.platform === 'win32').each(CHOICES)('is read back as printed: %j', (options) => {
    expect(importOptions({}, throughShell(options))).toEqual(options)
  })

  it('is added to the columns named by their own flags', () => {
    expect(importOptions({ textColumn: 't' }, ['missing=NA, nan', 'testFraction=0.5'])).toEqual({
      textColumn: 't',
      missing: ['NA', 'nan'],
      testFraction: 0.5,
    })
  })

  it.each([
    ['delimiter', /form path=value/],
    ['ragged=drop', /no option 'ragged'; it has encoding, delimiter/],
    ['__proto__=1', /no option '__proto__'/],
    ['raggedRows=maybe', /option raggedRows of the import cannot be 'maybe'/],
    ['headerRow=-1', /option headerRow of the import cannot be '-1'/],
  ])('refuses %s', (assignment, message) => {
    expect(() => importOptions({}, [assignment])).toThrow(message)
  })
})
