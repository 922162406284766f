// Clipping of the global norm and Adam in float64, with PyTorch's placement of epsilon and bias correction.
// Kingma and Ba 2015, arXiv:1412.6980; Pascanu et al. 2013, arXiv:1211.5063.
import type { Masks, OptimizerOptions } from '../engine.ts'
import type { Arrays } from './network.ts'

export interface AdamState {
  step: number
  m: Arrays
  v: Arrays
}

/** Euclidean norm over all gradients together. */
export function globalNorm(gradients: Arrays): number {
  let square = 0
  for (const values of gradients.values()) for (const value of values) square += value * value
  return Math.sqrt(square)
}

/**
 * Clip `gradients` (norm `norm`) and take one step, in place. A pruned value has gradient 0: its moments only decay,
 * and the value itself is never moved.
 */
export function adamStep(
  arrays: Arrays,
  gradients: Arrays,
  norm: number,
  masks: Masks,
  state: AdamState,
  options: OptimizerOptions,
): void {
  const { learningRate, beta1, beta2, epsilon, clipNorm } = options
  const scale = Math.min(1, clipNorm / (norm + 1e-6))
  state.step += 1
  const stepSize = learningRate / (1 - beta1 ** state.step)
  const correction2 = Math.sqrt(1 - beta2 ** state.step)
  for (const [name, values] of arrays) {
    const gradient = gradients.get(name)!
    const m = state.m.get(name)!
    const v = state.v.get(name)!
    const mask = masks.get(name)
    for (let i = 0; i < values.length; i++) {
      const g = gradient[i]! * scale
      m[i] = beta1 * m[i]! + (1 - beta1) * g
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g
      if (mask?.[i] !== 0) values[i]! -= (stepSize * m[i]!) / (Math.sqrt(v[i]!) / correction2 + epsilon)
    }
  }
}
