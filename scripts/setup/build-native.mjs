// Compiles the fused engine (src/native) into build/Release/lacuna_native.node. Downloads nothing: node_api.h comes from
// the package node-api-headers. On Linux and macOS it calls the compiler itself, so neither Python nor make is needed;
// on Windows node-gyp finds Visual Studio. Prints one line; exit code 1 when there is no engine afterwards.
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, stat, copyFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { nativeUnits } from './native-units.mjs'
import { describeFailure, run } from './run.mjs'
import { StepError } from './step-error.mjs'
import { compilerCandidates } from './tfjs-binding.mjs'

const root = path.resolve(import.meta.dirname, '..', '..')
const sources = path.join(root, 'src', 'native')
const output = path.join(root, 'build', 'Release', 'lacuna_native.node')
const objects = path.join(root, 'build', 'native')

/** Time of last change in milliseconds, 0 for a file that does not exist. */
async function changedAt(/** @type {string} */ file) {
  return existsSync(file) ? (await stat(file)).mtimeMs : 0
}

/** Newest change among the sources whose name satisfies `wanted`, and the two build scripts. */
async function newestSource(/** @type {(name: string) => boolean} */ wanted) {
  const names = await readdir(sources, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile() && wanted(entry.name))
  const own = ['native-units.mjs', 'build-native.mjs'].map((name) => path.join(import.meta.dirname, name))
  const paths = [...files.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name)), ...own]
  return Math.max(...(await Promise.all(paths.map(changedAt))))
}

/** The first compiler that runs. @returns {Promise<string[]>} */
async function findCompiler() {
  const candidates = compilerCandidates(process.platform, process.env)
  for (const candidate of candidates) {
    const [file, ...leading] = candidate
    if ((await run(file, [...leading, '--version'], { limitMs: 60_000 })).code === 0) return candidate
  }
  throw new StepError(
    `no C++ compiler was found (tried ${candidates.map(([name]) => name).join(', ')}); install one`,
  )
}

async function compile(/** @type {string[]} */ [file, ...leading], /** @type {string[]} */ args) {
  const outcome = await run(file, [...leading, ...args], { limitMs: 10 * 60_000 })
  if (outcome.code === 0) return
  const line = outcome.output.split('\n').find((text) => /error/i.test(text))
  throw new StepError(`${file} failed: ${line?.trim() ?? describeFailure(outcome)}`)
}

/** Run `work` on every item, as many at once as there are cores. */
async function inParallel(/** @type {any[]} */ items, /** @type {(item: any) => Promise<void>} */ work) {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Math.max(2, os.availableParallelism()) }, worker))
}

async function buildWithCompiler() {
  const compiler = await findCompiler()
  const headers = await newestSource((name) => !name.endsWith('.cc'))
  const include = path.join(root, 'node_modules', 'node-api-headers', 'include')
  await mkdir(objects, { recursive: true })
  const units = nativeUnits(process.arch)
  const objectOf = (/** @type {string} */ name) => path.join(objects, `${name}.o`)
  await inParallel(units, async ({ name, flags }) => {
    const [from, to] = [path.join(sources, `${name}.cc`), objectOf(name)]
    if ((await changedAt(to)) > Math.max(headers, await changedAt(from))) return
    await compile(compiler, [...flags, `-I${include}`, '-c', from, '-o', `${to}.new`])
    await rename(`${to}.new`, to)
  })
  const shared =
    process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-pthread']
  await mkdir(path.dirname(output), { recursive: true })
  const fresh = `${output}.new`
  await compile(compiler, [...shared, ...units.map(({ name }) => objectOf(name)), '-o', fresh])
  await assertLoads(fresh)
  await rename(fresh, output)
}

async function buildWithNodeGyp() {
  const gyp = path.join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const outcome = await run(process.execPath, [gyp, 'rebuild', '-C', sources])
  if (outcome.code !== 0) throw new StepError(`node-gyp failed: ${describeFailure(outcome)}`)
  await mkdir(path.dirname(output), { recursive: true })
  await copyFile(path.join(sources, 'build', 'Release', 'lacuna_native.node'), output)
}

/** Load the addon in a process of its own, as a fault there would end this one. */
async function assertLoads(/** @type {string} */ file) {
  const script =
    'const m={exports:{}};process.dlopen(m,process.argv[1]);process.stdout.write(m.exports.instructionSets()[0])'
  const outcome = await run(process.execPath, ['-e', script, file], { limitMs: 60_000 })
  if (outcome.code !== 0)
    throw new StepError(`the addon was compiled but does not load: ${describeFailure(outcome)}`)
}

async function main() {
  if ((process.env.LACUNA_SKIP_NATIVE ?? '') !== '') return 'skipped because LACUNA_SKIP_NATIVE is set'
  if ((await changedAt(output)) > (await newestSource(() => true))) return 'the native engine is up to date'
  await (process.platform === 'win32' ? buildWithNodeGyp() : buildWithCompiler())
  return 'the native engine is built'
}

try {
  console.log(await main())
} catch (error) {
  console.log(error instanceof Error ? error.message.split('\n')[0] : String(error))
  process.exitCode = 1
}
