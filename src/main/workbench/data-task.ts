// Runs one data task (preview, import, generate, describe, graph) in a process of its own, with a time and a memory limit,
// so that a hostile or huge file can end that process and nothing else.
import { LacunaError, fromErrorReport, type ErrorReport } from '../../shared/errors.ts'
import type {
  Baseline,
  DatasetDraft,
  DatasetProfile,
  ImportOptions,
  ImportPreview,
} from '../../shared/dataset.ts'
import type { ReberParameters } from '../../shared/dataset.ts'
import type { GraphImportOptions } from '../../shared/graph.ts'
import type { PackedImport } from './packed-graph.ts'

/** A file as the data process sees it: where it is and what people call it. */
export interface DataFile {
  path: string
  name: string
}

export interface DataTasks {
  preview: { input: { train: DataFile; test?: DataFile; options: ImportOptions }; output: ImportPreview }
  import: {
    input: { train: DataFile; test?: DataFile; options: ImportOptions }
    output: { draft: DatasetDraft; content: Uint8Array }
  }
  generate: { input: { parameters: ReberParameters }; output: { draft: DatasetDraft; content: Uint8Array } }
  graph: { input: { file: DataFile; options: GraphImportOptions }; output: PackedImport }
  describe: { input: { content: Uint8Array }; output: { profile: DatasetProfile; baselines: Baseline[] } }
}
export type DataTaskKind = keyof DataTasks

export type DataRequest = { [K in DataTaskKind]: { kind: K } & DataTasks[K]['input'] }[DataTaskKind]

export type DataReply =
  | { type: 'progress'; done: number; total?: number; what: string }
  | { type: 'result'; result: unknown }
  | { type: 'error'; error: ErrorReport }

/** One child process, as `child_process.fork` and Electron's `utilityProcess` both can be seen. */
export interface DataProcess {
  send(request: DataRequest): void
  onMessage(callback: (reply: DataReply) => void): void
  onExit(callback: (how: string) => void): void
  kill(): void
}
export type SpawnData = () => DataProcess

/** Longest time one task may take before it is ended. */
export const DATA_TASK_LIMIT_MS = 20 * 60_000

/**
 * Perform one task.
 * @throws LacunaError what the task reports; cancelled when `signal` fires; too-large when the time limit or the
 *   memory of the process is exhausted
 */
export function runDataTask<K extends DataTaskKind>(
  spawn: SpawnData,
  kind: K,
  input: DataTasks[K]['input'],
  options: {
    signal?: AbortSignal
    limitMs?: number
    progress?: (done: number, total: number | undefined, what: string) => void
  } = {},
): Promise<DataTasks[K]['output']> {
  const { signal, progress, limitMs = DATA_TASK_LIMIT_MS } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelled())
      return
    }
    const child = spawn()
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      finish()
      child.kill()
    }
    const abort = () => settle(() => reject(cancelled()))
    const timer = setTimeout(() => settle(() => reject(timedOut(limitMs))), limitMs)
    signal?.addEventListener('abort', abort)
    child.onMessage((reply) => {
      if (reply.type === 'progress') progress?.(reply.done, reply.total, reply.what)
      else if (reply.type === 'error') settle(() => reject(fromErrorReport(reply.error)))
      else settle(() => resolve(reply.result as DataTasks[K]['output']))
    })
    child.onExit((how) => settle(() => reject(ended(how))))
    child.send({ kind, ...input } as DataRequest)
  })
}

function cancelled(): LacunaError {
  return new LacunaError('cancelled', 'Stopped on request; nothing was stored.')
}

function timedOut(limitMs: number): LacunaError {
  const minutes = Math.round(limitMs / 60_000)
  return new LacunaError(
    'too-large',
    `The file took longer than ${minutes} minutes to read, so reading was ended; nothing was stored.`,
  )
}

function ended(how: string): LacunaError {
  return new LacunaError(
    'too-large',
    `Reading ended unexpectedly (${how}), most often because the file needs more memory than is allowed; nothing was stored.`,
  )
}
