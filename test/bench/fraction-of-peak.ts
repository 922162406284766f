// Dense training steps as a fraction of what the machine's own multiply-adders can do (one core). Floor 45 % and target
// 60 % for the dense step. Needs a C++ compiler. usage: node test/bench/fraction-of-peak.ts
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { measureStep, stackedBenchCase } from '../../src/main/engine/fused/bench.ts'
import { createFusedEngine } from '../../src/main/engine/fused/engine.ts'
import { CELLS } from '../../src/shared/network.ts'
import { machineLine } from './machine.ts'

/** GFLOP/s of fused multiply-adds on registers. */
function peak(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'lacuna-peak-'))
  try {
    const program = path.join(folder, 'peak')
    const source = path.join(import.meta.dirname, 'peak.cc')
    const wide = process.arch === 'x64' ? ['-mprefer-vector-width=512'] : []
    const flags = ['-O3', '-march=native', '-ffp-contract=fast', ...wide]
    execFileSync(process.env.CXX ?? 'c++', [...flags, source, '-o', program])
    return Number(execFileSync(program, { encoding: 'utf8' }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

console.log(machineLine())
const most = peak()
console.log(`peak of one core: ${most} GFLOP/s`)
for (const hidden of [50, 128, 256, 512]) {
  for (const cell of CELLS) {
    const bench = stackedBenchCase({ cell, hidden, batch: 32, sparsity: 0 })
    const { gflops, ms_per_step: ms } = measureStep(createFusedEngine(), bench, {
      steps: hidden > 128 ? 3 : 20,
      seconds: 2,
    })
    console.log(
      `${cell} ${hidden} units: ${ms} ms, ${gflops} GFLOP/s, ${((100 * gflops) / most).toFixed(0)} % of peak`,
    )
  }
}
