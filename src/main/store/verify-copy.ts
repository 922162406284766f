// Reads a copy of the database back. Only what is found whole here ever gets a backup's name.
import Database from 'better-sqlite3'
import { basename } from 'node:path'
import { Worker } from 'node:worker_threads'
import { fromErrorReport, LacunaError, type ErrorReport } from '../../shared/errors.ts'
import { APPLICATION_ID } from './database.ts'
import { findEntry } from './entry.ts'

/** What the thread answers. */
export type FromVerify = { ok: true } | { ok: false; error: ErrorReport }

/**
 * Check that a copy is a whole Lacuna database: every page, index and constraint.
 * @throws LacunaError item-damaged
 */
export function verifyCopy(path: string): void {
  let found: unknown
  try {
    const copy = new Database(path, { fileMustExist: true })
    try {
      copy.pragma('journal_mode = DELETE') // a copy stands alone, without a log beside it
      const ours = copy.pragma('application_id', { simple: true }) === APPLICATION_ID
      found = ours ? copy.pragma('integrity_check(1)', { simple: true }) : 'it is not a database of Lacuna'
    } finally {
      copy.close()
    }
  } catch (error) {
    found = error instanceof Error ? error.message : error
  }
  if (found === 'ok') return
  throw new LacunaError('item-damaged', `The copy ${basename(path)} is damaged: ${String(found)}.`)
}

/** Tell whether a copy is a whole Lacuna database. */
export function isWholeCopy(path: string): boolean {
  try {
    verifyCopy(path)
    return true
  } catch (error) {
    if (error instanceof LacunaError && error.code === 'item-damaged') return false
    throw error
  }
}

/**
 * Check a copy as `verifyCopy` does and force it to the disk, in a thread: it takes seconds per gigabyte, during which
 * the program goes on answering.
 * @throws LacunaError item-damaged
 */
export function verifyAside(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(findEntry('verify-worker', import.meta.url), { workerData: path })
    worker.on('message', (answer: FromVerify) => {
      if (answer.ok) resolve()
      else reject(fromErrorReport(answer.error))
    })
    worker.on('error', reject)
    worker.on('exit', (code) =>
      // Without an effect after an answer.
      reject(
        new LacunaError('internal', `Reading ${basename(path)} back ended without an answer (code ${code}).`),
      ),
    )
  })
}
