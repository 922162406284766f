// Structure studies in a real browser with the fake workbench: the form sends what was chosen, graph files are asked
// about, results fill in, charts lead to the structure of a graph, and nothing complains.
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { parseStudy } from '../../src/shared/study.ts'
import { dropFiles } from '../app/support/browser.ts'
import { inBrowser, reason } from './support/in-browser.ts'

interface Sent {
  name: string
  args: Record<string, unknown>
}

/** Requests the page sends from now on. */
function requestsOf(page: Page): Sent[] {
  const sent: Sent[] = []
  page.on('request', (request) => {
    const body = request.method() === 'POST' ? request.postData() : null
    if (body?.startsWith('{"name"')) sent.push(JSON.parse(body) as Sent)
  })
  return sent
}

/** A place inside a mark of the given colour, in window coordinates. The canvas is transparent: colours are unmixed. */
async function findColour(
  chart: Locator,
  colour: [number, number, number],
): Promise<{ x: number; y: number }> {
  const place = await chart
    .locator('canvas')
    .first()
    .evaluate((canvas, [r, g, b]) => {
      const { width, height } = canvas as HTMLCanvasElement
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
      const near = (at: number, value: number) => Math.abs(data[at]! - value) < 12
      const box = canvas.getBoundingClientRect()
      // Four neighbours of the same colour: inside a mark, not on an edge that is blended.
      for (let y = 2; y < height - 2; y++) {
        for (let x = 2; x < width - 2; x++) {
          const inside = [0, 4, -4, 4 * width, -4 * width].every((step) => {
            const at = (y * width + x) * 4 + step
            return near(at, r!) && near(at + 1, g!) && near(at + 2, b!) && data[at + 3]! > 150
          })
          if (inside) return { x: box.left + (x * box.width) / width, y: box.top + (y * box.height) / height }
        }
      }
      return undefined
    }, colour)
  if (place === undefined) throw new Error('No mark of that colour is drawn.')
  return place
}

describe.skipIf(reason !== '')(`structure studies in the interface${reason && ` (${reason})`}`, () => {
  const { window, address } = inBrowser(['structures'], { width: 1400, height: 1000 })

  async function open(path: string, options?: BrowserContextOptions) {
    const { page, complaints } = await window(options)
    const sent = requestsOf(page)
    await page.goto(address('structures', path))
    return { page, complaints, sent }
  }

  it('sends exactly the definition that was chosen', async () => {
    const { page, complaints, sent } = await open('/studies/new?dataset=da0a')
    await page.getByTestId('kind-structure').click()
    await page.getByTestId('graph-samples').getByText('barabasi-albert 0').waitFor()
    await page.getByRole('button', { name: 'Remove Barabási-Albert' }).click()
    const watts = page.getByTestId('family-watts-strogatz')
    await watts.getByLabel('Graphs').fill('5')
    await watts.getByLabel(/^p(?=[A-Z])/).fill('0.5')
    await page.getByTestId('add-kleinberg').click()
    await page
      .getByTestId('family-kleinberg')
      .getByLabel(/^q(?=[A-Z])/)
      .fill('2')
    await page.getByLabel('Vertices, fewest').fill('20')
    await page.getByLabel('Vertices, most').fill('30')
    await page.getByTestId('graphs-per-cell').selectOption('own')
    await page.getByTestId('budget').selectOption('edges')
    await page.getByLabel('Edges of each graph').fill('60')
    await page.getByLabel('Rewired controls per graph').fill('1')
    await page.getByTestId('wiring').selectOption('darji-2021')
    await page.getByTestId('gate-mask').selectOption('row-repeat')
    await page.getByTestId('plan-graphs').filter({ hasText: '200' }).waitFor()
    await page.getByTestId('start').click()
    await page.getByTestId('structure-results').waitFor()
    const start = sent.find(({ name }) => name === 'study/start')!
    expect(parseStudy(start.args['definition'])).toEqual(
      parseStudy({
        kind: 'structure',
        dataset: 'da0a',
        structure: {
          families: [
            { kind: 'watts-strogatz', count: 5, p: 0.5 },
            { kind: 'kleinberg', count: 20, q: 2 },
          ],
          nodes: { min: 20, max: 30 },
          graphsPerCell: 'own',
          budget: { kind: 'edges', edges: 60 },
          rewired: 1,
          wiring: 'darji-2021',
          gateMask: 'row-repeat',
        },
      }),
    )
    expect(complaints).toEqual([])
    await page.close()
  })

  it('offers the presets of structures, and keeps one in the address', async () => {
    const { page } = await open('/studies/new?kind=structure&dataset=da0a')
    await page.getByTestId('preset-darji-2021-structures').click()
    await page.getByTestId('plan-runs').filter({ hasText: '800' }).waitFor()
    await page.waitForURL(/row-repeat/)
    await page.reload()
    await page.getByTestId('plan-runs').filter({ hasText: '800' }).waitFor()
    const preset = page.getByTestId('preset-darji-2021-structures')
    expect(await preset.getAttribute('aria-pressed')).toBe('true')
    await page.close()
  })

  it('says which generator is wrong beside its field, and draws another graph on request', async () => {
    const { page } = await open('/studies/new?kind=structure&dataset=da0a')
    await page.getByTestId('graph-samples').getByText('watts-strogatz 0').waitFor()
    await page.getByTestId('redraw').click()
    await page.getByTestId('graph-samples').getByText('watts-strogatz 1', { exact: true }).waitFor()
    await page.getByTestId('family-watts-strogatz').getByLabel('Graphs').fill('0')
    await page
      .getByTestId('family-watts-strogatz')
      .getByRole('alert')
      .filter({ hasText: 'at least 1' })
      .waitFor()
    expect(await page.getByTestId('start').isDisabled()).toBe(true)
    await page.close()
  })

  it('asks about graph files that need a choice, and adds their graphs under their names', async () => {
    const { page, complaints } = await open('/studies/new?kind=structure&dataset=da0a')
    await page.getByTestId('graph-files').waitFor()
    await dropFiles(page, [
      { name: 'plain.edgelist', text: '' },
      { name: 'loops.txt', text: '' },
    ])
    const graphs = page.getByRole('list', { name: 'Graphs from files' })
    await graphs.getByText('plain', { exact: true }).waitFor()
    const asked = page.getByTestId('graph-file-loops.txt')
    await asked.getByText('is not added').waitFor()
    await asked.getByText('An edge joins a node to itself (line 3).').waitFor()
    await asked.getByRole('button', { name: 'Leave them out' }).click()
    await asked.getByText('An edge joins a node to itself').waitFor({ state: 'detached' })
    await asked.getByRole('button', { name: 'Keep the first of each' }).click()
    await graphs.getByText('loops', { exact: true }).waitFor()
    await page.getByTestId('plan-graphs').filter({ hasText: '42' }).waitFor()
    await page.getByRole('button', { name: 'Remove plain' }).click()
    await page.getByTestId('plan-graphs').filter({ hasText: '41' }).waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })

  it('refuses a graph file that is too large or no graph, in a sentence', async () => {
    const { page } = await open('/studies/new?kind=structure&dataset=da0a')
    await page.getByTestId('graph-files').waitFor()
    await dropFiles(page, [
      { name: 'huge.edgelist', text: '' },
      { name: 'virus.graphml', text: '' },
    ])
    await page
      .getByTestId('graph-file-huge.edgelist')
      .getByText(/2\s501 vertices/)
      .waitFor()
    await page.getByTestId('graph-file-virus.graphml').getByText('which is refused in GraphML').waitFor()
    expect(await page.getByRole('list', { name: 'Graphs from files' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Dismiss virus.graphml' }).click()
    await page.getByTestId('graph-file-virus.graphml').waitFor({ state: 'detached' })
    await page.close()
  })

  it('analyses a study that is done by itself, with progress that can be cancelled and begun again', async () => {
    const { page, complaints } = await window()
    const sent = requestsOf(page)
    // At once, wherever it is and before all is loaded: charts above still grow, and a second later it is gone.
    await page.goto(address('structures', '/studies/g1'), { waitUntil: 'commit' })
    await page.getByTestId('analysis-cancel').dispatchEvent('click')
    await page.getByTestId('analyse').waitFor()
    expect(sent.some(({ name }) => name === 'task/cancel')).toBe(true)
    expect(await page.getByTestId('correlations').count()).toBe(0)
    await page.getByTestId('analyse').click()
    await page.getByTestId('analysis').getByRole('progressbar').waitFor()
    await page.getByTestId('correlations').waitFor()
    await page
      .getByTestId('analysis-about')
      .filter({ hasText: /All 800\sruns/ })
      .waitFor()
    await page.getByTestId('regression').getByText('AdaBoost.R2').first().waitFor()
    await page.getByTestId('importances').getByText('What shuffling a property costs').waitFor()
    await page
      .getByTestId('failures')
      .getByText(/never left chance/)
      .waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })

  it('opens the structure of a graph whose point is clicked', async () => {
    const { page } = await open('/studies/g1?cell=gru&x=nodes_betweenness_var&published=hidden')
    const chart = page.getByTestId('scatter-gru')
    await chart.locator('canvas').first().waitFor()
    await page.waitForTimeout(400)
    const { x, y } = await findColour(chart, [0xd5, 0x5e, 0x00])
    await page.mouse.click(x, y)
    await page.waitForURL(/#\/structure\/g1-\d+/)
    await page.close()
  })

  it('shows the graphs behind a cell of the heatmap that is clicked', async () => {
    const { page } = await open('/studies/g1')
    const figure = page.getByTestId('correlations').locator('figure')
    await figure.locator('canvas').waitFor()
    const box = (await figure.locator('canvas').boundingBox())!
    // The last row: edge betweenness, standard deviation; a column of RNN-ReLU.
    await figure.locator('canvas').click({ position: { x: box.width * 0.42, y: box.height - 16 } })
    await page.waitForURL(/x=edge_betweenness_std/)
    await page.waitForURL(/cell=rnn-relu/)
    await page
      .getByTestId('scatter-rnn-relu')
      .getByText(/with edge betweenness, st. dev./)
      .waitFor()
    expect(await page.getByTestId('scatter-gru').count()).toBe(0)
    await page.close()
  })

  it('switches the kind of correlation and the graphs it is about', async () => {
    const { page, sent } = await open('/studies/g1?published=hidden')
    const correlations = page.getByTestId('correlations')
    await correlations.getByRole('button', { name: /show table/ }).click()
    const r = async () => {
      const texts = await correlations.locator('tbody tr').nth(2).locator('td').allInnerTexts()
      return Number(texts[3])
    }
    const pearson = await r()
    await correlations.getByText('Spearman').click()
    await expect.poll(r).not.toBe(pearson)
    await correlations.getByText('Partial, given vertices').click()
    await page.waitForURL(/stat=partial/)
    await expect.poll(async () => Math.abs(await r()) < Math.abs(pearson)).toBe(true)
    await page.getByLabel('Generator', { exact: true }).selectOption('watts-strogatz')
    await expect
      .poll(async () => correlations.locator('tbody tr').nth(2).locator('td').nth(2).innerText())
      .toBe('100')
    await page.getByText('Leave out failed trainings').click()
    await page.getByTestId('analysis-about').waitFor()
    await expect
      .poll(() => sent.some(({ name, args }) => name === 'study/analyse' && args['leaveOutFailed'] === true))
      .toBe(true)
    await page.close()
  })

  it('fills while runs finish, and analyses what is there on request', async () => {
    const { page, complaints } = await open('/studies/g3')
    await page
      .getByTestId('strip')
      .getByText(/Test accuracy of \d+\strained graphs/)
      .waitFor()
    const before = await page.getByTestId('strip').locator('h3').innerText()
    await expect
      .poll(() => page.getByTestId('strip').locator('h3').innerText(), { timeout: 60_000 })
      .not.toBe(before)
    expect(await page.getByTestId('correlations').count()).toBe(0)
    await page.getByTestId('analyse').click()
    await page.getByTestId('correlations').waitFor()
    await page
      .getByTestId('analysis-about')
      .filter({ hasText: /Numbers so far/ })
      .waitFor()
    await page.getByText('Too few trained graphs for a cross-validation').waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })

  it.each([
    ['/studies/g2', 'Does the arrangement of the edges matter?'],
    ['/studies/g4', 'Every training diverged'],
    ['/studies/g5', 'No graph is trained yet'],
    ['/studies/g2?tab=definition', 'Kleinberg small world, p = 1, q = 1, r = 2'],
    ['/studies/g1?tab=runs&find=gru watts 17', 'watts-strogatz 17'],
  ])('%s is drawn without a complaint, light and dark', async (path, text) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints } = await open(path, { colorScheme })
      await page.getByText(text).first().waitFor()
      expect(complaints).toEqual([])
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      )
      expect(overflow).toBe(false)
      await page.close()
    }
  })

  it('lists every run with its graph, sorted by size, and links each to its structure', async () => {
    const { page } = await open('/studies/g1?tab=runs')
    await page.getByRole('button', { name: 'Vertices' }).click()
    const sizes = async () => {
      const texts = await page.locator('tbody tr td:nth-child(5)').allInnerTexts()
      return texts.slice(0, 10).map(Number)
    }
    await expect.poll(async () => (await sizes())[0]).toBe(50)
    const shown = await sizes()
    expect(shown).toEqual(shown.toSorted((a, b) => b - a))
    await page.locator('tbody tr a').first().click()
    await page.waitForURL(/#\/structure\/g1-\d+/)
    await page.goBack()
    await page.goto(address('structures', '/studies/g1?tab=runs&run=g1-5'))
    await page.getByTestId('open-structure').click()
    await page.waitForURL(/#\/structure\/g1-5/)
    await page.close()
  })

  it('says that an analysis failed, and offers it again', async () => {
    const { page } = await open('/studies/g1')
    await page.route('**/api/request', async (route) => {
      const asks = route.request().postData()?.includes('study/analyse') === true
      if (!asks) return route.continue()
      const error = { code: 'internal', message: 'The analysis ended without an answer; try again.' }
      return route.fulfill({ json: { ok: false, error } })
    })
    await page.reload()
    await page.getByText('The analysis failed').waitFor()
    await page.getByText('ended without an answer').waitFor()
    await page.unroute('**/api/request')
    await page.getByTestId('analysis').getByRole('button', { name: /again/i }).first().click()
    await page.getByTestId('correlations').waitFor()
    await page.close()
  })

  it('keeps the form and the results inside narrow and wide windows', async () => {
    for (const [width, height] of [
      [640, 400],
      [1000, 700],
      [1920, 1080],
    ] as const) {
      for (const path of ['/studies/new?kind=structure&dataset=da0a', '/studies/g2']) {
        const { page } = await open(path)
        await page.setViewportSize({ width, height })
        await page.locator('#content h2, #content h3').first().waitFor()
        await page.waitForTimeout(600)
        const wide = await page.evaluate(() => {
          const content = document.querySelector('#content')!
          return content.scrollWidth - content.clientWidth
        })
        expect(wide, `${path} at ${width} x ${height}`).toBeLessThanOrEqual(1)
        await page.close()
      }
    }
  }, 60_000)
})
