import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { removeControlFile, requestAddress, writeControlFile } from '../../src/main/transport/control-file.ts'
import { EventSockets, sendDecision, SOCKET_LIMITS } from '../../src/main/transport/event-socket.ts'
import { startHttpServer } from '../../src/main/transport/http.ts'
import { fakeHost } from './fake-host.ts'

const progress = {
  runId: 'r',
  studyId: 's',
  epoch: 1,
  epochs: 2,
  phase: 'training',
  batch: 1,
  batches: 2,
} as const

describe('a slow window', () => {
  it('loses samples first, keeps what has to be known, and is disconnected before it fills the memory', () => {
    const { dropSamplesBytes: drop, closeBytes: close } = SOCKET_LIMITS
    expect(sendDecision('run/progressed', drop, SOCKET_LIMITS)).toBe('send')
    expect(sendDecision('run/progressed', drop + 1, SOCKET_LIMITS)).toBe('drop')
    expect(sendDecision('task/progressed', drop + 1, SOCKET_LIMITS)).toBe('drop')
    expect(sendDecision('studies/changed', close, SOCKET_LIMITS)).toBe('send')
    expect(sendDecision('studies/changed', close + 1, SOCKET_LIMITS)).toBe('close')
  })

  it('that reads nothing and answers no ping is gone after two pings', async () => {
    const host = fakeHost()
    const sockets = new EventSockets(host, { dropSamplesBytes: 1000, closeBytes: 100_000, pingMs: 100 })
    const server = createServer().on('upgrade', (request, socket, head) =>
      sockets.accept(request, socket, head),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    client.on('error', () => undefined) // the server resets the connection: that is the point
    const head =
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13'
    client.write(`${head}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`)
    await expect.poll(() => sockets.count).toBe(1)
    client.pause()
    host.emit('run/progressed', progress)
    await expect.poll(() => sockets.count, { timeout: 2000 }).toBe(0)
    client.destroy()
    sockets.close()
    await new Promise((resolve) => server.close(resolve))
    await host.close()
  })
})

describe('the control file', () => {
  it('leads a second command to a fresh address, for the owner only', async () => {
    const host = fakeHost()
    const workspace = mkdtempSync(join(tmpdir(), 'lacuna-control-'))
    const server = await startHttpServer(host, { rendererFolder: workspace, log: () => undefined })
    expect(await requestAddress(workspace)).toBeUndefined()
    await writeControlFile(workspace, server)
    if (process.platform !== 'win32')
      expect(statSync(join(workspace, 'server.json')).mode & 0o777).toBe(0o600)
    const address = await requestAddress(workspace)
    expect((await fetch(address!, { redirect: 'manual' })).status).toBe(303)
    await server.close()
    expect(await requestAddress(workspace)).toBeUndefined()
    await removeControlFile(workspace)
    rmSync(workspace, { recursive: true })
    await host.close()
  })
})
