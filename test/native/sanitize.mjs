// Builds the native test program with the address and undefined-behaviour sanitizers and runs it: random networks
// against a float64 reference, equality of bits, fuzzed descriptions. For CI and for whoever changes src/native.
// usage: node test/native/sanitize.mjs [--plain] [gradients N] [fuzz N] [seed S]
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { WARNINGS, nativeUnits } from '../../scripts/setup/native-units.mjs'
import { describeFailure, run } from '../../scripts/setup/run.mjs'

const root = path.resolve(import.meta.dirname, '..', '..')
const args = process.argv.slice(2)
const plain = args.includes('--plain')
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

const folder = await mkdtemp(path.join(os.tmpdir(), 'lacuna-native-test-'))
try {
  const units = nativeUnits(process.arch).filter(({ name }) => name !== 'binding')
  const program = { name: 'native_test', flags: units[units.length - 1].flags }
  const jobs = [...units, program].map(({ name, flags }) => {
    const source =
      name === 'native_test' ? ['test', 'native', 'native_test.cc'] : ['src', 'native', `${name}.cc`]
    const object = path.join(folder, `${name}.o`)
    return { object, given: [...flags, ...extra, '-c', path.join(root, ...source), '-o', object] }
  })
  for (let i = 0; i < jobs.length; i += 2) {
    await Promise.all(jobs.slice(i, i + 2).map(({ given }) => must(compiler, given)))
  }
  const binary = path.join(folder, 'native_test')
  const link = plain ? [] : sanitizers
  await must(compiler, [...link, '-pthread', ...jobs.map(({ object }) => object), '-o', binary])
  const wanted = args.filter((arg) => arg !== '--plain')
  process.stdout.write(await must(binary, wanted.length > 0 ? wanted : ['gradients', '30', 'fuzz', '10000']))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
