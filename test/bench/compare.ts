// Prints, for each line of the targets table, our time, PyTorch's time, the ratio, the floor and the target.
// Called by compare.sh. usage: node test/bench/compare.ts PYTHON [--quick]
import path from 'node:path'
import { measureStep, stackedBenchCase } from '../../src/main/engine/fused/bench.ts'
import type { BenchCase } from '../../src/main/engine/fused/bench.ts'
import { createFusedEngine } from '../../src/main/engine/fused/engine.ts'
import type { Cell } from '../../src/shared/network.ts'
import { SHARED, peerSplit, timePeer } from './peer.ts'
import { structureCase } from './structure-case.ts'

const python = process.argv[2] ?? 'python3'
const quick = process.argv.includes('--quick')
const seconds = quick ? 0.4 : 2

const PEER_CELLS: Record<Cell, string> = {
  'rnn-tanh': 'RNN_TANH',
  'rnn-relu': 'RNN_RELU',
  gru: 'GRU',
  lstm: 'LSTM',
}

async function ours(bench: BenchCase, steps: number, instructionSet?: string): Promise<number> {
  const engine = createFusedEngine(instructionSet === undefined ? {} : { instructionSet })
  const split = await peerSplit(python, bench.batch, steps)
  return measureStep(engine, bench, { split, steps, seconds }).ms_per_step
}

function report(what: string, mine: number, theirs: number, floor: number, target: number): void {
  const ratio = theirs / mine
  const verdict = ratio >= target ? 'target' : ratio >= floor ? 'floor' : 'MISSED'
  const numbers = `${mine.toFixed(3)} ms, PyTorch ${theirs.toFixed(2)} ms, ${ratio.toFixed(1)}x`
  console.log(`${what}: ${numbers} (floor ${floor}, target ${target}: ${verdict})`)
}

/** Dense step beside nn.RNN/LSTM/GRU, and dense and pruned steps beside the masked loop. */
async function comparePlain(cell: Cell, [dense, loop, pruned]: [number, number][]): Promise<void> {
  const steps = quick ? 8 : 20
  const lines = await timePeer(python, ['--steps', String(steps), '--cells', PEER_CELLS[cell]])
  const time = (kind: string) => lines.find((line) => line.kind === kind)!.ms_per_step
  const plain = { cell, hidden: 50, batch: 32 }
  const mine = await ours(stackedBenchCase({ ...plain, sparsity: 0 }), steps)
  const mine90 = await ours(stackedBenchCase({ ...plain, sparsity: 0.9 }), steps)
  report(`${cell} dense vs nn`, mine, time('fused'), ...dense!)
  report(`${cell} dense vs loop`, mine, time('loop'), ...loop!)
  report(`${cell} 90 % pruned vs loop`, mine90, time('loop'), ...pruned!)
}

async function compareAvx2(cell: Cell, bounds: [number, number]): Promise<void> {
  const steps = quick ? 8 : 20
  const args = ['--steps', String(steps), '--cells', PEER_CELLS[cell], '--kinds', 'fused']
  const [line] = await timePeer(python, args, true)
  const mine = await ours(stackedBenchCase({ cell, hidden: 50, batch: 32, sparsity: 0 }), steps, 'avx2')
  report(`${cell} dense vs nn, both AVX2`, mine, line!.ms_per_step, ...bounds)
}

async function compareHidden(hidden: number, bounds: [number, number]): Promise<void> {
  const args = ['--steps', '4', '--cells', 'LSTM', '--kinds', 'fused', '--hidden', String(hidden)]
  const [line] = await timePeer(python, args)
  const mine = await ours(stackedBenchCase({ cell: 'lstm', hidden, batch: 32, sparsity: 0 }), 4)
  report(`lstm ${hidden} units vs nn`, mine, line!.ms_per_step, ...bounds)
}

async function compareStructure(cell: Cell, file: string, bounds: [number, number]): Promise<void> {
  const structure = path.join(SHARED, 'thesis', 'structure', file)
  const steps = quick ? 3 : 6
  const args = [
    '--steps',
    String(steps),
    '--cells',
    PEER_CELLS[cell],
    '--batch',
    '128',
    '--structure',
    structure,
  ]
  const [line] = await timePeer(python, args)
  report(
    `${cell} ${file}`,
    await ours(structureCase(structure, cell, 128), steps),
    line!.ms_per_step,
    ...bounds,
  )
}

function ownCurve(cell: Cell, hidden: number): void {
  const steps = hidden > 100 ? 3 : 20
  const engine = createFusedEngine()
  const times = [0, 0.5, 0.8, 0.9, 0.95].map((sparsity) => {
    const bench = stackedBenchCase({ cell, hidden, batch: 32, sparsity })
    return measureStep(engine, bench, { steps, seconds }).ms_per_step
  })
  const ratios = times.slice(1).map((ms) => (times[0]! / ms).toFixed(2))
  console.log(
    `${cell} ${hidden} units, own speed-up at 50/80/90/95 %: ${ratios.join(' / ')} (dense ${times[0]} ms)`,
  )
}

const [torch] = await timePeer(python, ['--steps', '1', '--cells', 'RNN_TANH', '--kinds', 'fused'])
console.log(
  `PyTorch ${torch!.torch}; fused engine on ${createFusedEngine().info.instructionSet}; one thread each`,
)
await comparePlain('rnn-tanh', [[5, 8], [12, 20], [35, 50]]) // prettier-ignore
await comparePlain('gru', [[4, 6], [8, 12], [18, 25]]) // prettier-ignore
await comparePlain('lstm', [[1.8, 2.5], [7, 10], [18, 25]]) // prettier-ignore
await compareAvx2('rnn-tanh', [3.5, 5])
await compareAvx2('gru', [3, 4])
await compareAvx2('lstm', [1.6, 2.2])
await compareHidden(128, [1.2, 1.5])
await compareHidden(256, [1.0, 1.3])
await compareHidden(512, [0.8, 1.1])
await compareStructure('rnn-tanh', 'rnn_tanh/watts_strogatz_0.json', [150, 300])
await compareStructure('gru', 'gru/barabasi_albert_23.json', [100, 200])
await compareStructure('lstm', 'lstm/watts_strogatz_0.json', [60, 110])
for (const cell of ['rnn-tanh', 'gru', 'lstm'] as const) ownCurve(cell, 50)
for (const cell of ['rnn-tanh', 'lstm'] as const) ownCurve(cell, 512)
