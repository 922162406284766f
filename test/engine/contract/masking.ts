// Pruned weights stay 0 through everything.
import { describe, expect, it } from 'vitest'
import type { Parameters } from '../../../src/main/engine/engine.ts'
import { CELLS } from '../../../src/shared/network.ts'
import { expectParametersClose } from '../../support/close.ts'
import { branchedNetwork, randomMasks, upTo } from '../../support/networks.ts'
import type { Create } from './setup.ts'
import { plan, setUp } from './setup.ts'

export function describeMasks(create: Create): void {
  describe.each(CELLS)('masks of %s', (cell) => {
    const network = branchedNetwork(cell)
    const masks = randomMasks(network, 0.4, 3, ['weight_ih', 'weight_hh', 'linear_weight'])

    it('keeps pruned weights, gradients and moments at 0 through training, and hands the masks back', () => {
      const { split, options } = setUp(network, { masks })
      const model = create(network, options)
      const expectPruned = (values: Parameters, what: string): void => {
        for (const [name, mask] of masks) {
          const alive = values.get(name)!.filter((value, i) => mask[i] === 0 && value !== 0)
          expect(alive.length, `${what} ${name}`).toBe(0)
        }
      }
      expectPruned(model.parameters(), 'weights before training')
      expectPruned(model.gradients(split, upTo(11)).gradients, 'gradients')
      for (let pass = 0; pass < 3; pass++) model.train(split, plan(upTo(11)))
      expectPruned(model.parameters(), 'weights')
      expectPruned(model.optimizerState().m, 'first moments')
      expectPruned(model.optimizerState().v, 'second moments')
      expect(model.masks()).toEqual(masks)
    })

    it('treats a mask of ones like no mask', () => {
      const { split, options } = setUp(network)
      const dense = create(network, options)
      const ones = create(network, { ...options, masks: randomMasks(network, 1, 0) })
      expect(ones.evaluate(split, { batchSize: 4 }).correct).toBe(
        dense.evaluate(split, { batchSize: 4 }).correct,
      )
      dense.train(split, plan(upTo(11)))
      ones.train(split, plan(upTo(11)))
      expectParametersClose(ones.parameters(), dense.parameters(), 1e-5)
    })
  })
}
