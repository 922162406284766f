import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import {
  cellFromMetadata,
  fromPublished,
  publishedNames,
  publishedNetwork,
  publishedSkipOrder,
  toPublished,
} from '../../src/main/engine/published.ts'
import type { SkipPair } from '../../src/main/engine/published.ts'
import { loadSafetensors } from '../../src/main/engine/safetensors-file.ts'
import type { Tensor, TensorFile } from '../../src/main/engine/safetensors.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import type { NetworkDescription } from '../../src/shared/network.ts'
import { CELLS, assertNetwork } from '../../src/shared/network.ts'
import { expectSameBits } from '../support/close.ts'
import { branchedNetwork, tinyNetwork } from '../support/networks.ts'
import { describeWithShared } from '../support/shared-folder.ts'

function asFile(network: NetworkDescription, seed = 1): TensorFile<Float32Array> {
  const { tensors, metadata } = toPublished(network, initialParameters(network, seed))
  return { tensors: tensors as Map<string, Tensor<Float32Array>>, metadata, nonFinite: [] }
}

/** Layers 0 to 3 in a row; skip cells 0 to 2, 0 to 3 and 1 to 3. */
function skipNetwork(): NetworkDescription {
  return assertNetwork({
    cell: 'gru',
    vocabulary: 5,
    embedding: 2,
    layers: [
      { size: 2, cells: [{ sources: ['embedding'] }] },
      { size: 3, cells: [{ sources: [0] }] },
      { size: 1, cells: [{ sources: [1] }, { sources: [0] }] },
      { size: 4, cells: [{ sources: [2] }, { sources: [0] }, { sources: [1] }] },
    ],
    readout: [3],
    classes: 2,
    padding: 'process',
  })
}
const SKIPS: SkipPair[] = [
  [0, 2],
  [0, 3],
  [1, 3],
]

describe('published naming', () => {
  it.each(CELLS)('goes there and back for %s', (cell) => {
    const network = tinyNetwork(cell, 'process')
    const read = fromPublished(asFile(network))
    expect(read.network).toEqual(network)
    expectSameBits(read.parameters, initialParameters(network, 1))
  })

  it('numbers skip cells by target, then source', () => {
    const network = skipNetwork()
    expect(publishedNames(network).get('layers.2.cells.1.weight_hh')).toBe(
      'recurrent.skip_layers.0.weight_hh',
    )
    expect(publishedNames(network).get('layers.3.cells.2.bias_ih')).toBe('recurrent.skip_layers.2.bias_ih')
    expect(publishedSkipOrder([[1, 3], [0, 3], [0, 2]])).toEqual(SKIPS) // prettier-ignore
    const read = fromPublished(asFile(network), { skips: SKIPS })
    expect(read.network).toEqual(network)
    expectSameBits(read.parameters, initialParameters(network, 1))
  })

  it('takes the cell from the metadata or the caller, and refuses contradictions', () => {
    const file = asFile(tinyNetwork('rnn-relu'))
    expect(cellFromMetadata(new Map([['cell', 'RNN_RELU']]))).toBe('rnn-relu')
    expect(cellFromMetadata(new Map([['cell', 'ELMAN']]))).toBeUndefined()
    const nameless = { ...file, metadata: new Map<string, string>() }
    expect(publishedNetwork(nameless, { cell: 'rnn-tanh', padding: 'mask' })).toEqual(
      tinyNetwork('rnn-tanh', 'mask'),
    )
    expect(() => publishedNetwork(nameless)).toThrow(/do not say their cell type/)
    expect(() => publishedNetwork(file, { cell: 'lstm' })).toThrow(/say they are rnn-relu/)
    expect(() => publishedNetwork(nameless, { cell: 'lstm' })).toThrow(/is 4×4, but lstm has 4 rows per unit/)
  })

  it('answers weights that do not fit with a table of every tensor', () => {
    const file = asFile(tinyNetwork('lstm'))
    const tensors = new Map(file.tensors)
    tensors.set('recurrent.recurrent_layers.1.weight_ih', { shape: [16, 3], data: new Float32Array(48) })
    tensors.delete('out.bias')
    tensors.set('extra', { shape: [1], data: new Float32Array(1) })
    let caught: unknown
    try {
      fromPublished({ ...file, tensors })
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(LacunaError)
    const { code, message, detail } = caught as LacunaError
    expect(code).toBe('bad-weights')
    expect(message).toMatch(
      /3 of 12 tensors do not fit .*recurrent_layers\.1\.weight_ih, expected 16×4, found 16×3/,
    )
    const { rows } = detail as { rows: unknown[] }
    expect(rows).toHaveLength(12)
    expect(rows).toContainEqual({ tensor: 'out.bias', expected: '2', found: '-' })
    expect(rows).toContainEqual({ tensor: 'extra', expected: '-', found: '1' })
  })

  it('refuses other namings, missing graphs, unordered skips and wirings without a published form', () => {
    const empty = { tensors: new Map(), metadata: new Map([['cell', 'GRU']]), nonFinite: [] }
    expect(() => publishedNetwork(empty)).toThrow(/no tensor recurrent\.recurrent_layers\.0\.weight_hh/)
    expect(() => publishedNetwork(asFile(skipNetwork()))).toThrow(/3 skip cells, the structure has 0/)
    expect(() => fromPublished(asFile(skipNetwork()), { skips: [...SKIPS].reverse() })).toThrow(
      /must be ordered/,
    )
    expect(() => publishedNames(branchedNetwork('gru'))).toThrow(/no form in the published naming/)
  })
})

describeWithShared('published files', (folder) => {
  it.each([
    ['rnn_tanh', 'rnn-tanh', 128 * 50 + 3 * 5100 + 102],
    ['lstm', 'lstm', 128 * 50 + 3 * 20_400 + 102],
  ])('%s is the base model', async (name, cell, values) => {
    const { network, parameters } = fromPublished(
      await loadSafetensors(path.join(folder, 'thesis', 'prune', `${name}.safetensors`)),
    )
    expect(network).toMatchObject({ cell, vocabulary: 128, embedding: 50, classes: 2, padding: 'process' })
    expect(network.layers.map(({ size }) => size)).toEqual([50, 50, 50])
    expect([...parameters.values()].reduce((sum, array) => sum + array.length, 0)).toBe(values)
  })
})
