// Clipping of the global norm and Adam on the vector of all parameters, with PyTorch's placement of epsilon.
// Kingma and Ba 2015, arXiv:1412.6980; Pascanu et al. 2013, arXiv:1211.5063.
import type * as Core from '@tensorflow/tfjs-core'
import type { OptimizerOptions } from '../engine.ts'
import type { Ops, Tensor } from './ops.ts'

/** Weights and moments [P] each. */
export interface AdamTensors {
  weights: Tensor
  m: Tensor
  v: Tensor
}

/** Which values are kept (bool [P]), and zeros [P] for those that are not. */
export interface FlatMask {
  kept: Tensor
  zeros: Tensor
}

/** Euclidean norm of a vector. */
export function vectorNorm(ops: Ops, vector: Tensor): number {
  const halfSquare = ops.halfSquare(vector).dataSync()[0]!
  if (Number.isFinite(halfSquare)) return Math.sqrt(2 * halfSquare)
  // The float32 sum of squares overflows from a norm of 2e19 on, where the values themselves may be finite.
  let square = 0
  for (const value of vector.dataSync()) square += value * value
  return Math.sqrt(square)
}

/**
 * Take one step with `gradient` [P] of norm `norm`; `step` counts from 1. A pruned value has gradient 0: its moments
 * only decay, and the value itself stays 0. Must run inside `tf.tidy`; returns new tensors.
 */
export function adamStep(
  tf: typeof Core,
  ops: Ops,
  { weights, m, v }: AdamTensors,
  {
    gradient,
    norm,
    step,
    mask,
  }: {
    gradient: Tensor
    norm: number
    step: number
    mask: FlatMask | undefined
  },
  { learningRate, beta1, beta2, epsilon, clipNorm }: OptimizerOptions,
): AdamTensors {
  const scaled = (x: Tensor, factor: number) => ops.mul(x, tf.scalar(factor))
  const g = scaled(gradient, Math.min(1, clipNorm / (norm + 1e-6)))
  const nextM = ops.add(scaled(m, beta1), scaled(g, 1 - beta1))
  const nextV = ops.add(scaled(v, beta2), scaled(ops.mul(g, g), 1 - beta2))
  const root = scaled(ops.sqrt(nextV), 1 / Math.sqrt(1 - beta2 ** step))
  const denominator = ops.add(root, tf.scalar(epsilon))
  const update = ops.div(scaled(nextM, learningRate / (1 - beta1 ** step)), denominator)
  const moved = ops.sub(weights, update)
  return {
    weights: mask === undefined ? moved : ops.select(mask.kept, moved, mask.zeros),
    m: nextM,
    v: nextV,
  }
}
