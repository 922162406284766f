// Published structure weights through the oracle: proves the numbering of main and skip cells in the published naming.
// The masks are built here from the definition, so that this test stands apart from the code that builds structures.
import path from 'node:path'
import { expect, it } from 'vitest'
import type { Masks } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { fromPublished, publishedSkipOrder } from '../../src/main/engine/published.ts'
import type { SkipPair } from '../../src/main/engine/published.ts'
import { loadSafetensors } from '../../src/main/engine/safetensors-file.ts'
import type { NetworkDescription } from '../../src/shared/network.ts'
import { GATES, cellParameterName } from '../../src/shared/network.ts'
import { describeWithShared } from '../support/shared-folder.ts'
import type { PublishedStructure } from '../support/thesis.ts'
import { publishedStructure, publishedTestSet } from '../support/thesis.ts'

/** Layer of every vertex and its place within the layer. */
function placeVertices({ layers }: PublishedStructure): { layer: number; unit: number }[] {
  return layers.flatMap((size, layer) => Array.from({ length: size }, (_, unit) => ({ layer, unit })))
}

function skipPairs(structure: PublishedStructure): SkipPair[] {
  const places = placeVertices(structure)
  const pairs = new Map<string, SkipPair>()
  for (const [from, to] of structure.edges) {
    const [source, target] = [places[from]!.layer, places[to]!.layer]
    if (source < target - 1) pairs.set(`${source}-${target}`, [source, target])
  }
  return publishedSkipOrder([...pairs.values()])
}

/** Mask of every i2h matrix but the first; row r of G * H follows unit floor(r / G), the published quirk. */
function edgeMasks(network: NetworkDescription, structure: PublishedStructure): Masks {
  const places = placeVertices(structure)
  const gates = GATES[network.cell].length
  const masks: Masks = new Map()
  network.layers.forEach(({ size, cells }, layer) =>
    cells.forEach(({ sources: [source] }, cell) => {
      if (source === 'embedding') return
      const inputs = network.layers[source!]!.size
      const mask = new Uint8Array(gates * size * inputs)
      for (const [from, to] of structure.edges) {
        if (places[from]!.layer !== source || places[to]!.layer !== layer) continue
        for (let g = 0; g < gates; g++) mask[(places[to]!.unit * gates + g) * inputs + places[from]!.unit] = 1
      }
      masks.set(cellParameterName(layer, cell, 'weight_ih'), mask)
    }),
  )
  return masks
}

describeWithShared('published structures', (folder) => {
  it.each([
    ['rnn_tanh', 'barabasi_albert_99'],
    ['rnn_tanh', 'watts_strogatz_99'],
    ['lstm', 'barabasi_albert_0'],
    ['gru', 'watts_strogatz_99'],
  ])('give the published accuracy: %s %s', async (cell, name) => {
    const structure = publishedStructure(folder, cell, name)
    const file = await loadSafetensors(path.join(folder, 'thesis', 'structure', cell, `${name}.safetensors`))
    const { network, parameters } = fromPublished(file, { skips: skipPairs(structure) })
    const model = oracleEngine.create(network, { parameters, masks: edgeMasks(network, structure) })
    const { correct } = model.evaluate(publishedTestSet(folder), { batchSize: 128 })
    expect(Math.abs(correct - structure.correct), `${correct} correct`).toBeLessThanOrEqual(2)
  })
})
