// What people do in the workbench beside the straight way, in a real browser against the built program: wrong files,
// files with problems, a used link, the palette, themes, and a study that is paused, cancelled, resumed or fails.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PRESETS } from '../../src/shared/presets.ts'
import { complaintsOf, dragFiles, dropFiles, findChromium, launchBrowser } from './support/browser.ts'
import { askPage } from './support/page-client.ts'
import { startServer, type RunningServer } from './support/server.ts'
import { workspaceFolder } from './support/workspace.ts'

const chromium = findChromium()
const reason = chromium === undefined ? ' (no Chromium is installed; set LACUNA_CHROMIUM to one)' : ''

describe.skipIf(reason !== '')(`the workbench under other hands${reason}`, () => {
  const workspace = workspaceFolder()
  let server: RunningServer
  let browser: Browser
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    server = await startServer(workspace.path)
    browser = await launchBrowser(chromium!)
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' })
    complaints = complaintsOf(page)
    await page.goto(server.address)
    await page.getByTestId('train-sample').waitFor()
  })

  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    workspace.remove()
  })

  const theSample = async () =>
    (await askPage(page, 'dataset/list', {})).find(({ name }) => name === 'Reber sample')!

  it('row 40: stays where it is when a web page or a drawing is dropped, and says why', async () => {
    const address = page.url()
    for (const name of ['page.html', 'drawing.svg']) {
      const path = join(workspace.path, name)
      writeFileSync(path, '<svg xmlns="http://www.w3.org/2000/svg"><text>dropped</text></svg>')
      await dragFiles(page, [path])
      await page.getByText(`${name} is a web page or a drawing`).waitFor()
      expect(page.url()).toBe(address)
    }
    expect(await page.getByText('dropped').count()).toBe(0)
    await page.getByTestId('train-sample').waitFor()
  })

  it('refuses a link that was used, except in the window it opened', async () => {
    const stranger = await browser.newContext()
    const other = await stranger.newPage()
    const refused = await other.goto(server.address)
    expect(refused!.status()).toBe(401)
    await other.getByText('used before').waitFor()
    await stranger.close()
    expect((await page.goto(server.address))!.status()).toBe(200)
    await page.getByTestId('train-sample').waitFor()
  })

  it('names the problem of a file, takes a choice, and imports what is left', async () => {
    const rows = Array.from({ length: 12 }, (_, k) => `B${'T'.repeat(k + 1)}E,${k % 2}`)
    await dropFiles(page, [{ name: 'ragged.csv', text: `text,label\n${rows.join('\n')}\nBPE\n` }])
    await page.getByTestId('problems').getByText('too few cells').waitFor()
    await page.getByTestId('problems').getByText('line 14').first().waitFor()
    expect(await page.getByTestId('import').isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Leave out' }).click()
    await page.getByTestId('import-count').filter({ hasText: '12' }).waitFor()
    await page.getByTestId('import').click()
    await page.waitForURL(/#\/datasets\/[0-9a-f]+$/)
    await page.getByRole('heading', { name: 'ragged', exact: true }).waitFor()
  })

  it('says what a file really is, and takes another one', async () => {
    await dropFiles(page, [
      { name: 'table.csv', text: 'PK\u0003\u0004\u0014\0[Content_Types].xml xl/workbook.xml' },
    ])
    const failed = page.getByRole('alert').filter({ hasText: 'This file cannot be imported' })
    await failed.getByText('this is an Excel workbook; export it as CSV').waitFor()
  })

  it('finds a view by keyboard, and keeps a theme over a reload', async () => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).fill('setti')
    await page.keyboard.press('Enter')
    await page.getByTestId('doctor').waitFor()
    for (const theme of ['dark', 'light']) {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Search' }).fill(`use the ${theme}`)
      await page.keyboard.press('Enter')
      await page.locator(`html[data-theme=${theme}]`).waitFor()
      const dark = await page.evaluate(() => {
        const [red = 255, green = 255, blue = 255] = getComputedStyle(document.body)
          .backgroundColor.match(/[\d.]+/g)!
          .map(Number)
        return red + green + blue < 3 * 64
      })
      expect(dark).toBe(theme === 'dark')
      await page.reload()
      await page.locator(`html[data-theme=${theme}]`).waitFor()
    }
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).fill('nothing is called this')
    await page.getByText('Nothing is called').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('combobox', { name: 'Search' }).waitFor({ state: 'hidden' })
  })

  it('starts the quick look of the sample as the command line would: the same study', async () => {
    await page.goto(`${new URL(page.url()).origin}/#/datasets`)
    const sample = await theSample()
    const { definition } = PRESETS.find(({ id }) => id === 'quick-look')!
    const plan = await askPage(page, 'study/plan', { definition: { ...definition, dataset: sample.id } })
    expect(plan.exists).toBe(false)
    await page.getByTestId('train-sample').click()
    await page.getByTestId('study-state').waitFor()
    expect(page.url()).toContain(plan.id)
  })

  it('pauses, resumes and cancels it, and every state is still there after a reload', async () => {
    const state = (name: string) => page.getByTestId('study-state').filter({ hasText: name }).waitFor()
    await page.getByTestId('pause').click()
    await state('paused')
    await page.reload()
    await state('paused')
    await page.getByTestId('resume').click()
    await page.getByTestId('pause').waitFor()
    await page.getByTestId('cancel').click()
    await state('cancelled')
    await page.reload()
    await state('cancelled')
    await page.getByTestId('resume').click()
    await page.getByTestId('pause').waitFor()
    await page.getByTestId('cancel').click()
    await state('cancelled')
  })

  it('moves it to the trash, and takes it back', async () => {
    await page.getByRole('button', { name: /^Actions for/ }).click()
    await page.getByText('Delete', { exact: true }).click()
    const toast = page.getByRole('region', { name: 'Messages' }).filter({ hasText: 'moved to the trash' })
    await toast.waitFor()
    expect(await askPage(page, 'study/list', {})).toEqual([])
    await toast.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await askPage(page, 'study/list', {})).length).toBe(1)
  })

  it('starts a new study with the engine of the settings, and lets it choose its own', async () => {
    const origin = new URL(page.url()).origin
    const chosen = async () => JSON.parse(new URL(page.url().replace('#/', '')).searchParams.get('d') ?? '{}')
    await askPage(page, 'settings/change', { engine: 'tensorflow' })
    await page.goto(`${origin}/#/studies/new?dataset=${(await theSample()).id}`)
    await page.getByTestId('plan-runs').waitFor()
    await expect.poll(chosen).toMatchObject({ engine: 'tensorflow' })
    await page.getByTestId('preset-quick-look').click()
    await expect.poll(chosen).toMatchObject({ engine: 'tensorflow', trainLimit: 2000 })
    await askPage(page, 'settings/change', { engine: 'auto' })
    await page.reload()
    await page.getByTestId('plan-runs').waitFor()
    expect(await chosen()).toMatchObject({ engine: 'tensorflow', trainLimit: 2000 })
  })

  it('says of a run that diverges at which epoch and batch it did', async () => {
    const definition = {
      kind: 'training',
      dataset: (await theSample()).id,
      cells: ['rnn-relu'],
      seeds: [1],
      trainLimit: 200,
      testLimit: 50,
      model: { embedding: 8, hidden: 16, layers: 3 },
      training: { epochs: 3, learningRate: 10 },
    }
    const { id } = await askPage(page, 'study/start', { definition, name: 'Too fast' })
    await page.goto(`${new URL(page.url()).origin}/#/studies/${id}`)
    const problems = page.getByTestId('run-problems')
    await problems.waitFor()
    expect(await problems.innerText()).toMatch(/epoch 1.*batch \d+/i)
    await page.getByTestId('study-state').filter({ hasText: 'incomplete' }).waitFor()
  })

  it('raises no error and has nothing refused by the content security policy on the way', () => {
    expect(complaints).toEqual([])
  })
})
