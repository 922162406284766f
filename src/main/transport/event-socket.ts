// Forwards events to the windows connected over WebSocket. A slow window loses progress samples first and is
// disconnected before it can fill the memory; it then reconnects and fetches the state again. Takes no messages.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { EventName } from '../../shared/contract.ts'
import type { TransportHost } from './host.ts'

/** Events that are samples of something moving: the next one replaces a lost one. */
const SAMPLES: ReadonlySet<EventName> = new Set(['run/progressed', 'task/progressed'])

export interface SocketLimits {
  dropSamplesBytes: number // waiting bytes beyond which samples are dropped
  closeBytes: number // waiting bytes beyond which the window is disconnected
  pingMs: number // a window that misses one ping is gone
}
export const SOCKET_LIMITS: SocketLimits = {
  dropSamplesBytes: 256 * 1024,
  closeBytes: 8 * 1024 * 1024,
  pingMs: 30_000,
}

/** What to do with an event for a window that still has `waiting` unsent bytes. */
export function sendDecision(
  name: EventName,
  waiting: number,
  limits: SocketLimits,
): 'send' | 'drop' | 'close' {
  if (waiting > limits.closeBytes) return 'close'
  return waiting > limits.dropSamplesBytes && SAMPLES.has(name) ? 'drop' : 'send'
}

export class EventSockets {
  readonly #limits: SocketLimits
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false })
  readonly #answered = new WeakSet<WebSocket>()
  readonly #timer: NodeJS.Timeout
  readonly #unsubscribe: () => void

  constructor(host: TransportHost, limits = SOCKET_LIMITS) {
    this.#limits = limits
    this.#unsubscribe = host.subscribe((name, payload) => this.#broadcast(name, payload))
    this.#timer = setInterval(() => this.#ping(), limits.pingMs)
    this.#timer.unref()
  }

  get count(): number {
    return this.#server.clients.size
  }

  /** Finish the handshake of a request that has passed the gate. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      this.#answered.add(client)
      client.on('pong', () => this.#answered.add(client))
      client.on('message', () => client.close(1003, 'requests go to /api/request'))
      // A broken frame or connection: ws closes the socket itself, the window reconnects.
      client.on('error', () => client.terminate())
    })
  }

  close(): void {
    this.#unsubscribe()
    clearInterval(this.#timer)
    for (const client of this.#server.clients) {
      client.close(1001, 'Lacuna is closing')
      setTimeout(() => client.terminate(), 500).unref()
    }
    this.#server.close()
  }

  #broadcast(name: EventName, payload: unknown): void {
    if (this.#server.clients.size === 0) return
    const text = JSON.stringify({ name, payload })
    for (const client of this.#server.clients) {
      const decision = sendDecision(name, client.bufferedAmount, this.#limits)
      if (decision === 'send' && client.readyState === client.OPEN) client.send(text)
      else if (decision === 'close') client.terminate()
    }
  }

  #ping(): void {
    for (const client of this.#server.clients) {
      if (!this.#answered.delete(client)) client.terminate()
      else client.ping()
    }
  }
}
