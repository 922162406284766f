// All parameters of a network as one vector, so that clipping and Adam are a dozen kernels however many arrays there
// are. Canonical order; knows names and shapes, not what they mean.
import type { NetworkDescription, ParameterShape } from '../../../shared/network.ts'
import { parameterShapes } from '../../../shared/network.ts'
import type { Masks, Parameters } from '../engine.ts'
import type { Ops, Tensor } from './ops.ts'

/** Named tensors cut out of a vector of all parameters. */
export type Views = Map<string, Tensor>

export class FlatLayout {
  readonly shapes: readonly ParameterShape[]
  readonly size: number // P, values of the whole network

  constructor(network: NetworkDescription) {
    this.shapes = parameterShapes(network)
    this.size = this.shapes.reduce((sum, { size }) => sum + size, 0)
  }

  /** Concatenate arrays of the network's parameters into one of P values. */
  join(parameters: Parameters): Float32Array {
    const flat = new Float32Array(this.size)
    this.#each((shape, start) => flat.set(parameters.get(shape.name)!, start))
    return flat
  }

  /** Which of the P values are kept, as 0 and 1; undefined when no array has a mask. */
  joinMasks(masks: Masks): Uint8Array | undefined {
    if (masks.size === 0) return undefined
    const flat = new Uint8Array(this.size).fill(1)
    this.#each((shape, start) => {
      const mask = masks.get(shape.name)
      if (mask !== undefined) flat.set(mask, start)
    })
    return flat
  }

  /** Copies of the arrays in a vector of P values. */
  cut(flat: Float32Array): Parameters {
    const parameters: Parameters = new Map()
    this.#each((shape, start) => parameters.set(shape.name, flat.slice(start, start + shape.size)))
    return parameters
  }

  /** Cut a vector [P] into tensors of the parameters' shapes. */
  views(ops: Ops, flat: Tensor): Views {
    const sizes = this.shapes.map(({ size }) => size)
    const parts = ops.splitSizes(flat, sizes, 0)
    return new Map(
      this.shapes.map(({ name, shape }, i) => [
        name,
        shape.length === 1 ? parts[i]! : ops.reshape(parts[i]!, shape),
      ]),
    )
  }

  /** Join tensors of the parameters' shapes into one vector [P]. */
  joinViews(ops: Ops, views: Views): Tensor {
    const parts = this.shapes.map(({ name, shape, size }) => {
      const view = views.get(name)!
      return shape.length === 1 ? view : ops.reshape(view, [size])
    })
    return ops.concat(parts, 0)
  }

  #each(visit: (shape: ParameterShape, start: number) => void): void {
    let start = 0
    for (const shape of this.shapes) {
      visit(shape, start)
      start += shape.size
    }
  }
}
