// Compiles the Node-API binding of tfjs-node from the sources in its package against the cached libtensorflow.
// Current Node-API headers make it loadable in several worker threads, which the published binary is not.
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { bindingFile } from '../../src/main/engine/tfjs/cache-paths.mjs'
import { folderFault, makeFolder } from './cache.mjs'
import { describeFailure, run } from './run.mjs'
import { StepError } from './step-error.mjs'

const ENVIRONMENT_SOURCE = path.join(import.meta.dirname, 'tensorflow-environment.cc')

/**
 * Compilers to try, best first, each a command and its leading arguments; CXX wins.
 * @param {string} platform
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[][]}
 */
export function compilerCandidates(platform, env) {
  const usual = platform === 'darwin' ? [['clang++'], ['c++']] : [['c++'], ['g++'], ['clang++']]
  const chosen = (env.CXX ?? '').split(/\s+/).filter((word) => word !== '')
  return chosen.length > 0 ? [chosen, ...usual] : usual
}

/** Folder of node_api.h: the node-api-headers package, else the headers installed with this Node. */
function nodeApiInclude(/** @type {string} */ root) {
  const places = [
    path.join(root, 'node_modules', 'node-api-headers', 'include'),
    path.resolve(path.dirname(process.execPath), '..', 'include', 'node'),
  ]
  const found = places.find((place) => existsSync(path.join(place, 'node_api.h')))
  if (found === undefined) {
    throw new StepError('the header node_api.h was not found; run npm install with the dev dependencies')
  }
  return found
}

/**
 * Arguments of the compiler for one addon. Libraries are named by path, so that the linker takes their sonames; at run
 * time the addon finds them beside its folder.
 * @param {{ platform: string, sources: string[], includes: string[], libraries: string[], output: string }} options
 * @returns {string[]}
 */
export function compilerArguments({ platform, sources, includes, libraries, output }) {
  const origin = platform === 'darwin' ? '@loader_path' : '$ORIGIN'
  const shared = platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']
  return [
    ...['-std=c++17', '-O2', '-fPIC', '-fvisibility=hidden', '-w', '-DNAPI_VERSION=8', ...shared],
    ...includes.map((folder) => `-I${folder}`),
    ...sources,
    ...['-o', output],
    ...libraries,
    `-Wl,-rpath,${origin}/../lib`,
  ]
}

/** Load the binding in a process of its own, because a library that does not fit the processor ends the process. */
async function assertLoads(/** @type {string} */ file) {
  const script = 'process.stdout.write(String(require(process.argv[1]).TF_Version))'
  const outcome = await run(process.execPath, ['-e', script, file], { limitMs: 60_000 })
  if (outcome.code !== 0) {
    throw new StepError(`the binding was compiled but does not load: ${describeFailure(outcome)}`)
  }
}

/**
 * Make sure the binding for the installed tfjs-node is in the cache.
 * @param {object} options
 * @param {string} options.root project folder
 * @param {string} options.folder libtensorflow folder of the cache
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {boolean} [options.force]
 * @param {(line: string) => void} options.say
 * @returns {Promise<{ file: string, reused: boolean }>}
 * @throws {StepError} when there is no compiler or it fails
 */
export async function ensureBinding({ root, folder, env = process.env, force = false, say }) {
  const tfjs = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node')
  const { version } = JSON.parse(await readFile(path.join(tfjs, 'package.json'), 'utf8'))
  const file = bindingFile(folder, version)
  if (!force && (await folderFault(path.dirname(file))) === undefined) return { file, reused: true }
  say(`compiling the binding of tfjs-node ${version} ...`)
  await makeFolder(path.dirname(file), async (temporary) => {
    const output = path.join(temporary, path.basename(file))
    await compile(await bindingArguments({ root, folder, output, tfjs }), env)
    await compile(environmentArguments(root, path.join(temporary, 'tensorflow_environment.node')), env)
    await assertLoads(output)
  })
  return { file, reused: false }
}

/** @param {{ root: string, folder: string, output: string, tfjs: string }} options */
async function bindingArguments({ root, folder, output, tfjs }) {
  const binding = path.join(tfjs, 'binding')
  const names = (await readdir(binding)).filter((name) => name.endsWith('.cc')).sort()
  const lib = path.join(folder, 'lib')
  return compilerArguments({
    platform: process.platform,
    sources: names.map((name) => path.join(binding, name)),
    includes: [binding, path.join(folder, 'include'), nodeApiInclude(root)],
    libraries: (await readdir(lib)).sort().map((name) => path.join(lib, name)),
    output,
  })
}

function environmentArguments(/** @type {string} */ root, /** @type {string} */ output) {
  const [sources, includes] = [[ENVIRONMENT_SOURCE], [nodeApiInclude(root)]]
  return compilerArguments({ platform: process.platform, sources, includes, libraries: [], output })
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env @throws {StepError} */
async function compile(args, env) {
  const candidates = compilerCandidates(process.platform, env)
  for (const [compiler, ...leading] of candidates) {
    const outcome = await run(compiler, [...leading, ...args], { env, limitMs: 5 * 60_000 })
    if (outcome.code === 0) return
    if (outcome.error?.code === 'ENOENT') continue
    const line = outcome.output.split('\n').find((text) => /error/i.test(text))
    throw new StepError(
      `${compiler} could not compile the binding: ${line?.trim() ?? describeFailure(outcome)}`,
    )
  }
  throw new StepError(
    `no C++ compiler was found (tried ${candidates.map(([name]) => name).join(', ')}); install one`,
  )
}
