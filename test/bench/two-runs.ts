// Two independent runs in two processes against one alone: 2 where the cores do not disturb each other. Floor 1.85.
// Wall time: needs a machine of its own with two cores. usage: node test/bench/two-runs.ts
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { measureStep, stackedBenchCase } from '../../src/main/engine/fused/bench.ts'
import { createFusedEngine } from '../../src/main/engine/fused/engine.ts'
import type { Cell } from '../../src/shared/network.ts'
import { CELLS } from '../../src/shared/network.ts'
import { machineLine } from './machine.ts'

const run = promisify(execFile)
const child = process.argv[2] as Cell | undefined

async function stepMs(cell: Cell): Promise<number> {
  const { stdout } = await run(process.execPath, [import.meta.filename, cell])
  return Number(stdout)
}

if (child !== undefined) {
  const bench = stackedBenchCase({ cell: child, hidden: 50, batch: 32, sparsity: 0 })
  console.log(measureStep(createFusedEngine(), bench, { seconds: 5 }).ms_per_step)
} else {
  console.log(machineLine())
  for (const cell of CELLS) {
    const alone = await stepMs(cell)
    const both = await Promise.all([stepMs(cell), stepMs(cell)])
    const scale = alone / both[0] + alone / both[1]
    console.log(
      `${cell}: ${alone} ms a step alone, ${both.join(' and ')} beside each other: ${scale.toFixed(2)}x`,
    )
  }
}
