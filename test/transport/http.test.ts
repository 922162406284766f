import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startHttpServer, type HttpServer } from '../../src/main/transport/http.ts'
import { MAX_REQUEST_BYTES, ROUTES } from '../../src/main/transport/routes.ts'
import { fakeHost } from './fake-host.ts'

const host = fakeHost()
const renderer = join(host.folder, 'renderer')
const logged: string[] = []
const MAX_UPLOAD = 100_000
let server: HttpServer
let cookie = ''

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}
interface Call {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** One request over its own connection, with nothing added to what is given but the body's length. */
function send({ method, path, headers = {}, body }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { Host: `127.0.0.1:${server.port}`, ...headers }
    const call = httpRequest({
      host: '127.0.0.1',
      port: server.port,
      method,
      path,
      headers: all,
      agent: false,
    })
    call.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      )
    })
    call.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve({ status: response.statusCode!, headers: response.headers, text: '' })
    })
    call.on('error', reject)
    call.end(body)
  })
}

beforeAll(async () => {
  mkdirSync(join(renderer, 'assets'), { recursive: true })
  writeFileSync(join(renderer, 'index.html'), '<title>Lacuna</title>')
  writeFileSync(join(renderer, 'assets', 'app-1a2b.js'), 'let a = 1')
  writeFileSync(join(host.folder, 'secret.txt'), 'secret')
  symlinkSync(join(host.folder, 'secret.txt'), join(renderer, 'assets', 'link.txt'))
  symlinkSync(host.folder, join(renderer, 'up'))
  const log = (level: string, message: string, error?: unknown) =>
    logged.push(`${level} ${message} ${String(error)}`)
  server = await startHttpServer(host, { rendererFolder: renderer, maxUploadBytes: MAX_UPLOAD, log })
  const opened = await send({
    method: 'GET',
    path: new URL(server.newAddress()).pathname + new URL(server.newAddress()).search,
  })
  expect(opened.status).toBe(303)
  cookie = opened.headers['set-cookie']![0]!.split(';')[0]!
})

afterAll(async () => {
  await server.close()
  await host.close()
})

/** A request each route accepts, and the status it accepts it with. A route without an entry fails. */
const ACCEPTED: Record<string, () => Call & { expected: number; tooLarge: number }> = {
  request: () => ({
    method: 'POST',
    path: '/api/request',
    headers: { 'Content-Type': 'application/json', Cookie: cookie },
    body: JSON.stringify({ name: 'settings/get', args: {} }),
    expected: 200,
    tooLarge: MAX_REQUEST_BYTES + 1,
  }),
  file: () => ({
    method: 'POST',
    path: '/api/file?name=a.csv',
    headers: { 'Content-Type': 'application/octet-stream', Cookie: cookie },
    body: 'a,b\n1,2\n',
    expected: 200,
    tooLarge: MAX_UPLOAD + 1,
  }),
  events: () => ({
    method: 'GET',
    path: '/api/events',
    headers: {
      Cookie: cookie,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
    expected: 101,
    tooLarge: 1,
  }),
  address: () => ({
    method: 'POST',
    path: '/api/address',
    headers: { Authorization: `Bearer ${server.controlSecret}` },
    expected: 200,
    tooLarge: 1,
  }),
  static: () => ({ method: 'GET', path: '/', headers: { Cookie: cookie }, expected: 200, tooLarge: 1 }),
}

describe.each(ROUTES)('route $id', (route) => {
  const accepted = () => {
    const entry = ACCEPTED[route.id]
    if (entry === undefined) throw new Error(`route ${route.id} has no entry in the refusal matrix`)
    return entry()
  }
  const changed = (headers: Record<string, string>) => {
    const call = accepted()
    return send({ ...call, headers: { ...call.headers, ...headers } })
  }

  it('accepts an honest request, also by the name localhost and with its own origin', async () => {
    expect((await send(accepted())).status).toBe(accepted().expected)
    const local = { Host: `localhost:${server.port}`, Origin: `http://localhost:${server.port}` }
    expect((await changed({ ...local, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(accepted().expected)
  })

  it('refuses a missing or wrong key with 401', async () => {
    const key = route.access === 'control' ? 'Authorization' : 'Cookie'
    const { [key]: _, ...without } = accepted().headers!
    expect((await send({ ...accepted(), headers: without })).status).toBe(401)
    const wrong = accepted().headers![key]!.slice(0, -4) + 'AAAA'
    expect((await changed({ [key]: wrong })).status).toBe(401)
    expect((await changed({ [key]: '' })).status).toBe(401)
    // The key of the other kind of route opens nothing here.
    const other = key === 'Cookie' ? { Authorization: `Bearer ${server.controlSecret}` } : { Cookie: cookie }
    expect((await send({ ...accepted(), headers: { ...without, ...other } })).status).toBe(401)
  })

  it('refuses a foreign Host with 403', async () => {
    const { port } = server
    for (const Host of [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1`,
      `127.0.0.1:${port}.evil.example`,
      `[::1]:${port}`,
      `0.0.0.0:${port}`,
    ]) {
      expect((await changed({ Host })).status, Host).toBe(403)
    }
  })

  it('refuses a foreign Origin and requests that other sites start with 403', async () => {
    const { port } = server
    for (const Origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
      `http://localhost:${port}`,
    ]) {
      expect((await changed({ Origin })).status, Origin).toBe(403)
    }
    for (const site of ['cross-site', 'same-site']) {
      expect((await changed({ 'Sec-Fetch-Site': site })).status, site).toBe(403)
    }
  })

  it('refuses other methods with 405', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].filter(
      (m) => m !== route.method,
    )) {
      const { body: _, ...call } = accepted()
      expect((await send({ ...call, method })).status, method).toBe(405)
    }
  })

  if (route.contentType !== undefined) {
    it('refuses other content types with 415', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '']) {
        expect((await changed({ 'Content-Type': type })).status, type).toBe(415)
      }
    })
  }

  it('refuses an oversized body with 413, declared or not', async () => {
    const size = accepted().tooLarge
    const declared = { ...accepted().headers, 'Content-Length': String(size) }
    expect((await send({ ...accepted(), headers: declared, body: Buffer.alloc(size) })).status).toBe(413)
    const streamed = { ...accepted().headers, 'Transfer-Encoding': 'chunked' }
    expect((await send({ ...accepted(), headers: streamed, body: Buffer.alloc(size, 32) })).status).toBe(413)
  })

  it('sends the security headers and no permission for other origins', async () => {
    // A finished handshake is no document; what a WebSocket route answers instead of one is.
    const call = route.upgrade === true ? { ...accepted(), headers: {} } : accepted()
    const { headers } = await send(call)
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(headers['content-security-policy']).not.toMatch(/unsafe/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('tokens', () => {
  const open = (address: string, headers: Record<string, string> = {}) => {
    const url = new URL(address)
    return send({ method: 'GET', path: url.pathname + url.search, headers })
  }

  it('open once and are exchanged for a strict cookie', async () => {
    const address = server.newAddress()
    const first = await open(address)
    expect(first).toMatchObject({ status: 303, headers: { location: '/', 'cache-control': 'no-store' } })
    expect(first.headers['set-cookie']![0]).toMatch(
      /^lacuna-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    const second = await open(address)
    expect(second.status).toBe(401)
    expect(second.headers['set-cookie']).toBeUndefined()
    expect(second.text).toMatch(/lacuna open/)
  })

  it('used again by a window that has its session just open it', async () => {
    const address = server.newAddress()
    await open(address)
    const again = await open(address, { Cookie: cookie })
    expect(again).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(again.headers['set-cookie']).toBeUndefined()
  })

  it.each(['', 'x', 'A'.repeat(43)])('that are wrong (%j) open nothing', async (token) => {
    const answer = await open(`http://127.0.0.1:${server.port}/?token=${token}`)
    expect(answer.status).toBe(401)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it('are not used up by a link from another page', async () => {
    const address = server.newAddress()
    expect((await open(address, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await open(address)).status).toBe(303)
  })

  it('can be asked for with the control secret and then work', async () => {
    const reply = JSON.parse((await send(ACCEPTED['address']!())).text) as { result: { address: string } }
    expect((await open(reply.result.address)).status).toBe(303)
  })

  it('and cookies never reach the log', () => {
    expect(logged.join('\n')).not.toMatch(/token=|lacuna-\d+=/)
  })
})

describe('static files', () => {
  const get = (path: string) => send({ method: 'GET', path, headers: { Cookie: cookie } })

  it('start with a page that is never stored', async () => {
    const page = await get('/')
    expect(page).toMatchObject({ status: 200, text: '<title>Lacuna</title>' })
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.headers['content-security-policy']).toContain(
      `connect-src 'self' ws://127.0.0.1:${server.port};`,
    )
  })

  it('are cached for good when their name holds a hash', async () => {
    const answer = await get('/assets/app-1a2b.js')
    expect(answer).toMatchObject({ status: 200, text: 'let a = 1' })
    expect(answer.headers['content-type']).toMatch(/^text\/javascript/)
    expect(answer.headers['cache-control']).toMatch(/immutable/)
  })

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets\\..\\..\\secret.txt',
    '/assets/link.txt',
    '/up/secret.txt',
    '/up%2fsecret.txt',
  ])('refuse to leave their folder by %s', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(403)
    expect(answer.text).toBe('Not allowed.\n')
  })

  it.each([
    ['/%00', 400],
    ['/%', 400],
    ['/%c0%ae%c0%ae/secret.txt', 400],
    ['/%252e%252e/secret.txt', 404],
    ['/missing.js', 404],
    ['/studies/1', 404],
    ['/assets', 404],
    ['/assets/', 404],
    ['//etc/passwd.txt', 404],
    ['/api/unknown', 404],
    ['/api', 404],
    [`/${'a'.repeat(5000)}.js`, 404],
  ])('answer %s with %i', async (path, status) => {
    const answer = await get(path)
    expect(answer.status).toBe(status)
    expect(answer.text).not.toContain('secret')
  })
})

describe('uploads', () => {
  const upload = (name: string, body: Buffer | string) =>
    send({ ...ACCEPTED['file']!(), path: `/api/file?name=${encodeURIComponent(name)}`, body })

  it('arrive byte for byte under a name of our own', async () => {
    const content = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i % 256))
    const reply = JSON.parse((await upload('../../evil\u202e/CON\u0000.csv', content)).text) as {
      ok: boolean
    }
    expect(reply.ok).toBe(true)
    const staged = host.staged.at(-1)!
    expect(staged).toMatchObject({ owned: true, name: 'CON.csv' })
    expect(staged.path).toMatch(/incoming[/\\][0-9a-f]{32}\.upload$/)
    expect(readFileSync(staged.path).equals(content)).toBe(true)
  })

  it('that are too large or end early leave nothing behind', async () => {
    const before = readdirSync(host.incomingFolder).length
    const large = {
      'Transfer-Encoding': 'chunked',
      'Content-Type': 'application/octet-stream',
      Cookie: cookie,
    }
    const call = { ...ACCEPTED['file']!(), headers: large, body: Buffer.alloc(MAX_UPLOAD + 1) }
    expect((await send(call)).status).toBe(413)
    await new Promise<void>((resolve) => {
      const headers = { ...large, Host: `127.0.0.1:${server.port}` }
      const cut = httpRequest({
        host: '127.0.0.1',
        port: server.port,
        method: 'POST',
        path: '/api/file',
        headers,
      })
      cut.on('error', () => resolve())
      cut.write(Buffer.alloc(1000), () => setTimeout(() => cut.destroy(), 50))
      cut.on('close', () => resolve())
    })
    await expect.poll(() => readdirSync(host.incomingFolder).length).toBe(before)
  })
})

describe('requests', () => {
  it.each(['', '{', '7', 'null', '"text"'])('refuse the body %j with 400', async (body) => {
    const answer = await send({ ...ACCEPTED['request']!(), body })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({ ok: false, error: { code: 'bad-request' } })
  })

  it('answer failures of the application with their code', async () => {
    const body = JSON.stringify({ name: 'dataset/show', args: { id: 'x' } })
    const answer = await send({ ...ACCEPTED['request']!(), body })
    expect(JSON.parse(answer.text)).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })
})

describe('events', () => {
  it('reach a connected window and end it when it speaks', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/events`, { headers: { Cookie: cookie } })
    const messages: string[] = []
    socket.on('message', (data: Buffer) => messages.push(data.toString()))
    await new Promise((resolve) => socket.on('open', resolve))
    host.emit('datasets/changed', { id: 'd1' })
    await expect.poll(() => messages).toEqual(['{"name":"datasets/changed","payload":{"id":"d1"}}'])
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    socket.send('hello')
    expect(await closed).toBe(1003)
  })

  it('are refused elsewhere', async () => {
    const call = { ...ACCEPTED['events']!(), path: '/other' }
    expect((await send(call)).status).toBe(404)
  })
})

describe('the server', () => {
  it('says which port is taken', async () => {
    const options = { rendererFolder: renderer, port: server.port, log: () => undefined }
    await expect(startHttpServer(host, options)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`Port ${server.port}`) as string,
    })
  })

  it('closes with windows connected and stops listening to events', async () => {
    const other = await startHttpServer(host, { rendererFolder: renderer, log: () => undefined })
    const listeners = host.listeners.size
    const url = new URL(other.newAddress())
    const opened = await fetch(url, { redirect: 'manual' })
    const session = opened.headers.getSetCookie()[0]!.split(';')[0]!
    const socket = new WebSocket(`ws://127.0.0.1:${other.port}/api/events`, { headers: { Cookie: session } })
    await new Promise((resolve) => socket.on('open', resolve))
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    const started = performance.now()
    await other.close()
    expect(await closed).toBe(1001)
    expect(performance.now() - started).toBeLessThan(2500)
    expect(host.listeners.size).toBe(listeners - 1)
    await expect(fetch(`http://127.0.0.1:${other.port}/`)).rejects.toThrow()
  })
})
