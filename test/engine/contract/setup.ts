// What the parts of the engine contract share: tolerances, plans and ready-made inputs.
import { expect } from 'vitest'
import type {
  CreateOptions,
  EncodedSplit,
  Masks,
  Model,
  OptimizerOptions,
  TrainPlan,
} from '../../../src/main/engine/engine.ts'
import { DEFAULT_OPTIMIZER } from '../../../src/main/engine/engine.ts'
import { initialParameters } from '../../../src/main/engine/parameters.ts'
import type { ErrorCode } from '../../../src/shared/errors.ts'
import { LacunaError } from '../../../src/shared/errors.ts'
import type { NetworkDescription } from '../../../src/shared/network.ts'
import { randomSplit } from '../../support/networks.ts'

/** Makes a model in the tested engine and disposes of it after the tests. */
export type Create = (network: NetworkDescription, options: CreateOptions) => Model

/**
 * How far an engine may be from the oracle. A float32 sum of n terms of size 1 is off by about sqrt(n) * 6e-8; the
 * networks here chain a few hundred such sums, so 1e-6 is roomy for values and 2e-6 for gradients.
 */
export interface Tolerances {
  loss: number // absolute
  gradient: number // relative to the largest gradient of any one sequence of the batch
  values: number // absolute: activations and logits
  trained: number // absolute, weights after STEPS Adam steps at learning rate 1e-2
}

export const FLOAT32_TOLERANCES: Tolerances = { loss: 1e-6, gradient: 2e-6, values: 2e-6, trained: 2e-5 }

/**
 * Adam divides by sqrt(v) + epsilon, which turns a gradient at the noise level into a full step of random sign; with
 * epsilon 1e-3 the step is at most gradient error * learningRate / epsilon, so float32 engines stay comparable.
 */
export const OPTIMIZER: OptimizerOptions = {
  ...DEFAULT_OPTIMIZER,
  learningRate: 1e-2,
  epsilon: 1e-3,
  clipNorm: 0.5,
}

export interface Setup {
  network: NetworkDescription
  split: EncodedSplit
  options: CreateOptions
}

export function setUp(
  network: NetworkDescription,
  { masks, count = 11, seed = 1 }: { masks?: Masks; count?: number; seed?: number } = {},
): Setup {
  const parameters = initialParameters(network, seed)
  return {
    network,
    split: randomSplit(network, count, seed),
    options: masks === undefined ? { parameters } : { parameters, masks },
  }
}

/** A pass in batches of four. */
export function plan(order: Uint32Array, optimizer: Partial<OptimizerOptions> = {}): TrainPlan {
  return { order, batchSize: 4, optimizer: { ...OPTIMIZER, ...optimizer } }
}

/** Fail unless `action` throws a LacunaError with this code and a whole sentence. */
export function expectCode(code: ErrorCode, action: () => unknown): void {
  let caught: unknown
  try {
    action()
  } catch (error) {
    caught = error
  }
  expect(caught, `expected a LacunaError ${code}`).toBeInstanceOf(LacunaError)
  expect((caught as LacunaError).code).toBe(code)
  expect((caught as LacunaError).message).toMatch(/\.$/)
}
