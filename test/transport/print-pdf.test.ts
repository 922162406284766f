import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { shellPrinter, type PrintParts } from '../../src/main/transport/print-pdf.ts'

/** Windows that note what is done with them; printing fails when the page says so. */
function fakeWindows() {
  const seen = { options: [] as Electron.BrowserWindowConstructorOptions[], pages: [] as string[], open: 0 }
  class FakeWindow {
    #html = ''
    constructor(options: Electron.BrowserWindowConstructorOptions) {
      seen.options.push(options)
      seen.open++
    }
    readonly webContents = {
      printToPDF: () =>
        this.#html.includes('broken')
          ? Promise.reject(new Error('no printer'))
          : Promise.resolve(Buffer.from(`%PDF of ${this.#html}`)),
    }
    loadFile(path: string): Promise<void> {
      seen.pages.push(path)
      this.#html = readFileSync(path, 'utf8')
      return Promise.resolve()
    }
    destroy(): void {
      seen.open--
    }
  }
  return { seen, parts: { BrowserWindow: FakeWindow } satisfies PrintParts }
}

describe('printing in the desktop shell', () => {
  it('prints the page in a hidden window that runs no script, and leaves nothing', async () => {
    const { seen, parts } = fakeWindows()
    const pdf = await shellPrinter(parts)('<p>report</p>')
    expect(Buffer.from(pdf).toString()).toBe('%PDF of <p>report</p>')
    expect(seen.options[0]).toMatchObject({
      show: false,
      webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false },
    })
    expect(seen.options[0]!.webPreferences!.partition).not.toMatch(/^persist:/)
    expect(seen.open).toBe(0)
    expect(existsSync(seen.pages[0]!)).toBe(false)
  })

  it('closes its window and removes its file when printing fails', async () => {
    const { seen, parts } = fakeWindows()
    await expect(shellPrinter(parts)('broken')).rejects.toThrow('no printer')
    expect(seen.open).toBe(0)
    expect(existsSync(seen.pages[0]!)).toBe(false)
  })
})
