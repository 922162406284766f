// Engine processes inside Electron: utility processes. Electron is handed in, so this file also loads without it.
import { exitReason } from './fork.ts'
import type { EngineProcess, SpawnEngine } from './engine-host.ts'
import { engineProcessEntry } from './entries.ts'
import type { FromEngine } from './messages.ts'

/** The part of Electron's `utilityProcess` that is used. */
export interface UtilityProcessApi {
  fork(
    path: string,
    args: string[],
    options: { serviceName: string; stdio: ['ignore', 'ignore', 'pipe'] },
  ): UtilityProcessLike
}

export interface UtilityProcessLike {
  readonly pid?: number | undefined
  readonly stderr: NodeJS.ReadableStream | null
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  kill(): boolean
}

const STDERR_TAIL = 600

/** Make the function that starts engine processes through Electron's `utilityProcess`. */
export function utilityEngine(api: UtilityProcessApi): SpawnEngine {
  return (): EngineProcess => {
    const child = api.fork(engineProcessEntry(), [], {
      serviceName: 'Lacuna engine',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let tail = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-STDERR_TAIL)
    })
    let gone = false
    child.on('exit', () => (gone = true))
    return {
      get pid() {
        return child.pid
      },
      postMessage: (message) => {
        if (!gone) child.postMessage(message)
      },
      onMessage: (listener) => void child.on('message', (message) => listener(message as FromEngine)),
      onExit: (listener) => void child.on('exit', (code) => listener(exitReason(code, null, tail))),
      kill: () => {
        // Its own kill asks politely; a process that hangs in native code must end all the same.
        if (!gone && child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      },
    }
  }
}
