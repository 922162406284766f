// Start of an analysis thread: analyses the structures it is given, says how far it is, answers and ends.
import { parentPort, workerData } from 'node:worker_threads'
import { toErrorReport } from '../../shared/errors.ts'
import { analyseStructures } from '../stats/analyse.ts'
import type { AnalysisJob, FromAnalysis } from './analysis.ts'

const port = parentPort!
const post = (message: FromAnalysis) => port.postMessage(message)

try {
  const { rows, options } = workerData as AnalysisJob
  const onProgress = (done: number, total: number) => post({ type: 'progress', done, total })
  post({ type: 'result', result: analyseStructures(rows, { ...options, onProgress }) })
} catch (error) {
  post({ type: 'error', error: toErrorReport(error) })
}
