// The local server: the same contract as the window's, for a browser on this machine. Binds 127.0.0.1 only and lets
// nothing pass that is not named in the table of routes and admitted by the gate.
import { once } from 'node:events'
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { LacunaError, type ErrorReport } from '../../shared/errors.ts'
import { EventSockets, SOCKET_LIMITS } from './event-socket.ts'
import { Gate, type Refusal } from './gate.ts'
import type { Log, TransportHost } from './host.ts'
import { failure, findRoute, sendJson, type Exchange, type Route, type ServerContext } from './routes.ts'
import { refusal } from './static-files.ts'
import { MAX_UPLOAD_BYTES } from './upload.ts'

export interface HttpOptions {
  rendererFolder: string // absolute path of the built interface
  log: Log
  port?: number // 0 or absent: any free one
  maxUploadBytes?: number
}

export interface HttpServer {
  readonly port: number
  /** Secret for `POST /api/address`; belongs in a file only the owner can read. */
  readonly controlSecret: string
  /** An address that opens the workbench once; the window it opens keeps a session until the server ends. */
  newAddress(): string
  /** Stop listening, tell the windows, wait at most two seconds for answers under way. */
  close(): Promise<void>
}

/**
 * Serve `host` on 127.0.0.1.
 * @throws LacunaError conflict when the port is in use or not allowed
 */
export async function startHttpServer(host: TransportHost, options: HttpOptions): Promise<HttpServer> {
  // Uploads may take long; a request without progress still ends with its connection.
  const server = createServer({ requestTimeout: 3_600_000, headersTimeout: 20_000, maxHeaderSize: 16 * 1024 })
  await listen(server, options.port ?? 0)
  const port = (server.address() as AddressInfo).port
  const gate = new Gate(port)
  const sockets = new EventSockets(host, SOCKET_LIMITS)
  const newAddress = () => `http://127.0.0.1:${port}/?token=${gate.issueToken()}`
  const context: ServerContext = {
    host,
    rendererFolder: options.rendererFolder,
    maxUploadBytes: options.maxUploadBytes ?? MAX_UPLOAD_BYTES,
    port,
    newAddress,
    log: options.log,
  }
  server.on('request', (request, response) => void answer(gate, context, request, response))
  server.on('upgrade', (request, socket, head) => {
    const refused = refuseUpgrade(gate, context, request)
    if (refused === undefined) sockets.accept(request, socket, head)
    else refuseSocket(socket, refused)
  })
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    sockets.close()
    const timer = setTimeout(() => server.closeAllConnections(), 2000)
    await closed
    clearTimeout(timer)
  }
  return { port, controlSecret: gate.controlSecret, newAddress, close }
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen({ host: '127.0.0.1', port, exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    const found = code === 'EACCES' ? 'may not be used by this user' : 'is used by another program'
    const message = `Port ${port} on 127.0.0.1 ${found}; choose another one, or none to take any that is free.`
    throw new LacunaError('conflict', message, undefined, { cause: error })
  }
}

/** Split a request target by hand: URL parsing would resolve `..` before it can be refused. */
function splitTarget(request: IncomingMessage): { path: string; query: URLSearchParams } {
  const target = request.url ?? '/'
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  return { path, query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)) }
}

async function answer(
  gate: Gate,
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const exchange: Exchange = { context, request, response, ...splitTarget(request) }
  try {
    const refused = gate.refuseOrigin(request)
    if (refused !== undefined) return refuse(exchange, refused)
    if (exchange.path === '/' && exchange.query.has('token') && request.method === 'GET')
      return openSession(gate, exchange)
    const route = findRoute(exchange.path)
    const problem = refuseRoute(gate, context, request, route)
    if (problem !== undefined) return refuse(exchange, problem)
    if (route?.handle === undefined)
      return refuse(exchange, { status: 426, message: 'This address speaks WebSocket.' })
    await route.handle(exchange)
  } catch (error) {
    const { status, report } = failure(error, `${request.method} ${exchange.path}`, context.log)
    if (response.headersSent) response.destroy()
    else refuse(exchange, { status, message: report.message }, report)
  }
}

/** Checks that need no body: access first, so that strangers learn nothing about the routes. */
function refuseRoute(
  gate: Gate,
  context: ServerContext,
  request: IncomingMessage,
  route: Route | undefined,
): Refusal | undefined {
  const admitted = route?.access === 'control' ? gate.hasControl(request) : gate.hasSession(request)
  if (!admitted)
    return { status: 401, message: 'This window has no session; run `lacuna open` for a fresh address.' }
  if (route === undefined) return { status: 404, message: 'Not found.' }
  if (request.method !== route.method)
    return { status: 405, message: `Only ${route.method} is allowed here.` }
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (route.contentType !== undefined && type !== route.contentType) {
    return { status: 415, message: `The content type has to be ${route.contentType}.` }
  }
  const limit = route.maxBytes(context)
  const unannounced = limit === 0 && request.headers['transfer-encoding'] !== undefined
  if (unannounced || Number(request.headers['content-length'] ?? 0) > limit) {
    return { status: 413, message: `At most ${limit} bytes can be sent here.` }
  }
  return undefined
}

function refuseUpgrade(gate: Gate, context: ServerContext, request: IncomingMessage): Refusal | undefined {
  const refused = gate.refuseOrigin(request)
  if (refused !== undefined) return refused
  const route = findRoute(splitTarget(request).path)
  const problem = refuseRoute(gate, context, request, route)
  if (problem !== undefined) return problem
  return route?.upgrade === true ? undefined : { status: 404, message: 'There is no WebSocket here.' }
}

/** Exchange a single-use token for the cookie. A used link in a window that has its session just opens again. */
function openSession(gate: Gate, exchange: Exchange): void {
  if (gate.redeem(exchange.query.get('token') ?? ''))
    exchange.response.setHeader('Set-Cookie', gate.sessionCookie)
  else if (!gate.hasSession(exchange.request)) {
    const message =
      'This address was used before or belongs to an earlier start; run `lacuna open` for a fresh one.'
    return refuse(exchange, { status: 401, message })
  }
  exchange.response.writeHead(303, { Location: '/', ...refusal(303, '').headers })
  exchange.response.end()
}

/** Answer without reading the body, and let the connection end: what follows on it may be the rest of that body. */
function refuse(
  { request, response, path }: Exchange,
  { status, message }: Refusal,
  report?: ErrorReport,
): void {
  response.setHeader('Connection', 'close')
  response.on('finish', () => setTimeout(() => request.destroy(), 500).unref())
  request.resume()
  if (path.startsWith('/api/')) {
    void sendJson(response, status, { ok: false, error: report ?? { code: 'forbidden', message } })
    return
  }
  const { headers, body } = refusal(status, message)
  response.writeHead(status, headers)
  response.end(body)
}

function refuseSocket(socket: Duplex, { status, message }: Refusal): void {
  // The peer may be gone already; there is nobody left to tell.
  socket.on('error', () => socket.destroy())
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8`
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`)
}
