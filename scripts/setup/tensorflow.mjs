// The set-up step of the tensorflow engine: library, binding, and where no wheel helps tfjs-node's own installer.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { ensureLibtensorflow, machineName, thisMachine } from './libtensorflow.mjs'
import { describeFailure, run } from './run.mjs'
import { StepError } from './step-error.mjs'
import { ensureBinding } from './tfjs-binding.mjs'
import { wheelSource } from './wheel.mjs'

/**
 * Set up the tensorflow engine and say in one sentence how.
 * @param {{ root: string, env?: NodeJS.ProcessEnv, force?: boolean, say: (line: string) => void }} options
 * @returns {Promise<string>}
 * @throws {StepError} when it cannot be set up
 */
export async function setUpTensorflow({ root, env = process.env, force = false, say }) {
  const tfjs = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node')
  if (!existsSync(path.join(tfjs, 'package.json'))) {
    throw new StepError(
      'the optional package @tensorflow/tfjs-node is not installed (npm 10 removes it when its own install script ' +
        'fails); update npm with "npm install -g npm" and run "npm install" again',
    )
  }
  const machine = thisMachine(env)
  if (wheelSource(machine) === undefined && !env.LACUNA_TENSORFLOW_WHEEL)
    return ownInstaller(tfjs, machine, say)
  const library = await ensureLibtensorflow({ machine, force, say })
  const rebuild = force || !library.reused
  const binding = await ensureBinding({ root, folder: library.folder, env, force: rebuild, say })
  return library.reused && binding.reused ? `ready, found in ${library.folder}` : `ready in ${library.folder}`
}

/** Platforms without a wheel: let tfjs-node fetch its published library and binary, from its own host. */
async function ownInstaller(
  /** @type {string} */ tfjs,
  /** @type {ReturnType<typeof thisMachine>} */ machine,
  /** @type {(line: string) => void} */ say,
) {
  const built = path.join(tfjs, 'lib', 'napi-v8', 'tfjs_binding.node')
  if (existsSync(built)) return `ready, found in ${path.dirname(built)}`
  say(
    `no TensorFlow wheel carries the C library for ${machineName(machine)}; trying the installer of tfjs-node ...`,
  )
  const outcome = await run(process.execPath, [path.join(tfjs, 'scripts', 'install.js')], { cwd: tfjs })
  if (outcome.code === 0 && existsSync(built)) return `ready in ${path.dirname(built)}`
  throw new StepError(
    `no TensorFlow wheel carries the C library for ${machineName(machine)}, and the installer of tfjs-node failed ` +
      `(${describeFailure(outcome)})`,
  )
}
