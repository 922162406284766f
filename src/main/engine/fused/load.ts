// Finds and loads the native addon. Refuses to guess why a file is missing: it says what to run.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { LacunaError } from '../../../shared/errors.ts'
import type { NativeAddon } from './addon.ts'

const FILE = path.join('build', 'Release', 'lacuna_native.node')

/** Parts of an Electron archive that hold native code are unpacked beside it. */
function unpacked(folder: string): string {
  return folder.replace(/([\\/])app\.asar(?=[\\/]|$)/, '$1app.asar.unpacked')
}

/** The addon belonging to this code: looked for in this folder and every folder above it. */
export function findAddon(from: string = import.meta.dirname): string | undefined {
  for (let folder = unpacked(from); ; folder = path.dirname(folder)) {
    const file = path.join(folder, FILE)
    if (existsSync(file)) return file
    if (path.dirname(folder) === folder) return undefined
  }
}

let loaded: NativeAddon | undefined

/**
 * Load the addon into this thread's process.
 * @throws LacunaError engine-unavailable when it was not built or does not load
 */
export function loadAddon(): NativeAddon {
  if (loaded !== undefined) return loaded
  const file = findAddon()
  if (file === undefined) {
    throw new LacunaError(
      'engine-unavailable',
      'The native engine was not built; install a C++ compiler and run "node scripts/postinstall.mjs --native".',
    )
  }
  try {
    loaded = createRequire(import.meta.url)(file) as NativeAddon
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new LacunaError(
      'engine-unavailable',
      `The native engine ${file} does not load (${reason}); run "node scripts/postinstall.mjs --native".`,
    )
  }
  return loaded
}
