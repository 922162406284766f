// Tells whether the tensorflow engine works on this machine, for `lacuna doctor` and the settings view. Loads the
// library in a process of its own, because one that does not fit the processor takes its process down.
import { execFile } from 'node:child_process'
import { LacunaError } from '../../../shared/errors.ts'
import type { LocateOptions } from './locate.ts'
import { locateTensorflow } from './locate.ts'

export interface TensorflowReport {
  available: boolean
  reason?: string // why not, one sentence
  tfjsVersion?: string
  libtensorflowVersion?: string // absent where it was not loaded (inside Electron)
  path?: string // the binding
}

const SCRIPT = 'process.stdout.write(String(require(process.argv[1]).TF_Version))'
const LIMIT_MS = 30_000

/**
 * Look for the engine and load its library once. Inside Electron only the files are looked for: its executable cannot
 * be trusted to run as plain Node (fuses).
 */
export async function probeTensorflow(options: LocateOptions = {}): Promise<TensorflowReport> {
  let place
  try {
    place = locateTensorflow(options)
  } catch (error) {
    if (error instanceof LacunaError) return { available: false, reason: error.message }
    throw error
  }
  const found = { tfjsVersion: place.tfjsVersion, path: place.binding }
  if (process.versions.electron !== undefined) return { available: true, ...found }
  return { ...found, ...(await loadElsewhere(place.binding)) }
}

function loadElsewhere(binding: string): Promise<TensorflowReport> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['-e', SCRIPT, binding],
      { timeout: LIMIT_MS, windowsHide: true },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ available: true, libtensorflowVersion: stdout })
        const said = stderr.split('\n').find((line) => /error/i.test(line)) ?? ''
        const how = error.signal ? `its process was ended by ${error.signal}` : said.trim()
        resolve({
          available: false,
          reason: `The binding ${binding} does not load (${how}); run "node scripts/postinstall.mjs --tensorflow".`,
        })
      },
    )
  })
}
