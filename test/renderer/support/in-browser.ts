// The interface in a real browser for one file of tests: built once, served with a fake workbench in each state asked for,
// opened at an address. Pages share what a browser keeps of one site; each is loaded anew.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { complaintsOf, findChromium, launchBrowser } from '../../app/support/browser.ts'
import type { Scenario } from '../fake-workbench.ts'
import { buildRenderer, servePreview, type Preview } from '../preview.ts'

const chromium = findChromium()

/** Why these tests cannot run here; empty where they can. */
export const reason = chromium === undefined ? 'no Chromium is installed; set LACUNA_CHROMIUM to one' : ''

export interface Opened {
  page: Page
  complaints: string[] // what the page has complained about so far
}

export interface InBrowser {
  /** Load an address, the part behind `#`, in a window of its own; the caller closes the page. */
  open: (scenario: Scenario, path: string, options?: BrowserContextOptions) => Promise<Opened>
  /** The same in two steps, for those who listen from the first request on. */
  window: (options?: BrowserContextOptions) => Promise<Opened>
  address: (scenario: Scenario, path: string) => string
  serve: (scenario: Scenario, port: number) => Promise<Preview>
}

/** Prepare the tests of a `describe` block, and clean up behind them. */
export function inBrowser(
  scenarios: Iterable<Scenario>,
  viewport: { width: number; height: number },
): InBrowser {
  const folder = mkdtempSync(join(tmpdir(), 'lacuna-views-'))
  const servers = new Map<Scenario, Preview>()
  const contexts = new Map<string, Promise<BrowserContext>>()
  let browser: Browser

  beforeAll(async () => {
    await buildRenderer(folder)
    for (const scenario of new Set(scenarios)) servers.set(scenario, await servePreview(folder, scenario, 0))
    browser = await launchBrowser(chromium!)
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    for (const server of servers.values()) await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  function contextOf(options: BrowserContextOptions): Promise<BrowserContext> {
    const key = JSON.stringify(options)
    const context = contexts.get(key) ?? browser.newContext({ viewport, ...options })
    contexts.set(key, context)
    return context
  }

  const address = (scenario: Scenario, path: string) =>
    `http://127.0.0.1:${servers.get(scenario)!.port}/#${path}`
  async function window(options: BrowserContextOptions = {}): Promise<Opened> {
    const page = await (await contextOf(options)).newPage()
    return { page, complaints: complaintsOf(page) }
  }
  async function open(scenario: Scenario, path: string, options?: BrowserContextOptions): Promise<Opened> {
    const opened = await window(options)
    await opened.page.goto(address(scenario, path))
    return opened
  }
  return { open, window, address, serve: (scenario, port) => servePreview(folder, scenario, port) }
}

/** Controls and pictures a screen reader could not name, as their markup. */
export function namelessControls(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const named = (element: Element): boolean => {
      const by = element.getAttribute('aria-labelledby')
      const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : []
      const texts = [
        element.getAttribute('aria-label'),
        by === null ? null : document.getElementById(by)?.textContent,
        element.textContent,
        ...labels.map((label) => label.textContent),
      ]
      return texts.some((text) => text?.trim())
    }
    const controls = document.querySelectorAll(
      'button, a[href], select, input:not([type=hidden]), [role=img], [role=progressbar]',
    )
    return [...controls]
      .filter((element) => !named(element))
      .map((element) => element.outerHTML.slice(0, 160))
  })
}
