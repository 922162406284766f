// Start of the thread that reads a copy of the database back: checks it, forces it to the disk, answers and ends.
import { parentPort, workerData } from 'node:worker_threads'
import { toErrorReport } from '../../shared/errors.ts'
import { syncFile } from './files.ts'
import { verifyCopy, type FromVerify } from './verify-copy.ts'

const path = workerData as string

function answer(): FromVerify {
  try {
    verifyCopy(path)
    syncFile(path)
    return { ok: true }
  } catch (error) {
    return { ok: false, error: toErrorReport(error) }
  }
}

parentPort!.postMessage(answer())
