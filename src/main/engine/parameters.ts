// Makes, copies and counts the arrays of a network. Pure: the seed is an argument, no engine is involved.
import type { NetworkDescription, ParameterShape } from '../../shared/network.ts'
import { parameterShapes, readoutSize } from '../../shared/network.ts'
import { randomStream } from '../../shared/random.ts'
import type { Masks, OptimizerState, Parameters } from './engine.ts'

/** Bound of the uniform distribution a parameter starts from; the embedding is normal and has none. */
function uniformBound(network: NetworkDescription, { role, layer }: ParameterShape): number {
  if (role === 'linear_weight' || role === 'linear_bias') return 1 / Math.sqrt(readoutSize(network))
  return 1 / Math.sqrt(network.layers[layer!]!.size)
}

/**
 * Draw initial float32 values: recurrent weights and biases uniform in +-1/sqrt(hidden), embedding N(0, 1), linear
 * uniform in +-1/sqrt(R) (Darji 2021). Every parameter has its own random stream, so its values do not depend on the
 * rest of the network.
 */
export function initialParameters(
  network: NetworkDescription,
  seed: number | string,
): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>()
  for (const shape of parameterShapes(network)) {
    const stream = randomStream(seed, 'init', shape.name)
    const values = new Float32Array(shape.size)
    if (shape.role === 'embedding') {
      for (let i = 0; i < values.length; i++) values[i] = stream.normal()
    } else {
      const bound = uniformBound(network, shape)
      for (let i = 0; i < values.length; i++) values[i] = (2 * stream.float() - 1) * bound
    }
    parameters.set(shape.name, values)
  }
  return parameters
}

/** Float32 zeros for every parameter, in canonical order. */
export function zeroParameters(network: NetworkDescription): Map<string, Float32Array> {
  return new Map(parameterShapes(network).map(({ name, size }) => [name, new Float32Array(size)]))
}

/** The state of an optimizer that has taken no step. */
export function freshOptimizerState(network: NetworkDescription): OptimizerState {
  return { step: 0, m: zeroParameters(network), v: zeroParameters(network) }
}

/** Copy every array, keeping its precision and the order. */
export function cloneParameters(parameters: Parameters): Parameters {
  return new Map([...parameters].map(([name, values]) => [name, values.slice()]))
}

/** Copy every array as float32, keeping the order. */
export function toFloat32(parameters: Parameters): Map<string, Float32Array> {
  return new Map([...parameters].map(([name, values]) => [name, Float32Array.from(values)]))
}

/** Number of trained values of a dense network. */
export function countParameters(network: NetworkDescription): number {
  return parameterShapes(network).reduce((sum, { size }) => sum + size, 0)
}

/** Number of values each parameter keeps under `masks`, by name in canonical order; without a mask all are kept. */
export function nonzeros(network: NetworkDescription, masks: Masks): Map<string, number> {
  return new Map(
    parameterShapes(network).map(({ name, size }) => {
      const mask = masks.get(name)
      return [name, mask === undefined ? size : mask.reduce((sum, keep) => sum + keep, 0)]
    }),
  )
}

/** Number of values the whole network keeps under `masks`. */
export function countNonzeros(network: NetworkDescription, masks: Masks): number {
  return [...nonzeros(network, masks).values()].reduce((a, b) => a + b, 0)
}
