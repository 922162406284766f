// Runs ../shared/peers/torch_rnn.py and remembers what it was given: the batches it trains on are taken over by ours.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import type { EncodedSplit } from '../../src/main/engine/engine.ts'

export const SHARED = path.resolve('..', 'shared')
const DATA = path.join(SHARED, 'thesis', 'dataset', 'train_data.csv')
const PEER = path.join(SHARED, 'peers', 'torch_rnn.py')
const WARM_UP = 3 // batches the peer leaves out

/** One line of the peer. */
export interface PeerLine {
  cell: string
  kind: string
  torch: string
  ms_per_step: number
}

const run = promisify(execFile)

/** Time PyTorch; `avx2` keeps all of its libraries from using AVX-512. */
export async function timePeer(python: string, args: string[], avx2 = false): Promise<PeerLine[]> {
  const capped = { ATEN_CPU_CAPABILITY: 'avx2', ONEDNN_MAX_CPU_ISA: 'AVX2', MKL_ENABLE_INSTRUCTIONS: 'AVX2' }
  const env = { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', ...(avx2 ? capped : {}) }
  const { stdout } = await run(python, [PEER, '--data', DATA, '--threads', '1', ...args], { env })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PeerLine)
}

/** The sequences the peer trains on after its warm-up, in its order (torch's permutation with seed 0). */
export async function peerSplit(python: string, batch: number, steps: number): Promise<EncodedSplit> {
  const rows: { string: string; valid: string }[] = parse(await readFile(DATA), { columns: true })
  const script =
    'import torch; g = torch.Generator().manual_seed(0); print(torch.randperm(%N, generator=g).tolist())'
  const { stdout } = await run(python, ['-c', script.replace('%N', String(rows.length))], {
    maxBuffer: 2 ** 24,
  })
  const order = (JSON.parse(stdout) as number[]).slice(WARM_UP * batch, (WARM_UP + steps) * batch)
  const picked = order.map((n) => rows[n]!)
  const offsets = new Uint32Array(picked.length + 1)
  picked.forEach((row, n) => (offsets[n + 1] = offsets[n]! + row.string.length))
  return {
    tokens: Uint16Array.from(picked.map((row) => row.string).join(''), (letter) => letter.charCodeAt(0)),
    offsets,
    labels: Uint16Array.from(picked, (row) => Number(row.valid)),
  }
}
