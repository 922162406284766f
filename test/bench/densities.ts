// Is any density slower than dense? Sweeps pruned shares for all cells and sizes, prints each ratio to the dense step and
// the worst. Ratios are medians of rounds that run dense and pruned steps in turn, in computing time.
// usage: node test/bench/densities.ts [--quick]
import { initialParameters } from '../../src/main/engine/parameters.ts'
import { DEFAULT_OPTIMIZER } from '../../src/main/engine/engine.ts'
import { generatedSplit, stackedBenchCase } from '../../src/main/engine/fused/bench.ts'
import { createFusedEngine } from '../../src/main/engine/fused/engine.ts'
import type { Cell } from '../../src/shared/network.ts'
import { CELLS } from '../../src/shared/network.ts'
import { computedMs, machineLine } from './machine.ts'

const quick = process.argv.includes('--quick')
const PRUNED = [0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7]
const BATCH = 32

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Speed of a pruned share relative to dense. Two models at a time: many large ones would compete for large pages. */
function ratio(cell: Cell, hidden: number, pruned: number): number {
  const engine = createFusedEngine()
  const steps = hidden > 100 ? 2 : 20
  const split = generatedSplit(steps * BATCH)
  const order = Uint32Array.from({ length: steps * BATCH }, (_, n) => n)
  const models = [0, pruned].map((sparsity) => {
    const { network, masks } = stackedBenchCase({ cell, hidden, batch: BATCH, sparsity })
    return engine.create(network, { parameters: initialParameters(network, 1), masks })
  })
  const times = models.map((): number[] => [])
  for (let round = 0; round <= (quick ? 3 : hidden > 100 ? 9 : 25); round++) {
    models.forEach((model, i) => {
      const start = computedMs()
      model.train(split, { order, batchSize: BATCH, optimizer: DEFAULT_OPTIMIZER })
      if (round > 0) times[i]!.push(computedMs() - start)
    })
  }
  for (const model of models) model.dispose()
  return median(times[0]!) / median(times[1]!)
}

console.log(machineLine())
let worst = { ratio: Infinity, where: '' }
for (const hidden of [50, 128, 512]) {
  for (const cell of CELLS) {
    const found = PRUNED.map((pruned) => ratio(cell, hidden, pruned))
    found.forEach((ratio, i) => {
      if (ratio < worst.ratio) worst = { ratio, where: `${cell} ${hidden} at ${100 * PRUNED[i]!} %` }
    })
    const list = found.map((ratio, i) => `${(100 * PRUNED[i]!).toFixed(0)} % ${ratio.toFixed(2)}`)
    console.log(`${cell} ${hidden} units, pruned against dense: ${list.join(', ')}`)
  }
}
console.log(`worst: ${worst.ratio.toFixed(3)} (${worst.where}); 1 is as fast as dense`)
