// Stop flag, progress records and numbers that stop being finite.
import { describe, expect, it } from 'vitest'
import { cutBatches } from '../../../src/main/engine/batches.ts'
import { RunControl } from '../../../src/main/engine/control.ts'
import { oracleEngine } from '../../../src/main/engine/oracle/oracle.ts'
import { expectClose, expectSameBits } from '../../support/close.ts'
import { tinyNetwork, upTo } from '../../support/networks.ts'
import type { Create, Setup, Tolerances } from './setup.ts'
import { plan, setUp } from './setup.ts'

export function describeControl(create: Create, tolerances: Tolerances): void {
  describe('control', () => {
    const network = tinyNetwork('lstm')

    it('writes one record per trained batch, and none while evaluating', () => {
      const { split, options } = setUp(network)
      const control = new RunControl()
      const model = create(network, options)
      const oracle = oracleEngine.create(network, options)
      model.evaluate(split, { batchSize: 4 }, control)
      expect(control.written).toBe(0)
      const expected = new RunControl()
      oracle.train(split, plan(upTo(11)), expected)
      const result = model.train(split, plan(upTo(11)), control)
      expect(control.written).toBe(3)
      const [found, reference] = [control.latest()!, expected.latest()!]
      expect(found.batch).toBe(2)
      expectClose(
        [found.loss, found.gradientNorm],
        [reference.loss, reference.gradientNorm],
        30 * tolerances.loss,
        'record',
      )
      expect(found.correct).toBe(reference.correct)
      expect(result.correct).toBeGreaterThanOrEqual(found.correct)
    })

    it('stops before the first batch when asked to, and changes nothing', () => {
      const { split, options } = setUp(network)
      const control = new RunControl()
      const model = create(network, options)
      const before = model.parameters()
      control.requestStop()
      expect(model.train(split, plan(upTo(11)), control)).toMatchObject({
        batches: 0,
        sequences: 0,
        stopped: true,
      })
      expect(model.evaluate(split, { batchSize: 4 }, control)).toMatchObject({ total: 0, stopped: true })
      expectSameBits(model.parameters(), before)
      expect(model.optimizerState().step).toBe(0)
      control.clearStop()
      expect(model.train(split, plan(upTo(11)), control)).toMatchObject({ batches: 3, stopped: false })
    })

    it('stops between batches: what it trained equals a shorter pass', () => {
      const { split, options } = setUp(network)
      const model = create(network, options)
      const control = new StopAfter(2)
      const result = model.train(split, plan(upTo(11)), control)
      // Native engines read the shared memory, not this object; they stop later or not at all, but always between batches.
      expect(result.stopped).toBe(result.batches < 3)
      const shorter = create(network, options)
      shorter.train(split, plan(upTo(11).slice(0, result.batches * 4)))
      expectSameBits(model.parameters(), shorter.parameters())
    })
  })
}

export function describeNonFinite(create: Create): void {
  describe('numbers that are not finite', () => {
    const network = tinyNetwork('rnn-relu')
    const poisoned = (name: string, value: number): Setup => {
      const setup = setUp(network)
      setup.options.parameters.get(name)![0] = value
      return setup
    }

    it('reports the batch and stops learning', () => {
      const { split, options } = poisoned('linear.bias', Number.NaN)
      const model = create(network, options)
      const result = model.train(split, plan(upTo(11)))
      expect(result.nonFinite).toEqual({ batch: 0, what: 'loss' })
      expect(result.batches).toBe(0)
    })

    it('reports the batch that met it, not an earlier one', () => {
      const { split, options } = setUp(network)
      // Only token 6 is poisoned; the batch that first contains it is the one to report.
      options.parameters
        .get('embedding.weight')!
        .fill(Number.NaN, 6 * network.embedding, 7 * network.embedding)
      const batches = [...cutBatches(split, upTo(11), 4)]
      const guilty = batches.findIndex(({ tokens }) => tokens.includes(6))
      expect(guilty, 'a test needs its poison').toBeGreaterThanOrEqual(0)
      expect(create(network, options).train(split, plan(upTo(11))).nonFinite?.batch).toBe(guilty)
    })

    it('reports weights that overflow in the update', () => {
      const { split, options } = setUp(network)
      const result = create(network, options).train(
        split,
        plan(upTo(11), { learningRate: 1e308, epsilon: 0 }),
      )
      expect(result.nonFinite?.batch).toBeLessThanOrEqual(1)
      expect(['weights', 'loss', 'gradient']).toContain(result.nonFinite?.what)
    })
  })
}

/** A stop flag that rises after a number of progress records; stands for another thread that asks in between. */
class StopAfter extends RunControl {
  readonly #batches: number

  constructor(batches: number) {
    super()
    this.#batches = batches
  }

  override get stopRequested(): boolean {
    return this.written >= this.#batches || super.stopRequested
  }
}
