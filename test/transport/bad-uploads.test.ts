// Bad inputs, rows 1 to 28 and 33 to 40 of the hardening table, the way a browser hands them over: uploaded, previewed,
// imported. What the sentences are about is tested with the importer; here, that every one of them arrives, that
// nothing is stored, and that the server goes on.
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileRef } from '../../src/shared/contract.ts'
import { badInput, realServer, type RealServer } from './real-server.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const many = (count: number, row: (k: number) => string) =>
  Array.from({ length: count }, (_, k) => row(k)).join('')

/** Row of the table, what is sent, and the sentence that stops it. */
const STOPPED: [row: number, bytes: () => Uint8Array, message: RegExp][] = [
  [1, () => badInput('01-empty.csv'), /is empty \(0 bytes\)/],
  [2, () => badInput('02-header-only.csv'), /has 3 columns and no rows/],
  [6, () => badInput('06-utf16le-unmarked.csv'), /UTF-16 without a marker/],
  [
    7,
    () =>
      Buffer.concat([latin1(`s,v\n${many(39_998, (k) => `BTXSE${k},${k % 2}\n`)}`), latin1('BTX\xe9E,1\n')]),
    /Line 40,000 byte 4 is not UTF-8 \(0xE9\)/,
  ],
  [8, () => badInput('08-two-encodings.csv'), /Lines 4, 5, 6, 7 and 2 more/],
  [9, () => badInput('09-nul.csv'), /contains a NUL character/],
  [13, () => badInput('13-too-few-cells.csv'), /too few cells \(expected 3\): lines 3 and 5/],
  [14, () => badInput('14-too-many-cells.csv'), /too many cells/],
  [
    15,
    () => latin1(`string,valid\n"BTXSE,1\n${many(400_000, (k) => `BTXSEBTXSE${k},${k % 2}\n`)}`),
    /quote opened on line 2 is never closed/,
  ],
  [16, () => badInput('16-stray-quote.csv'), /Line 2: unexpected quote/],
  [24, () => badInput('24-preamble.csv'), /Lines 1–3 look like a title/],
  [25, () => badInput('25-two-headers.csv'), /Which row names the columns/],
  [26, () => badInput('26-two-tables.csv'), /changes at line 88/],
  [28, () => badInput('28-missing-values.csv'), /1 row without label: line 7/],
  [33, () => latin1(`string,valid\nBTXSE,1\n${'X'.repeat(17 << 20)}`), /cell on line 3 is longer than 16 MB/],
  [39, () => latin1('PK\x03\x04\x14\x00\x06\x00[Content_Types].xml xl/workbook.xml'), /an Excel workbook/],
  [39, () => gzipSync('string,valid\nBTXSE,1\n'), /a gzip archive/],
  [39, () => latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), /a PNG image/],
  [40, () => latin1('<!DOCTYPE html><html><body>a,b</body></html>'), /a web page/],
]

/** Row of the table, the file, and how many sequences it holds all the same. */
const TAKEN: [row: number, file: string, sequences: number, note?: RegExp][] = [
  [3, '03-one-row.csv', 1, /too few to split/],
  [4, '04-utf8-bom.csv', 6],
  [5, '05-utf16be-bom.csv', 4, /UTF-16 detected/],
  [10, '10-duplicate-headers.csv', 4, /imported as a, a \(2\), a \(3\)/],
  [11, '11-proto-header.csv', 4],
  [12, '12-odd-headers.csv', 4, /called column 4, column 5/],
  [17, '17-quote-after-space.csv', 4, /comma and space/],
  [18, '18-mixed-line-ends.csv', 4, /Mixed line ends/],
  [19, '19-cr-only.csv', 6],
  [20, '20-decimal-comma.csv', 6, /1,5 is read as 1\.5/],
  [21, '21-thousands.csv', 6, /line 4 needs ','/],
  [22, '22-tilde-bar.txt', 8, /Delimiter detected/],
  [23, '23-single-column.csv', 4, /no labels/],
  [27, '27-missing-delimiter.csv', 84, /Line 14 column 'Price' is text, 83 others are numbers/],
]

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'lacuna-uploads-'))
let server: RealServer
beforeAll(async () => {
  server = await realServer(join(folder, 'workspace'))
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

const args = (file: FileRef) => ({ file, options: {}, task: 'test' })

/** Everything the interface could see of the stored data. */
async function stored(): Promise<string> {
  const all = [await server.request('dataset/list', {}), await server.request('study/list', {})]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex')
}

describe('an upload that cannot be taken as it is', () => {
  it.each(STOPPED)('row %i is stopped in words, and nothing is stored', async (_row, bytes, message) => {
    const before = await stored()
    const file = await server.upload('data.csv', bytes())
    // Some are refused at once; of others a preview is shown that says what is to be decided.
    const said = await server.request('dataset/preview', args(file)).then(
      ({ canImport, problems }) => {
        expect(canImport).toBe(false)
        return problems.filter(({ severity }) => severity === 'stop').map((problem) => problem.message)
      },
      (error: Error) => [error.message],
    )
    expect(said.join('\n')).toMatch(message)
    await expect(server.request('dataset/import', { ...args(file), name: 'bad' })).rejects.toThrow(message)
    expect(await stored()).toBe(before)
    await server.request('file/discard', file)
  })
})

describe('an upload that is odd', () => {
  it.each(TAKEN)('row %i is read, and what is odd is said: %s', async (_row, name, sequences, said) => {
    const file = await server.upload(name, badInput(name))
    const preview = await server.request('dataset/preview', args(file))
    expect(preview).toMatchObject({ canImport: true, willImport: { sequences } })
    if (said !== undefined) expect(preview.problems.map(({ message }) => message).join('\n')).toMatch(said)
    await server.request('file/discard', file)
  })
})

describe('uploads only', () => {
  it('row 38: a path that leads out of the interface is answered 403 without naming it', async () => {
    const { request: httpRequest } = await import('node:http')
    for (const path of ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2fetc%2fpasswd']) {
      const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
        const options = { path, headers: { cookie: server.cookie }, agent: false }
        const call = httpRequest(server.origin, options, (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString()))
          response.on('end', () => resolve({ status: response.statusCode!, text }))
        })
        call.on('error', reject)
        call.end()
      })
      expect(answer.status, path).toBe(403)
      expect(answer.text).not.toMatch(/passwd|etc/)
    }
  })

  it('row 38: a file is meant by the id of its upload, never by a path', async () => {
    const secret = join(folder, 'secret.csv')
    writeFileSync(secret, 'string,valid\nBTXSE,1\n')
    for (const fileId of [secret, '../secret.csv', 'f'.repeat(32)]) {
      const error = await server
        .request('dataset/preview', args({ fileId }))
        .catch((e: unknown) => e as Error)
      expect(error).toBeInstanceOf(Error)
      expect((error as Error).message).not.toContain('secret')
    }
  })

  it('row 38: the name of an upload cannot place it anywhere else', async () => {
    const incoming = server.workbench.incomingFolder
    mkdirSync(join(folder, 'outside'))
    const names = ['../../outside/a.csv', join(folder, 'outside', 'b.csv'), 'CON', 'a\0b.csv', '..']
    const files = []
    for (const name of names)
      files.push(await server.upload(name, latin1('string,valid\nBTXSE,1\nBPVVE,0\n')))
    expect(readdirSync(join(folder, 'outside'))).toEqual([])
    for (const file of files) {
      const { train } = await server.request('dataset/preview', args(file))
      expect(train.fileName).not.toMatch(/[/\\\0]/)
      await server.request('file/discard', file)
    }
    expect(readdirSync(incoming)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('row 37: what is no regular file is not read', async () => {
    // A link made in the folder of uploads by another program: the only way such a thing could get there.
    const file = await server.upload('data.csv', latin1('string,valid\nBTXSE,1\n'))
    const incoming = server.workbench.incomingFolder
    const [name] = readdirSync(incoming)
    rmSync(join(incoming, name!))
    symlinkSync('/dev/zero', join(incoming, name!))
    await expect(server.request('dataset/preview', args(file))).rejects.toThrow(/Only regular files/)
    await server.request('file/discard', file)
  })
})
