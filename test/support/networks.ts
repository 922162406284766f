import type { EncodedSplit, Masks } from '../../src/main/engine/engine.ts'
import type { Cell, NetworkDescription, Padding, ParameterRole } from '../../src/shared/network.ts'
import { assertNetwork, parameterShapes, stackedNetwork } from '../../src/shared/network.ts'
import { randomStream } from '../../src/shared/random.ts'

/** Two layers of four units on seven tokens. */
export function tinyNetwork(cell: Cell, padding: Padding = 'mask'): NetworkDescription {
  return stackedNetwork({ cell, vocabulary: 7, embedding: 3, hidden: 4, layers: 2, classes: 2, padding })
}

/** Skip cells, a cell with several sources, one-unit layers, two readout layers, three classes. */
export function branchedNetwork(cell: Cell, padding: Padding = 'mask'): NetworkDescription {
  return assertNetwork({
    cell,
    vocabulary: 9,
    embedding: 2,
    layers: [
      { size: 3, cells: [{ sources: ['embedding'] }] },
      { size: 1, cells: [{ sources: [0] }] },
      { size: 4, cells: [{ sources: [1] }, { sources: [0] }] },
      { size: 2, cells: [{ sources: [2, 'embedding', 0] }, { sources: [1] }] },
    ],
    readout: [3, 1],
    classes: 3,
    padding,
  })
}

/** A network of any topology, with 1 to 5 layers of 1 to 6 units. */
export function randomNetwork(cell: Cell, padding: Padding, seed: number): NetworkDescription {
  const random = randomStream(seed, 'test-network')
  const layers = Array.from({ length: 1 + random.integer(5) }, (_, layer) => ({
    size: 1 + random.integer(6),
    cells: Array.from({ length: 1 + random.integer(layer + 1) }, () => ({
      sources: Array.from({ length: 1 + random.integer(2) }, () => {
        const from = random.integer(layer + 1)
        return from === layer ? ('embedding' as const) : from
      }),
    })),
  }))
  const last = layers.length - 1
  const readout = last > 0 && random.integer(2) === 1 ? [random.integer(last), last] : [last]
  const [vocabulary, embedding, classes] = [
    2 + random.integer(30),
    1 + random.integer(5),
    2 + random.integer(4),
  ]
  return assertNetwork({ cell, vocabulary, embedding, layers, readout, classes, padding })
}

/** `count` random sequences of `shortest` to `longest` tokens with random classes. */
export function randomSplit(
  network: NetworkDescription,
  count: number,
  seed: number,
  { shortest = 1, longest = 9 } = {},
): EncodedSplit {
  const random = randomStream(seed, 'test-split')
  const lengths = Array.from({ length: count }, () => shortest + random.integer(longest - shortest + 1))
  const offsets = new Uint32Array(count + 1)
  lengths.forEach((length, n) => (offsets[n + 1] = offsets[n]! + length))
  return {
    offsets,
    tokens: Uint16Array.from({ length: offsets[count]! }, () => 1 + random.integer(network.vocabulary - 1)),
    labels: Uint16Array.from({ length: count }, () => random.integer(network.classes)),
  }
}

/** Masks that keep each weight of the named roles with probability `density`. */
export function randomMasks(
  network: NetworkDescription,
  density: number,
  seed: number,
  roles: ParameterRole[] = ['weight_ih', 'weight_hh'],
): Masks {
  const masks: Masks = new Map()
  for (const { name, role, size } of parameterShapes(network)) {
    if (!roles.includes(role)) continue
    const random = randomStream(seed, 'test-mask', name)
    masks.set(
      name,
      Uint8Array.from({ length: size }, () => (random.float() < density ? 1 : 0)),
    )
  }
  return masks
}

/** The order 0 .. n-1. */
export function upTo(n: number): Uint32Array {
  return Uint32Array.from({ length: n }, (_, i) => i)
}
