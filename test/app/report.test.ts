// The whole way of a result: a quick study, its report in every format, its bundle into a second workspace through the
// interface, and the same report there, byte for byte.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import type { ReportFormat } from '../../src/shared/report.ts'
import { lacuna, lacunaJson } from '../transport/cli-process.ts'
import { complaintsOf, findChromium, launchBrowser } from './support/browser.ts'
import { startServer, type RunningServer } from './support/server.ts'

const NAME = `=cmd|' /C calc'!A0 <img src=x onerror=alert(1)> \\input{/etc/passwd}`
const chromium = findChromium()

let folder = ''
let first = ''
let second = ''
let study = ''
beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'lacuna-report-'))
  ;[first, second] = [join(folder, 'first'), join(folder, 'second')]
})
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

const out = (workspace: string, name: string) => join(folder, `${workspace === first ? '1' : '2'}-${name}`)

async function report(workspace: string, format: ReportFormat): Promise<Buffer> {
  const path = out(workspace, format)
  const { code, stderr } = await lacuna(workspace, 'report', study, '--format', format, '--out', path)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return readFileSync(path)
}

describe('lacuna report', () => {
  it('has a quick study to report, on data with a name that programs would act upon', async () => {
    await lacunaJson(first, 'dataset', 'generate', 'reber', '--seed', '5', '--size', '400', '--name', NAME)
    const definition = {
      kind: 'pruning',
      dataset: NAME,
      cells: ['rnn-tanh', 'gru'],
      seeds: [1, 2],
      model: { embedding: 6, hidden: 8, layers: 1 },
      training: { epochs: 3 },
      prune: { targets: ['both'], percentages: [50, 90], retrainEpochs: 1 },
    }
    writeFileSync(join(folder, 'study.json'), JSON.stringify(definition))
    await lacunaJson(first, 'run', join(folder, 'study.json'))
    const [one] = await lacunaJson<{ id: string }>(first, 'study', 'list')
    study = one!.id
  })

  it('writes HTML, LaTeX and CSV with every name as it is', async () => {
    const html = (await report(first, 'html')).toString()
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(html).not.toContain('<img')
    expect((await report(first, 'latex')).toString()).not.toMatch(/\\input\b(?!enc)/)
    expect((await report(first, 'csv')).toString()).toMatch(/^source,panel,series,x_name,x,/)
  })

  it('writes a bundle', async () => {
    expect((await report(first, 'bundle')).subarray(0, 2).toString()).toBe('PK')
  })

  it('writes a PDF', async ({ skip }) => {
    if (chromium === undefined) skip('no Chromium is installed')
    expect((await report(first, 'pdf')).subarray(0, 5).toString()).toBe('%PDF-')
  })

  it('writes into a folder under a safe name', async () => {
    const into = join(folder, 'reports')
    mkdirSync(into)
    const [written] = await lacunaJson<{ path: string }>(
      first,
      'report',
      study,
      '--format',
      'csv',
      '--out',
      into,
    )
    expect(written!.path.slice(into.length + 1)).toMatch(/^lacuna-[a-z0-9-]+-[0-9a-f]{8}\.csv$/)
  })

  it('says what is wrong in a sentence', async () => {
    const run = (...parameters: string[]) => lacuna(first, 'report', ...parameters)
    const unknown = await run('nothing', '--format', 'html', '--out', join(folder, 'x'))
    expect(unknown).toMatchObject({ code: 1 })
    expect(unknown.stderr).toContain(`There is no study 'nothing'`)
    const format = await run(study, '--format', 'docx', '--out', join(folder, 'x'))
    expect(format.code).toBe(2)
    expect(format.stderr).toContain('html, pdf, latex, csv, bundle')
    const nowhere = await run(study, '--format', 'html', '--out', join(folder, 'no', 'such', 'x.html'))
    expect(nowhere.code).toBe(1)
    expect(nowhere.stderr).toContain('cannot be written: its folder does not exist')
  })
})

const reason = chromium === undefined ? 'no Chromium is installed; set LACUNA_CHROMIUM to one' : ''

describe.skipIf(reason !== '')(`a bundle in a second workspace${reason && ` (${reason})`}`, () => {
  let server: RunningServer
  let browser: Browser
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    server = await startServer(second)
    browser = await launchBrowser(chromium!)
    page = await browser.newPage({ viewport: { width: 1280, height: 840 } })
    complaints = complaintsOf(page)
    await page.goto(server.address)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  it('is imported and shown', async () => {
    await page.getByRole('link', { name: 'Reports' }).click()
    await page.getByTestId('bundle-input').setInputFiles({
      name: 'study.lacuna.zip',
      mimeType: 'application/zip',
      buffer: readFileSync(out(first, 'bundle')),
    })
    await page.waitForURL(new RegExp(`studies/${study}`))
    await page.getByText('Runs 20').first().waitFor()
  })

  it('has a report with a live preview, without what is switched off', async () => {
    await page.goto(`${new URL(page.url()).origin}/#/report/${study}`)
    const sheet = page.frameLocator('iframe')
    await sheet.getByRole('heading', { name: 'Limits' }).waitFor()
    expect(await sheet.locator('svg.figure').count()).toBeGreaterThan(1)
    expect(await sheet.locator('h1').innerText()).toContain('<img src=x onerror=alert(1)>')
    // Its style sheet is there: the document is set in a column.
    expect(await sheet.locator('main').evaluate((main) => getComputedStyle(main).maxWidth)).toBe('820px')
    await page.getByText('Limits', { exact: true }).click()
    await sheet.getByRole('heading', { name: 'Limits' }).waitFor({ state: 'detached' })
    expect(page.url()).toContain('without=limits')
    await page.getByText('Limits', { exact: true }).click()
    await sheet.getByRole('heading', { name: 'Limits' }).waitFor()
  })

  it('jumps to a section inside the preview', async () => {
    const sheet = page.frameLocator('iframe')
    await sheet.getByRole('link', { name: 'Provenance' }).click()
    const top = await sheet.locator('#provenance').evaluate((section) => section.getBoundingClientRect().top)
    expect(top).toBeLessThan(840)
    expect(page.url()).toContain(`report/${study}`)
  })

  it('hands over the same files as the command line does', async () => {
    for (const [label, format] of [
      ['HTML', 'html'],
      ['Bundle', 'bundle'],
    ] as const) {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: new RegExp(`^${label}`) }).click(),
      ])
      expect(file.suggestedFilename()).toMatch(/^lacuna-[a-z0-9-]+\.(html|lacuna\.zip)$/)
      expect(readFileSync(await file.path()).equals(readFileSync(out(first, format)))).toBe(true)
    }
  })

  it('is refused a second time, in a sentence, and the page has nothing to complain about', async () => {
    await page.getByRole('link', { name: 'Reports' }).first().click()
    await page.getByTestId('bundle-input').setInputFiles(out(first, 'bundle'))
    await page.getByText(/The study of this bundle is here as .* already; nothing was imported/).waitFor()
    expect(complaints).toEqual([])
  })

  it('shows identical results, weights and reports', async () => {
    await server.stop()
    for (const format of ['html', 'latex', 'csv', 'bundle'] as const) {
      const mine = await report(second, format)
      expect(mine.equals(readFileSync(out(first, format))), format).toBe(true)
    }
    const stores = [first, second].map((path) => openStore(path, { now: () => new Date() }))
    try {
      const [a, b] = stores as [(typeof stores)[0], (typeof stores)[0]]
      expect(b.runs.records(study)).toEqual(a.runs.records(study))
      const sizes = a.transfer.sizes(study)
      expect(sizes.length).toBeGreaterThan(20)
      for (const { runId, kind } of sizes) {
        expect(b.blobs.require(runId, kind)).toEqual(a.blobs.require(runId, kind))
      }
    } finally {
      stores.forEach((store) => store.close())
    }
  })
})
