// Measures the time of a training step on any engine, for `lacuna bench`. Makes its own data unless given some, so that
// it needs no file. Says nothing about other programs: test/bench/compare.sh puts PyTorch beside it.
import { randomStream } from '../../../shared/random.ts'
import type { Cell, NetworkDescription } from '../../../shared/network.ts'
import { parameterShapes, stackedNetwork } from '../../../shared/network.ts'
import type { EncodedSplit, Engine, EngineName, Masks } from '../engine.ts'
import { DEFAULT_OPTIMIZER } from '../engine.ts'
import { initialParameters } from '../parameters.ts'

/** A network to time. */
export interface BenchCase {
  network: NetworkDescription
  masks: Masks
  hidden: number // units of the widest layer
  batch: number
  sparsity: number // share of pruned recurrent weights, 0 to 1
}

/** One line of `lacuna bench --json`. */
export interface BenchResult {
  cell: Cell
  hidden: number
  batch: number
  sparsity: number
  engine: EngineName
  instruction_set?: string
  ms_per_step: number // median over passes
  gflops: number // arithmetic of live weights, forward and backward, over that time
}

export interface BenchOptions {
  split?: EncodedSplit // sequences in the order of training; generated without it
  steps?: number // batches per pass
  seconds?: number // time to spend on one case, at least three passes
}

const TEXT = { vocabulary: 128, shortest: 11, longest: 53, letters: 26, firstLetter: 65 }

/** The plain model of the pruning study, pruned at random. `sparsity` from 0 to 1; at 1 one weight per matrix stays. */
export function stackedBenchCase(options: {
  cell: Cell
  hidden: number
  batch: number
  sparsity: number
}): BenchCase {
  const { cell, hidden, batch, sparsity } = options
  const network = stackedNetwork({
    cell,
    vocabulary: TEXT.vocabulary,
    embedding: hidden,
    hidden,
    layers: 3,
    classes: 2,
    padding: 'process',
  })
  return { network, masks: randomMasks(network, sparsity), hidden, batch, sparsity }
}

/** Masks that prune `sparsity` of every recurrent matrix at random; none for 0. */
function randomMasks(network: NetworkDescription, sparsity: number): Masks {
  const masks: Masks = new Map()
  if (sparsity <= 0) return masks
  const random = randomStream(1, 'bench-masks')
  for (const { name, role, size } of parameterShapes(network)) {
    if (role !== 'weight_ih' && role !== 'weight_hh') continue
    const mask = Uint8Array.from({ length: size }, () => (random.float() < sparsity ? 0 : 1))
    mask[0] = 1
    masks.set(name, mask)
  }
  return masks
}

/** Make `count` sequences as long as those of the Reber data: 11 to 53 tokens, mostly short. */
export function generatedSplit(count: number): EncodedSplit {
  const random = randomStream(1, 'bench-data')
  const lengths = Array.from({ length: count }, () => {
    const span = TEXT.longest - TEXT.shortest
    return TEXT.shortest + Math.floor(span * random.float() * random.float() * random.float())
  })
  const offsets = new Uint32Array(count + 1)
  lengths.forEach((length, n) => (offsets[n + 1] = offsets[n]! + length))
  const tokens = Uint16Array.from(
    { length: offsets[count]! },
    () => TEXT.firstLetter + random.integer(TEXT.letters),
  )
  return { tokens, offsets, labels: Uint16Array.from({ length: count }, () => random.integer(2)) }
}

/** Floating point operations of one pass: six per live weight, sequence and timestep (table lookups count as none). */
function operationsOf({ network, masks, batch }: BenchCase, split: EncodedSplit, steps: number): number {
  let weights = 0
  for (const { name, role, size, layer, cell } of parameterShapes(network)) {
    if (role !== 'weight_ih' && role !== 'weight_hh') continue
    const sources = network.layers[layer!]!.cells[cell!]!.sources
    if (role === 'weight_ih' && sources.every((from) => from === 'embedding')) continue
    weights += masks.get(name)?.reduce((sum, keep) => sum + keep, 0) ?? size
  }
  let timesteps = 0
  for (let first = 0; first < steps * batch; first += batch) {
    let longest = 0
    for (let n = first; n < first + batch; n++) {
      longest = Math.max(longest, split.offsets[n + 1]! - split.offsets[n]!)
    }
    timesteps += longest * batch
  }
  return 6 * weights * timesteps
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

/**
 * Time training steps (forward, loss, backward, clipping, Adam) of one case.
 * @throws LacunaError what the engine throws
 */
export function measureStep(engine: Engine, bench: BenchCase, options: BenchOptions = {}): BenchResult {
  const { steps = 20, seconds = 0.5 } = options
  const { network, masks, hidden, batch, sparsity } = bench
  const split = options.split ?? generatedSplit(steps * batch)
  const order = Uint32Array.from({ length: steps * batch }, (_, n) => n)
  const plan = { order, batchSize: batch, optimizer: DEFAULT_OPTIMIZER }
  const model = engine.create(network, { parameters: initialParameters(network, 1), masks })
  const times: number[] = []
  try {
    const end = performance.now() + 1000 * seconds
    for (let pass = 0; pass < 4 || performance.now() < end; pass++) {
      const start = performance.now()
      model.train(split, plan)
      if (pass > 0) times.push((performance.now() - start) / steps)
    }
  } finally {
    model.dispose()
  }
  const milliseconds = median(times)
  const { name, instructionSet } = engine.info
  return {
    cell: network.cell,
    hidden,
    batch,
    sparsity,
    engine: name,
    ...(instructionSet === undefined ? {} : { instruction_set: instructionSet }),
    ms_per_step: Number(milliseconds.toPrecision(4)),
    gflops: Number((operationsOf(bench, split, steps) / steps / milliseconds / 1e6).toPrecision(4)),
  }
}
