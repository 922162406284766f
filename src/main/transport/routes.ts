// Every route of the local server, in one table. The refusal tests are generated from it: a route that is not listed
// there fails them. Handlers run after the gate, the method, the content type and the declared size were checked.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { LacunaError, type ErrorCode, type ErrorReport } from '../../shared/errors.ts'
import { dispatch, reportError } from './dispatch.ts'
import type { Log, TransportHost } from './host.ts'
import { contentSecurityPolicy, securityHeaders } from './security-headers.ts'
import { staticAnswer } from './static-files.ts'
import { receiveFile, tooLarge } from './upload.ts'

/** Largest JSON body, in bytes; larger content is sent as a file. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024

export interface ServerContext {
  host: TransportHost
  rendererFolder: string
  maxUploadBytes: number
  port: number
  newAddress: () => string
  log: Log
}

export interface Exchange {
  context: ServerContext
  request: IncomingMessage
  response: ServerResponse
  path: string // percent-encoded, without query
  query: URLSearchParams
}

export interface Route {
  id: string
  method: 'GET' | 'POST'
  path: string | null // null: every path that no other route names
  access: 'session' | 'control' // cookie of an opened window, or the secret of the control file
  contentType?: string
  maxBytes: (context: ServerContext) => number
  upgrade?: true // answered as a WebSocket
  handle?: (exchange: Exchange) => Promise<void>
}

export const ROUTES: readonly Route[] = [
  {
    id: 'request',
    method: 'POST',
    path: '/api/request',
    access: 'session',
    contentType: 'application/json',
    maxBytes: () => MAX_REQUEST_BYTES,
    handle: handleRequest,
  },
  {
    id: 'file',
    method: 'POST',
    path: '/api/file',
    access: 'session',
    contentType: 'application/octet-stream',
    maxBytes: (context) => context.maxUploadBytes,
    handle: handleFile,
  },
  { id: 'events', method: 'GET', path: '/api/events', access: 'session', maxBytes: () => 0, upgrade: true },
  {
    id: 'address',
    method: 'POST',
    path: '/api/address',
    access: 'control',
    maxBytes: () => 0,
    handle: ({ context, response }) =>
      sendJson(response, 200, { ok: true, result: { address: context.newAddress() } }),
  },
  { id: 'static', method: 'GET', path: null, access: 'session', maxBytes: () => 0, handle: handleStatic },
]

/** The route of a path, or undefined for an unknown name below /api/. */
export function findRoute(path: string): Route | undefined {
  const exact = ROUTES.find((route) => route.path === path)
  return (
    exact ?? (path.startsWith('/api/') || path === '/api' ? undefined : ROUTES.find((r) => r.path === null))
  )
}

async function handleStatic({ context, response, path, request }: Exchange): Promise<void> {
  const answer = await staticAnswer(context.rendererFolder, path, [`ws://${request.headers.host ?? ''}`])
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': answer.body.length })
  response.end(answer.body)
}

async function handleRequest({ context, request, response }: Exchange): Promise<void> {
  const text = await readBody(request, MAX_REQUEST_BYTES)
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    throw new LacunaError('bad-request', 'The body of the request is not JSON.')
  }
  if (typeof message !== 'object' || message === null) {
    throw new LacunaError('bad-request', 'The body of the request is not an object with name and args.')
  }
  const { name, args } = message as { name?: unknown; args?: unknown }
  await sendJson(response, 200, await dispatch(context.host.handlers, name, args, context.log))
}

async function handleFile({ context, request, response, query }: Exchange): Promise<void> {
  const options = { name: query.get('name') ?? '', limit: context.maxUploadBytes }
  await sendJson(response, 200, { ok: true, result: await receiveFile(context.host, request, options) })
}

async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export async function sendJson(response: ServerResponse, status: number, value: unknown): Promise<void> {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, {
    ...securityHeaders(contentSecurityPolicy()),
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Length': body.length,
  })
  response.end(body)
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  'bad-request': 400,
  forbidden: 403,
  'too-large': 413,
  cancelled: 400,
  'disk-full': 507,
}

/** What a failure outside a handler becomes. */
export function failure(error: unknown, what: string, log: Log): { status: number; report: ErrorReport } {
  const report = reportError(error, what, log)
  return { status: STATUS[report.code] ?? 500, report }
}
