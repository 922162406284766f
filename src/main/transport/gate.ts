// Who may talk to the local server: single-use tokens, the session cookie, and the Host, Origin and Fetch-Site checks
// that keep other web pages and rebound names out. Keeps only hashes, compares in constant time, writes no log.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Tokens that may wait for their first use; the oldest is dropped when another is issued. */
const MAX_TOKENS = 8

export interface Refusal {
  status: number
  message: string
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

export class Gate {
  readonly #port: number
  readonly #session = newSecret()
  readonly #control = newSecret()
  #tokens: Buffer[] = []

  constructor(port: number) {
    this.#port = port
  }

  /** Secret of the control file, with which the owner's command line asks for a fresh address. */
  get controlSecret(): string {
    return this.#control
  }

  /** Cookies are shared by all ports of a host, so the name carries the port. */
  get cookieName(): string {
    return `lacuna-${this.#port}`
  }

  get sessionCookie(): string {
    return `${this.cookieName}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Make a token of 32 random bytes that opens one session. */
  issueToken(): string {
    const token = newSecret()
    this.#tokens = [...this.#tokens.slice(1 - MAX_TOKENS), digest(token)]
    return token
  }

  /** Use up a token. False for one that is unknown or was used before. */
  redeem(token: string): boolean {
    const given = digest(token)
    const hits = this.#tokens.map((known) => timingSafeEqual(known, given))
    this.#tokens = this.#tokens.filter((_, i) => !hits[i])
    return hits.includes(true)
  }

  hasSession(request: IncomingMessage): boolean {
    const given = (request.headers.cookie ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.cookieName}=`))
      .map((pair) => digest(pair.slice(this.cookieName.length + 1)))
    const known = digest(this.#session)
    return given.map((cookie) => timingSafeEqual(cookie, known)).includes(true)
  }

  hasControl(request: IncomingMessage): boolean {
    return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${this.#control}`))
  }

  /** Check where a request says it was sent to and from; undefined when it may go on. */
  refuseOrigin(request: IncomingMessage): Refusal | undefined {
    const { host, origin } = request.headers
    const hosts = request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')
    if (hosts.length !== 1 || host === undefined || !this.#hosts.includes(host)) {
      return { status: 403, message: 'This server answers to its own address only.' }
    }
    if (origin !== undefined && origin !== `http://${host}`) {
      return { status: 403, message: 'Requests of other web pages are refused.' }
    }
    const site = request.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      const todo = 'paste the address into the address bar'
      return { status: 403, message: `A link from another web page cannot open Lacuna; ${todo}.` }
    }
    return undefined
  }

  get #hosts(): string[] {
    return [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`]
  }
}
