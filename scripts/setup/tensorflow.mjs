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
  if (!existsSync(path.join(tfjs, 'package.json'))) await fetchPackage(root, tfjs, env, say)
  const machine = thisMachine(env)
  if (wheelSource(machine) === undefined && !env.LACUNA_TENSORFLOW_WHEEL)
    return ownInstaller(tfjs, machine, say)
  const library = await ensureLibtensorflow({ machine, force, say })
  const rebuild = force || !library.reused
  const binding = await ensureBinding({ root, folder: library.folder, env, force: rebuild, say })
  return library.reused && binding.reused ? `ready, found in ${library.folder}` : `ready in ${library.folder}`
}

/**
 * An npm that does not know `allowScripts` runs tfjs-node's own installer, and removes the optional package when that
 * fails: put the package back without its scripts.
 */
async function fetchPackage(
  /** @type {string} */ root,
  /** @type {string} */ tfjs,
  /** @type {NodeJS.ProcessEnv} */ env,
  /** @type {(line: string) => void} */ say,
) {
  const npm = env.npm_execpath
  if (npm !== undefined && env.npm_config_omit?.includes('optional') !== true) {
    say(
      'npm removed the package tfjs-node, since its own installer failed; fetching it without the installer ...',
    )
    const args = [npm, 'install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund']
    const outcome = await run(process.execPath, args, { cwd: root })
    if (outcome.code !== 0)
      throw new StepError(`the package tfjs-node could not be fetched: ${describeFailure(outcome)}`)
  }
  if (existsSync(path.join(tfjs, 'package.json'))) return
  throw new StepError(
    'the optional package @tensorflow/tfjs-node is not installed; run "npm install --include=optional"',
  )
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
