// The one window of the desktop shell: made, guarded, remembered, and reloaded after a crash. Decides nothing about
// security itself; that is shell-policy.ts.
import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { App, BrowserWindow, Dialog, Screen, Shell, WebContents } from 'electron'
import type { Log } from './host.ts'
import {
  isAllowedNavigation,
  isExternalLink,
  restoredBounds,
  START_URL,
  webPreferences,
} from './shell-policy.ts'

export interface WindowParts {
  BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => BrowserWindow
  screen: Pick<Screen, 'getAllDisplays'>
  dialog: Pick<Dialog, 'showMessageBox'>
  app: Pick<App, 'quit'>
  preload: string // absolute path of the built preload script
  boundsFile: string
  dark: boolean
  log: Log
}

/** Open the window and start loading the interface; it shows itself when its first frame is ready. */
export function openWindow(parts: WindowParts): BrowserWindow {
  const displays = parts.screen.getAllDisplays().map((display) => display.workArea)
  const window = new parts.BrowserWindow({
    ...restoredBounds(readBounds(parts.boundsFile), displays),
    minWidth: 720,
    minHeight: 480,
    title: 'Lacuna',
    show: false,
    backgroundColor: parts.dark ? '#16181d' : '#ffffff',
    webPreferences: webPreferences(parts.preload),
  })
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    writeBounds(parts.boundsFile, window.getNormalBounds()).catch((error: unknown) =>
      parts.log('warn', 'The place of the window could not be saved', error),
    )
  })
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    offerReload(window, parts, reason).catch((error: unknown) => parts.log('error', 'No reload', error))
  })
  window.loadURL(START_URL).catch((error: unknown) => parts.log('error', 'The interface did not load', error))
  return window
}

/** The interface crashed; the workbench and its runs did not. */
async function offerReload(
  window: BrowserWindow,
  { dialog, app }: WindowParts,
  reason: string,
): Promise<void> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The window stopped working.',
    detail: `Running studies go on and nothing is lost. Reason: ${reason}.`,
    buttons: ['Reload', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  })
  if (response === 0) window.webContents.reload()
  else app.quit()
}

/** Keep any contents on our page: no navigation, no new window, no webview; known links go to the browser. */
export function guardContents(contents: WebContents, shell: Pick<Shell, 'openExternal'>, log: Log): void {
  const stay = (event: { preventDefault(): void }, url: string) => {
    if (!isAllowedNavigation(url)) event.preventDefault()
  }
  contents.on('will-navigate', (event) => stay(event, event.url))
  contents.on('will-redirect', (event) => stay(event, event.url))
  contents.on('will-frame-navigate', (event) => stay(event, event.url))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternalLink(url)) {
      shell.openExternal(url).catch((error: unknown) => log('warn', 'The browser could not be opened', error))
    }
    return { action: 'deny' }
  })
}

function readBounds(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // The first start, or a file that was cut: the default size is right.
    return undefined
  }
}

async function writeBounds(file: string, bounds: Electron.Rectangle): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.tmp`, JSON.stringify(bounds))
  await rename(`${file}.tmp`, file)
}
