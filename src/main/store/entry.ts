// Finds a file that starts as a process or thread of its own, beside the sources or in the build.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LacunaError } from '../../shared/errors.ts'

/** A checkout runs the sources; in the build this code is in out/main or out/main/chunks, the entries in out/main. */
const PLACES = ['./NAME.ts', './NAME.js', '../NAME.js'] as const

/**
 * Find the entry `name` from the module at `from`, which lies beside it in the sources.
 * @throws LacunaError internal when the program is not whole
 */
export function findEntry(name: string, from: string): URL {
  const places = PLACES.map((place) => new URL(place.replace('NAME', name), from))
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
