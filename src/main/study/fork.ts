// Engine processes outside Electron: child processes of Node, talking over their IPC channel.
import { fork } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import type { EngineProcess, SpawnEngine } from './engine-host.ts'
import { engineProcessEntry } from './entries.ts'
import type { FromEngine } from './messages.ts'

/** Characters of stderr that are kept to explain a crash. */
const STDERR_TAIL = 600

/** Make the function that starts engine processes. They end with this program, however it ends. */
export function forkEngine(environment: NodeJS.ProcessEnv = process.env): SpawnEngine {
  return () => {
    const child = fork(engineProcessEntry(), [], {
      serialization: 'advanced', // typed arrays pass as bytes, not as JSON
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: environment,
    })
    const decoder = new StringDecoder('utf8')
    let tail = ''
    child.stderr!.on('data', (chunk: Buffer) => {
      tail = (tail + decoder.write(chunk)).slice(-STDERR_TAIL)
    })
    const engine: EngineProcess = {
      pid: child.pid,
      // A message to a process that is gone has its answer in the exit event.
      postMessage: (message) => void (child.connected && child.send(message, () => undefined)),
      onMessage: (listener) => child.on('message', (message) => listener(message as FromEngine)),
      onExit: (listener) => {
        let told = false
        const tell = (reason: string) => {
          if (!told) listener(reason)
          told = true
        }
        child.on('error', (error) => tell(error.message))
        // 'close' comes after the last of stderr.
        child.on('close', (code, signal) => tell(exitReason(code, signal, tail)))
      },
      kill: () => void child.kill('SIGKILL'),
    }
    return engine
  }
}

/** Say in words how a process ended. */
export function exitReason(code: number | null, signal: string | null, stderr: string): string {
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`
  const last = stderr.trim()
  return last === '' ? how : `${how}; last message: ${last}`
}
