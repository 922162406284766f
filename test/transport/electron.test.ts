// Electron's security checklist (https://www.electronjs.org/docs/latest/tutorial/security), every item that is data or
// a pure function, and the IPC door with a fake ipcMain. The runtime itself is not needed.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { EventEmitter } from 'node:events'
import { join, resolve } from 'node:path'
import type { IpcMainInvokeEvent, WebContents } from 'electron'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHANNELS, createBridge } from '../../src/main/transport/bridge.ts'
import { appResponse, lockSession, serveShell } from '../../src/main/transport/electron.ts'
import { contentSecurityPolicy } from '../../src/main/transport/security-headers.ts'
import {
  APP_SCHEME,
  EXTERNAL_LINKS,
  isAllowedNavigation,
  isAllowedRequest,
  isExternalLink,
  isTrustedSender,
  menuTemplate,
  restoredBounds,
  START_URL,
  webPreferences,
} from '../../src/main/transport/shell-policy.ts'
import { isInside } from '../../src/main/transport/static-files.ts'
import { guardContents } from '../../src/main/transport/window.ts'
import { fakeHost } from './fake-host.ts'

const root = resolve(import.meta.dirname, '..', '..')
const host = fakeHost()
const renderer = join(host.folder, 'renderer')

beforeAll(() => {
  mkdirSync(renderer)
  writeFileSync(join(renderer, 'index.html'), '<title>Lacuna</title>')
  writeFileSync(join(host.folder, 'secret.txt'), 'secret')
  symlinkSync(join(host.folder, 'secret.txt'), join(renderer, 'link.txt'))
})
afterAll(() => host.close())

describe('the window', () => {
  it('is sandboxed, isolated, without Node and without anything experimental', () => {
    expect(webPreferences('/preload.cjs')).toEqual({
      preload: '/preload.cjs',
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
      spellcheck: false,
    })
  })

  it('has its own secure origin that bypasses no policy', () => {
    expect(APP_SCHEME.privileges).toMatchObject({
      standard: true,
      secure: true,
      bypassCSP: false,
      corsEnabled: false,
    })
    expect(START_URL).toBe('app://lacuna/')
  })

  it('is bound by a policy without inline, eval and foreign sources', () => {
    const policy = contentSecurityPolicy()
    expect(policy).not.toMatch(/unsafe|\*|http/)
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy.split('; ')).toContain(part)
    }
  })

  it.each([
    ['app://lacuna/', true],
    ['app://lacuna/#/studies/1', true],
    ['app://lacuna/other.html', false],
    ['app://evil/', false],
    ['app://lacuna.evil/', false],
    ['https://arxiv.org/abs/2407.20601', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['about:blank', false],
    ['', false],
  ])('may navigate to %s: %s', (url, allowed) => expect(isAllowedNavigation(url)).toBe(allowed))

  it.each([
    ['app://lacuna/assets/a.js', true],
    ['blob:app://lacuna/1', true],
    ['data:image/png;base64,', true],
    ['https://example.com/', false],
    ['http://127.0.0.1:80/', false],
    ['wss://example.com/', false],
    ['file:///etc/passwd', false],
    ['app://evil/a.js', false],
    ['nonsense', false],
  ])('may load %s: %s', (url, allowed) => expect(isAllowedRequest(url)).toBe(allowed))

  it('opens in the browser only what is on the list', () => {
    expect(EXTERNAL_LINKS.every((link) => link.startsWith('https://arxiv.org/'))).toBe(true)
    expect(isExternalLink(EXTERNAL_LINKS[0]!)).toBe(true)
    for (const url of [
      `${EXTERNAL_LINKS[0]!}?x`,
      'https://arxiv.org/',
      'file:///bin/sh',
      'https://arxiv.org@evil.example/',
    ]) {
      expect(isExternalLink(url), url).toBe(false)
    }
  })

  it('refuses navigation, webviews and new windows', () => {
    const contents = new EventEmitter() as EventEmitter & { setWindowOpenHandler(h: Handler): void }
    type Handler = (details: { url: string }) => { action: string }
    let openHandler: Handler | undefined
    contents.setWindowOpenHandler = (handler) => (openHandler = handler)
    const opened: string[] = []
    const openExternal = (url: string) => Promise.resolve(void opened.push(url))
    guardContents(contents as unknown as WebContents, { openExternal }, () => undefined)
    const prevented = (name: string, url: string) => {
      let count = 0
      contents.emit(name, { url, preventDefault: () => count++ })
      return count === 1
    }
    for (const name of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
      expect(prevented(name, 'https://evil.example/'), name).toBe(true)
      expect(prevented(name, START_URL), name).toBe(false)
    }
    expect(prevented('will-attach-webview', START_URL)).toBe(true)
    for (const url of [EXTERNAL_LINKS[0]!, 'https://evil.example/', START_URL]) {
      expect(openHandler!({ url })).toEqual({ action: 'deny' })
    }
    expect(opened).toEqual([EXTERNAL_LINKS[0]])
  })

  it('comes back where it was unless that place is gone', () => {
    const displays = [{ x: 0, y: 0, width: 1920, height: 1080 }]
    const saved = { x: 100, y: 50, width: 1000, height: 700 }
    expect(restoredBounds(saved, displays)).toEqual(saved)
    expect(restoredBounds({ ...saved, x: 3000 }, displays)).toEqual({ width: 1000, height: 700 })
    for (const broken of [undefined, null, 7, {}, { ...saved, width: 'wide' }, { ...saved, height: 1 }]) {
      expect(restoredBounds(broken, displays)).toEqual({ width: 1280, height: 840 })
    }
  })

  it('can be reloaded from the menu in a checkout only', () => {
    const text = (development: boolean) => JSON.stringify(menuTemplate({ mac: false, development }))
    expect(text(true)).toMatch(/reload.*toggleDevTools/)
    expect(text(false)).not.toMatch(/reload|toggleDevTools/i)
  })
})

describe('the session', () => {
  it('denies every permission, device and foreign request', () => {
    const given: Record<string, unknown> = {}
    const keep = (name: string) => (value: unknown) => void (given[name] = value)
    lockSession({
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
      setSpellCheckerEnabled: keep('spell'),
      webRequest: { onBeforeRequest: keep('before') },
    } as unknown as Parameters<typeof lockSession>[0])
    const answers: unknown[] = []
    const request = given['request'] as (c: unknown, p: string, answer: (v: boolean) => void) => void
    for (const permission of ['media', 'geolocation', 'clipboard-read', 'openExternal']) {
      request({}, permission, (v) => answers.push(v))
    }
    expect(answers).toEqual([false, false, false, false])
    expect((given['check'] as () => boolean)()).toBe(false)
    expect((given['device'] as () => boolean)()).toBe(false)
    expect(given['spell']).toBe(false)
    const before = given['before'] as (d: { url: string }, answer: (v: unknown) => void) => void
    before({ url: 'https://example.com/' }, (v) => expect(v).toEqual({ cancel: true }))
    before({ url: START_URL }, (v) => expect(v).toEqual({ cancel: false }))
  })
})

describe('the app:// protocol', () => {
  const get = (url: string, method = 'GET') => appResponse(renderer, { url, method })

  it('serves the interface with its policy', async () => {
    for (const url of ['app://lacuna/', 'app://lacuna', 'app://lacuna/index.html?x#y']) {
      const response = await get(url)
      expect(response.status, url).toBe(200)
      expect(response.headers.get('content-security-policy')).toBe(contentSecurityPolicy())
    }
    expect(await (await get('app://lacuna/')).text()).toContain('Lacuna')
  })

  it.each([
    'app://lacuna/../secret.txt',
    'app://lacuna/%2e%2e/secret.txt',
    'app://lacuna/..%5csecret.txt',
    'app://lacuna/link.txt',
    'app://evil/index.html',
    'app://lacuna@evil/index.html',
    'file:///etc/passwd',
  ])('refuses %s', async (url) => {
    const response = await get(url)
    expect(response.status).toBe(403)
    expect(await response.text()).toBe('Not allowed.\n')
  })

  it('refuses other methods', async () => expect((await get('app://lacuna/', 'POST')).status).toBe(403))

  it('knows what lies inside a folder', () => {
    expect(isInside('/a/b', '/a/b/c')).toBe(true)
    expect(isInside('/a/b', '/a/b')).toBe(true)
    expect(isInside('/a/b', '/a/bc')).toBe(false)
    expect(isInside('/a/b', '/a')).toBe(false)
    expect(isInside('/a/b', '/a/b/..c')).toBe(true)
  })
})

describe('the IPC door', () => {
  type Handler = (event: IpcMainInvokeEvent, message: unknown) => unknown
  const doors = new Map<string, Handler>()
  const sent: unknown[][] = []
  const window = { id: 7, isDestroyed: () => false, send: (...all: unknown[]) => sent.push(all) }
  const event = (frame: unknown, id = 7) => ({ senderFrame: frame, sender: { id } }) as IpcMainInvokeEvent
  const ours = event({ url: START_URL, parent: null })
  let stop: () => void

  beforeAll(() => {
    stop = serveShell({
      host,
      ipc: {
        handle: (name, handler) => void doors.set(name, handler),
        removeHandler: (name) => void doors.delete(name),
      },
      contents: () => window as unknown as WebContents,
      log: () => undefined,
    })
  })

  it('has two doors and no more', () => {
    expect([...doors.keys()]).toEqual([CHANNELS.request, CHANNELS.stageFile])
  })

  it('answers our window', async () => {
    expect(await doors.get(CHANNELS.request)!(ours, { name: 'settings/get', args: {} })).toMatchObject({
      ok: true,
    })
    expect(await doors.get(CHANNELS.request)!(ours, 'nonsense')).toMatchObject({ ok: false })
  })

  it.each([
    ['a frame that is gone', event(null)],
    ['another origin', event({ url: 'https://evil.example/', parent: null })],
    ['another app host', event({ url: 'app://evil/', parent: null })],
    ['a file', event({ url: 'file:///x/index.html', parent: null })],
    ['a frame inside the page', event({ url: START_URL, parent: {} })],
    ['another window', event({ url: START_URL, parent: null }, 8)],
  ])('refuses %s at every door', (_what, sender) => {
    for (const [name, door] of doors) {
      expect(() => door(sender, { name: 'settings/get', args: {}, path: '/x' }), name).toThrow(/was refused/)
    }
  })

  it('trusts nobody while there is no window', () => {
    expect(isTrustedSender({ url: START_URL, parent: null }, 7, undefined)).toBe(false)
  })

  it('stages files by full path only and keeps them in place', () => {
    const door = doors.get(CHANNELS.stageFile)!
    for (const path of ['relative.csv', '', 7, undefined, '/a\0b']) {
      expect(door(ours, { path })).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    }
    expect(door(ours, { path: join(host.folder, 'a.csv') })).toMatchObject({ ok: true })
    expect(host.staged.at(-1)).toEqual({ path: join(host.folder, 'a.csv'), owned: false, name: 'a.csv' })
  })

  it('forwards events and closes', () => {
    host.emit('studies/changed', { id: 's' })
    expect(sent).toEqual([[CHANNELS.event, 'studies/changed', { id: 's' }]])
    stop()
    host.emit('studies/changed', {})
    expect(sent).toHaveLength(1)
    expect(doors.size).toBe(0)
  })
})

describe('the bridge of the page', () => {
  const calls: unknown[][] = []
  const bridge = createBridge({
    invoke: (...call) => {
      calls.push(call)
      return Promise.resolve({ ok: true, result: { fileId: 'f' } })
    },
    on: (...call) => calls.push(['on', ...call]),
    off: (...call) => calls.push(['off', ...call]),
    getPathForFile: (file) => (file.name === 'dropped.csv' ? '/data/dropped.csv' : ''),
  })

  it('exposes three named functions and no channel', () => {
    expect(Object.keys(bridge).sort()).toEqual(['onEvent', 'request', 'stageFile'])
  })

  it('sends a file by the path Electron knows, never by one the page names', async () => {
    const file = new File(['x'], 'dropped.csv')
    Object.assign(file, { path: '/etc/passwd' })
    expect(await bridge.stageFile(file)).toEqual({ fileId: 'f' })
    expect(calls.at(-1)).toEqual([CHANNELS.stageFile, { path: '/data/dropped.csv' }])
    await expect(bridge.stageFile(new File(['x'], 'made.csv'))).rejects.toThrow(/not on the disk/)
  })

  it('hands the page names and payloads, not the event object of Electron', () => {
    const seen: unknown[] = []
    const end = bridge.onEvent((...all) => seen.push(all))
    const [, channel, listener] = calls.at(-1) as [string, string, (...all: unknown[]) => void]
    listener({ sender: 'ipcRenderer' }, 'studies/changed', { id: 's' })
    expect(seen).toEqual([['studies/changed', { id: 's' }]])
    end()
    expect(calls.at(-1)).toEqual(['off', channel, listener])
  })
})

describe('the packaged program', () => {
  const yaml = readFileSync(join(root, 'electron-builder.yml'), 'utf8')

  it.each([
    'runAsNode: false',
    'enableCookieEncryption: true',
    'enableNodeOptionsEnvironmentVariable: false',
    'enableNodeCliInspectArguments: false',
    'enableEmbeddedAsarIntegrityValidation: true',
    'onlyLoadAppFromAsar: true',
    'grantFileProtocolExtraPrivileges: false',
  ])('has the fuse %s', (line) => expect(yaml).toContain(line))
})
