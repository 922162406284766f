// Final weights and masks of a run as blobs: safetensors files under the canonical names, readable by other programs.
import { parameterShapes, type NetworkDescription } from '../../shared/network.ts'
import type { Masks, Parameters } from '../engine/engine.ts'
import { readSafetensors, writeSafetensors, type Tensor } from '../engine/safetensors.ts'
import { assertMasks, assertParameters } from '../engine/validate.ts'

/** Write arrays by canonical name; a name that is missing (a matrix without mask) is left out. */
export function encodeArrays(network: NetworkDescription, arrays: Parameters | Masks): Uint8Array {
  const tensors = new Map<string, Tensor>()
  for (const { name, shape } of parameterShapes(network)) {
    const data = arrays.get(name)
    if (data !== undefined) tensors.set(name, { shape, data })
  }
  return writeSafetensors(tensors)
}

/**
 * Read weights of a network; float64 where the oracle wrote them.
 * @throws LacunaError bad-weights, shape-mismatch
 */
export function decodeWeights(network: NetworkDescription, blob: Uint8Array): Parameters {
  const parameters: Parameters = new Map()
  for (const [name, { data }] of readSafetensors(blob, ['F64', 'F32']).tensors) {
    if (!(data instanceof Uint8Array)) parameters.set(name, data)
  }
  assertParameters(network, parameters)
  return parameters
}

/**
 * Read masks of a network.
 * @throws LacunaError bad-weights, shape-mismatch
 */
export function decodeMasks(network: NetworkDescription, blob: Uint8Array): Masks {
  const masks: Masks = new Map()
  for (const [name, { data }] of readSafetensors(blob, ['U8']).tensors) {
    if (data instanceof Uint8Array) masks.set(name, data)
  }
  assertMasks(network, masks)
  return masks
}

/** Number of weights in all `weight_ih` and `weight_hh`, and how many of them `masks` keep. */
export function recurrentCounts(
  network: NetworkDescription,
  masks: Masks,
): { recurrentWeights: number; nonzeros: number } {
  let recurrentWeights = 0
  let nonzeros = 0
  for (const { name, role, size } of parameterShapes(network)) {
    if (role !== 'weight_ih' && role !== 'weight_hh') continue
    recurrentWeights += size
    const mask = masks.get(name)
    nonzeros += mask === undefined ? size : mask.reduce((sum, keep) => sum + keep, 0)
  }
  return { recurrentWeights, nonzeros }
}
