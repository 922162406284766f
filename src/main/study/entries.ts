// The files of this folder that start as processes and threads of their own.
import { fileURLToPath } from 'node:url'
import { findEntry } from '../store/entry.ts'

/** Path of the file an engine process starts with. */
export function engineProcessEntry(): string {
  return fileURLToPath(find('engine-process'))
}

/** Address of the file a training thread starts with. */
export function trainingWorkerEntry(): URL {
  return find('training-worker')
}

/** Address of the file an analysis thread starts with. */
export function analysisWorkerEntry(): URL {
  return find('analysis-worker')
}

/** Address of the file a drawing thread starts with. */
export function drawWorkerEntry(): URL {
  return find('inspect-worker')
}

function find(name: string): URL {
  return findEntry(name, import.meta.url)
}
