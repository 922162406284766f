// The real workbench behind the real local server, inside the process of the tests, and a browser's side of it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { forkEngine } from '../../src/main/study/fork.ts'
import { startHttpServer } from '../../src/main/transport/http.ts'
import { openWorkbench, type Workbench } from '../../src/main/workbench.ts'
import { forkData } from '../../src/main/workbench/fork-data.ts'
import type {
  Client,
  FileRef,
  Reply,
  RequestArgs,
  RequestName,
  RequestResult,
} from '../../src/shared/contract.ts'
import { LacunaError } from '../../src/shared/errors.ts'

export interface RealServer {
  readonly origin: string
  readonly cookie: string
  readonly workbench: Workbench
  /** Send a request; a failure it answers is thrown as the error it names. */
  readonly request: Client
  /** Send a file as the interface does. */
  upload(name: string, bytes: Uint8Array): Promise<FileRef>
  close(): Promise<void>
}

/** Open a workspace and serve it, with a session. */
export async function realServer(workspace: string): Promise<RealServer> {
  const logged: string[] = []
  const workbench = await openWorkbench({
    workspace,
    program: 'tests',
    version: '0.0.0',
    spawnEngine: forkEngine(),
    spawnData: forkData,
    work: true,
    jobs: 1,
    log: (message, error) => logged.push(`${message}: ${String(error)}`),
  })
  const server = await startHttpServer(workbench, {
    rendererFolder: join(workspace, 'no-interface'),
    log: (_level, message, error) => logged.push(`${message}: ${String(error)}`),
  })
  const address = server.newAddress()
  const cookie = await sessionOf(address)
  const { origin } = new URL(address)
  return {
    origin,
    cookie,
    workbench,
    request: clientOf(origin, cookie),
    upload: async (name, bytes) => {
      const path = `${origin}/api/file?name=${encodeURIComponent(name)}`
      const reply = await post(path, cookie, 'application/octet-stream', Uint8Array.from(bytes))
      return (reply as { result: FileRef }).result
    },
    close: async () => {
      await server.close()
      await workbench.close()
      if (logged.length > 0) throw new Error(`the program reported: ${logged.join('; ')}`)
    },
  }
}

/** Open an address of a local server as a browser does, and send requests with the session it gives. */
export async function openWindow(address: string): Promise<Client> {
  return clientOf(new URL(address).origin, await sessionOf(address))
}

async function sessionOf(address: string): Promise<string> {
  const opened = await fetch(address, { redirect: 'manual' })
  return opened.headers.getSetCookie()[0]!.split(';')[0]!
}

function clientOf(origin: string, cookie: string): Client {
  return async <N extends RequestName>(name: N, args: RequestArgs<N>): Promise<RequestResult<N>> => {
    const body = JSON.stringify({ name, args })
    const reply = (await post(`${origin}/api/request`, cookie, 'application/json', body)) as Reply<N>
    if (!reply.ok) throw new LacunaError(reply.error.code, reply.error.message)
    return reply.result
  }
}

async function post(address: string, cookie: string, type: string, body: string | Uint8Array<ArrayBuffer>) {
  const headers = { cookie, 'content-type': type }
  return (await fetch(address, { method: 'POST', headers, body })).json() as Promise<unknown>
}

/** Bytes of a checked-in bad input. */
export function badInput(name: string): Uint8Array {
  return readFileSync(join(import.meta.dirname, '..', 'fixtures', 'import', name))
}
