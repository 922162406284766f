// Starts the data process as a utility process of Electron. Electron is handed in, so this file also loads without it.
import type { DataProcess, DataReply, DataRequest, SpawnData } from './data-task.ts'
import { dataProcessEntry, HEAP_MIB } from './fork-data.ts'

/** The part of Electron's `utilityProcess` that is used. */
export interface UtilityDataApi {
  fork(
    path: string,
    args: string[],
    options: { serviceName: string; stdio: 'ignore'; execArgv: string[] },
  ): {
    readonly pid?: number | undefined
    postMessage(message: unknown): void
    on(event: 'message', listener: (message: unknown) => void): unknown
    on(event: 'exit', listener: (code: number) => void): unknown
  }
}

/** Make the function that starts data processes through Electron's `utilityProcess`. */
export function utilityData(api: UtilityDataApi): SpawnData {
  return (): DataProcess => {
    const child = api.fork(dataProcessEntry(), [], {
      serviceName: 'Lacuna data',
      stdio: 'ignore',
      execArgv: [`--max-old-space-size=${HEAP_MIB}`],
    })
    let gone = false
    child.on('exit', () => (gone = true))
    return {
      send: (request: DataRequest) => child.postMessage(request),
      onMessage: (callback) => void child.on('message', (reply) => callback(reply as DataReply)),
      onExit: (callback) => void child.on('exit', (code) => callback(`exit code ${code}`)),
      kill: () => {
        // Its own kill asks politely; a parser that hangs must end all the same.
        if (!gone && child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      },
    }
  }
}
