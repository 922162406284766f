// Builds the interface and serves it with the fake workbench on 127.0.0.1, under the real content security policy.
// For looking at it: node test/renderer/preview.ts SCENARIO [PORT]. Never part of the product.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { build } from 'vite'
import { WebSocketServer } from 'ws'
import { dispatch } from '../../src/main/transport/dispatch.ts'
import { staticAnswer } from '../../src/main/transport/static-files.ts'
import { FakeWorkbench, SCENARIOS, type Scenario } from './fake-workbench.ts'

/** Build src/renderer into `outDir`. */
export async function buildRenderer(outDir: string): Promise<void> {
  await build({
    root: resolve('src/renderer'),
    base: './',
    plugins: [vue()],
    configFile: false,
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 2000 },
  })
}

export interface Preview {
  port: number
  stop: () => Promise<void>
}

/** Serve a built interface with a fake workbench in the given state. */
export async function servePreview(folder: string, scenario: Scenario, port: number): Promise<Preview> {
  const fake = new FakeWorkbench(scenario)
  const sockets = new WebSocketServer({ noServer: true })
  fake.subscribe((name, payload) => {
    for (const client of sockets.clients) client.send(JSON.stringify({ name, payload }))
  })
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    void answer(fake, folder, request, url).then(({ status, headers, body }) => {
      response.writeHead(status, headers).end(body)
    })
  })
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, () => undefined)
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const stop = async () => {
    fake.close()
    for (const client of sockets.clients) client.terminate()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
  return { port: (server.address() as AddressInfo).port, stop }
}

async function answer(fake: FakeWorkbench, folder: string, request: IncomingMessage, url: URL) {
  const json = (value: unknown) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })
  if (request.method !== 'POST')
    return staticAnswer(folder, url.pathname, [`ws://${request.headers.host ?? ''}`])
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  if (url.pathname === '/api/file')
    return json({ ok: true, result: fake.stageFile(url.searchParams.get('name') ?? 'file') })
  const { name, args } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    name: unknown
    args: unknown
  }
  return json(
    await dispatch(fake.handlers, name, args, (level, message, error) =>
      console.error(level, message, error),
    ),
  )
}

if (import.meta.main) {
  const scenario = SCENARIOS.find((known) => known === process.argv[2]) ?? 'full'
  const port = Number(process.argv[3] ?? 5199)
  const folder = resolve('out/preview')
  await buildRenderer(folder)
  await servePreview(folder, scenario, port)
  console.log(`http://127.0.0.1:${port}/ shows the interface in the state '${scenario}'`)
}
