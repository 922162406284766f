// A random network, its weights, masks and a batch, over the range in which gradients must be right: 1 to 70 units, 1 to
// 6 layers, skip cells, batches of 1 to 130 sequences of 1 to 60 tokens, all cells, masked and dense.
import type { CreateOptions, EncodedSplit, Masks } from '../../src/main/engine/engine.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import type { NetworkDescription, Source } from '../../src/shared/network.ts'
import { CELLS, PADDINGS, assertNetwork, parameterShapes } from '../../src/shared/network.ts'
import type { RandomStream } from '../../src/shared/random.ts'
import { randomStream } from '../../src/shared/random.ts'

const DENSITIES = [1, 1, 0.9, 0.5, 0.2, 0.05]

export interface RandomCase {
  network: NetworkDescription
  options: CreateOptions & { masks: Masks }
  split: EncodedSplit
}

/** Make case number `seed`; the same one every time. */
export function randomCase(seed: number): RandomCase {
  const random = randomStream(seed, 'accuracy-case')
  const network = networkOf(random)
  const density = DENSITIES[random.integer(DENSITIES.length)]!
  const masks: Masks = new Map()
  const parameters = initialParameters(network, seed)
  for (const { name, role, size } of parameterShapes(network)) {
    if (density === 1 || (role !== 'weight_ih' && role !== 'weight_hh')) continue
    const mask = Uint8Array.from({ length: size }, () => (random.float() < density ? 1 : 0))
    mask.forEach((keep, i) => keep === 0 && (parameters.get(name)![i] = 0))
    masks.set(name, mask)
  }
  return { network, options: { parameters, masks }, split: splitOf(random, network) }
}

function between(random: RandomStream, low: number, high: number): number {
  return low + random.integer(high - low + 1)
}

function networkOf(random: RandomStream): NetworkDescription {
  const units = random.integer(3) === 0 ? 6 : 70
  const count = between(random, 1, 6)
  const layers = Array.from({ length: count }, (_, l) => ({
    size: between(random, 1, units),
    cells: Array.from({ length: l > 0 && random.integer(3) === 0 ? between(random, 1, 3) : 1 }, (_, c) => ({
      sources: Array.from({ length: random.integer(4) === 0 ? 2 : 1 }, (_, s): Source => {
        if (l === 0 || random.integer(10) === 0) return 'embedding'
        return c === 0 && s === 0 ? l - 1 : random.integer(l)
      }),
    })),
  }))
  return assertNetwork({
    cell: CELLS[random.integer(CELLS.length)]!,
    padding: PADDINGS[random.integer(PADDINGS.length)]!,
    vocabulary: random.integer(5) === 0 ? between(random, 40, 300) : between(random, 2, 30),
    embedding: between(random, 1, units),
    classes: between(random, 2, random.integer(4) === 0 ? 40 : 4),
    layers,
    readout: random.integer(4) === 0 ? [count - 1, random.integer(count)] : [count - 1],
  })
}

function splitOf(random: RandomStream, { vocabulary, classes }: NetworkDescription): EncodedSplit {
  const batch = between(random, 1, random.integer(2) === 0 ? 34 : 130)
  const longest = between(random, 1, random.integer(3) === 0 ? 60 : 20)
  const lengths = Array.from({ length: batch }, () => between(random, 1, longest))
  const offsets = new Uint32Array(batch + 1)
  lengths.forEach((length, n) => (offsets[n + 1] = offsets[n]! + length))
  return {
    offsets,
    tokens: Uint16Array.from({ length: offsets[batch]! }, () => between(random, 1, vocabulary - 1)),
    labels: Uint16Array.from({ length: batch }, () => random.integer(classes)),
  }
}
