import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe } from 'vitest'

/** Path of a file of the reference material next to the project, or undefined where it is not there. */
export function sharedFile(...parts: string[]): string | undefined {
  const file = path.resolve(import.meta.dirname, '..', '..', '..', 'shared', ...parts)
  return existsSync(file) ? file : undefined
}

/** Describe tests that need the reference material: skipped, with the reason printed, where it is absent. */
export function describeWithShared(title: string, body: (folder: string) => void): void {
  const folder = sharedFile()
  if (folder !== undefined && existsSync(path.join(folder, 'thesis'))) {
    describe(title, () => body(folder))
    return
  }
  const reason = `skipped: the reference material (../shared/thesis) is not here`
  console.warn(`${title}: ${reason}`)
  describe.skip(`${title} (${reason})`, () => body(path.resolve('..', 'shared')))
}
