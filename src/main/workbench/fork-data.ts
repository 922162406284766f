// Starts the data process as a plain child process: for the command line, the local server and tests.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { DataProcess, DataReply, DataRequest } from './data-task.ts'

/** Heap of the data process in MiB; a text of 256 million characters (the import limit) fits several times. */
export const HEAP_MIB = 6144

/** Path of the data process: beside this file in the sources, at a fixed name beside the entries in the build. */
export function dataProcessEntry(): string {
  const here = import.meta.url
  if (here.endsWith('.ts')) return fileURLToPath(new URL('./data-process.ts', here))
  const folder = here.includes('/chunks/') ? '../' : './'
  return fileURLToPath(new URL(`${folder}data-process.js`, here))
}

export function forkData(): DataProcess {
  const child = fork(dataProcessEntry(), [], {
    serialization: 'advanced', // typed arrays as they are
    execArgv: [`--max-old-space-size=${HEAP_MIB}`],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return {
    send: (request: DataRequest) => void child.send(request),
    onMessage: (callback) => child.on('message', (reply) => callback(reply as DataReply)),
    onExit: (callback) => {
      child.on('error', (error) => callback(error.message))
      child.on('exit', (code, signal) => callback(signal === null ? `exit code ${code}` : `signal ${signal}`))
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
