// How long the engine goes on after its stop flag is raised, in every phase of a run: another thread raises the flag at
// a random moment of a model's creation, its first batch, training or evaluation. Wall time: needs a core to itself.
// usage: node test/bench/stop.ts [units] [layers] [stops] [cell]
import { Worker } from 'node:worker_threads'
import { RunControl } from '../../src/main/engine/control.ts'
import { DEFAULT_OPTIMIZER } from '../../src/main/engine/engine.ts'
import { generatedSplit } from '../../src/main/engine/fused/bench.ts'
import { createFusedEngine } from '../../src/main/engine/fused/engine.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import type { Cell } from '../../src/shared/network.ts'
import { stackedNetwork } from '../../src/shared/network.ts'
import { randomStream } from '../../src/shared/random.ts'
import { machineLine } from './machine.ts'

const [hidden = 50, layers = 3, stops = 200] = process.argv.slice(2, 5).map(Number)
const cell = (process.argv[5] ?? 'lstm') as Cell
const BATCH = 32

/** Raises the flag `delay` milliseconds after being told to, and writes down when. */
const RAISER = `const { parentPort, workerData: [control, raised] } = require('node:worker_threads')
  parentPort.on('message', (delay) => {
    const end = performance.timeOrigin + performance.now() + delay
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, delay - 1))
    while (performance.timeOrigin + performance.now() < end);
    new Float64Array(raised)[0] = performance.timeOrigin + performance.now()
    Atomics.store(new Int32Array(control), 0, 1)
  })
  parentPort.postMessage('ready')`

const control = new RunControl()
const raised = new SharedArrayBuffer(8)
const worker = new Worker(RAISER, { eval: true, workerData: [control.buffer, raised] })
await new Promise((resolve) => worker.once('message', resolve))

const now = () => performance.timeOrigin + performance.now()
const random = randomStream(1, 'bench-stop')
const size = { vocabulary: 128, embedding: hidden, hidden, layers, classes: 2 }
const network = stackedNetwork({ cell, padding: 'process', ...size })
const given = { parameters: initialParameters(network, 1) }
const engine = createFusedEngine()
const split = generatedSplit(4096)
const order = Uint32Array.from({ length: 4096 }, (_, n) => n)
const plan = { order, batchSize: BATCH, optimizer: DEFAULT_OPTIMIZER }
let model = engine.create(network, given)

/** Milliseconds `work` went on after the flag was raised, at a random moment of its first `within` milliseconds. */
function lateness(within: number, work: () => void): number {
  control.clearStop()
  new Float64Array(raised)[0] = Infinity
  worker.postMessage(within * random.float())
  work()
  const end = now()
  while (!control.stopRequested) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
  return Math.max(0, end - new Float64Array(raised)[0]!)
}

function report(phase: string, times: number[]): void {
  const sorted = times.sort((a, b) => a - b)
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!.toFixed(1)
  console.log(`${phase}: median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (${sorted.length} stops)`)
}

function timeOf(work: () => void): number {
  const start = now()
  work()
  return now() - start
}

/** Stop `work` `count` times; `prepare` comes before each, and is not stopped. */
function phase(name: string, within: number, count: number, work: () => void, prepare = () => {}): void {
  const times = Array.from({ length: count }, () => {
    prepare()
    return lateness(within, work)
  })
  report(name, times)
}

/** A model's creation looks at no flag: its length is how late it can be. */
function create(): void {
  model.dispose()
  model = engine.create(network, given)
}

console.log(machineLine())
console.log(`${cell}, ${layers} layers of ${hidden} units, batch ${BATCH}`)
const train = () => void model.train(split, plan, control)
const evaluate = () => void model.evaluate(split, { batchSize: BATCH }, control)
const first = timeOf(() => void model.train(split, { ...plan, order: order.slice(0, BATCH) }))
const batch = timeOf(() => void model.train(split, { ...plan, order: order.slice(0, BATCH) }))
console.log(`first batch ${first.toFixed(1)} ms, later ones ${batch.toFixed(1)} ms`)
report(
  'creation',
  Array.from({ length: Math.min(stops, 10) }, () => timeOf(create)),
)
phase('first batch', first, Math.min(stops, 40), train, create)
phase('training', 20 + 4 * batch, stops, train)
phase('evaluation', 20 + batch, stops, evaluate)
await worker.terminate()
