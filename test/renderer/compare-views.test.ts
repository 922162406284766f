// The compare view in a real browser, with the fake workbench in each of its states, under the real content security
// policy: it is drawn without a complaint, its address holds all of it, and what people write is text.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Scenario } from './fake-workbench.ts'
import { inBrowser, namelessControls, reason } from './support/in-browser.ts'

/** States of the view, each with a text that is there once it is drawn. */
const STATES: [Scenario, string, string | RegExp][] = [
  ['empty', '/compare', 'Nothing to compare yet'],
  ['full', '/compare', 'Choose what to compare'],
  ['full', '/compare?s=s1', 'What pruning does to accuracy: both'],
  ['full', '/compare?s=s1&single=shown&filters=shown&by=cell', 'What pruning does to accuracy'],
  ['full', '/compare?s=s1&chart=regain&f=criterion:magnitude', 'How many retraining epochs'],
  ['full', '/compare?s=s3', 'How accuracy grows with the epochs'],
  ['full', '/compare?s=s1,s3&chart=groups', 'Accuracy after the last epoch'],
  ['full', '/compare?s=s1,s2,s3&tab=differences', /settings are the same/],
  ['full', '/compare?s=s1&tab=differences', 'One study is chosen'],
  ['full', '/compare?s=s1&tab=verdicts&open=study:s1', 'no difference shown between'],
  ['full', '/compare?s=s1&tab=claims', 'How much can be pruned at once'],
  ['full', '/compare?s=s3&tab=claims', 'choose one of these'],
  ['full', '/compare?s=gone&r=gone', 'not in this workspace any more'],
  ['full', '/compare?s=s3&chart=percent', 'has a place in this chart'],
  ['small', '/compare?s=s1', 'What pruning does to accuracy'],
  ['small', '/compare?s=s4', /in 0.groups|has a place|What pruning/],
  ['failing', '/compare?s=s1', 'The runs could not be listed'],
  ['structures', '/compare?s=g1', 'Accuracy after the last epoch'],
  ['huge', '/compare?list=run', /11\s817\sruns/],
  ['huge', '/compare?s=s4&tab=verdicts', /magnitude keeps .* points more than random/],
]

const HOSTILE = `=cmd|'/c calc'!A1 <img src=x onerror=alert(1)></title><script>alert(2)</script> \\input{/etc/passwd}`

describe.skipIf(reason !== '')(`the compare view${reason && ` (${reason})`}`, () => {
  const { open } = inBrowser(
    STATES.map(([scenario]) => scenario),
    { width: 1280, height: 800 },
  )
  const choose = (page: Page, name: string) => page.getByRole('checkbox', { name: `Choose ${name}` }).check()

  it.each(STATES)('%s %s is drawn without a complaint, inside its frame', async (scenario, path, text) => {
    const { page, complaints } = await open(scenario, path)
    await page.getByText(text).first().waitFor()
    expect(complaints).toEqual([])
    for (const [width, height] of [
      [1280, 800],
      [640, 400], // 200 %
    ] as const) {
      await page.setViewportSize({ width, height })
      // Drawings follow the window a moment later.
      await expect
        .poll(() =>
          page.evaluate(() => {
            const content = document.querySelector('#content')!
            const { scrollWidth, clientWidth } = content
            return scrollWidth > clientWidth + 1 ? `${scrollWidth} of ${clientWidth} pixels` : 'inside'
          }),
        )
        .toBe('inside')
    }
    expect(await namelessControls(page)).toEqual([])
    await page.close()
  })

  it('is walked from choosing two studies to a claim, and a reload brings everything back', async () => {
    const { page, complaints } = await open('full', '/studies')
    await page.getByRole('link', { name: 'Compare' }).click()
    await choose(page, 'Pruning, five seeds')
    await choose(page, 'Quick look')
    await page.getByRole('button', { name: 'Compare these' }).click()
    await page.getByTestId('compare-charts').waitFor()
    await page.getByTestId('compare-by').getByRole('button', { name: 'target' }).click()
    await page.getByTestId('filters-shown').click()
    await page.getByTestId('compare-filters').getByRole('button', { name: 'GRU' }).click()
    await page.getByTestId('compare-filters').getByRole('button', { name: 'seed 1', exact: true }).click()
    await page
      .getByTestId('compare-count')
      .filter({ hasText: /^84\sof\s1\s245/ })
      .waitFor()
    await page.getByRole('tab', { name: 'What may be claimed' }).click()
    await page.getByRole('combobox', { name: 'Percentage pruned' }).selectOption('60')
    await page.getByTestId('verdict').first().filter({ hasText: 'too few seeds to claim: 1' }).waitFor()
    const address = page.url()
    for (const part of [
      's=s1,s2',
      'by=cell,criterion,study',
      'f=cell:gru',
      'at=60',
      'tab=verdicts',
      'filters=shown',
    ]) {
      expect(decodeURIComponent(address)).toContain(part)
    }
    const sentences = await page.getByTestId('verdict').allInnerTexts()
    await page.reload()
    await page.getByTestId('verdict').first().waitFor()
    expect(await page.getByTestId('verdict').allInnerTexts()).toEqual(sentences)
    expect(page.url()).toBe(address)
    await page.getByRole('button', { name: 'Take away Quick look' }).click()
    await page.waitForURL((url) => !url.hash.includes('s2'))
    expect(complaints).toEqual([])
    await page.close()
  })

  it('takes single runs by search out of thousands', async () => {
    const { page } = await open('huge', '/compare?list=run')
    await page.getByTestId('compare-rows').waitFor()
    const drawn = await page.getByRole('checkbox', { name: /^Choose / }).count()
    expect(drawn).toBeLessThan(80) // only those in view
    const start = Date.now()
    await page.getByRole('textbox', { name: 'Find studies and runs' }).fill('gru h2h 70 random seed 4')
    await page
      .getByTestId('chooser-count')
      .filter({ hasText: /^2\sof/ })
      .waitFor()
    console.log(`11,817 runs filtered and drawn ${Date.now() - start} ms after the last key`)
    expect(Date.now() - start).toBeLessThan(2000)
    await page
      .getByRole('checkbox', { name: /^Choose GRU/ })
      .first()
      .check()
    await page.waitForURL(/r=s4-/)
    await page.close()
  })

  it('shows what people write as text, in the list, the chips and beside the view', async () => {
    const { page, complaints } = await open('full', '/compare?s=s2&open=study:s2')
    await page.getByRole('textbox', { name: 'Note' }).fill(HOSTILE)
    await page.getByRole('textbox', { name: 'New tag' }).fill('<b>bold</b> & =1+1')
    await page.keyboard.press('Enter')
    await page.getByText('<b>bold</b> & =1+1').first().waitFor()
    await page.getByTestId('favourite').click()
    await page.getByTestId('compare-chips').getByText('★').waitFor()
    await page.getByRole('tab', { name: /Choose runs/ }).click()
    await page.getByTestId('compare-rows').getByText(HOSTILE).waitFor()
    await page.getByRole('checkbox', { name: 'Favourites' }).click()
    await page
      .getByTestId('chooser-count')
      .filter({ hasText: /^1\sof/ })
      .waitFor()
    expect(await page.locator('img, #content script').count()).toBe(0)
    await page.reload()
    expect(await page.getByRole('textbox', { name: 'Note' }).inputValue()).toBe(HOSTILE)
    await page.getByRole('button', { name: 'Remove the tag <b>bold</b> & =1+1' }).click()
    await page.getByText('<b>bold</b> & =1+1').first().waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await page.close()
  })

  it('copies a claim as text', async () => {
    const { page } = await open('huge', '/compare?s=s4&tab=verdicts&by=criterion')
    await page.getByTestId('verdict').waitFor()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: /^Copy: magnitude and random at 80 %/ }).click()
    await page.getByText('The claim was copied.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
      /^magnitude keeps \d+\.\d points more than random at 80 % \(95 % CI .* to .*, 40 seeds, p < 0\.001\)\. p < 0\.05\.$/,
    )
    await page.close()
  })

  it('is reached from a study by its menu and from the palette', async () => {
    const { page } = await open('full', '/studies/s1')
    await page.getByRole('button', { name: 'Actions for Pruning, five seeds' }).click()
    await page.getByText('Compare', { exact: true }).last().click()
    await page.waitForURL(/compare\?s=s1/)
    await page.getByText('What pruning does to accuracy: both').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).fill('compare runs')
    await page.keyboard.press('Enter')
    await page.getByText('Choose what to compare').waitFor()
    await page.close()
  })
})
