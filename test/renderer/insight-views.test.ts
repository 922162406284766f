// The view of what pruning did in a real browser with the fake workbench, under the real content security policy: every
// state, keyboard, address, hostile text and saved files.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Outcomes } from '../../src/shared/insight.ts'
import type { Scenario } from './fake-workbench.ts'
import { inBrowser, namelessControls, reason } from './support/in-browser.ts'

const SCENARIOS: Scenario[] = ['full', 'small', 'structures']
const HOSTILE = '<img src=x onerror=alert(1)>'
const RUN = '/structure/s1-131/pruning'

/** Change the answers about outcomes on their way to the page. */
async function changeOutcomes(page: Page, change: (outcomes: Outcomes) => void): Promise<void> {
  await page.route('**/api/request', async (route) => {
    if (!(route.request().postData() ?? '').includes('insight/outcomes')) return route.continue()
    const response = await route.fetch()
    const reply = (await response.json()) as { ok: true; result: Outcomes }
    change(reply.result)
    await route.fulfill({ json: reply })
  })
}

async function saved(page: Page, opener: string, what: string): Promise<Buffer> {
  await page.getByRole('button', { name: opener, exact: true }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByText(what, { exact: true }).click(),
  ])
  return readFileSync(await download.path())
}

describe.skipIf(reason !== '')(`what pruning did${reason && ` (${reason})`}`, () => {
  const { open } = inBrowser(SCENARIOS, { width: 1440, height: 900 })

  it.each<[string, Scenario, string, string | RegExp]>([
    ['sparsity', 'full', RUN, 'Where the pruned weights were'],
    ['masks', 'full', `${RUN}?tab=masks`, 'layer 1, recurrent (h2h)'],
    ['histograms', 'full', `${RUN}?tab=weights`, 'Weights of layer 1, input (i2h)'],
    ['units that are all cut off', 'full', '/structure/s1-132/pruning?tab=units', '150 of 150'],
    ['answers', 'full', `${RUN}?tab=answers`, 'Sequences that are answered differently'],
    ['a run that was never pruned', 'full', '/structure/s1-122/pruning?tab=answers', 'nothing to compare'],
    ['what a structure never had', 'structures', '/structure/g1-3/pruning?tab=masks', 'never there'],
    ['a run that has not begun', 'small', '/structure/s4-0/pruning', 'This run has not begun'],
    ['a run that is not there', 'full', '/structure/gone/pruning', 'The run could not be shown'],
  ])('shows %s without a complaint', async (_name, scenario, path, text) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints } = await open(scenario, path, { colorScheme })
      await page.getByText(text).first().waitFor()
      expect(complaints.filter((line) => !/status of 404|not found/i.test(line))).toEqual([])
      expect(await namelessControls(page)).toEqual([])
      await page.close()
    }
  })

  it('goes through the levels by keys, with tab and enlarged matrix kept', async () => {
    const { page, complaints } = await open('full', `${RUN}?tab=masks`)
    await page.getByTestId('heat').nth(5).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'layer 1, recurrent (h2h), forget gate f' }).waitFor()
    await page.keyboard.press('[')
    await page.waitForURL(/s1-130\/pruning\?.*matrix=.*gate=f/)
    await page.getByTestId('kept').filter({ hasText: '80' }).waitFor()
    await page.keyboard.press(']')
    await page.waitForURL(/s1-131\/pruning/)
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { name: 'layer 1, recurrent (h2h), candidate g' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('matrix').first().waitFor()
    expect(page.url()).not.toContain('matrix=')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('tells unit, input and weight below the pointer', async () => {
    const { page } = await open('full', `${RUN}?tab=masks`)
    await page
      .getByTestId('heat')
      .first()
      .locator('canvas')
      .hover({ position: { x: 3, y: 3 } })
    const tip = page.getByTestId('heat-tip')
    await tip.waitFor()
    expect(await tip.innerText()).toMatch(/^unit 2 ← embedding 2/)
    await page.close()
  })

  it('brings back moment, tab, direction and kind from the address', async () => {
    const { page } = await open('full', `${RUN}?tab=answers&epoch=0&flips=won&kind=valid`)
    const check = async () => {
      await page.getByTestId('flips').waitFor()
      expect(await page.getByTestId('moment').inputValue()).toBe('0')
      expect(await page.getByTestId('flip-kind').inputValue()).toBe('valid')
      const won = page.getByRole('tab', { name: /^Wrong → right/ })
      expect(await won.getAttribute('aria-selected')).toBe('true')
    }
    await check()
    await page.reload()
    await check()
    await page.close()
  })

  it('can be stopped while it reads the test split, and started again', async () => {
    const { page } = await open('full', `${RUN}?tab=answers`)
    await page.getByTestId('answers-cancel').click()
    await page.getByRole('heading', { name: 'Cancelled' }).waitFor()
    await page.getByTestId('answers-start').click()
    await page.getByTestId('confusions').waitFor()
    await page.close()
  })

  it('says what failed and tries again', async () => {
    const { page } = await open('full', RUN)
    const answers = page.getByRole('tab', { name: 'Answers' })
    await answers.waitFor()
    let fail = true
    await page.route('**/api/request', async (route) => {
      if (!fail || !(route.request().postData() ?? '').includes('insight/')) return route.continue()
      const error = { code: 'item-damaged', message: 'The weights of the run are damaged; restore a backup.' }
      await route.fulfill({ json: { ok: false, error } })
    })
    await answers.click()
    await page.getByText('The weights of the run are damaged').waitFor()
    await page.reload()
    await page.getByText('What pruning did could not be shown').waitFor()
    fail = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByTestId('confusions').waitFor()
    await page.close()
  })

  it('filters the sequences by kind, pages them, and plays one in the drawing of the network', async () => {
    const { page } = await open('full', `${RUN}?tab=answers`)
    await page.getByTestId('flips').waitFor()
    await page.getByRole('button', { name: 'Page after' }).click()
    await page.waitForURL(/page=2/)
    await page.getByTestId('groups').getByRole('button', { name: 'letters outside the alphabet' }).click()
    await page.waitForURL(/kind=letters/)
    expect(page.url()).not.toContain('page=2')
    const kinds = await page.getByTestId('flips').locator('td.kind').allInnerTexts()
    expect(new Set(kinds)).toEqual(new Set(['letters outside the alphabet']))
    await page
      .getByRole('link', { name: /^Play test sequence/ })
      .first()
      .click()
    await page.waitForURL(/structure\/s1-131\?sequence=test:\d+/)
    await page.getByTestId('to-pruning').click()
    await page.getByTestId('insight-head').waitFor()
    await page.close()
  })

  it('says that no sequence changed its answer', async () => {
    const { page } = await open('full', RUN)
    await changeOutcomes(page, (outcomes) => {
      outcomes.lost = { count: 0, flips: [] }
      outcomes.won = { count: 0, flips: [] }
    })
    await page.getByRole('tab', { name: 'Answers' }).click()
    await page.getByText('No test sequence changed its answer.').waitFor()
    await page.close()
  })

  it('shows hostile sequences, classes and kinds as they are written', async () => {
    const { page, complaints } = await open('full', RUN)
    await changeOutcomes(page, (outcomes) => {
      outcomes.classes[1] = HOSTILE
      outcomes.groups[0]!.name = HOSTILE
      const flip = outcomes.lost.flips[0]!
      Object.assign(flip, { text: HOSTILE, truth: HOSTILE, before: HOSTILE, corruption: HOSTILE })
    })
    await page.getByRole('tab', { name: 'Answers' }).click()
    const row = page.getByTestId('flips').locator('tbody tr').first()
    await row.waitFor()
    expect((await row.innerText()).split(HOSTILE).length - 1).toBe(4)
    expect(await page.locator('main img').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('saves one heatmap and all of them as SVG, PNG and CSV', async () => {
    const { page } = await open('full', `${RUN}?tab=masks`)
    const all = (await saved(page, 'Export all heatmaps', 'All heatmaps as SVG')).toString()
    const parsed = await page.evaluate((text) => {
      const found = new DOMParser().parseFromString(text, 'image/svg+xml')
      return [found.querySelectorAll('parsererror').length, found.querySelectorAll('g.heat').length]
    }, all)
    expect(parsed).toEqual([0, 25])
    const png = await saved(page, 'Export all heatmaps', 'All heatmaps as PNG')
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
    const csv = (await saved(page, 'Export all heatmaps', 'Their numbers as CSV')).toString()
    expect(csv.split('\r\n')).toHaveLength(60_000 + 100 + 2)
    await page.getByTestId('heat').first().click()
    const name = 'layer 1, input (i2h), input gate i'
    const one = (await saved(page, `${name}: export`, 'Figure as SVG')).toString()
    expect(one).toContain('<svg')
    expect(one.match(/<path/g)!.length).toBeGreaterThan(2500)
    await page.close()
  })

  it('is reached from the table of runs, the inspector and the palette', async () => {
    const { page } = await open('full', '/studies/s1?tab=runs&run=s1-131')
    await page.getByTestId('open-insight').click()
    await page.waitForURL(/s1-131\/pruning/)
    await page.getByTestId('insight-head').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).fill('pruning gru both 80 magnitude seed 2')
    await page
      .getByRole('option', { name: /What pruning did: GRU, 80/ })
      .first()
      .click()
    await page.getByTestId('kept').filter({ hasText: '80' }).waitFor()
    await page.close()
  })

  it('keeps inside narrow windows', async () => {
    const { page } = await open('full', `${RUN}?tab=answers`)
    await page.getByTestId('flips').waitFor()
    for (const tab of ['sparsity', 'masks', 'weights', 'units', 'answers']) {
      await page.getByTestId(`tab-${tab}`).click()
      for (const [width, height] of [
        [1024, 700],
        [640, 400],
      ] as const) {
        await page.setViewportSize({ width, height })
        const wide = () =>
          page.evaluate(() => {
            const content = document.querySelector('#content')!
            return content.scrollWidth - content.clientWidth
          })
        // Charts take their new width a moment after the window.
        await expect.poll(wide, { message: `${tab}, ${width} x ${height}` }).toBeLessThanOrEqual(0)
      }
    }
    await page.close()
  })
})
