// The network of a published structure as a case for the bench: the layered skip network of Darji 2021.
import { readFileSync } from 'node:fs'
import type { Masks } from '../../src/main/engine/engine.ts'
import type { BenchCase } from '../../src/main/engine/fused/bench.ts'
import type { Cell } from '../../src/shared/network.ts'
import { GATES, assertNetwork, cellParameterName } from '../../src/shared/network.ts'

interface Structure {
  layers: number[]
  edges: [number, number][]
}

/** Read a structure (vertices numbered by layer) and wire it as the peer does, masks repeated per gate. */
export function structureCase(file: string, cell: Cell, batch: number): BenchCase {
  const { layers: sizes, edges } = JSON.parse(readFileSync(file, 'utf8')) as Structure
  const first = sizes.map((_, l) => sizes.slice(0, l).reduce((a, b) => a + b, 0))
  const layerOf = sizes.flatMap((size, l) => Array.from({ length: size }, () => l))
  const masks: Masks = new Map()
  const edgesBetween = (s: number, t: number) =>
    edges.filter(([a, b]) => layerOf[a] === s && layerOf[b] === t)
  const layers = sizes.map((size, target) => {
    const skips = Array.from({ length: Math.max(0, target - 1) }, (_, s) => s)
    const sources =
      target === 0 ? [] : [target - 1, ...skips.filter((s) => edgesBetween(s, target).length > 0)]
    sources.forEach((source, index) => {
      const cols = sizes[source]!
      const mask = new Uint8Array(GATES[cell].length * size * cols)
      for (const [a, b] of edgesBetween(source, target)) {
        for (let gate = 0; gate < GATES[cell].length; gate++) {
          mask[(gate * size + b - first[target]!) * cols + a - first[source]!] = 1
        }
      }
      masks.set(cellParameterName(target, index, 'weight_ih'), mask)
    })
    const cells =
      target === 0 ? [{ sources: ['embedding' as const] }] : sources.map((s) => ({ sources: [s] }))
    return { size, cells }
  })
  const network = assertNetwork({
    cell,
    vocabulary: 128,
    embedding: sizes[0]!,
    layers,
    readout: [sizes.length - 1],
    classes: 2,
    padding: 'process',
  })
  return { network, masks, hidden: Math.max(...sizes), batch, sparsity: 0 }
}
