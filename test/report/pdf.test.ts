// The PDF, looked at page by page as a picture.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findBrowser } from '../../src/main/report/browser.ts'
import { reportHtml } from '../../src/main/report/html.ts'
import { printWithBrowser, withStatedDate } from '../../src/main/report/print.ts'
import { writeReport } from '../../src/main/report/report.ts'
import { tempDir } from '../support/temp-dir.ts'
import { HOSTILE, hostileInput, missing, reportInput, SMALL } from './support.ts'

interface Picture {
  width: number
  height: number
  grey: Uint8Array // row by row, 0 black to 255 white
}

/** Draw every page at 50 dots per inch. */
function pagesOf(pdf: Uint8Array): Picture[] {
  const folder = tempDir()
  writeFileSync(path.join(folder, 'report.pdf'), pdf)
  mkdirSync(path.join(folder, 'pages'))
  execFileSync('pdftoppm', ['-gray', '-r', '50', 'report.pdf', 'pages/p'], { cwd: folder })
  return readdirSync(path.join(folder, 'pages'))
    .sort()
    .map((name) => readPgm(readFileSync(path.join(folder, 'pages', name))))
}

function readPgm(file: Buffer): Picture {
  const [, width, height] = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(file.toString('latin1', 0, 40))!.map(Number)
  return { width: width!, height: height!, grey: file.subarray(file.length - width! * height!) }
}

/** Share of the pixels of a rectangle (shares of the page) that are not white. */
function ink({ width, height, grey }: Picture, x0: number, y0: number, x1: number, y1: number): number {
  let dark = 0
  let all = 0
  for (let y = Math.floor(y0 * height); y < Math.floor(y1 * height); y++) {
    for (let x = Math.floor(x0 * width); x < Math.floor(x1 * width); x++) {
      all++
      if (grey[y * width + x]! < 200) dark++
    }
  }
  return dark / all
}

function textOf(pdf: Uint8Array): string {
  const file = path.join(tempDir(), 'report.pdf')
  writeFileSync(file, pdf)
  return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 1e8 })
}

/** Where two files begin to differ, with what stands there. */
function differenceOf(a: Buffer, b: Buffer): string {
  if (a.equals(b)) return ''
  const at = a.findIndex((byte, i) => byte !== b[i])
  const around = (file: Buffer) => JSON.stringify(file.toString('latin1', Math.max(0, at - 60), at + 60))
  return `${a.length} and ${b.length} bytes; at ${at}: ${around(a)} and ${around(b)}`
}

const reason = findBrowser() === undefined ? 'no Chromium is installed' : missing('pdftoppm', '-v')
if (reason !== undefined) console.warn(`the PDF of a report: skipped: ${reason}`)

describe.skipIf(reason !== undefined)('the PDF of a report', () => {
  it.each(Object.entries(SMALL))('fills its pages and cuts nothing off: %s', async (_kind, definition) => {
    const document = writeReport(reportInput(definition))
    const pdf = await printWithBrowser(reportHtml(document))
    const pages = pagesOf(pdf)
    expect(pages.length).toBeGreaterThan(2)
    for (const [index, page] of pages.entries()) {
      const at = `page ${index + 1} of ${pages.length}`
      expect(page.width / page.height, at).toBeCloseTo(210 / 297, 2)
      // Margins are 16 mm of 210 at the sides and 18 mm of 297 above: nothing may stand in their outer half.
      expect(ink(page, 0, 0, 0.038, 1), at).toBe(0)
      expect(ink(page, 0.962, 0, 1, 1), at).toBe(0)
      expect(ink(page, 0, 0, 1, 0.03), at).toBe(0)
      const body = ink(page, 0.07, 0.06, 0.93, 0.93)
      // The last page may hold the last lines only.
      expect(body, at).toBeGreaterThan(index === pages.length - 1 ? 0 : 0.002)
      expect(body, at).toBeLessThan(0.4)
      expect(ink(page, 0.8, 0.94, 0.95, 0.99), `${at}: its number`).toBeGreaterThan(0)
    }
    const text = textOf(pdf).replace(/\s+/g, ' ')
    for (const { title } of document.sections) expect(text).toContain(title)
  })

  it('has no page that is nearly empty before the last', async () => {
    const pages = pagesOf(await printWithBrowser(reportHtml(writeReport(reportInput(SMALL.pruning)))))
    const lowest = (page: Picture) => {
      for (let y = 0.92; y > 0; y -= 0.02) if (ink(page, 0.07, y, 0.93, y + 0.02) > 0) return y
      return 0
    }
    for (const page of pages.slice(0, -1)) expect(lowest(page)).toBeGreaterThan(0.3)
  })

  it('shows hostile text as it is', async () => {
    const all = HOSTILE.join(' and ')
    const pdf = await printWithBrowser(reportHtml(writeReport(hostileInput(all), ['data'])))
    expect(textOf(pdf).replace(/\s+/g, '')).toContain(all.replace(/\s+/g, ''))
  })

  it('is the same bytes each time, with a stated date', async () => {
    const html = reportHtml(writeReport(reportInput(SMALL.training)))
    const print = async () => withStatedDate(await printWithBrowser(html), '2026-11-23T17:40:00.000Z')
    const first = Buffer.from(await print())
    expect(differenceOf(first, Buffer.from(await print()))).toBe('')
    expect(first.toString('latin1')).toContain("(D:20261123174000+00'00')")
  })
})

describe('what depends on the moment of printing', () => {
  it('is taken out without moving anything in the file', () => {
    const printed = (first: number, date: string) =>
      Buffer.from(
        `/CreationDate (D:${date}+00'00') /ID (node000000${first}) /ID (node000000${first + 3}) (node1)`,
      )
    const plain = withStatedDate(printed(71, '20261123174001'), '2026-11-23T09:00:00.000Z')
    expect(Buffer.from(plain).toString()).toBe(
      `/CreationDate (D:20261123090000+00'00') /ID (node00000000) /ID (node00000001) (node1)`,
    )
    expect(plain).toEqual(withStatedDate(printed(60, '20261123174002'), '2026-11-23T09:00:00.000Z'))
  })
})

describe('where no browser is found', () => {
  it('looks where it is told and at PATH', () => {
    const exists = (file: string) => file === path.join('/opt', 'chromium') || file === '/my/browser'
    expect(findBrowser({ PATH: `/usr/bin${path.delimiter}/opt` }, 'linux', exists)).toBe(
      path.join('/opt', 'chromium'),
    )
    expect(findBrowser({ LACUNA_CHROMIUM: '/my/browser', PATH: '/opt' }, 'linux', exists)).toBe('/my/browser')
    expect(findBrowser({ LACUNA_CHROMIUM: '/gone', PATH: '/opt' }, 'linux', exists)).toBeUndefined()
    expect(findBrowser({}, 'linux', exists)).toBeUndefined()
  })

  it('says what to do', async () => {
    const before = process.env['LACUNA_CHROMIUM']
    process.env['LACUNA_CHROMIUM'] = '/nowhere/chromium'
    try {
      await expect(printWithBrowser('<p>x</p>')).rejects.toThrow(
        /No Chromium, Chrome or Edge was found .* print the HTML report from any browser/,
      )
    } finally {
      if (before === undefined) delete process.env['LACUNA_CHROMIUM']
      else process.env['LACUNA_CHROMIUM'] = before
    }
  })
})
