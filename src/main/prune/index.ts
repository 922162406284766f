// Masks from weights: target, scope, rule and criterion put together. Pure; changes no weight and knows no engine.
import { LacunaError } from '../../shared/errors.ts'
import type { NetworkDescription } from '../../shared/network.ts'
import type { PruneSpec } from '../../shared/study.ts'
import type { Masks, Parameters } from '../engine/engine.ts'
import { assertMasks, assertParameters } from '../engine/validate.ts'
import type { Scores } from './criteria.ts'
import { SCORE_FUNCTIONS } from './criteria.ts'
import { KEEP_FUNCTIONS } from './rule.ts'
import type { Segment } from './scope.ts'
import { competingGroups, targetShapes } from './scope.ts'

export interface PruneOptions extends PruneSpec {
  seed: number | string // used by criteria that draw random numbers
  /** Weights that are absent already, for example by the structure: they do not compete and stay pruned. */
  within?: Masks
}

/** Scores of the weights of a group that compete, and where each of them stands. */
interface Candidates {
  scores: Scores
  places: { mask: Uint8Array; at: number }[]
}

/**
 * Choose which recurrent weights to keep. Masks cover the matrices of the target only, and `within`; biases, embedding
 * and readout are never pruned. The same arguments give the same masks, and a higher percentage prunes a superset.
 * @throws LacunaError bad-request for a percentage outside 0..100, shape-mismatch for arrays that do not fit, diverged
 *   when a weight is NaN or infinite
 */
export function pruneMasks(
  network: NetworkDescription,
  parameters: Parameters,
  options: PruneOptions,
): Masks {
  const { target, percent, scope, rule, criterion, seed, within } = options
  assertParameters(network, parameters)
  if (within !== undefined) assertMasks(network, within)
  if (!(percent >= 0 && percent <= 100)) {
    throw new LacunaError('bad-request', `Percentage ${percent} was asked for; it is a number from 0 to 100.`)
  }
  const scores = new Map<string, Scores>()
  const masks: Masks = new Map([...(within ?? [])].map(([name, mask]) => [name, mask.slice()]))
  for (const shape of targetShapes(network, target)) {
    const values = parameters.get(shape.name)!
    assertFinite(shape.name, values)
    scores.set(shape.name, SCORE_FUNCTIONS[criterion](shape, values, seed))
    if (!masks.has(shape.name)) masks.set(shape.name, new Uint8Array(shape.size).fill(1))
  }
  for (const group of competingGroups(network, target, scope)) {
    const candidates = gather(group, scores, masks)
    if (candidates.places.length === 0) continue
    const keep = KEEP_FUNCTIONS[rule](candidates.scores, percent)
    candidates.places.forEach(({ mask, at }, i) => (mask[at] = keep[i]!))
  }
  return masks
}

function assertFinite(name: string, values: Scores): void {
  const at = values.findIndex((value) => !Number.isFinite(value))
  if (at >= 0) {
    throw new LacunaError(
      'diverged',
      `Weight ${at} of ${name} is ${values[at]}, so it cannot be compared with others; prune a model whose training stayed finite.`,
    )
  }
}

function gather(group: Segment[], scores: Map<string, Scores>, masks: Masks): Candidates {
  const places: Candidates['places'] = []
  const found: number[] = []
  for (const { name, from, to } of group) {
    const mask = masks.get(name)!
    for (let at = from; at < to; at++) {
      if (mask[at] === 0) continue
      places.push({ mask, at })
      found.push(scores.get(name)![at]!)
    }
  }
  const single = group.every(({ name }) => scores.get(name) instanceof Float32Array)
  return { scores: single ? Float32Array.from(found) : Float64Array.from(found), places }
}
