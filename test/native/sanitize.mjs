// Builds the native test program with the address and undefined-behaviour sanitizers and runs it: random networks
// against a float64 reference, equality of bits, fuzzed descriptions. For CI and for whoever changes src/native.
// usage: node test/native/sanitize.mjs [--plain | --gate] [gradients N] [fuzz N] [seed S]
// --gate is the step of `npm test`: fewer cases, and a line "skipped: ..." where the compiler has no sanitizers.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { WARNINGS, nativeUnits } from '../../scripts/setup/native-units.mjs'
import { describeFailure, run } from '../../scripts/setup/run.mjs'

const root = path.resolve(import.meta.dirname, '..', '..')
const args = process.argv.slice(2)
const plain = args.includes('--plain')
const gate = args.includes('--gate')
const compiler = process.env.CXX ?? 'c++'
// -O1 comes last and wins: the large kernel files take minutes to compile with sanitizers at -O3.
const sanitizers = [
  '-O1',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
  '-fno-omit-frame-pointer',
]
const extra = ['-g1', ...WARNINGS, ...(plain ? [] : sanitizers)]

async function must(/** @type {string} */ file, /** @type {string[]} */ given) {
  const outcome = await run(file, given, { limitMs: 30 * 60_000 })
  if (outcome.code !== 0) throw new Error(`${describeFailure(outcome)}\n${outcome.output}`)
  return outcome.output
}

/** How a step tells `npm test` that it could not run here. */
const SKIPPED = 77

// GCC needs minutes for some checks of code that is all intrinsics, and for the plain C++ kernels under any: in the gate
// the vector kernels, which share their body, keep the address sanitizer and the cheap checks, the plain ones none.
const LIGHTER = ['-fno-sanitize=null,alignment,object-size,pointer-overflow']

/** Flags of a translation unit beyond those of the build. @returns {string[]} */
function extraFlags(/** @type {string} */ name) {
  if (gate && name === 'kernels_scalar') return ['-g1', ...WARNINGS, '-O1']
  return gate && name.startsWith('kernels_') ? [...extra, ...LIGHTER] : extra
}

/** Cases of the gate: all cells, masked and dense, one and two threads, both orders, every instruction set. */
const GATE = ['gradients', '8', 'fuzz', '400']

/** Whether programs built with the sanitizers compile, link and run here; prints why not. */
async function sanitizersWork(/** @type {string} */ folder) {
  const [source, program] = [path.join(folder, 'try.cc'), path.join(folder, 'try')]
  await writeFile(source, 'int main() { return 0; }\n')
  const built = await run(compiler, [...sanitizers, source, '-o', program], { limitMs: 60_000 })
  const outcome = built.code === 0 ? await run(program, [], { limitMs: 60_000 }) : built
  if (outcome.code === 0) return true
  console.log(`skipped: ${compiler} has no working sanitizers here (${describeFailure(outcome)})`)
  return false
}

async function main(/** @type {string} */ folder) {
  if (gate && !(await sanitizersWork(folder))) {
    process.exitCode = SKIPPED
    return
  }
  const units = nativeUnits(process.arch).filter(({ name }) => !name.startsWith('binding'))
  const program = { name: 'native_test', flags: units[units.length - 1].flags }
  const jobs = [...units, program].map(({ name, flags }) => {
    const source =
      name === 'native_test' ? ['test', 'native', 'native_test.cc'] : ['src', 'native', `${name}.cc`]
    const object = path.join(folder, `${name}.o`)
    return { object, given: [...flags, ...extraFlags(name), '-c', path.join(root, ...source), '-o', object] }
  })
  const queue = [...jobs]
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await must(compiler, job.given)
  }
  await Promise.all([worker(), worker()])
  const binary = path.join(folder, 'native_test')
  const link = plain ? [] : sanitizers
  await must(compiler, [...link, '-pthread', ...jobs.map(({ object }) => object), '-o', binary])
  const wanted = args.filter((arg) => !arg.startsWith('--'))
  process.stdout.write(
    await must(binary, wanted.length > 0 ? wanted : gate ? GATE : ['gradients', '30', 'fuzz', '10000']),
  )
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'lacuna-native-test-'))
try {
  await main(folder)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
