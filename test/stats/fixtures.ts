import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Read what scipy or scikit-learn computed (test/fixtures/stats/make_fixtures.py). */
export function statsFixture<T>(name: 'reference.json' | 'regressors.json' | 'judge.json'): T {
  return JSON.parse(
    readFileSync(path.join(import.meta.dirname, '..', 'fixtures', 'stats', name), 'utf8'),
  ) as T
}

/** Largest difference of two lists, relative to the larger of 1 and the values. */
export function worstDifference(found: ArrayLike<number>, wanted: readonly number[]): number {
  if (found.length !== wanted.length) return Infinity
  return wanted.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(found[i]! - value) / Math.max(1, Math.abs(value))),
    0,
  )
}

/** Difference relative to the value itself, for probabilities that can be tiny. */
export function relativeError(found: number, wanted: number): number {
  return found === wanted ? 0 : Math.abs(found - wanted) / Math.abs(wanted)
}
