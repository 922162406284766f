// The built program as people start it: `lacuna serve` in a process of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const bin = resolve(import.meta.dirname, '../../../bin/lacuna.mjs')

export interface RunningServer {
  /** An address that opens the workbench once. */
  address: string
  process: ChildProcess
  /** Stop it as Ctrl+C does, and wait until it has saved. */
  stop(): Promise<void>
}

/** Start the local server on a workspace; resolves when it says where it is. */
export async function startServer(workspace: string): Promise<RunningServer> {
  const child = spawn(process.execPath, [bin, 'serve', '--no-open', '--json', '--workspace', workspace], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = once(child, 'exit').then(() => {
    throw new Error(`lacuna serve ended before it served: ${errors}`)
  })
  const line = once(createInterface(child.stdout), 'line') as Promise<[string]>
  const [text] = await Promise.race([line, ended])
  const { address } = JSON.parse(text) as { address: string }
  ended.catch(() => undefined) // from here on its end is what `stop` asks for
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGINT')
    await exit
  }
  return { address, process: child, stop }
}
