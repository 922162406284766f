// What JavaScript adds to a run: computing time of whole passes (order, training, evaluation, progress) through the
// Model against the part of it spent inside the addon. Floor 3 %, target 1 %. usage: node test/bench/overhead.ts
import { RunControl } from '../../src/main/engine/control.ts'
import { DEFAULT_OPTIMIZER } from '../../src/main/engine/engine.ts'
import type { NativeAddon } from '../../src/main/engine/fused/addon.ts'
import { generatedSplit, stackedBenchCase } from '../../src/main/engine/fused/bench.ts'
import { createFusedEngine } from '../../src/main/engine/fused/engine.ts'
import { loadAddon } from '../../src/main/engine/fused/load.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import { randomStream } from '../../src/shared/random.ts'
import { CELLS } from '../../src/shared/network.ts'
import { computedMs, machineLine } from './machine.ts'

const SEQUENCES = 18_750 // an epoch of the pruning study
const EPOCHS = 3

/** The addon with a clock around the calls that compute. */
function timedAddon(): { addon: NativeAddon; nativeMs: () => number } {
  const inner = loadAddon()
  let spent = 0
  function timed<A extends unknown[], R>(call: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      const start = computedMs()
      const result = call(...args)
      spent += computedMs() - start
      return result
    }
  }
  const addon = { ...inner, train: timed(inner.train), evaluate: timed(inner.evaluate) }
  return { addon, nativeMs: () => spent }
}

console.log(machineLine())
for (const cell of CELLS) {
  const { addon, nativeMs } = timedAddon()
  const { network, masks } = stackedBenchCase({ cell, hidden: 50, batch: 32, sparsity: 0.9 })
  const model = createFusedEngine({}, addon).create(network, {
    parameters: initialParameters(network, 1),
    masks,
  })
  const split = generatedSplit(SEQUENCES)
  const order = Uint32Array.from({ length: SEQUENCES }, (_, n) => n)
  const [start, startNative] = [computedMs(), nativeMs()]
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const random = randomStream(epoch, 'bench-order')
    for (let i = SEQUENCES - 1; i > 0; i--) {
      const j = random.integer(i + 1)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    model.train(split, { order, batchSize: 32, optimizer: DEFAULT_OPTIMIZER }, new RunControl())
    model.evaluate(split, { batchSize: 32 })
  }
  const [all, native] = [computedMs() - start, nativeMs() - startNative]
  console.log(
    `${cell}: ${EPOCHS} epochs ${(all / 1000).toFixed(2)} s, native ${(native / 1000).toFixed(2)} s, JavaScript adds ${(100 * (all / native - 1)).toFixed(2)} %`,
  )
  model.dispose()
}
