// Analyses structures in threads, one architecture each, so that nothing waits for the minutes it takes and it can be
// stopped. The numbers are those of `analyseStructures`.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { LacunaError, fromErrorReport, type ErrorReport } from '../../shared/errors.ts'
import { CELLS, type Cell } from '../../shared/network.ts'
import type { StructureAnalysis, StructureRow } from '../../shared/structure-analysis.ts'
import { analyseStructures, type AnalysisOptions } from '../stats/analyse.ts'
import { analysisWorkerEntry } from './entries.ts'

export interface AnalysisJob {
  rows: readonly StructureRow[]
  options: Omit<AnalysisOptions, 'onProgress'>
}

export type FromAnalysis =
  | { type: 'progress'; done: number; total: number }
  | { type: 'result'; result: StructureAnalysis }
  | { type: 'error'; error: ErrorReport }

export interface AnalysisContext {
  signal?: AbortSignal
  /** Called as parts are done, 0 to 1. */
  onProgress?: (fraction: number) => void
}

/**
 * Analyse structures as `analyseStructures` does, architectures side by side.
 * @throws LacunaError cancelled when the signal is aborted, and what `analyseStructures` throws
 */
export async function runAnalysis(
  rows: readonly StructureRow[],
  options: AnalysisJob['options'],
  { signal, onProgress }: AnalysisContext = {},
): Promise<StructureAnalysis> {
  const cells = CELLS.filter((cell) => rows.some((row) => row.cell === cell))
  if (cells.length === 0) return analyseStructures(rows, options) // which says what is wrong
  const done = new Map<Cell, number>()
  const stop = new AbortController()
  const stopping = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  const results: StructureAnalysis[] = []
  const waiting = [...cells.entries()]
  const workOff = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, cell] = next
      const job = { rows: rows.filter((row) => row.cell === cell), options }
      results[at] = await analyseInThread(job, stopping, (fraction) => {
        done.set(cell, fraction)
        onProgress?.([...done.values()].reduce((a, b) => a + b, 0) / cells.length)
      })
    }
  }
  const threads = Math.min(cells.length, availableParallelism())
  try {
    await Promise.all(Array.from({ length: threads }, workOff))
  } finally {
    stop.abort() // after a failure, what still runs is of no use
  }
  return {
    groups: results.flatMap(({ groups }) => groups),
    regressors: results.flatMap(({ regressors }) => regressors),
  }
}

function analyseInThread(
  job: AnalysisJob,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<StructureAnalysis> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(cancelled())
      return
    }
    const worker = new Worker(analysisWorkerEntry(), { workerData: job })
    const abort = () => {
      reject(cancelled())
      void worker.terminate()
    }
    signal.addEventListener('abort', abort, { once: true })
    worker.on('message', (message: FromAnalysis) => {
      if (message.type === 'progress') onProgress(message.done / message.total)
      else if (message.type === 'result') resolve(message.result)
      else reject(fromErrorReport(message.error))
    })
    worker.on('error', reject)
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', abort)
      // Without an effect after an answer.
      reject(new LacunaError('internal', `The analysis ended without an answer (code ${code}); try again.`))
    })
  })
}

function cancelled(): LacunaError {
  return new LacunaError('cancelled', 'The analysis was stopped; nothing was written.')
}
