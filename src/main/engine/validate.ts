// Checks what engines are given, once for all of them. Refuses to repair anything.
import { LacunaError } from '../../shared/errors.ts'
import type { NetworkDescription, ParameterRole, ParameterShape } from '../../shared/network.ts'
import { PAD_TOKEN, parameterShapes } from '../../shared/network.ts'
import type {
  CreateOptions,
  EncodedSplit,
  Masks,
  OptimizerOptions,
  OptimizerState,
  Parameters,
  TrainPlan,
} from './engine.ts'

/** Roles that a mask may prune. */
export const MASKABLE_ROLES: readonly ParameterRole[] = ['weight_ih', 'weight_hh', 'linear_weight']

/** Write a shape for people, for example `200 x 50`. */
export function shapeText(shape: readonly number[]): string {
  return shape.join(' x ')
}

function mismatch(what: string): LacunaError {
  return new LacunaError('shape-mismatch', what)
}

function assertKnownNames(shapes: ParameterShape[], given: Iterable<string>, what: string): void {
  const known = new Set(shapes.map(({ name }) => name))
  for (const name of given) {
    if (!known.has(name)) {
      throw mismatch(
        `${what} ${name} was given, but the network has no parameter of that name; leave it out or rename it.`,
      )
    }
  }
}

/**
 * Check that `parameters` holds exactly the arrays the network needs, each of the right size.
 * @param what how the arrays are called in messages
 * @throws LacunaError shape-mismatch naming the parameter, its expected shape and what was found
 */
export function assertParameters(
  network: NetworkDescription,
  parameters: Parameters,
  what = 'Parameter',
): void {
  const shapes = parameterShapes(network)
  assertKnownNames(shapes, parameters.keys(), what)
  for (const { name, shape, size } of shapes) {
    const values = parameters.get(name)
    if (values?.length === size) continue
    const found = values === undefined ? 'nothing' : `${values.length} values`
    throw mismatch(
      `${what} ${name} was expected to have ${size} values (${shapeText(shape)}), found ${found}; use arrays made for this network.`,
    )
  }
}

/**
 * Check that every mask belongs to a weight matrix, fits it and holds only 0 and 1.
 * @throws LacunaError shape-mismatch naming the parameter, what was expected and what was found
 */
export function assertMasks(network: NetworkDescription, masks: Masks): void {
  const shapes = parameterShapes(network)
  assertKnownNames(shapes, masks.keys(), 'Mask')
  for (const { name, role, shape, size } of shapes) {
    const mask = masks.get(name)
    if (mask === undefined) continue
    if (!MASKABLE_ROLES.includes(role)) {
      throw mismatch(
        `A mask was given for ${name}; only recurrent weight matrices and linear.weight can be masked.`,
      )
    }
    if (mask.length !== size) {
      throw mismatch(
        `Mask ${name} was expected to have ${size} values (${shapeText(shape)}), found ${mask.length}; use masks made for this network.`,
      )
    }
    const wrong = mask.findIndex((value) => value > 1)
    if (wrong >= 0) {
      throw mismatch(
        `Mask ${name} holds ${mask[wrong]} at index ${wrong}; a mask holds 1 (keep) and 0 (prune) only.`,
      )
    }
  }
}

/**
 * Check that both moments fit the network and that the step count is a whole number from 0 on.
 * @throws LacunaError shape-mismatch for a moment, bad-request for the step
 */
export function assertOptimizerState(network: NetworkDescription, state: OptimizerState): void {
  if (!Number.isSafeInteger(state.step) || state.step < 0) {
    throw new LacunaError(
      'bad-request',
      `The optimizer state says step ${state.step}; the number of steps taken is a whole number from 0 on.`,
    )
  }
  assertParameters(network, state.m, 'First moment of')
  assertParameters(network, state.v, 'Second moment of')
}

/**
 * Check everything a model is made from, before anything is copied.
 * @throws LacunaError shape-mismatch or bad-request, as the checks of the parts
 */
export function assertCreateOptions(network: NetworkDescription, options: CreateOptions): void {
  const { parameters, masks, optimizerState } = options
  assertParameters(network, parameters)
  if (masks !== undefined) assertMasks(network, masks)
  if (optimizerState !== undefined) assertOptimizerState(network, optimizerState)
}

/**
 * Check that a split can be read with this network: whole, non-empty sequences of tokens 1..V-1, labels below K.
 * @throws LacunaError shape-mismatch for arrays that contradict each other or the network
 */
export function assertSplit(network: NetworkDescription, split: EncodedSplit): void {
  const { tokens, offsets, labels } = split
  if (offsets.length !== labels.length + 1 || offsets[0] !== 0 || offsets.at(-1) !== tokens.length) {
    throw mismatch(
      `A split with ${labels.length} labels and ${tokens.length} tokens has ${offsets.length} offsets from ${offsets[0]} to ${offsets.at(-1)}; expected ${labels.length + 1} offsets from 0 to ${tokens.length}.`,
    )
  }
  for (let n = 0; n < labels.length; n++) {
    const start = offsets[n]!
    const end = offsets[n + 1]!
    if (end <= start)
      throw mismatch(`Sequence ${n} has ${end - start} tokens; a sequence needs at least one.`)
    for (let at = start; at < end; at++)
      assertToken(network, tokens[at]!, `Sequence ${n}, position ${at - start}`)
    if (labels[n]! >= network.classes) {
      throw mismatch(
        `Sequence ${n} has class ${labels[n]}; the network tells ${network.classes} classes apart (0 to ${network.classes - 1}).`,
      )
    }
  }
}

function assertToken(network: NetworkDescription, token: number, where: string): void {
  if (token === PAD_TOKEN || token >= network.vocabulary) {
    throw mismatch(
      `${where} holds token ${token}; tokens of this network are 1 to ${network.vocabulary - 1} (0 is the pad).`,
    )
  }
}

/**
 * Check one sequence of tokens.
 * @throws LacunaError shape-mismatch for an empty sequence or a token that is the pad or outside the vocabulary
 */
export function assertTokens(network: NetworkDescription, tokens: Uint16Array): void {
  if (tokens.length === 0) throw mismatch('An empty sequence was given; a sequence needs at least one token.')
  tokens.forEach((token, t) => assertToken(network, token, `Position ${t}`))
}

/**
 * Check that an order names at least one sequence and only sequences of the split.
 * @throws LacunaError bad-request
 */
export function assertOrder(split: EncodedSplit, order: Uint32Array): void {
  const count = split.labels.length
  if (order.length === 0)
    throw new LacunaError('bad-request', 'The order names no sequence; at least one is needed.')
  const wrong = order.findIndex((n) => n >= count)
  if (wrong >= 0) {
    throw new LacunaError(
      'bad-request',
      `The order names sequence ${order[wrong]} at place ${wrong}; the split has ${count} sequences (0 to ${count - 1}).`,
    )
  }
}

/** @throws LacunaError bad-request unless the batch size is a whole number from 1 on */
export function assertBatchSize(batchSize: number): void {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new LacunaError('bad-request', `Batch size ${batchSize} was given; it is a whole number from 1 on.`)
  }
}

/**
 * Check everything a pass of training is given.
 * @throws LacunaError bad-request for the plan, shape-mismatch for the split
 */
export function assertTrainPlan(network: NetworkDescription, split: EncodedSplit, plan: TrainPlan): void {
  assertSplit(network, split)
  assertOrder(split, plan.order)
  assertBatchSize(plan.batchSize)
  assertOptimizerOptions(plan.optimizer)
}

function assertOptimizerOptions(options: OptimizerOptions): void {
  const { learningRate, beta1, beta2, epsilon, clipNorm } = options
  const rules: [string, number, boolean, string][] = [
    [
      'learningRate',
      learningRate,
      learningRate >= 0 && Number.isFinite(learningRate),
      'a finite number from 0 on',
    ],
    ['beta1', beta1, beta1 >= 0 && beta1 < 1, 'from 0 to below 1'],
    ['beta2', beta2, beta2 >= 0 && beta2 < 1, 'from 0 to below 1'],
    ['epsilon', epsilon, epsilon >= 0 && Number.isFinite(epsilon), 'a finite number from 0 on'],
    ['clipNorm', clipNorm, clipNorm > 0, 'above 0 (Infinity switches clipping off)'],
  ]
  for (const [name, value, right, expected] of rules) {
    if (!right)
      throw new LacunaError('bad-request', `Optimizer option ${name} is ${value}; it must be ${expected}.`)
  }
}
