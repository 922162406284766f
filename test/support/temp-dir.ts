import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** Make an empty folder that is removed when the running test ends. Call inside a test. */
export function tempDir(): string {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'lacuna-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
