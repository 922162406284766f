// Bad inputs, rows 33 to 40 of the hardening table: size, change, loss, and things that are no text files.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { importFiles, importSources, previewFile } from '../../../src/main/data/import/import-files.ts'
import { assertInside, readingStopped, type ByteSource } from '../../../src/main/data/import/source.ts'
import type { ImportProgress } from '../../../src/shared/dataset.ts'
import { failure, memorySource, tempFolder, writeTemp } from './support.ts'

const folder = tempFolder()
const posix = process.platform !== 'win32'

/** A CSV of about `megabytes` MB, 20 bytes a row. */
function bigFile(name: string, megabytes: number): string {
  const rows = Array.from(
    { length: 50_000 },
    (_, k) => `BTXSEBTXSE${10_000_000 + k}`.slice(0, 17) + `,${k % 2}\n`,
  )
  const path = join(folder, name)
  const fd = openSync(path, 'w')
  writeSync(fd, 'string,valid\n')
  const block = Buffer.from(rows.join(''))
  for (let k = 0; k < megabytes; k++) writeSync(fd, block)
  closeSync(fd)
  return path
}

describe('huge inputs', () => {
  it('row 33: refuses a cell of 600 MB after reading 16 MB of it', async () => {
    const path = join(folder, 'cell.csv')
    const fd = openSync(path, 'w')
    writeSync(fd, 'string,valid\nBTXSE,1\n')
    writeSync(fd, Buffer.alloc(17 << 20, 'X'))
    ftruncateSync(fd, 600_000_000) // the rest is a hole that takes no room on the disk
    closeSync(fd)
    let read = 0
    const error = await failure(previewFile(path, {}, { onProgress: ({ bytes }) => (read = bytes) }))
    expect(error.code).toBe('too-large')
    expect(error.message).toBe('A cell on line 3 is longer than 16 MB, the most that is read.')
    expect(read).toBeLessThan(32 << 20)
  })

  it('row 33: points at a quote that may have swallowed the rest', async () => {
    const path = writeTemp(
      folder,
      'quote.csv',
      Buffer.concat([Buffer.from('string,valid\nA,1\n"'), Buffer.alloc(18 << 20, 'A,1\n')]),
    )
    expect((await failure(previewFile(path, {}))).message).toContain(
      'the quote opened on line 3 may never be closed',
    )
  })

  it('row 34: tells megabytes and rows while reading, leaves the event loop free, and can be cancelled', async () => {
    const path = bigFile('big.csv', 40)
    const told: ImportProgress[] = []
    let turns = 0 // of the event loop while the file is read
    let reading = true
    const turn = () => {
      turns += 1
      if (reading) setImmediate(turn)
    }
    setImmediate(turn)
    const stop = new AbortController()
    const done = failure(
      previewFile(
        path,
        {},
        {
          signal: stop.signal,
          onProgress: (progress) => {
            told.push(progress)
            if (told.length === 4) stop.abort()
          },
        },
      ),
    )
    const error = await done
    reading = false
    expect(error.code).toBe('cancelled')
    expect(error.message).toBe('Reading big.csv was cancelled. Nothing was imported.')
    expect(told.map(({ bytes }) => bytes)).toEqual([...told.map(({ bytes }) => bytes)].sort((a, b) => a - b))
    expect(told.at(-1)!.rows).toBeGreaterThan(100_000)
    expect(told.at(-1)!.totalBytes).toBe(40 * 50_000 * 20 + 13)
    expect(told.at(-1)!.bytes).toBeLessThan(told.at(-1)!.totalBytes) // it ended long before the file did
    // The loop turns at least once for every chunk of 1 MiB, so no piece of work is longer than one chunk.
    expect(turns).toBeGreaterThanOrEqual(Math.floor(told.at(-1)!.bytes / (1 << 20)))
  })
})

describe('files that change or vanish while they are read', () => {
  /** Import a file and disturb it once it is being read. */
  const disturbed = (path: string, disturb: () => void) => {
    let done = false
    const onProgress = ({ bytes }: ImportProgress) => {
      if (bytes === 0 || done) return
      done = true
      disturb()
    }
    return failure(importFiles({ train: path }, {}, { onProgress }))
  }

  it('row 35: notices that a file grew', async () => {
    const path = bigFile('grown.csv', 9)
    const error = await disturbed(path, () => appendFileSync(path, 'BTXSE,1\n'))
    expect(error.message).toBe('grown.csv changed while it was read; try again. Nothing was imported.')
  })

  it.skipIf(!posix)('row 35: notices that a file was replaced by one of the same size and date', async () => {
    const path = bigFile('replaced.csv', 9)
    const other = bigFile('other.csv', 9)
    const date = new Date('2026-01-01T00:00:00Z')
    utimesSync(path, date, date)
    utimesSync(other, date, date)
    const error = await disturbed(path, () => renameSync(other, path))
    expect(error.message).toContain('replaced.csv changed while it was read')
  })

  it('row 35: notices a change between the two passes', async () => {
    const rows = 'string,valid\nBTXSE,1\nBPVVE,0\nBTSXSE,1\nBPTVVE,0\n'
    const first = memorySource(Buffer.from(rows))
    const second = memorySource(Buffer.from(rows.replace('BTXSE', 'BTXXE')))
    let passes = 0
    // Pass 1 looks at the head, pass 2 surveys the columns, pass 3 takes the rows.
    const source: ByteSource = { ...first, chunks: () => (++passes < 3 ? first : second).chunks() }
    await expect(importSources({ train: source }, {})).rejects.toThrow('changed while it was read')
  })

  it.skipIf(!posix)('row 36: notices that a file was removed while it was read', async () => {
    const path = bigFile('removed.csv', 9)
    const error = await disturbed(path, () => rmSync(path))
    expect(error.message).toMatch(
      /^Reading removed\.csv stopped at 9 MB: file not found\. Nothing was imported/,
    )
  })

  it('row 36: says how far reading came when the device went away', async () => {
    const bytes = Buffer.from(`string,valid\n${'BTXSE,1\n'.repeat(200_000)}`)
    const good = memorySource(bytes, 1 << 20, 'usb.csv')
    let passes = 0
    const source: ByteSource = {
      ...good,
      async *chunks() {
        passes += 1
        yield bytes.subarray(0, 1 << 20)
        const gone = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
        if (passes > 1) throw readingStopped('usb.csv', 312_400_000, gone)
      },
    }
    const error = await failure(importSources({ train: source }, {}))
    expect(error.code).toBe('bad-input')
    expect(error.message).toMatch(
      /^Reading usb\.csv stopped at 312 MB: device not available\. Nothing was imported/,
    )
  })

  it('row 36: says that a file is not there', async () => {
    const error = await failure(previewFile(join(folder, 'absent.csv'), {}))
    expect(error).toMatchObject({ code: 'not-found', message: 'absent.csv cannot be read: file not found.' })
  })
})

describe('things that are no regular files', () => {
  it('row 37: refuses a folder', async () => {
    const path = join(folder, 'folder.csv')
    mkdirSync(path)
    const error = await failure(previewFile(path, {}))
    expect(error.message).toBe('Only regular files can be imported; folder.csv is a folder.')
  })

  it.skipIf(!posix)(
    'row 37: refuses a named pipe without waiting for it, directly and through a link',
    async () => {
      const path = join(folder, 'pipe.csv')
      execFileSync('mkfifo', [path])
      const link = join(folder, 'link.csv')
      symlinkSync(path, link)
      expect((await failure(previewFile(path, {}))).message).toContain('pipe.csv is a named pipe')
      expect((await failure(previewFile(link, {}))).message).toContain('link.csv is a named pipe')
    },
  )

  it.skipIf(!posix)('row 37: refuses a device that never ends', async () => {
    expect((await failure(previewFile('/dev/zero', {}))).message).toContain('zero is a device')
  })

  it.skipIf(!posix)('row 37: refuses a socket', async () => {
    const path = join(folder, 's.csv')
    const server = createServer()
    await new Promise<void>((listening) => server.listen(path, listening))
    try {
      expect((await failure(previewFile(path, {}))).message).toContain('s.csv is a socket')
    } finally {
      await new Promise((closed) => server.close(closed))
    }
  })

  it.skipIf(!posix)(
    'row 38: refuses links and paths that lead outside an allowed folder, naming no path',
    async () => {
      const allowed = join(folder, 'allowed')
      mkdirSync(allowed)
      const outside = writeTemp(folder, 'secret.csv', 'a,b\n')
      const inside = writeTemp(allowed, 'fine.csv', 'a,b\n')
      symlinkSync(outside, join(allowed, 'link.csv'))
      symlinkSync(inside, join(allowed, 'good.csv'))
      for (const path of [
        outside,
        join(allowed, 'link.csv'),
        join(allowed, '../secret.csv'),
        join(allowed, 'no.csv'),
        allowed,
      ]) {
        const error = await failure(assertInside(allowed, path))
        expect(error.code).toBe('forbidden')
        expect(`${error.message} ${JSON.stringify(error.detail ?? '')}`).not.toContain('secret')
        expect(error.message).not.toContain(folder)
      }
      expect(await assertInside(allowed, join(allowed, 'good.csv'))).toMatch(/fine\.csv$/)
    },
  )
})

describe('files that are something else', () => {
  const zip = (inside: string) =>
    Buffer.concat([Buffer.from('PK\x03\x04\x14\x00\x06\x00', 'latin1'), Buffer.from(inside)])
  it.each([
    [
      'Excel workbook',
      zip('[Content_Types].xml ... xl/workbook.xml'),
      'this is an Excel workbook; export it as CSV',
    ],
    ['old Excel file', Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....', 'latin1'), 'old Excel'],
    [
      'OpenDocument',
      zip('mimetypeapplication/vnd.oasis.opendocument.spreadsheet'),
      'OpenDocument spreadsheet',
    ],
    ['ZIP', zip('train.csv'), 'a ZIP archive; unpack it'],
    ['PNG', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), 'a PNG image'],
    ['JPEG', Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF', 'latin1'), 'a JPEG image'],
    ['PDF', Buffer.from('%PDF-1.7\n'), 'a PDF document'],
    ['gzip', gzipSync('string,valid\nBTXSE,1\n'), 'a gzip archive; unpack it'],
    ['SQLite', Buffer.from('SQLite format 3\0'), 'an SQLite database'],
    ['noise', Buffer.from(Array.from({ length: 600 }, (_, k) => (k * 7919) % 16)), 'holds binary data'],
  ])('row 39: says that a .csv is really %s', async (name, bytes, sentence) => {
    const error = await failure(previewFile(writeTemp(folder, `${name.replace(/ /g, '-')}.csv`, bytes), {}))
    expect(error.code).toBe('bad-input')
    expect(error.message).toContain(sentence)
  })

  it.each([
    ['Parquet', 'a.parquet', 'PAR1\x15\x04', 'Parquet is not read yet, export it as CSV'],
    ['JSON lines', 'a.jsonl', '{"string": "BTXSE", "valid": 1}\n', 'JSON is not read yet, export it as CSV'],
    ['JSON lines named .csv', 'b.csv', '{"string": "BTXSE", "valid": 1}\n', 'this is a JSON file'],
    ['time series', 'a.ts', '# made\n@problemName x\n@data\n1,2:0\n', 'time-series file (.ts)'],
  ])('says that %s is not read yet', async (_, name, text, sentence) => {
    const error = await failure(previewFile(writeTemp(folder, name, text), {}))
    expect(error.code).toBe('unsupported')
    expect(error.message).toContain(sentence)
  })

  it.each([
    ['page.html', '<!DOCTYPE html><html><body>a,b</body></html>', 'a web page'],
    ['picture.svg', '<svg xmlns="http://www.w3.org/2000/svg"><text>a,b</text></svg>', 'an XML file'],
  ])('row 40: refuses %s when it is dropped as a dataset', async (name, text, sentence) => {
    const error = await failure(importFiles({ train: writeTemp(folder, name, text) }, {}))
    expect(error).toMatchObject({ code: 'bad-input' })
    expect(error.message).toContain(sentence)
  })

  it('reads a text that only begins like something else', async () => {
    writeFileSync(join(folder, 'pk.csv'), 'PKX,1\nBTX,0\nGIX,1\nBTT,0\n')
    expect((await previewFile(join(folder, 'pk.csv'), {})).willImport.sequences).toBe(4)
  })
})
