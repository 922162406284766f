// Finds the files that start as processes and threads of their own, beside the sources or in the build.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LacunaError } from '../../shared/errors.ts'

/** A checkout runs the sources; in the build this code is in out/main or out/main/chunks, the entries in out/main. */
const PLACES = ['./NAME.ts', './NAME.js', '../NAME.js'] as const

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
  const places = PLACES.map((place) => new URL(place.replace('NAME', name), import.meta.url))
  const found = places.find((place) => existsSync(place))
  if (found === undefined) {
    const list = places.map((p) => fileURLToPath(p)).join(', ')
    throw new LacunaError(
      'internal',
      `The file ${name} is missing (looked for ${list}); build or install Lacuna again.`,
    )
  }
  return found
}
