// Network descriptions as the flat integers the addon reads. The layout is that of Network::parse in src/native.
import type { NetworkDescription } from '../../../shared/network.ts'
import { CELLS } from '../../../shared/network.ts'

const EMBEDDING = -1

/** Flatten a checked description: cell, padding, V, E, K, layers with their cells and sources, readout. */
export function describeNetwork(network: NetworkDescription): Int32Array {
  const { cell, padding, vocabulary, embedding, classes, layers, readout } = network
  const values = [
    CELLS.indexOf(cell),
    padding === 'mask' ? 1 : 0,
    vocabulary,
    embedding,
    classes,
    layers.length,
  ]
  for (const { size, cells } of layers) {
    values.push(size, cells.length)
    for (const { sources } of cells) {
      values.push(sources.length, ...sources.map((from) => (from === 'embedding' ? EMBEDDING : from)))
    }
  }
  return Int32Array.from([...values, readout.length, ...readout])
}
