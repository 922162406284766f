// A real browser for the tests of the interface: playwright-core drives the Chromium that is installed.
import { existsSync } from 'node:fs'
import { chromium, selectors, type Browser, type Page } from 'playwright-core'

const PLACES = [
  process.env['LACUNA_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of an installed Chromium, or undefined. */
export function findChromium(): string | undefined {
  return PLACES.find((place) => place !== undefined && existsSync(place))
}

export async function launchBrowser(executablePath: string): Promise<Browser> {
  selectors.setTestIdAttribute('data-test')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Collect what the page complains about: exceptions, refused resources, errors on its console. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return complaints
}

/** Drop files on the window as a person does: enter, move, drop, each with the files attached. */
export async function dropFiles(page: Page, files: { name: string; text: string }[]): Promise<void> {
  const data = await page.evaluateHandle((list) => {
    const transfer = new DataTransfer()
    for (const { name, text } of list) transfer.items.add(new File([text], name, { type: 'text/csv' }))
    return transfer
  }, files)
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await page.dispatchEvent('body', type, { dataTransfer: data })
  }
}

/**
 * Drag files of the disk onto the middle of the window and let go, as the system's file manager does: what the page
 * does not take, the browser opens in its place.
 */
export async function dragFiles(page: Page, files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { width, height } = page.viewportSize()!
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data })
  }
  await session.detach()
}
