// The composition root of the desktop program: one window, one workbench, engine processes as utility processes.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as electron from 'electron'
import { VERSION } from './commands/version.ts'
import { workspaceFolder } from './commands/workspace-folder.ts'
import { utilityEngine } from './study/utility.ts'
import { appResponse, lockSession, serveShell } from './transport/electron.ts'
import type { Log } from './transport/host.ts'
import { shellPrinter } from './transport/print-pdf.ts'
import { APP_SCHEME, menuTemplate, SCHEME } from './transport/shell-policy.ts'
import { guardContents, openWindow } from './transport/window.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openOrRecover } from './workbench/open-or-recover.ts'
import { utilityData } from './workbench/utility-data.ts'

const {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
} = electron

/** Longest wait for runs to stop and be saved when the program quits. */
const CLOSE_LIMIT_MS = 10_000

const log: Log = (level, message, error) => {
  if (level !== 'info')
    process.stderr.write(`lacuna: ${message}${error instanceof Error ? `: ${error.message}` : ''}\n`)
}

let window: electron.BrowserWindow | undefined
let ready = false // a window without a workbench behind it would show errors only

/** Value of `--workspace` as typed; Chromium's own switches may stand before or after it. */
function workspaceArgument(): string | undefined {
  const at = process.argv.findIndex((word) => word === '--workspace' || word.startsWith('--workspace='))
  if (at < 0) return undefined
  const word = process.argv[at]!
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : process.argv[at + 1]
}

/** Each workspace has its own window state, and one program at a time. */
function separateWorkspaces(workspace: string): void {
  if (workspace === workspaceFolder(undefined, {})) return
  const mark = createHash('sha256').update(workspace).digest('hex').slice(0, 12)
  app.setPath('userData', `${app.getPath('userData')}-${mark}`)
}

function showWindow(): void {
  if (window !== undefined && !window.isDestroyed()) {
    if (window.isMinimized()) window.restore()
    return window.focus()
  }
  window = openWindow({
    BrowserWindow,
    screen,
    dialog,
    app,
    preload: join(app.getAppPath(), 'out', 'preload', 'preload.cjs'),
    boundsFile: join(app.getPath('userData'), 'window.json'),
    dark: nativeTheme.shouldUseDarkColors,
    log,
  })
}

async function followTheme(workbench: Workbench): Promise<void> {
  nativeTheme.themeSource = (await workbench.handlers['settings/get']({})).theme
  workbench.subscribe((name, payload) => {
    if (name === 'settings/changed' && 'theme' in payload) nativeTheme.themeSource = payload.theme
  })
}

/** Hold the end of the program back until the workbench has stopped and saved its runs, or the limit is over. */
function closeBeforeQuit(workbench: Workbench): void {
  let closed = false
  let closing = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    if (closing) return
    closing = true
    const limit = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS))
    void Promise.race([workbench.close(), limit])
      .catch((error: unknown) => log('error', 'The workbench did not close', error))
      .finally(() => {
        closed = true
        app.quit()
      })
  })
}

/** Open the workspace, asking what to do when it is damaged; undefined when the person would rather quit. */
function open(workspace: string): Promise<Workbench | undefined> {
  const program = 'Lacuna in its window'
  const openNow = () =>
    openWorkbench({
      workspace,
      program,
      version: VERSION,
      spawnEngine: utilityEngine(utilityProcess),
      spawnData: utilityData(utilityProcess),
      work: true,
      printPdf: shellPrinter({ BrowserWindow }),
      log: (message, error) => log('error', message, error),
    })
  return openOrRecover(openNow, { workspace, program, now: () => new Date(), dialog })
}

async function start(workspace: string): Promise<void> {
  await app.whenReady()
  const rendererFolder = join(app.getAppPath(), 'out', 'renderer')
  protocol.handle(SCHEME, (request) => appResponse(rendererFolder, request))
  lockSession(session.defaultSession)
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate({ mac: process.platform === 'darwin', development: !app.isPackaged }),
    ),
  )
  const workbench = await open(workspace)
  if (workbench === undefined) return app.exit(0)
  closeBeforeQuit(workbench)
  serveShell({ host: workbench, ipc: ipcMain, contents: () => window?.webContents, log })
  await followTheme(workbench)
  ready = true
  showWindow()
}

const chosen = workspaceFolder(workspaceArgument())
separateWorkspaces(chosen)
protocol.registerSchemesAsPrivileged([APP_SCHEME])
app.enableSandbox()
app.on('web-contents-created', (_event, contents) => guardContents(contents, shell, log))
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})
const show = () => {
  if (ready) showWindow()
}
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', show)
  app.on('activate', show)
  start(chosen).catch((error: unknown) => {
    dialog.showErrorBox('Lacuna could not start', error instanceof Error ? error.message : String(error))
    app.exit(1)
  })
} else app.quit()
