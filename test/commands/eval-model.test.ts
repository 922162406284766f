import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadModel } from '../../src/main/commands/eval-model.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import { toPublished } from '../../src/main/engine/published.ts'
import { writeSafetensors } from '../../src/main/engine/safetensors.ts'
import { networkOf } from '../../src/main/graph/wiring.ts'
import { encodeArrays } from '../../src/main/study/weights.ts'
import type { GraphDescription } from '../../src/shared/graph.ts'
import { tempDir } from '../support/temp-dir.ts'

/** Layers {0, 1}, {2, 3}, {4}; vertex 4 reads layer 0 past layer 1, and vertex 3 feeds nothing. */
const graph: GraphDescription = {
  nodes: 5,
  edges: [
    [0, 2],
    [1, 3],
    [2, 4],
    [0, 4],
  ],
}
const sizes = { cell: 'gru', vocabulary: 9, classes: 3, padding: 'mask', embedding: 5 } as const

function file(name: string, content: string | Uint8Array): string {
  const full = path.join(tempDir(), name)
  writeFileSync(full, content)
  return full
}
const graphFile = () => file('graph.json', JSON.stringify(graph))
const flags = { cell: 'gru', padding: 'mask' } as const

describe('weights wired by a graph', () => {
  it('under the names of Lacuna are read in its own wiring, with a mask per gate', async () => {
    const wired = networkOf(graph, { ...sizes, wiring: 'lacuna', gateMask: 'per-gate' })
    const parameters = initialParameters(wired.network, 4)
    const weights = file('own.safetensors', encodeArrays(wired.network, parameters))
    const loaded = await loadModel({ ...flags, weights, graph: graphFile(), wiring: 'lacuna' })
    const { network, masks } = wired
    expect(loaded).toEqual({ network, masks, parameters })
  })

  it('under the published names are read in the published wiring, rows of the mask repeated', async () => {
    const wired = networkOf(graph, { ...sizes, wiring: 'darji-2021', gateMask: 'row-repeat' })
    const parameters = initialParameters(wired.network, 4)
    const { tensors } = toPublished(wired.network, parameters)
    const weights = file('published.safetensors', writeSafetensors(tensors))
    const loaded = await loadModel({ ...flags, weights, graph: graphFile() })
    const { network, masks } = wired
    expect(loaded).toEqual({ network, masks, parameters })
    const corrected = await loadModel({ ...flags, weights, graph: graphFile(), gateMask: 'per-gate' })
    expect(corrected.masks).not.toEqual(masks)
  })

  it('need a graph, and a head that says the sizes', async () => {
    const weights = file('empty.safetensors', writeSafetensors(new Map()))
    await expect(loadModel({ ...flags, weights, wiring: 'lacuna' })).rejects.toMatchObject({
      code: 'bad-request',
    })
    await expect(loadModel({ ...flags, weights, graph: graphFile() })).rejects.toThrow(
      /no matrix embedding\.weight/,
    )
  })
})
