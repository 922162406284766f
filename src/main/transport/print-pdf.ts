// Prints a page of our own with the Chromium of the desktop shell: in a hidden window without script, with a session of
// its own that is gone with it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserWindow } from 'electron'

type PrintWindow = Pick<BrowserWindow, 'loadFile' | 'destroy'> & {
  webContents: Pick<Electron.WebContents, 'printToPDF'>
}

export interface PrintParts {
  BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => PrintWindow
}

/** Make the printer of the shell: HTML in, PDF out. */
export function shellPrinter({ BrowserWindow: Window }: PrintParts): (html: string) => Promise<Uint8Array> {
  return async (html) => {
    const folder = await mkdtemp(join(tmpdir(), 'lacuna-print-'))
    const window = new Window({
      show: false,
      webPreferences: {
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        javascript: false,
        webSecurity: true,
        partition: 'print', // not persistent: no cookies, no cache on the disk
      },
    })
    try {
      const page = join(folder, 'report.html')
      await writeFile(page, html, { mode: 0o600 })
      await window.loadFile(page)
      const pdf = await window.webContents.printToPDF({ preferCSSPageSize: true, printBackground: true })
      return new Uint8Array(pdf)
    } finally {
      window.destroy()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
