// Numbers against the float64 oracle: gradients, evaluation, traces and training.
import { describe, expect, it } from 'vitest'
import type { EncodedSplit, Masks, Model } from '../../../src/main/engine/engine.ts'
import { oracleEngine } from '../../../src/main/engine/oracle/oracle.ts'
import type { Cell, NetworkDescription, Padding } from '../../../src/shared/network.ts'
import { CELLS, GATES, PADDINGS, assertNetwork, stackedNetwork } from '../../../src/shared/network.ts'
import { expectClose, expectParametersClose, expectSameBits, largest } from '../../support/close.ts'
import { branchedNetwork, randomMasks, randomNetwork, upTo } from '../../support/networks.ts'
import type { Create, Tolerances } from './setup.ts'
import { plan, setUp } from './setup.ts'

/** The topologies every engine must manage. */
function topologies(cell: Cell, padding: Padding): [string, NetworkDescription][] {
  const stacked = { cell, vocabulary: 40, embedding: 5, hidden: 6, layers: 3, classes: 2, padding }
  return [
    ['stacked layers', stackedNetwork(stacked)],
    ['skip cells, several sources and one-unit layers', branchedNetwork(cell, padding)],
    ['one layer of one unit', stackedNetwork({ ...stacked, embedding: 1, hidden: 1, layers: 1 })],
    ['17 units, more than one vector register', stackedNetwork({ ...stacked, hidden: 17, layers: 2 })],
    ['a random structure', randomNetwork(cell, padding, 8)],
    [
      'the same source and readout layer twice',
      assertNetwork({
        ...branchedNetwork(cell, padding),
        layers: [
          { size: 2, cells: [{ sources: ['embedding', 'embedding'] }] },
          { size: 3, cells: [{ sources: [0, 0] }, { sources: [0] }] },
        ],
        readout: [1, 1, 0],
      }),
    ],
  ]
}

function masksFor(network: NetworkDescription): [string, Masks | undefined][] {
  return [
    ['dense', undefined],
    ['half pruned', randomMasks(network, 0.5, 9)],
    [
      'nearly all pruned, readout too',
      randomMasks(network, 0.1, 9, ['weight_ih', 'weight_hh', 'linear_weight']),
    ],
    ['all pruned', randomMasks(network, 0, 9)],
  ]
}

/** Numbers against the oracle, for every cell, padding, topology and mask. */
export function describeAgreement(create: Create, tolerances: Tolerances): void {
  describe.each(CELLS.flatMap((cell) => PADDINGS.map((padding) => ({ cell, padding }))))(
    '$cell, padding $padding',
    ({ cell, padding }) => {
      for (const [topology, network] of topologies(cell, padding)) {
        it.each(masksFor(network))(`agrees with the oracle: ${topology}, %s`, (_, masks) => {
          const { split, options } = setUp(network, masks === undefined ? {} : { masks })
          const model = create(network, options)
          const oracle = oracleEngine.create(network, options)
          expectSameGradients(model, oracle, split, tolerances)
          expectSameEvaluation(model, oracle, split, tolerances)
          expectSameTrace(model, oracle, split, tolerances)
          expectSameTraining(model, oracle, split, tolerances)
        })
      }
    },
  )
}

function expectSameGradients(model: Model, oracle: Model, split: EncodedSplit, tolerances: Tolerances): void {
  const before = model.parameters()
  for (const order of [upTo(11), Uint32Array.of(4), Uint32Array.of(7, 2, 7)]) {
    const found = model.gradients(split, order)
    const expected = oracle.gradients(split, order)
    expectClose([found.loss], [expected.loss], tolerances.loss, `loss of ${order.length} sequences`)
    // Gradients of sequences of different class cancel, rounding errors do not: the scale is that of one sequence.
    const scale = Math.max(
      ...[...order].map((n) => largest(oracle.gradients(split, Uint32Array.of(n)).gradients)),
    )
    const label = `gradients of ${order.length} sequences`
    expectParametersClose(found.gradients, expected.gradients, tolerances.gradient, label, scale)
  }
  expectSameBits(model.parameters(), before, 'parameters after gradients()')
}

function expectSameEvaluation(
  model: Model,
  oracle: Model,
  split: EncodedSplit,
  tolerances: Tolerances,
): void {
  for (const options of [{ batchSize: 4 }, { batchSize: 100, order: Uint32Array.of(9, 0, 3, 3, 1) }]) {
    const found = model.evaluate(split, { ...options, predictions: true })
    const expected = oracle.evaluate(split, { ...options, predictions: true })
    expect({ total: found.total, stopped: found.stopped }).toEqual({ total: expected.total, stopped: false })
    expectClose(
      [found.lossSum, found.meanLoss],
      [expected.lossSum, expected.meanLoss],
      3 * tolerances.loss,
      'evaluated losses',
    )
    // The random weights of these tests leave no two logits within the tolerance of each other, except where they are equal.
    expect([...found.predictions!]).toEqual([...expected.predictions!])
    expect(found.correct).toBe(expected.correct)
    expect(model.evaluate(split, options).predictions).toBeUndefined()
  }
}

function expectSameTrace(model: Model, oracle: Model, split: EncodedSplit, tolerances: Tolerances): void {
  const longest = [...split.labels.keys()].reduce((best, n) => {
    const length = (of: number) => split.offsets[of + 1]! - split.offsets[of]!
    return length(n) > length(best) ? n : best
  })
  const tokens = split.tokens.slice(split.offsets[longest]!, split.offsets[longest + 1]!)
  const found = model.trace(tokens)
  const expected = oracle.trace(tokens)
  expect(found.steps).toBe(tokens.length)
  expectClose(found.logits, expected.logits, tolerances.values, 'logits')
  expect(found.cells.map(({ layer, cell }) => [layer, cell])).toEqual(
    expected.cells.map(({ layer, cell }) => [layer, cell]),
  )
  found.cells.forEach((cell, index) => {
    const reference = expected.cells[index]!
    expectClose(cell.h, reference.h, tolerances.values, `h of cell ${index}`)
    expect(cell.c === undefined).toBe(reference.c === undefined)
    if (cell.c !== undefined) expectClose(cell.c, reference.c!, tolerances.values, `c of cell ${index}`)
    const gates = GATES[model.network.cell].length > 1 ? GATES[model.network.cell] : []
    expect(Object.keys(cell.gates)).toEqual([...gates])
    for (const gate of gates)
      expectClose(cell.gates[gate]!, reference.gates[gate]!, tolerances.values, `gate ${gate}`)
  })
}

/** Three passes of three batches, the last of 3 sequences; 9 Adam steps. */
function expectSameTraining(model: Model, oracle: Model, split: EncodedSplit, tolerances: Tolerances): void {
  for (const order of [upTo(11), upTo(11).reverse(), upTo(11)]) {
    const found = model.train(split, plan(order))
    const expected = oracle.train(split, plan(order))
    expect(found).toMatchObject({ batches: 3, sequences: 11, stopped: false })
    expect(found.nonFinite).toBeUndefined()
    expectClose(
      [found.lossSum, found.meanLoss],
      [expected.lossSum, expected.meanLoss],
      30 * tolerances.loss,
      'training losses',
    )
  }
  const [found, expected] = [model.parameters(), oracle.parameters()]
  for (const [parameter, values] of expected)
    expectClose(found.get(parameter)!, values, tolerances.trained, parameter)
  expect(model.optimizerState().step).toBe(9)
  expectParametersClose(
    model.optimizerState().m,
    oracle.optimizerState().m,
    10 * tolerances.gradient + tolerances.trained,
    'm',
  )
  expectParametersClose(
    model.optimizerState().v,
    oracle.optimizerState().v,
    10 * tolerances.gradient + tolerances.trained,
    'v',
  )
}
