import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AppInfo } from '../../src/shared/contract.ts'
import { tempDir } from '../support/temp-dir.ts'
import { lacuna, lacunaJson, startLacuna } from './cli-process.ts'

const built = existsSync(resolve(import.meta.dirname, '..', '..', 'out', 'renderer', 'index.html'))

/** Open an address as a browser does and return the session cookie. */
async function openAddress(address: string): Promise<string> {
  const opened = await fetch(address, { redirect: 'manual' })
  expect(opened.status).toBe(303)
  return opened.headers.getSetCookie()[0]!.split(';')[0]!
}

async function post(origin: string, cookie: string, name: string): Promise<unknown> {
  const headers = { cookie, 'content-type': 'application/json' }
  const body = JSON.stringify({ name, args: {} })
  const reply = await fetch(`${origin}/api/request`, {
    method: 'POST',
    headers,
    body,
  })
  return ((await reply.json()) as { result: unknown }).result
}

describe('lacuna serve', () => {
  it('serves the workbench until it is told to stop', async ({ skip }) => {
    if (!built) skip('the interface is not built')
    const workspace = tempDir()
    const server = startLacuna(workspace, ['serve', '--no-open', '--json'])
    const { address } = JSON.parse(await server.firstLine) as {
      address: string
    }
    const { origin } = new URL(address)
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const cookie = await openAddress(address)
    expect(await (await fetch(`${origin}/`, { headers: { cookie } })).text()).toContain(
      '<title>Lacuna</title>',
    )
    const info = (await post(origin, cookie, 'app/info')) as AppInfo
    expect(info.workspace.path).toBe(workspace)

    // A second command opens the running server again, with a fresh address.
    const [again] = await lacunaJson<{ address: string }>(workspace, 'open', '--no-open')
    expect(new URL(again!.address).origin).toBe(origin)
    expect(again!.address).not.toBe(address)
    await openAddress(again!.address)

    // Other commands are told who holds the workspace.
    const locked = await lacuna(workspace, 'dataset', 'list')
    expect(locked.code).toBe(1)
    expect(locked.stderr).toMatch(new RegExp(`process ${server.child.pid} .*lacuna serve`))

    expect(existsSync(join(workspace, 'server.json'))).toBe(true)
    if (process.platform !== 'win32')
      expect(statSync(join(workspace, 'server.json')).mode & 0o777).toBe(0o600)
    server.child.kill('SIGTERM')
    const { code, stdout, stderr } = await server.ended
    if (process.platform !== 'win32') expect(code).toBe(0)
    expect(existsSync(join(workspace, 'server.json'))).toBe(false)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('token')
  })

  it('says which port is taken and leaves the workspace free', async ({ skip }) => {
    if (!built) skip('the interface is not built')
    const [workspace, other] = [tempDir(), tempDir()]
    const first = startLacuna(workspace, ['serve', '--no-open', '--json'])
    const { port } = new URL((JSON.parse(await first.firstLine) as { address: string }).address)
    const { code, stderr } = await lacuna(other, 'serve', '--no-open', '--port', port)
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`Port ${port} on 127.0.0.1 is used`))
    expect((await lacuna(other, 'dataset', 'list')).code).toBe(0)
  })

  it('gives the reason for the browser and the address in one line', async ({ skip }) => {
    if (!built) skip('the interface is not built')
    const because = 'Electron runtime not available (no display)'
    const server = startLacuna(tempDir(), ['open', '--no-open', '--because', because])
    expect(await server.firstLine).toMatch(
      /^Electron runtime not available \(no display\): opening the same workbench in your browser at http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/,
    )
  })
})
