// Loads tfjs-node with the binding that the set-up compiled, once per thread. Writes nothing into node_modules.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type * as Core from '@tensorflow/tfjs-core'
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js'
import type { TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding.js'
import { LacunaError } from '../../../shared/errors.ts'
import { prepareEnvironment } from './environment.ts'
import type { LocateOptions } from './locate.ts'
import { locateTensorflow } from './locate.ts'

export interface Tensorflow {
  tf: typeof Core
  backend: NodeJSKernelBackend
  tfjsVersion: string
  libtensorflowVersion: string
}

let loaded: Promise<Tensorflow> | undefined

/**
 * Load TensorFlow into this thread; later calls give the same one.
 * @throws LacunaError engine-unavailable when it is not set up, or cannot be loaded (the message says what to run)
 */
export function loadTensorflow(options: LocateOptions = {}): Promise<Tensorflow> {
  loaded ??= load(options).catch((error: unknown) => {
    loaded = undefined // it may be set up by the next time
    throw error
  })
  return loaded
}

async function load(options: LocateOptions): Promise<Tensorflow> {
  const { binding: file, tfjsFolder, tfjsVersion } = locateTensorflow(options)
  restoreRemovedUtilities()
  // From tfjs-node's own place, so that both use the same tfjs-core.
  const require = createRequire(join(tfjsFolder, 'package.json'))
  prepareEnvironment(require, file)
  const binding = loadBinding(require, file)
  const tf = require('@tensorflow/tfjs') as typeof Core
  // What dist/index.js does, without its search for a published binary (node-pre-gyp).
  require('./dist/register_all_kernels.js')
  const kernels = require('./dist/nodejs_kernel_backend.js') as {
    NodeJSKernelBackend: typeof NodeJSKernelBackend
  }
  const backend = new kernels.NodeJSKernelBackend(binding, '@tensorflow/tfjs-node')
  tf.registerBackend('tensorflow', () => backend)
  if (!(await tf.setBackend('tensorflow'))) {
    throw new LacunaError(
      'engine-unavailable',
      'tfjs-core refused the tensorflow backend; run "lacuna doctor".',
    )
  }
  return { tf, backend, tfjsVersion, libtensorflowVersion: binding.TF_Version }
}

function loadBinding(require: NodeJS.Require, file: string): TFJSBinding {
  try {
    return require(file) as TFJSBinding
  } catch (error) {
    throw new LacunaError(
      'engine-unavailable',
      `The binding in ${dirname(file)} does not load (${(error as Error).message}); ` +
        'run "node scripts/postinstall.mjs --tensorflow".',
      undefined,
      { cause: error },
    )
  }
}

/** tfjs-node 4.22 still calls two functions that Node 23 took out of node:util. */
function restoreRemovedUtilities(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  util['isArray'] ??= Array.isArray
}
