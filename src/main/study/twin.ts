// The yardstick of an engine check: the same training from weights moved by one unit in the last place, which shows how
// far rounding alone carries. Pure.
import { parameterShapes, type NetworkDescription } from '../../shared/network.ts'
import { randomStream } from '../../shared/random.ts'
import type { WeightDifference } from '../../shared/engine-check.ts'
import { encodeCheckpoint } from '../engine/checkpoint.ts'
import type { Masks, Parameters } from '../engine/engine.ts'
import { freshOptimizerState, initialParameters } from '../engine/parameters.ts'
import { pruneMasks } from '../prune/index.ts'
import type { RunJob } from './messages.ts'
import { decodeWeights } from './weights.ts'

/** Weights before the first step. */
export interface Start {
  parameters: Parameters // pruned weights are 0
  masks: Masks
}

/** A job without its sequences: what decides the weights before the first step. */
export type StartJob = Omit<RunJob, 'train' | 'validation' | 'test' | 'checkpoint'>

/** The weights and masks a job without checkpoint starts from. */
export function startOf({ network, seed, prune, masks: given = new Map() }: StartJob): Start {
  const base: Parameters =
    prune === undefined ? initialParameters(network, seed) : decodeWeights(network, prune.base)
  const masks = prune === undefined ? given : pruneMasks(network, base, { ...prune.spec, seed })
  const parameters: Parameters = new Map()
  for (const [name, values] of base) {
    const mask = masks.get(name)
    parameters.set(name, mask === undefined ? values : values.map((value, i) => (mask[i] === 0 ? 0 : value)))
  }
  return { parameters, masks }
}

/** The same job from weights that all differ by one unit in the last place, up or down at random. */
export function nudgedJob(job: RunJob, start: Start): RunJob {
  const { network, seed } = job
  const checkpoint = encodeCheckpoint({
    network,
    parameters: nudged(network, start.parameters, seed),
    masks: start.masks,
    optimizerState: freshOptimizerState(network),
    epoch: 0,
    seed,
    engine: { name: 'fused', version: '' },
  })
  const { prune: _, ...rest } = job
  return { ...rest, checkpoint }
}

/** Three quarters of a unit in the last place of 1: rounds to the neighbour for every float32 from 1 to below 2. */
const NUDGE = 1.5 * 2 ** -24

function nudged(network: NetworkDescription, parameters: Parameters, seed: number): Parameters {
  const moved: Parameters = new Map()
  for (const { name } of parameterShapes(network)) {
    const random = randomStream(seed, 'nudge', name)
    const move = (value: number) => value * (1 + (random.float() < 0.5 ? -NUDGE : NUDGE))
    moved.set(name, Float32Array.from(parameters.get(name)!, move))
  }
  return moved
}

/** Compare two sets of weights trained from `start`. Not a number anywhere makes both measures infinite. */
export function weightDifference(start: Parameters, a: Parameters, b: Parameters): WeightDifference {
  let [largest, apart, way] = [0, 0, 0]
  for (const [name, from] of start) {
    const [left, right] = [a.get(name)!, b.get(name)!]
    let [most, size] = [0, 0]
    for (let i = 0; i < from.length; i++) {
      const difference = Math.abs(left[i]! - right[i]!)
      if (!Number.isFinite(difference)) return { largest: Infinity, overall: Infinity }
      most = Math.max(most, difference)
      size = Math.max(size, Math.abs(left[i]!))
      apart += difference ** 2
      way += (left[i]! - from[i]!) ** 2
    }
    if (most > 0) largest = Math.max(largest, most / size)
  }
  return { largest, overall: apart === 0 ? 0 : Math.sqrt(apart / way) }
}
