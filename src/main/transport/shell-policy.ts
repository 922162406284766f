// Every security decision of the desktop shell, as data and pure functions, so that tests can hold them against
// Electron's checklist without its runtime.
import type { CustomScheme, MenuItemConstructorOptions, Rectangle, WebPreferences } from 'electron'

export const SCHEME = 'app'
export const APP_HOST = 'lacuna'
export const START_URL = `${SCHEME}://${APP_HOST}/`

/** The interface has its own origin with the rules of https; nothing is loaded from file://. */
export const APP_SCHEME: CustomScheme = {
  scheme: SCHEME,
  privileges: {
    standard: true,
    secure: true,
    supportFetchAPI: true,
    stream: false,
    corsEnabled: false,
    bypassCSP: false,
  },
}

/** Pages that may be opened in the browser, each by its exact address. */
export const EXTERNAL_LINKS: readonly string[] = ['https://arxiv.org/abs/2407.20601']

export function webPreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false, // dictionaries would be downloaded
  }
}

function parseUrl(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}

/** The window stays on its own page; views live in the hash. */
export function isAllowedNavigation(url: string): boolean {
  const parsed = parseUrl(url)
  return parsed?.protocol === `${SCHEME}:` && parsed.host === APP_HOST && parsed.pathname === '/'
}

/** No network: the window may load its own files and what it made itself. */
export function isAllowedRequest(url: string): boolean {
  const parsed = parseUrl(url)
  if (parsed === undefined) return false
  if (parsed.protocol === `${SCHEME}:`) return parsed.host === APP_HOST
  return ['data:', 'blob:', 'devtools:'].includes(parsed.protocol)
}

export function isExternalLink(url: string): boolean {
  return EXTERNAL_LINKS.includes(url)
}

/** The part of a frame that decides whether it may speak to the main process. */
export interface SenderFrame {
  url: string
  parent: unknown // null for the top frame
}

/** Trust only the top frame of our own window, on our own origin. A frame that is gone is null. */
export function isTrustedSender(
  frame: SenderFrame | null,
  senderId: number,
  windowId: number | undefined,
): boolean {
  if (frame === null || frame.parent !== null || senderId !== windowId) return false
  const url = parseUrl(frame.url)
  return url?.protocol === `${SCHEME}:` && url.host === APP_HOST
}

/** Bounds to open the window with: the saved ones if they still lie on a display, else a default size. */
export function restoredBounds(saved: unknown, displays: readonly Rectangle[]): Partial<Rectangle> {
  const fallback = { width: 1280, height: 840 }
  if (typeof saved !== 'object' || saved === null) return fallback
  const { x, y, width, height } = saved as Record<string, unknown>
  const isNumber = (value: unknown): value is number => Number.isSafeInteger(value)
  if (!isNumber(x) || !isNumber(y) || !isNumber(width) || !isNumber(height)) return fallback
  if (width < 400 || height < 300 || width > 20_000 || height > 20_000) return fallback
  // At least the middle of the title bar has to be reachable.
  const grip = { x: x + width / 2, y: y + 16 }
  const visible = displays.some(
    (d) => grip.x >= d.x && grip.x < d.x + d.width && grip.y >= d.y && grip.y < d.y + d.height,
  )
  return visible ? { x, y, width, height } : { width, height }
}

/** Standard roles only; reloading and developer tools exist in a checkout, not in the packaged program. */
export function menuTemplate(options: { mac: boolean; development: boolean }): MenuItemConstructorOptions[] {
  const developer: MenuItemConstructorOptions[] = [
    { role: 'reload' },
    { role: 'toggleDevTools' },
    { type: 'separator' },
  ]
  const view: MenuItemConstructorOptions[] = [
    ...(options.development ? developer : []),
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
  return [
    options.mac ? { role: 'appMenu' } : { role: 'fileMenu' },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { role: 'windowMenu' },
  ]
}
