// Whole runs: repeat, resume, independence, learning, clipping.
import { describe, expect, it } from 'vitest'
import { DEFAULT_OPTIMIZER } from '../../../src/main/engine/engine.ts'
import { oracleEngine } from '../../../src/main/engine/oracle/oracle.ts'
import { CELLS, PADDINGS, stackedNetwork } from '../../../src/shared/network.ts'
import { expectParametersClose, expectSameBits } from '../../support/close.ts'
import { branchedNetwork, randomMasks, tinyNetwork, upTo } from '../../support/networks.ts'
import type { Create, Tolerances } from './setup.ts'
import { plan, setUp } from './setup.ts'

export function describeRuns(create: Create, tolerances: Tolerances): void {
  describe.each(CELLS)('runs of %s', (cell) => {
    it.each(PADDINGS)('gives the same bits on repeat and after a resume, padding %s', (padding) => {
      const network = branchedNetwork(cell, padding)
      const { split, options } = setUp(network, { masks: randomMasks(network, 0.5, 2) })
      const passes = [upTo(11), upTo(11).reverse()]
      const whole = create(network, options)
      const results = passes.map((order) => whole.train(split, plan(order)))

      const again = create(network, options)
      expect(passes.map((order) => again.train(split, plan(order)))).toEqual(results)
      expectSameBits(again.parameters(), whole.parameters(), 'repeated')

      const first = create(network, options)
      first.train(split, plan(passes[0]!))
      const state = {
        parameters: first.parameters(),
        masks: first.masks(),
        optimizerState: first.optimizerState(),
      }
      first.dispose()
      const resumed = create(network, state)
      expect(resumed.train(split, plan(passes[1]!))).toEqual(results[1])
      expectSameBits(resumed.parameters(), whole.parameters(), 'resumed')
      expectSameBits(resumed.optimizerState().m, whole.optimizerState().m, 'resumed m')
      expectSameBits(resumed.optimizerState().v, whole.optimizerState().v, 'resumed v')
      expect(resumed.optimizerState().step).toBe(whole.optimizerState().step)
      expect(resumed.evaluate(split, { batchSize: 3 })).toEqual(whole.evaluate(split, { batchSize: 3 }))
    })
  })

  it('keeps two models apart and copies what it is given and hands out', () => {
    const network = tinyNetwork('lstm')
    const { split, options } = setUp(network)
    const [a, b] = [create(network, options), create(network, options)]
    const given = a.parameters()
    a.train(split, plan(upTo(11)))
    expectSameBits(b.parameters(), given, 'the other model')
    expectSameBits(a.gradients(split, upTo(2)).gradients, a.gradients(split, upTo(2)).gradients, 'gradients')
    const handedOut = b.parameters()
    handedOut.get('linear.bias')!.fill(99)
    b.masks().set('linear.weight', new Uint8Array(8))
    b.optimizerState().m.get('linear.bias')!.fill(99)
    expectSameBits(b.parameters(), given, 'after writing into a copy')
    expect(b.masks().size).toBe(0)
    expect(b.optimizerState().m.get('linear.bias')![0]).toBe(0)
  })

  it('does not learn from evaluating, nor with learning rate 0', () => {
    const network = tinyNetwork('gru')
    const { split, options } = setUp(network)
    const model = create(network, options)
    const before = model.parameters()
    model.evaluate(split, { batchSize: 4 })
    model.train(split, plan(upTo(11), { learningRate: 0 }))
    expectSameBits(model.parameters(), before)
    expect(model.optimizerState().step).toBe(3)
  })

  it('learns: the loss of a learnable task falls', () => {
    const network = stackedNetwork({
      cell: 'gru',
      vocabulary: 4,
      embedding: 4,
      hidden: 8,
      layers: 1,
      classes: 2,
      padding: 'mask',
    })
    const { split, options } = setUp(network, { count: 64 })
    const labels = split.labels.map((_, n) => (split.tokens[split.offsets[n]!]! === 1 ? 1 : 0)) // class = first token is 1
    const task = { ...split, labels }
    const model = create(network, options)
    const before = model.evaluate(task, { batchSize: 16 }).meanLoss
    for (let pass = 0; pass < 40; pass++) {
      model.train(task, {
        order: upTo(64),
        batchSize: 16,
        optimizer: { ...DEFAULT_OPTIMIZER, learningRate: 2e-2 },
      })
    }
    expect(model.evaluate(task, { batchSize: 16 }).meanLoss).toBeLessThan(before / 4)
  })

  it('clips by the global norm, and not at all with an infinite clip norm', () => {
    const network = tinyNetwork('rnn-tanh')
    const { split, options } = setUp(network)
    for (const clipNorm of [1e-3, 1e6, Infinity]) {
      const [model, oracle] = [create(network, options), oracleEngine.create(network, options)]
      model.train(split, plan(upTo(11), { clipNorm }))
      oracle.train(split, plan(upTo(11), { clipNorm }))
      // Clipped to 1e-3 the moments are tiny; their own scale decides, which expectParametersClose uses.
      expectParametersClose(
        model.optimizerState().m,
        oracle.optimizerState().m,
        10 * tolerances.gradient + tolerances.trained,
        `m at clip ${clipNorm}`,
      )
    }
  })
}
