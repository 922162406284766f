// The workbench over HTTP and WebSocket on the same origin, for the browser. The cookie that lets us in was set
// before this page was served; this file never sees the token.
import { EVENT_NAMES, fileRefSchema, type EventName, type Events } from '../../shared/contract.ts'
import { LacunaError, fromErrorReport, type ErrorReport } from '../../shared/errors.ts'
import type { ConnectionState, EventListener, Transport } from './transport.ts'

const FIRST_DELAY_MS = 500
const LAST_DELAY_MS = 10_000

/** Wait before attempt `attempt` (from 0) to reach the workbench again: doubles, at most 10 seconds. */
export function retryDelayMs(attempt: number): number {
  return Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10))
}

/** Read one event frame; undefined when it is not one of ours. */
export function parseEvent(text: string): { name: EventName; payload: Events[EventName] } | undefined {
  const frame = readJson(text)
  if (typeof frame !== 'object' || frame === null || !('name' in frame) || !('payload' in frame))
    return undefined
  const name = EVENT_NAMES.find((known) => known === frame.name)
  return name === undefined ? undefined : { name, payload: frame.payload as Events[EventName] }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // not ours: the caller treats it as such
  }
}

/** Connect to the workbench that served this page. */
export function httpTransport(origin: string = location.origin): Transport {
  const events = new Set<EventListener>()
  const states = new Set<(state: ConnectionState) => void>()
  connect(origin, events, states)
  return {
    request: (name, args) =>
      post(`${origin}/api/request`, JSON.stringify({ name, args }), 'application/json'),
    stageFile: async (file) => {
      const url = `${origin}/api/file?name=${encodeURIComponent(file.name)}`
      const answer: unknown = await post(url, file, 'application/octet-stream')
      if (isFailure(answer)) throw fromErrorReport(answer.error)
      return fileRefSchema.parse(isSuccess(answer) ? answer.result : answer)
    },
    onEvent: (listener) => add(events, listener),
    onConnection: (listener) => add(states, listener),
  }
}

function add<T>(set: Set<T>, item: T): () => void {
  set.add(item)
  return () => set.delete(item)
}

function isFailure(answer: unknown): answer is { ok: false; error: ErrorReport } {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'ok' in answer &&
    answer.ok === false &&
    'error' in answer
  )
}

function isSuccess(answer: unknown): answer is { ok: true; result: unknown } {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'ok' in answer &&
    answer.ok === true &&
    'result' in answer
  )
}

async function post<T>(url: string, body: BodyInit, type: string): Promise<T> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } }).catch(
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      const message = `The workbench does not answer (${why}); it may have been closed. Start it again and reload this page.`
      throw new LacunaError('internal', message, { url })
    },
  )
  const text = await response.text()
  const answer = readJson(text)
  if (isFailure(answer) || response.ok) return answer as T
  if (response.status === 401 || response.status === 403) {
    const message =
      'This page is not signed in to the workbench. Open the address the workbench printed when it started.'
    throw new LacunaError('forbidden', message, { status: response.status })
  }
  const message = `The workbench answered with status ${response.status}; expected a reply. Try again, and restart it if this stays.`
  throw new LacunaError('internal', message, { status: response.status, text: text.slice(0, 500) })
}

function connect(
  origin: string,
  events: Set<EventListener>,
  states: Set<(state: ConnectionState) => void>,
  attempt = 0,
): void {
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/api/events`)
  let failures = attempt
  const tell = (state: ConnectionState) => states.forEach((listener) => listener(state))
  socket.addEventListener('open', () => {
    failures = 0
    tell('open')
  })
  socket.addEventListener('message', (message: MessageEvent<unknown>) => {
    if (typeof message.data !== 'string') return
    const event = parseEvent(message.data)
    if (event !== undefined) events.forEach((listener) => listener(event.name, event.payload))
  })
  socket.addEventListener('close', () => {
    tell('lost')
    setTimeout(() => connect(origin, events, states, failures + 1), retryDelayMs(failures))
  })
}
