// The whole way in a real browser, against the built program: drop the published files, start a quick look, watch it
// finish, reload, stop the program, start it again, and find everything again.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedFile } from '../support/shared-folder.ts'
import { complaintsOf, dropFiles, findChromium, launchBrowser } from './support/browser.ts'
import { startServer, type RunningServer } from './support/server.ts'
import { workspaceFolder } from './support/workspace.ts'

const chromium = findChromium()
const folder = sharedFile('thesis', 'dataset')
const reason =
  chromium === undefined
    ? 'no Chromium is installed; set LACUNA_CHROMIUM to one'
    : folder === undefined
      ? 'the reference material (../shared/thesis) is not here'
      : ''

describe.skipIf(reason !== '')(`the workbench in a browser${reason && ` (${reason})`}`, () => {
  const workspace = workspaceFolder()
  let server: RunningServer
  let browser: Browser
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    server = await startServer(workspace.path)
    browser = await launchBrowser(chromium!)
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    complaints = complaintsOf(page)
    await page.goto(server.address)
  })

  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    workspace.remove()
  })

  it('offers a ready sample and one button that trains it', async () => {
    await page.getByTestId('train-sample').waitFor()
    expect(await page.getByText('Reber sample').count()).toBeGreaterThan(0)
  })

  it('imports the published files dropped on the window, all 18,750 + 6,250 of them', async () => {
    const file = (name: string) => ({ name, text: readFileSync(join(folder!, name), 'utf8') })
    await dropFiles(page, [file('train_data.csv'), file('test_data.csv')])
    const count = page.getByTestId('import-count')
    await count.waitFor()
    expect((await count.innerText()).replaceAll(/\D/g, '')).toBe('25000')
    await page.getByTestId('import-name').locator('input').fill('Published Reber')
    await page.getByTestId('import').click()
    await page.getByRole('heading', { name: 'Published Reber' }).waitFor()
    await page.getByText('Bigram rule').waitFor()
    const text = (await page.locator('main').innerText()).replaceAll(/[\s\u2009\u202f]/g, '')
    for (const number of ['18750', '6250', '9339', '3161', '93.68%']) expect(text).toContain(number)
  })

  it('starts a quick look from the dataset and follows it to its end', async () => {
    await page.getByTestId('train-on').click()
    await page.getByTestId('preset-quick-look').click()
    await page.getByTestId('plan-runs').waitFor()
    await page.getByTestId('study-name').locator('input').fill('First look')
    await page.getByTestId('start').click()
    await page.getByTestId('study-state').waitFor()
    await page.getByTestId('study-state').filter({ hasText: 'done' }).waitFor({ timeout: 600_000 })
  }, 620_000)

  it('draws the pruning curves and the safe percentages', async () => {
    await page.getByTestId('tab-results').click()
    await page.getByTestId('pruning-curves').first().waitFor()
    const table = await page.getByTestId('safe-table').innerText()
    expect(table).toContain('GRU')
    expect(table).toMatch(/\d+\s*%/)
  })

  it('finds the study again after a reload, and after the program was stopped and started', async () => {
    const address = page.url()
    await page.reload()
    await page.getByTestId('study-state').filter({ hasText: 'done' }).waitFor()
    expect(page.url()).toBe(address)
    await server.stop()
    server = await startServer(workspace.path)
    await page.goto(server.address)
    await page.getByRole('link', { name: 'Studies' }).first().click()
    await page.getByText('First look').first().click()
    await page.getByTestId('study-state').filter({ hasText: 'done' }).waitFor()
  })

  it('raises no error and has nothing refused by the content security policy on the way', () => {
    // The server was stopped on purpose: the page may say that it lost its connection.
    expect(complaints.filter((line) => !/WebSocket|ERR_CONNECTION|Failed to fetch/.test(line))).toEqual([])
  })
})
