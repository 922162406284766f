// How far float32 gradients are from float64 ones, ours and PyTorch's on the same random cases. The reference is PyTorch's
// autograd in float64, which shares no code with ours. Needs a Python with torch; says so and ends with 0 without.
// usage: node test/bench/accuracy.ts [cases] [first seed]   (PYTHON=... chooses the Python)
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { createFusedEngine } from '../../src/main/engine/fused/engine.ts'
import { parameterShapes } from '../../src/shared/network.ts'
import { machineLine } from './machine.ts'
import { randomCase } from './random-case.ts'

const run = promisify(execFile)
const python = process.env.PYTHON ?? 'python3'
const [cases = 300, firstSeed = 1] = process.argv.slice(2).map(Number)
const STRICT = 2e-7
const AT_ONCE = 25 // cases handed to one Python

/** What Python says of a case: largest error over all gradients, relative to the largest gradient of the batch. */
interface Outcome {
  torch: string // version
  fused: number
  float32: number // PyTorch in float32
  fusedLoss: number
  float32Loss: number
}

/** Run a case on our engine and write everything Python needs. */
async function writeCase(file: string, seed: number): Promise<void> {
  const { network, options, split } = randomCase(seed)
  const order = Uint32Array.from({ length: split.labels.length }, (_, n) => n)
  const model = createFusedEngine().create(network, options)
  const { loss, gradients } = model.gradients(split, order)
  model.dispose()
  const shapes = parameterShapes(network)
  const numbers = (values: ArrayLike<number>) => Array.from(values)
  const list = (name: string) => numbers(options.masks.get(name) ?? [])
  const { tokens, offsets, labels } = split
  const description = {
    network,
    loss,
    split: { tokens: numbers(tokens), offsets: numbers(offsets), labels: numbers(labels) },
    parameters: shapes.map(({ name, shape }) => ({ name, shape, mask: list(name) })),
  }
  // float32 arrays as bytes: weights, then our gradients, each in canonical order.
  const arrays = [options.parameters, gradients].flatMap((values) =>
    shapes.map(({ name }) => Buffer.from(Float32Array.from(values.get(name)!).buffer)),
  )
  await writeFile(`${file}.json`, JSON.stringify(description))
  await writeFile(`${file}.bin`, Buffer.concat(arrays))
}

async function measure(folder: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let first = 0; first < cases; first += AT_ONCE) {
    const count = Math.min(AT_ONCE, cases - first)
    const files = Array.from({ length: count }, (_, i) => path.join(folder, `case-${first + i}`))
    for (const [i, file] of files.entries()) await writeCase(file, firstSeed + first + i)
    const { stdout } = await run(python, [path.join(import.meta.dirname, 'torch_gradients.py'), ...files])
    outcomes.push(
      ...stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Outcome),
    )
  }
  return outcomes
}

function summary(name: string, errors: number[], losses: number[]): string {
  const sorted = [...errors].sort((a, b) => a - b)
  const share = (limit: number) => (100 * sorted.filter((e) => e <= limit).length) / sorted.length
  const at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))]!.toExponential(1)
  return (
    `${name}: ${share(STRICT).toFixed(1)} % within 2e-7, ${share(1e-6).toFixed(1)} % within 1e-6; ` +
    `median ${at(0.5)}, 90 % ${at(0.9)}, worst ${at(1)}; loss at most ${Math.max(...losses).toExponential(1)}`
  )
}

async function main(): Promise<void> {
  try {
    await run(python, ['-c', 'import torch'])
  } catch {
    console.log(`Not measured: ${python} has no torch (pip install torch, or set PYTHON to one that has it).`)
    return
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'lacuna-accuracy-'))
  try {
    console.log(machineLine())
    const found = await measure(folder)
    const of = (key: 'fused' | 'float32' | 'fusedLoss' | 'float32Loss') => found.map((one) => one[key])
    console.log(`${found.length} cases against PyTorch ${found[0]!.torch} in float64`)
    console.log(summary('fused engine', of('fused'), of('fusedLoss')))
    console.log(summary('PyTorch in float32', of('float32'), of('float32Loss')))
    const [ours, theirs] = [of('fused'), of('float32')]
    const both = ours.filter((error, i) => error > STRICT && theirs[i]! > STRICT).length
    const mine = ours.filter((error, i) => error > STRICT && theirs[i]! <= STRICT).length
    const closer = ours.filter((error, i) => error < theirs[i]!).length
    console.log(`beyond 2e-7: both ${both}, ours alone ${mine}; ours is the closer one in ${closer} cases`)
  } finally {
    await rm(folder, { recursive: true })
  }
}

await main()
