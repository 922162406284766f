// The way from data to a claim that stands up, walked in a real browser against the built program, its real engine and
// two workspaces: two quick studies, compared, judged, reported, and one of them opened again elsewhere from its bundle,
// where it looks the same to the stroke.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaintsOf, dragFiles, findChromium, launchBrowser } from '../app/support/browser.ts'
import { askPage } from '../app/support/page-client.ts'
import { startServer, type RunningServer } from '../app/support/server.ts'
import { workspaceFolder } from '../app/support/workspace.ts'

const chromium = findChromium()
const reason = chromium === undefined ? 'no Chromium is installed; set LACUNA_CHROMIUM to one' : ''

/** Seconds of training: 25 runs of some 300 short sequences. Five seeds, so that something may be claimed. */
const QUICK = {
  seeds: [1, 2, 3, 4, 5],
  model: { embedding: 6, hidden: 8, layers: 1 },
  training: { epochs: 4 },
  prune: { targets: ['both'], percentages: [50, 90], retrainEpochs: 1, criteria: ['magnitude', 'random'] },
}
const STUDIES = [
  { name: 'Quick GRU', cells: ['gru'] },
  { name: 'Quick RNN', cells: ['rnn-tanh'] },
] as const

/** A workspace, the program on it, and a window that shows it. */
interface Desk {
  server: RunningServer
  page: Page
  complaints: string[]
  origin: string
}

describe.skipIf(reason !== '')(
  `from two quick studies to a bundle elsewhere${reason && ` (${reason})`}`,
  () => {
    const folder = workspaceFolder()
    let browser: Browser
    let here: Desk
    let there: Desk
    let dataset = ''
    const ids: string[] = []
    const kept = { bundle: '', html: '', sentences: [] as string[], drawn: new Map<string, string>() }

    async function desk(name: string): Promise<Desk> {
      const server = await startServer(join(folder.path, name))
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        colorScheme: 'light',
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      const complaints = complaintsOf(page)
      await page.goto(server.address)
      await page.getByRole('link', { name: 'Datasets' }).first().waitFor()
      return { server, page, complaints, origin: new URL(page.url()).origin }
    }
    const go = ({ page, origin }: Desk, path: string) => page.goto(`${origin}/#${path}`)

    beforeAll(async () => {
      browser = await launchBrowser(chromium!)
      here = await desk('first')
    }, 240_000)

    afterAll(async () => {
      await browser?.close()
      await here?.server.stop()
      await there?.server.stop()
      folder.remove()
    })

    it('makes a small dataset in its dialog', async () => {
      const { page } = here
      await page.getByRole('button', { name: 'Generate', exact: true }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox').fill('Walked')
      await dialog.getByRole('spinbutton', { name: 'Sequences' }).fill('400')
      await dialog.getByTestId('generate').click()
      await page.getByRole('heading', { name: 'Walked' }).waitFor()
      dataset = (await askPage(page, 'dataset/list', {})).find(({ name }) => name === 'Walked')!.id
    })

    it.each(STUDIES)('starts $name in the form and sees it end', async ({ name, cells }) => {
      const { page } = here
      const definition = JSON.stringify({ ...QUICK, cells })
      await go(here, `/studies/new?kind=pruning&dataset=${dataset}&d=${encodeURIComponent(definition)}`)
      await page.getByTestId('plan-runs').filter({ hasText: '25' }).waitFor()
      await page.getByTestId('study-name').locator('input').fill(name)
      await page.getByTestId('start').click()
      await page.getByTestId('study-state').filter({ hasText: 'done' }).waitFor({ timeout: 120_000 })
      ids.push(/studies\/([0-9a-f]+)/.exec(page.url())![1]!)
    })

    it('compares the two, each curve with its band, the baselines and what differs', async () => {
      const { page } = here
      await page.getByRole('link', { name: 'Compare' }).first().click()
      for (const { name } of STUDIES) await page.getByRole('checkbox', { name: `Choose ${name}` }).check()
      await page.getByRole('button', { name: 'Compare these' }).click()
      const charts = page.getByTestId('compare-charts')
      await charts.getByText('What pruning does to accuracy').first().waitFor()
      await page
        .getByTestId('compare-count')
        .filter({ hasText: /^40\sof\s50\sruns in 4\sgroups/ })
        .waitFor()
      await charts
        .getByRole('button', { name: /show table$/ })
        .first()
        .click()
      // Two studies x two criteria x (dense and two levels), means of five seeds between the ends of their intervals.
      const table = charts.locator('tbody tr').filter({ hasNotText: 'published' })
      const rows = await table.allInnerTexts()
      expect(rows).toHaveLength(12)
      for (const row of rows) {
        const [mean, low, high, n] = row.split('\t').slice(-5, -1).map(Number) as [
          number,
          number,
          number,
          number,
        ]
        expect(n).toBe(5)
        expect(low).toBeLessThanOrEqual(mean)
        expect(mean).toBeLessThanOrEqual(high)
      }
      await page.getByRole('tab', { name: 'What differs' }).click()
      const differences = page.getByTestId('compare-differences')
      await differences
        .getByRole('row', { name: /architecture/ })
        .filter({ hasText: 'RNN-Tanh' })
        .waitFor()
      await differences.getByText(/settings are the same/).waitFor()
    })

    it('has a sentence for each claim, and counts and measures what the runs cost', async () => {
      const { page } = here
      await go(here, `/compare?s=${ids.join(',')}&tab=verdicts&by=cell,criterion&vs=criterion:random&at=50`)
      await page.getByTestId('verdict').first().waitFor()
      const sentences = await page.getByTestId('verdict').locator('.sentence').allInnerTexts()
      expect(sentences).toHaveLength(2)
      for (const sentence of sentences) {
        // Judged with every number, whichever way it went.
        expect(sentence).toMatch(
          /(magnitude|random) .* at 50 %.* \(95 % CI .*, 5 seeds, p = \d\.\d+, .*2 claims\)$/,
        )
      }
      await go(here, `/compare?s=${ids[0]}&tab=costs&by=criterion`)
      await page.getByTestId('cost-row').first().waitFor()
      expect(await page.getByTestId('cost-row').count()).toBe(4)
      await page.getByRole('button', { name: 'Measure magnitude, 90 % pruned', exact: true }).click()
      await page.getByTestId('cost-sentence').first().waitFor({ timeout: 60_000 })
      await page
        .getByTestId('cost-measure')
        .getByText(/measured for 1 of 4/)
        .waitFor()
    })

    it('is reported: read, saved as HTML, and as a bundle', async () => {
      const { page } = here
      await go(here, `/report/${ids[0]}`)
      const sheet = page.frameLocator('iframe')
      await sheet.getByRole('heading', { name: 'Limits' }).waitFor()
      kept.html = readFileSync(await (await save(page, 'HTML')).path(), 'utf8')
      const bundle = await save(page, 'Bundle')
      mkdirSync(join(folder.path, 'saved'))
      kept.bundle = join(folder.path, 'saved', bundle.suggestedFilename())
      copyFileSync(await bundle.path(), kept.bundle)
      expect(kept.bundle).toMatch(/\.lacuna\.zip$/)
      kept.sentences = await sentencesOf(here)
      kept.drawn = await drawnOf(here)
      expect(kept.sentences.length).toBeGreaterThan(0)
    })

    it('opens elsewhere when the bundle is dropped on the window', async () => {
      there = await desk('second')
      await there.page.getByTestId('train-sample').waitFor()
      await dragFiles(there.page, [kept.bundle])
      await there.page.waitForURL(new RegExp(`studies/${ids[0]}`))
      await there.page.getByTestId('study-state').filter({ hasText: 'done' }).waitFor()
      await there.page.getByRole('heading', { name: STUDIES[0].name }).waitFor()
    })

    it('looks the same there: results, claims, charts to the stroke, and the report to the byte', async () => {
      const [mine, theirs] = await Promise.all(
        [here, there].map(({ page }) => askPage(page, 'study/results', { id: ids[0]! })),
      )
      expect(theirs).toEqual(mine)
      expect(await sentencesOf(there)).toEqual(kept.sentences)
      expect(kept.drawn.size).toBe(5)
      expect(await drawnOf(there)).toEqual(kept.drawn)
      await go(there, `/report/${ids[0]}`)
      await there.page.frameLocator('iframe').getByRole('heading', { name: 'Limits' }).waitFor()
      expect(readFileSync(await (await save(there.page, 'HTML')).path(), 'utf8')).toBe(kept.html)
    })

    it('raises no error and has nothing refused on the way', () => {
      expect([...here.complaints, ...there.complaints]).toEqual([])
    })

    async function save(page: Page, format: string): Promise<Download> {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: new RegExp(`^${format}`) }).click(),
      ])
      return download
    }

    /** What may be claimed of the first study. */
    async function sentencesOf(at: Desk): Promise<string[]> {
      await go(at, `/compare?s=${ids[0]}&tab=verdicts&by=criterion&at=all`)
      await at.page.getByTestId('verdict').first().waitFor()
      return at.page.getByTestId('verdict').allInnerTexts()
    }

    /** Its charts as the vectors they are saved as, and its table as text. */
    async function drawnOf(at: Desk): Promise<Map<string, string>> {
      const found = new Map<string, string>()
      for (const [path, part] of [
        [`/studies/${ids[0]}`, 'pruning-curves'],
        [`/studies/${ids[0]}`, 'regain-curves'],
        [`/compare?s=${ids[0]}&by=criterion&single=shown`, 'compare-charts'],
      ] as const) {
        await go(at, path)
        const charts = at.page.getByTestId(part).getByRole('figure')
        await charts.first().waitFor()
        for (const chart of await charts.all()) {
          await chart.getByRole('button', { name: /: export$/ }).click()
          const item = at.page.getByText('Figure as SVG', { exact: true })
          const [download] = await Promise.all([at.page.waitForEvent('download'), item.click()])
          const text = readFileSync(await download.path(), 'utf8')
          // The menu of one chart fades out: the next is opened when it has gone.
          await item.waitFor({ state: 'hidden' })
          // Names inside the file count the drawings of the window so far.
          found.set(`${part}: ${await chart.getByRole('heading').innerText()}`, text.replace(/zr\d+/g, 'zr'))
        }
      }
      await go(at, `/studies/${ids[0]}`)
      found.set('safe-table', await at.page.getByTestId('safe-table').innerText())
      return found
    }
  },
)
