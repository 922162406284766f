// The structure view in a real browser with the fake workbench, under the real content security policy: every state,
// sliders, filters, comparison, player, keyboard, address and exported files.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { layoutOf } from '../../src/renderer/structure/layout.ts'
import type { RunSummary, StudyDetail } from '../../src/shared/contract.ts'
import type { StructureView } from '../../src/shared/structure-view.ts'
import type { Scenario } from './fake-workbench.ts'
import { inBrowser, namelessControls, reason } from './support/in-browser.ts'

const SCENARIOS: Scenario[] = ['empty', 'full', 'failing', 'small', 'structures']

/** Drawn connections, as the stage says. */
const drawn = async (page: Page) => Number(await page.getByTestId('stage').getAttribute('data-connections'))

const viewport = async (page: Page) => (await page.getByTestId('stage').getAttribute('data-viewport')) ?? ''

async function waitForPicture(page: Page): Promise<void> {
  await page.locator('[data-test="stage"][data-viewport]').waitFor()
}

/** Pixels of the connections' canvas that are neither empty nor grey. */
function colouredPixels(page: Page): Promise<number> {
  return page
    .locator('canvas.paint')
    .first()
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
      let count = 0
      for (let i = 0; i < data.length; i += 4) {
        const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!]
        if (data[i + 3]! > 40 && Math.max(r, g, b) - Math.min(r, g, b) > 40) count++
      }
      return count
    })
}

/** Ask the workbench behind the page. */
function ask<T>(page: Page, name: string, args: object): Promise<T> {
  return page.evaluate(
    async ([asked, given]) => {
      const body = JSON.stringify({ name: asked, args: given })
      const reply = await fetch('/api/request', { method: 'POST', body })
      return ((await reply.json()) as { result: T }).result
    },
    [name, args] as const,
  )
}

/** Where a unit is in the window. */
async function placeOf(page: Page, view: StructureView, unit: number): Promise<{ x: number; y: number }> {
  const [zoom, x, y] = (await viewport(page)).split(' ').map(Number)
  const place = layoutOf(view.units).places[unit]!
  const box = (await page.getByTestId('stage').boundingBox())!
  return { x: box.x + place.x * zoom! + x!, y: box.y + place.y * zoom! + y! }
}

async function exported(page: Page, what: string): Promise<string> {
  await page.getByTestId('export').click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByText(what, { exact: true }).click(),
  ])
  return download.path()
}

/** What an SVG holds, as the browser parses it. */
function readSvg(page: Page, text: string) {
  return page.evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, 'image/svg+xml')
    const count = (selector: string) => parsed.querySelectorAll(selector).length
    return {
      broken: count('parsererror'),
      connections: count('path.connection'),
      dashed: count('path.connection[stroke-dasharray]'),
      units: count('circle.unit'),
      text: [...parsed.querySelectorAll('text')].map((one) => one.textContent).join('\n'),
      scripts: count('script'),
    }
  }, text)
}

describe.skipIf(reason !== '')(`the structure view${reason && ` (${reason})`}`, () => {
  const { open } = inBrowser(SCENARIOS, { width: 1440, height: 900 })

  it.each<[string, Scenario, string, string | RegExp]>([
    ['nothing to look at', 'empty', '/structure', 'Nothing to look at yet'],
    ['nothing chosen', 'full', '/structure?study=s2', 'base, seed 1'],
    ['a dense base model, reduced', 'full', '/structure/s1-122', '2,500 of 14,950 connections are drawn'],
    ['a pruned model', 'full', '/structure/s1-131', '90 % pruned'],
    ['a random structure', 'structures', '/structure/g1-3', 'Of the graph the network was made from'],
    ['a run that has not begun', 'small', '/structure/s4-0', 'This run has not begun'],
    ['a run that is not there', 'full', '/structure/gone', 'The run could not be shown'],
  ])('shows %s without a complaint', async (_name, scenario, path, text) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints } = await open(scenario, path, { colorScheme })
      await page.getByText(text).first().waitFor()
      expect(complaints.filter((line) => !/status of 404|not found/i.test(line))).toEqual([])
      if (/(s1|g1)-\d/.test(path)) {
        await waitForPicture(page)
        expect(await colouredPixels(page)).toBeGreaterThan(500)
      }
      await page.close()
    }
  })

  it('says what became of a run that diverged, and shows what is stored of it', async () => {
    const { page } = await open('failing', '/structure')
    const study = await ask<StudyDetail>(page, 'study/show', { id: 's1' })
    const run = study.runs.find(({ state }: RunSummary) => state === 'diverged')!
    await page.goto(page.url().replace(/#.*/, `#/structure/${run.id}`))
    await page.getByText('This run diverged: The loss became NaN').waitFor()
    await waitForPicture(page)
    await page.close()
  })

  it('draws a skeleton while it waits, and a failure with a way to try again', async () => {
    const { page } = await open('full', '/structure?study=s2')
    let fail = true
    await page.route('**/api/request', async (route) => {
      if (!(route.request().postData() ?? '').includes('structure/show')) return route.continue()
      await new Promise((resolve) => setTimeout(resolve, 600))
      const error = { code: 'internal', message: 'The weights of the run are damaged; restore a backup.' }
      if (fail) await route.fulfill({ json: { ok: false, error } })
      else await route.continue()
    })
    await page.getByRole('link', { name: 'GRU, base, seed 1' }).first().click()
    await page.getByTestId('skeleton').waitFor()
    await page.getByText('The weights of the run are damaged').waitFor()
    fail = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await waitForPicture(page)
    await page.close()
  })

  it('has no level slider where nothing was pruned', async () => {
    const { page } = await open('full', '/structure/s3-0')
    await waitForPicture(page)
    expect(await page.getByTestId('level-slider').count()).toBe(0)
    expect(await page.getByTestId('epoch-slider').count()).toBe(1)
    await page.close()
  })

  it('goes through pruning levels with the arrow keys; layout, viewport and picture stay', async () => {
    const { page, complaints } = await open('full', '/structure/s1-122?series=both.magnitude')
    await waitForPicture(page)
    await page.getByTestId('stage').hover()
    await page.mouse.wheel(0, -200)
    const before = await viewport(page)
    await page
      .locator('canvas.paint')
      .first()
      .evaluate((canvas) => canvas.setAttribute('data-kept', ''))
    const slider = page.getByTestId('level-slider').getByRole('slider')
    await slider.focus()
    for (const percent of [10, 20, 30]) {
      await page.keyboard.press('ArrowRight')
      await page.waitForURL(new RegExp(`structure/s1-${122 + percent / 10}`))
    }
    await page.getByTestId('summary').filter({ hasText: '14 9' }).waitFor({ state: 'detached' })
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^30.% pruned$/)
    expect(await viewport(page)).toBe(before)
    expect(await page.locator('canvas.paint[data-kept]').count()).toBe(1)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('range')
    await page.keyboard.press('Home')
    await page.waitForURL(/structure\/s1-122/)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('asks once for a slider that is dragged over many levels', async () => {
    const { page } = await open('full', '/structure/s1-122?series=both.magnitude')
    await waitForPicture(page)
    const asked: string[] = []
    page.on('request', (request) => {
      if ((request.postData() ?? '').includes('structure/show')) asked.push(request.postData()!)
    })
    await page
      .getByTestId('level-slider')
      .getByRole('slider')
      .evaluate((input: HTMLInputElement) => {
        for (let at = 1; at <= 8; at++) {
          input.value = String(at)
          input.dispatchEvent(new Event('input', { bubbles: true }))
        }
      })
    await page.waitForURL(/structure\/s1-130/)
    await page.waitForTimeout(600)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toContain('s1-130')
    await page.close()
  })

  it('computes every epoch on request, can be stopped, and goes through them', async () => {
    const { page } = await open('full', '/structure/s3-1')
    await waitForPicture(page)
    const slider = page.getByTestId('epoch-slider').getByRole('slider')
    expect(await slider.getAttribute('max')).toBe('1')
    await page.getByRole('button', { name: 'Compute every epoch' }).click()
    await page.getByRole('progressbar', { name: 'Epochs computed again' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Compute every epoch' }).click()
    await expect.poll(() => slider.getAttribute('max'), { timeout: 5000 }).not.toBe('1')
    await slider.focus()
    await page.keyboard.press('ArrowLeft')
    await page.waitForURL(/epoch=\d+/)
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^after epoch \d+/)
    await page.close()
  })

  it('filters kinds and ghosts, and keeps the choice in the address', async () => {
    const { page } = await open('full', '/structure/s1-131')
    await waitForPicture(page)
    const view = await ask<StructureView>(page, 'structure/show', { run: 's1-131' })
    const count = (kind: string, ghosts: boolean) =>
      view.connections.filter((one) => one.kind === kind && (ghosts || one.live)).length
    expect(await drawn(page)).toBe(view.connections.length)
    for (const name of ['inputs', 'i2h', 'outputs'])
      await page.getByRole('button', { name: new RegExp(`^${name} `) }).click()
    await expect.poll(() => drawn(page)).toBe(count('h2h', true))
    await page.getByLabel('pruned as ghosts').uncheck()
    await expect.poll(() => drawn(page)).toBe(count('h2h', false))
    await page.waitForURL(/kinds=h2h/)
    await page.waitForURL(/ghosts=off/)
    await page.reload()
    await waitForPicture(page)
    expect(await drawn(page)).toBe(count('h2h', false))
    await page.close()
  })

  it('compares two runs by colour and line style, with counts', async () => {
    const { page } = await open('full', '/structure/s1-131')
    await waitForPicture(page)
    await page.getByTestId('against').selectOption({ label: 'against 50 % pruned' })
    await page.waitForURL(/against=s1-127/)
    const view = await ask<StructureView>(page, 'structure/show', {
      run: 's1-131',
      against: { run: 's1-127' },
    })
    const legend = page.getByTestId('legend')
    await legend.getByText('removed, dashed').waitFor()
    const digits = (await legend.innerText()).replace(/\s/g, '')
    expect(digits).toContain(`removed,dashed${view.against!.removed}`)
    expect(digits).toContain(`kept${view.against!.kept}`)
    const svg = await readSvg(page, readFileSync(await exported(page, 'Picture as SVG'), 'utf8'))
    expect(svg.dashed).toBe(view.connections.filter(({ change }) => change === 'removed').length)
    expect(svg.text).toContain('Compared with LSTM, 50 % of both')
    await page.close()
  })

  it('shows a unit that is clicked, follows its connections, and lets go of it', async () => {
    const { page } = await open('structures', '/structure/g1-3')
    await waitForPicture(page)
    const view = await ask<StructureView>(page, 'structure/show', { run: 'g1-3' })
    const hub = view.units.filter(({ role }) => role === 'unit').sort((a, b) => b.incoming - a.incoming)[0]!
    const { x, y } = await placeOf(page, view, hub.id)
    await page.mouse.click(x, y)
    await page.getByRole('heading', { name: hub.label }).waitFor()
    expect(await page.getByTestId('unit-inspector').innerText()).toContain(
      `${hub.incoming} in, ${hub.outgoing} out`,
    )
    await page.waitForURL(new RegExp(`unit=${hub.id}`))
    const strong = view.connections
      .filter(({ target, live }) => target === hub.id && live)
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))[0]!
    await page.getByTestId('unit-inspector').getByRole('listitem').first().getByRole('button').click()
    await page.getByRole('heading', { name: view.units[strong.source]!.label }).waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByTestId('properties').waitFor()
    await page.close()
  })

  it('is walked with the keyboard, and every unit is in a list as well', async () => {
    const { page } = await open('structures', '/structure/g1-3')
    await waitForPicture(page)
    await page.getByTestId('stage').focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { name: 'layer 1, unit 1' }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { name: /^layer 2/ }).waitFor()
    const zoomed = await viewport(page)
    await page.keyboard.press('+')
    await expect.poll(() => viewport(page)).not.toBe(zoomed)
    await page.keyboard.press('Escape')
    await page.getByTestId('properties').waitFor()
    await page.getByRole('tab', { name: 'Units' }).click()
    await page.getByLabel('Find a unit').fill('layer 6, unit 5')
    await page.getByTestId('units').getByRole('button', { name: 'layer 6, unit 5' }).click()
    await page.waitForURL(/unit=\d+/)
    await page.close()
  })

  it('plays a sequence: chosen by searching, stepped, scrubbed and played to its end', async () => {
    const { page, complaints } = await open('full', '/structure/s2-0')
    await waitForPicture(page)
    await page.getByTestId('pick-sequence').click()
    await page.getByLabel('Text the sequence contains').fill('BTX')
    await page.getByTestId('picker').getByRole('listitem').first().getByRole('button').click()
    await page.waitForURL(/sequence=test:\d+/)
    await page.getByTestId('heat').waitFor()
    expect(await page.getByTestId('tiles').innerText()).toMatch(/^B\s*T\s*X/)
    const step = page.getByTestId('step')
    const last = Number((await step.innerText()).split('/')[1])
    await page.getByRole('button', { name: 'One step on' }).click()
    expect(await step.innerText()).toBe(`step 2 / ${last}`)
    await page.getByTestId('scrub').focus()
    await page.keyboard.press('End')
    expect(await step.innerText()).toBe(`step ${last} / ${last}`)
    await page.waitForURL(new RegExp(`step=${last - 1}`))
    await page.getByLabel('Speed').selectOption('8')
    await page.getByTestId('play').click()
    await expect.poll(() => step.innerText()).not.toBe(`step ${last} / ${last}`)
    await expect.poll(() => step.innerText(), { timeout: 20_000 }).toBe(`step ${last} / ${last}`)
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
    const trace = await ask<{ predicted: string }>(page, 'structure/trace', {
      run: 's2-0',
      sequence: { split: 'test', index: Number(/sequence=test:(\d+)/.exec(page.url())![1]) },
    })
    expect(await page.getByTestId('verdict').innerText()).toContain(trace.predicted)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('plays what is typed, and says which letter the network does not know', async () => {
    const { page } = await open('full', '/structure/s2-0')
    await waitForPicture(page)
    for (const [text, found] of [
      ['BTXSE', 'heat'],
      ['BT?SE', undefined],
    ] as const) {
      await page.getByTestId('pick-sequence').click()
      await page.getByLabel('Type a sequence').fill(text)
      await page.keyboard.press('Enter')
      if (found === undefined) await page.getByText('The letter ? does not occur').waitFor()
      else await page.getByTestId(found).waitFor()
    }
    await page.close()
  })

  it('says what to know of an answer that padding can change', async () => {
    const { page } = await open('structures', '/structure/g2-0?sequence=text:BTXSE')
    await page.getByTestId('trace-note').filter({ hasText: 'Nothing is padded here.' }).waitFor()
    await page.close()
  })

  it('says nothing of padding where the network masks it', async () => {
    const { page } = await open('structures', '/structure/g1-0?sequence=text:BTXSE')
    await page.getByTestId('heat').waitFor()
    expect(await page.getByTestId('trace-note').count()).toBe(0)
    await page.close()
  })

  it('shows gates of the layer that is chosen, and what flows through the connections', async () => {
    const { page } = await open('full', '/structure/s1-131?sequence=test:4&step=5')
    await page.getByTestId('heat').waitFor()
    await page.getByTestId('player-layer').selectOption('2')
    await page.getByTestId('player-quantity').selectOption({ label: 'forget gate f' })
    await page.waitForURL(/quantity=f/)
    expect(await page.getByTestId('heat').getAttribute('aria-label')).toBe(
      'layer 2, forget gate f: 50 units over 13 steps',
    )
    await page.getByTestId('flow').check()
    await page.getByTestId('legend').getByText('signal: weight × state').waitFor()
    await page.close()
  })

  it('goes slowly for people who asked for less motion', async () => {
    const { page } = await open('full', '/structure/s2-0?sequence=test:4', { reducedMotion: 'reduce' })
    await page.getByTestId('heat').waitFor()
    await page.getByLabel('Speed').selectOption('8')
    await page.getByTestId('play').click()
    await page.waitForTimeout(1500)
    expect(await page.getByTestId('step').innerText()).toMatch(/^step 2 /)
    await page.close()
  })

  it('exports the picture as SVG and PNG and the graph as GraphML and GEXF', async () => {
    const { page } = await open('structures', '/structure/g1-3')
    await waitForPicture(page)
    const view = await ask<StructureView>(page, 'structure/show', { run: 'g1-3' })
    const svg = await readSvg(page, readFileSync(await exported(page, 'Picture as SVG'), 'utf8'))
    expect(svg).toMatchObject({ broken: 0, scripts: 0, connections: await drawn(page) })
    expect(svg.connections).toBe(view.connections.filter(({ kind }) => kind !== 'input').length)
    expect(svg.units).toBe(view.units.filter(({ role }) => role !== 'input').length)
    for (const text of [view.title, 'Layer 1', 'invalid', 'weight, square-root scale', 'Units: degree'])
      expect(svg.text).toContain(text)
    const png = readFileSync(await exported(page, 'Picture as PNG'))
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
    expect(png.length).toBeGreaterThan(20_000)
    expect(readFileSync(await exported(page, 'Graph as GraphML'), 'utf8')).toContain('<graphml')
    expect(readFileSync(await exported(page, 'Graph as GEXF'), 'utf8')).toContain('<gexf')
    await page.close()
  })

  it('holds its whole state in the address', async () => {
    const query =
      'gate=f&kinds=i2h.h2h&colour=betweenness&against=s1-127&unit=75&sequence=test:4&step=3&layer=2&panel=unit'
    const { page } = await open('full', `/structure/s1-131?${query}`)
    const check = async () => {
      await page.getByTestId('heat').waitFor()
      expect(await page.getByLabel('Gate', { exact: true }).inputValue()).toBe('f')
      expect(await page.getByLabel('Colour of the units').inputValue()).toBe('betweenness')
      expect(await page.getByTestId('against').inputValue()).toBe('s1-127')
      expect(await page.getByRole('button', { name: /^inputs/ }).getAttribute('aria-pressed')).toBe('false')
      expect(await page.getByTestId('step').innerText()).toMatch(/^step 4 /)
      expect(await page.getByTestId('player-layer').inputValue()).toBe('2')
      await page.getByRole('heading', { name: 'layer 1, unit 26' }).waitFor()
    }
    await check()
    await page.reload()
    await check()
    await page.close()
  })

  it('is reached from the rail and the palette, and keeps every control named and inside narrow windows', async () => {
    const { page } = await open('full', '/studies')
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Structure' }).click()
    await page
      .getByRole('link', { name: /base, seed 1/ })
      .first()
      .click()
    await waitForPicture(page)
    expect(await namelessControls(page)).toEqual([])
    for (const [width, height] of [
      [1000, 700],
      [640, 400],
    ] as const) {
      await page.setViewportSize({ width, height })
      const wide = await page.evaluate(() => {
        const content = document.querySelector('#content')!
        return content.scrollWidth - content.clientWidth
      })
      expect(wide, `${width} x ${height}`).toBeLessThanOrEqual(0)
    }
    await page.close()
  })
})
