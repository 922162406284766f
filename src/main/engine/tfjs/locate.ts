// Finds the compiled tfjs binding and the packages around it. Loads nothing.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { LacunaError } from '../../../shared/errors.ts'
import { bindingFile, libtensorflowFolder } from './cache-paths.mjs'

/** Where the parts of the tensorflow engine are on this machine. */
export interface TensorflowPlace {
  binding: string // tfjs_binding.node
  tfjsFolder: string // the tfjs-node package
  tfjsVersion: string
}

export interface LocateOptions {
  env?: NodeJS.ProcessEnv
  home?: string
  /** Folder of the tfjs-node package; undefined when it is not installed. */
  tfjsFolder?: string | undefined
}

const HOW_TO_SET_UP = 'run "node scripts/postinstall.mjs --tensorflow" and read what it says'

/** Folder of the installed tfjs-node package, or undefined without it. */
export function tfjsNodeFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/**
 * Files the binding may be, best first: LACUNA_TENSORFLOW_DIR, the resources of the packaged app, the user's cache,
 * and what the installer of tfjs-node left in its own package.
 */
export function bindingCandidates(tfjsFolder: string, tfjsVersion: string, options: LocateOptions): string[] {
  const { env = process.env, home = homedir() } = options
  const { platform, arch } = process
  const resources = (process as { resourcesPath?: string }).resourcesPath // set by Electron only
  const folders = [
    env.LACUNA_TENSORFLOW_DIR,
    resources === undefined ? undefined : join(resources, 'libtensorflow'),
    libtensorflowFolder({ platform, arch, env, home }),
  ].filter((folder) => folder !== undefined && folder !== '')
  return [
    ...folders.map((folder) => bindingFile(folder!, tfjsVersion)),
    join(tfjsFolder, 'lib', 'napi-v8', 'tfjs_binding.node'),
  ]
}

/**
 * Find the binding of the tensorflow engine.
 * @throws LacunaError engine-unavailable when tfjs-node is not installed or its binding was not set up
 */
export function locateTensorflow(options: LocateOptions = {}): TensorflowPlace {
  const tfjsFolder = 'tfjsFolder' in options ? options.tfjsFolder : tfjsNodeFolder()
  if (tfjsFolder === undefined) {
    throw new LacunaError(
      'engine-unavailable',
      'The optional package @tensorflow/tfjs-node is not installed; run "npm install" and then "lacuna doctor".',
    )
  }
  const { version } = JSON.parse(readFileSync(join(tfjsFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  const candidates = bindingCandidates(tfjsFolder, version, options)
  const binding = candidates.find((file) => existsSync(file))
  if (binding === undefined) {
    throw new LacunaError(
      'engine-unavailable',
      `The binding of tfjs-node ${version} was not found (looked for ${candidates.at(-2)}); ${HOW_TO_SET_UP}.`,
    )
  }
  return { binding, tfjsFolder, tfjsVersion: version }
}
