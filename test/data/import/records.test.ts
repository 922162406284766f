import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRecords } from '../../../src/main/data/import/records.ts'
import { tempDir } from '../../support/temp-dir.ts'

function file(content: string): string {
  const name = path.join(tempDir(), 'table.csv')
  writeFileSync(name, content)
  return name
}

describe('Records of a table', () => {
  it('are texts by column, as they are written', async () => {
    const table = '\ufeffname,value,__proto__\r\na,0.10,x\r\n"b, c",NA,y\r\n'
    const [first, second] = await readRecords(file(table))
    expect(Object.entries(first!)).toEqual([
      ['name', 'a'],
      ['value', '0.10'],
      ['__proto__', 'x'],
    ])
    expect(second).toMatchObject({ name: 'b, c', value: 'NA' })
  })

  it.each([
    ['rows that are too short', 'a,b\n1,2\n3\n4,5\n', /too few cells .*line 3/],
    ['a quote that is never closed', 'a,b\n1,"2\n3,4\n', /opened on line 2 is never closed/],
    ['no rows', 'a,b\n', /no rows/],
    ['nothing', '', /empty/],
  ])('are refused with %s', async (_, content, message) => {
    await expect(readRecords(file(content))).rejects.toThrow(message)
  })
})
