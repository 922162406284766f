// Every view in a real browser, with the fake workbench in each of its states, under the real content security policy:
// nothing may be refused, nothing may fail, everything that can be operated has a name.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { dropFiles } from '../app/support/browser.ts'
import type { Scenario } from './fake-workbench.ts'
import { inBrowser, namelessControls, reason } from './support/in-browser.ts'

/** Views by state, each with a text that is there once it is drawn. */
const VIEWS: [Scenario, string, string | RegExp][] = [
  ['empty', '/datasets', 'No datasets yet'],
  ['empty', '/studies', 'No studies yet'],
  ['empty', '/studies/new', 'A study needs a dataset'],
  ['first', '/datasets', 'Start with the sample'],
  ['full', '/datasets', 'Best baseline'],
  ['full', '/datasets?dialog=generate', 'How invalid sequences are made'],
  ['full', '/datasets/da0a', 'What trivial rules reach'],
  ['full', '/datasets/gone', 'The dataset could not be shown'],
  ['full', '/datasets/import', 'Import sequences'],
  ['full', '/studies/new', /1\s220/],
  ['full', '/studies/new?kind=training', 'independent of each other'],
  ['full', '/studies/s1', 'How much can be pruned safely'],
  ['full', '/studies/s1?by=cell&moment=after&target=h2h', 'Regaining accuracy'],
  ['full', '/studies/s1?tab=runs&run=s1-3', 'Accuracy by epoch'],
  ['full', '/studies/s1?tab=definition', 'for lacuna run'],
  ['full', '/studies/s3?metric=loss', 'All panels share one scale'],
  ['full', '/studies/gone', 'The study could not be shown'],
  ['full', '/settings', 'synchronous FULL'],
  ['full', '/about', 'How to cite'],
  ['full', '/nowhere', 'There is nothing at this address'],
  ['busy', '/studies', 'running'],
  ['busy', '/studies/s1?tab=training', 'mean of seeds'],
  ['small', '/studies/s1', 'How much can be pruned safely'],
  ['small', '/studies/s2', 'Base models are trained first'],
  ['small', '/studies/s3', 'Regaining accuracy'],
  ['small', '/studies/s4', 'waiting for the first epoch'],
  ['failing', '/studies/s1', 'did not end well'],
  ['failing', '/settings', 'npm rebuild'],
  ['huge', '/studies', '204'],
  ['huge', '/studies/s4?tab=runs', /9\s760\sruns/],
]

/** Walk the page with Tab: controls that are never reached, and stops that show no mark of the focus. */
async function controlsTabMisses(page: Page): Promise<{ never: string[]; unmarked: string[] }> {
  const unmarked: string[] = []
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  for (let i = 0; i < 250; i++) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const at = document.activeElement
      if (at === null || at === document.body) return 'end'
      if (at.hasAttribute('data-seen')) return 'end'
      at.setAttribute('data-seen', '')
      const ring = (element: Element) => {
        const { outlineStyle, boxShadow, borderColor } = getComputedStyle(element)
        return outlineStyle !== 'none' || boxShadow !== 'none' || borderColor === ACCENT
      }
      const ACCENT = 'rgb(52, 81, 198)'
      // Inputs of the library draw the ring on the box around them.
      let element: Element | null = at
      for (let up = 0; up < 4 && element !== null; up++, element = element.parentElement) {
        if (ring(element)) return 'marked'
        const state = element.querySelector('[class*="state-border"], .n-checkbox-box__border')
        if (state !== null && ring(state)) return 'marked'
      }
      return at.outerHTML.slice(0, 200)
    })
    if (stop === 'end') break
    if (stop !== 'marked') unmarked.push(stop)
  }
  const never = await page.evaluate(() =>
    [...document.querySelectorAll('button, a[href], input:not([type=hidden]), [tabindex="0"]')]
      .filter((element) => {
        const { tabIndex } = element as HTMLElement
        const shown = element.checkVisibility({ visibilityProperty: true })
        const off = element.matches(':disabled, [type=radio]') || tabIndex < 0
        return shown && !off && !element.hasAttribute('data-seen')
      })
      .map((element) => element.outerHTML.slice(0, 200)),
  )
  return { never, unmarked }
}

/** Texts and controls that stick out of the page sideways and can not be scrolled to. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrolls = (element: Element): boolean => {
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth)
          return true
      }
      return false
    }
    const found = [...document.querySelectorAll('button, a, input, h1, h2, h3, p, th, td, label')].filter(
      (element) => {
        const { left, right, width } = element.getBoundingClientRect()
        const hidden = element.matches('.skip, .visually-hidden, .visually-hidden *') || width === 0
        return !hidden && (right > innerWidth + 1 || left < -1) && !scrolls(element)
      },
    )
    const page = document.querySelector('#content')!
    const wide =
      page.scrollWidth > page.clientWidth + 1 ? [`content ${page.scrollWidth} of ${page.clientWidth}`] : []
    return [...wide, ...found.map((element) => element.outerHTML.slice(0, 120))]
  })
}

describe.skipIf(reason !== '')(`the views${reason && ` (${reason})`}`, () => {
  const { open, window, serve } = inBrowser(
    VIEWS.map(([scenario]) => scenario),
    { width: 1280, height: 800 },
  )

  it.each(VIEWS)(
    '%s %s is drawn without a complaint and with names for everything',
    async (scenario, path, text) => {
      const { page, complaints } = await open(scenario, path)
      await page.getByText(text).first().waitFor()
      expect(complaints.filter((line) => !/status of 404|not found/i.test(line))).toEqual([])
      expect(await namelessControls(page)).toEqual([])
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      )
      expect(overflow).toBe(false)
      await page.close()
    },
  )

  it('follows the theme of the system', async () => {
    const { page } = await open('full', '/about', { colorScheme: 'dark' })
    await page.getByText('How to cite').waitFor()
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect(background).toBe('rgb(23, 24, 26)')
    await page.close()
  })

  it('previews dropped files, shows raw text as text, and lets a choice take the problem away', async () => {
    const { page, complaints } = await open('full', '/studies')
    await page.getByText('Pruning, five seeds').first().waitFor()
    await dropFiles(page, [{ name: 'broken.csv', text: 'a,b\n1,2\n' }])
    await page.getByText('8811,<img src=x onerror=alert(1)>').waitFor()
    expect(await page.getByTestId('import').isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Drop these rows' }).click()
    await page.getByText('8811,').waitFor({ state: 'detached' })
    await page.getByTestId('import').click()
    await page.getByText('What trivial rules reach').waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })

  it('finds and opens a study from the palette with the keyboard alone', async () => {
    const { page } = await open('full', '/datasets')
    await page.getByText('Best baseline').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).fill('quick')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Quick look' }).waitFor()
    expect(page.url()).toContain('#/studies/s2')
    await page.close()
  })

  it('finds a single run from the palette, fetching no study before something is typed', async () => {
    const { page } = await open('full', '/datasets')
    await page.getByText('Best baseline').waitFor()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.postData() ?? ''))
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).waitFor()
    expect(asked.filter((body) => body.includes('study/show'))).toEqual([])
    await page.keyboard.type('gru h2h 70 random seed 4')
    await page.getByRole('option', { name: /GRU, 70 % of h2h, random, seed 4/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'GRU, 70 % of h2h, random, seed 4' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('run-inspector').waitFor({ state: 'detached' })
    await page.close()
  })

  it('shows where a run is inside its epoch, in the header and in its row', async () => {
    const { page } = await open('busy', '/studies/s1?tab=runs&state=running')
    await page
      .getByTestId('study-live')
      .getByText(/batch \d+ \/ 586|testing/)
      .first()
      .waitFor()
    await page.getByTestId('run-epochs').getByRole('progressbar').first().waitFor()
    await page.close()
  })

  it.each([
    ['/datasets', 'Best baseline'],
    ['/datasets/da0a', 'What trivial rules reach'],
    ['/studies', 'Quick look'],
    ['/studies/s2', 'How much can be pruned safely'],
    ['/studies/s3?tab=runs&run=s3-2', 'Accuracy by epoch'],
    ['/studies/new', 'Percentages'],
    ['/settings', 'synchronous FULL'],
  ])('%s is reached by Tab from start to end, every stop visible and marked', async (path, text) => {
    const { page } = await open('full', path)
    await page.getByText(text).first().waitFor()
    const missing = await controlsTabMisses(page)
    expect(missing).toEqual({ never: [], unmarked: [] })
    await page.close()
  })

  it('sorts a table with the keyboard', async () => {
    const { page } = await open('full', '/datasets')
    const button = page.getByRole('button', { name: 'Sequences' })
    await button.focus()
    const orders: number[][] = []
    for (let i = 0; i < 2; i++) {
      await page.keyboard.press('Enter')
      await page.waitForTimeout(100)
      const texts = await page.locator('tbody tr td:nth-child(2)').allInnerTexts()
      orders.push(texts.map((text) => Number(text.replace(/\D/g, ''))))
    }
    const rising = orders[0]!.toSorted((a, b) => a - b)
    expect(new Set(rising).size).toBeGreaterThan(2)
    expect(orders).toEqual(expect.arrayContaining([rising, rising.toReversed()]))
    await page.close()
  })

  it('closes dialogs with Escape and gives the focus back', async () => {
    const { page } = await open('full', '/datasets')
    const button = page.getByRole('button', { name: 'Generate' }).first()
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByText('How invalid sequences are made').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('How invalid sequences are made').waitFor({ state: 'detached' })
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.close()
  })

  it('keeps everything inside its frame in small, large and enlarged windows', async () => {
    const paths = ['/datasets', '/datasets/da0a', '/studies', '/studies/s1', '/studies/new', '/settings']
    for (const path of paths) {
      const { page } = await open('full', path)
      await page.locator('#content h1, #content h2, #content table').first().waitFor()
      for (const [width, height] of [
        [1000, 700],
        [1920, 1080],
        [640, 400], // 200 % in a window of 1280 x 800
      ] as const) {
        await page.setViewportSize({ width, height })
        // Drawings follow the window a moment later.
        await expect.poll(() => cutOff(page), { message: `${path} at ${width} x ${height}` }).toEqual([])
      }
      await page.close()
    }
  }, 60_000)

  it('says how many seeds a claim needs while there are fewer', async () => {
    const { page } = await open('full', '/studies/new')
    const hint = page.getByText(/no difference can be significant/)
    await hint.waitFor()
    await page.getByRole('textbox', { name: 'Seeds' }).fill('1-6')
    await hint.waitFor({ state: 'detached' })
    await page.close()
  })

  it('keeps the definition of a new study in the address', async () => {
    const { page } = await open('full', '/studies/new')
    await page.getByTestId('preset-quick-look').click()
    await page.getByTestId('plan-runs').filter({ hasText: '25' }).waitFor()
    await page.waitForURL(/trainLimit/)
    await page.reload()
    await page.getByTestId('plan-runs').filter({ hasText: '25' }).waitFor()
    expect(await page.getByTestId('preset-quick-look').getAttribute('aria-pressed')).toBe('true')
    await page.close()
  })

  it('deletes a study and takes it back', async () => {
    const { page } = await open('full', '/studies')
    await page.getByRole('button', { name: 'Actions for Training, three seeds' }).click()
    await page.getByText('Delete', { exact: true }).click()
    await page.getByText('was moved to the trash').waitFor()
    await page.getByRole('link', { name: 'Training, three seeds' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('link', { name: 'Training, three seeds' }).waitFor()
    await page.close()
  })

  it('shows the data of a chart as a table and saves the figure', async () => {
    const { page } = await open('full', '/studies/s1')
    const panel = page.locator('figure').filter({ hasText: 'Pruning both' })
    await panel.getByRole('button', { name: /show table/ }).click()
    await panel.getByRole('cell', { name: 'RNN-Tanh' }).first().waitFor()
    await panel.getByRole('button', { name: /export/ }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('Figure as SVG').click(),
    ])
    expect(download.suggestedFilename()).toBe('pruning-both-input-and-recurrent-weights.svg')
    await page.close()
  })

  it('checks a run with the other engine and shows how far they are apart', async () => {
    const { page, complaints } = await open('full', '/studies/s1?tab=runs&run=s1-3')
    await page.getByTestId('study-engine').filter({ hasText: 'fused' }).waitFor()
    await page.getByTestId('check-engine').click()
    await page.getByTestId('check-cancel').click()
    await page.getByTestId('check-engine').click()
    await page.getByTestId('check-verdict').filter({ hasText: 'compute the same' }).waitFor()
    await page.getByRole('row', { name: /Epoch 1, test accuracy/ }).waitFor()
    expect(await namelessControls(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.close()
  })

  it('says so when the workbench goes away and fetches again when it is back', async () => {
    const server = await serve('full', 0)
    const { port } = server
    const { page } = await window()
    await page.goto(`http://127.0.0.1:${port}/#/studies`)
    await page.getByText('Quick look').first().waitFor()
    await server.stop()
    await page.getByText('The workbench is not reachable').waitFor()
    const again = await serve('huge', port)
    await page.getByText('204').first().waitFor()
    expect(await page.getByText('The workbench is not reachable').count()).toBe(0)
    await page.close()
    await again.stop()
  })
})
