// Arguments an engine must refuse, with the code of the error.
import { describe, expect, it } from 'vitest'
import type { CreateOptions, EncodedSplit, Parameters } from '../../../src/main/engine/engine.ts'
import { initialParameters, zeroParameters } from '../../../src/main/engine/parameters.ts'
import { tinyNetwork, upTo } from '../../support/networks.ts'
import type { Create } from './setup.ts'
import { expectCode, plan, setUp } from './setup.ts'

export function describeRefusals(create: Create): void {
  describe('refusals', () => {
    const network = tinyNetwork('lstm')
    const { split, options } = setUp(network)
    const masked = (name: string, mask: Uint8Array): CreateOptions => ({
      ...options,
      masks: new Map([[name, mask]]),
    })
    const changed = (change: (parameters: Parameters) => void): CreateOptions => {
      const parameters = initialParameters(network, 1)
      change(parameters)
      return { parameters }
    }

    it('refuses a network that contradicts itself', () => {
      expectCode('bad-network', () => create({ ...network, readout: [7] }, options))
    })

    it('refuses parameters that are missing, too short or unknown', () => {
      expectCode('shape-mismatch', () =>
        create(
          network,
          changed((p) => p.delete('linear.bias')),
        ),
      )
      expectCode('shape-mismatch', () =>
        create(
          network,
          changed((p) => p.set('linear.bias', new Float32Array(3))),
        ),
      )
      expectCode('shape-mismatch', () =>
        create(
          network,
          changed((p) => p.set('other', new Float32Array(3))),
        ),
      )
    })

    it('refuses masks of wrong size, of unknown or unmaskable parameters, and other values than 0 and 1', () => {
      expectCode('shape-mismatch', () => create(network, masked('linear.weight', new Uint8Array(7))))
      expectCode('shape-mismatch', () => create(network, masked('other', new Uint8Array(7))))
      expectCode('shape-mismatch', () => create(network, masked('linear.bias', new Uint8Array(2))))
      expectCode('shape-mismatch', () => create(network, masked('linear.weight', new Uint8Array(8).fill(2))))
    })

    it('refuses optimizer states that do not fit', () => {
      const moments = () => ({ m: zeroParameters(network), v: zeroParameters(network) })
      const short = moments()
      short.v.set('linear.bias', new Float32Array(1))
      expectCode('shape-mismatch', () =>
        create(network, { ...options, optimizerState: { step: 1, ...short } }),
      )
      expectCode('bad-request', () =>
        create(network, { ...options, optimizerState: { step: -1, ...moments() } }),
      )
    })

    it('refuses splits that do not fit the network', () => {
      const model = create(network, options)
      const wrong: EncodedSplit[] = [
        { ...split, tokens: split.tokens.map(() => 7) },
        { ...split, tokens: split.tokens.map(() => 0) },
        { ...split, labels: split.labels.map(() => 2) },
        { ...split, offsets: split.offsets.slice(1) },
        { ...split, offsets: split.offsets.map((at, n) => (n === 1 ? 0 : at)) },
      ]
      for (const bad of wrong) {
        expectCode('shape-mismatch', () => model.train(bad, plan(upTo(11))))
        expectCode('shape-mismatch', () => model.evaluate(bad, { batchSize: 4 }))
        expectCode('shape-mismatch', () => model.gradients(bad, upTo(2)))
      }
      expectCode('shape-mismatch', () => model.trace(Uint16Array.of()))
      expectCode('shape-mismatch', () => model.trace(Uint16Array.of(1, 7)))
    })

    it('refuses orders, batch sizes and optimizer options out of range', () => {
      const model = create(network, options)
      for (const order of [Uint32Array.of(), Uint32Array.of(0, 11)]) {
        expectCode('bad-request', () => model.train(split, plan(order)))
        expectCode('bad-request', () => model.evaluate(split, { batchSize: 4, order }))
        expectCode('bad-request', () => model.gradients(split, order))
      }
      for (const batchSize of [0, -1, 1.5, Number.NaN]) {
        expectCode('bad-request', () => model.train(split, { ...plan(upTo(11)), batchSize }))
        expectCode('bad-request', () => model.evaluate(split, { batchSize }))
      }
      const wrong = [
        { learningRate: -1 },
        { learningRate: Number.NaN },
        { beta1: 1 },
        { beta2: -0.1 },
        { epsilon: -1 },
        { clipNorm: 0 },
      ]
      for (const optimizer of wrong)
        expectCode('bad-request', () => model.train(split, plan(upTo(11), optimizer)))
      expect(model.optimizerState().step).toBe(0)
    })

    it('cannot be used after dispose, which can be called twice', () => {
      const model = create(network, options)
      model.dispose()
      model.dispose()
      expectCode('conflict', () => model.parameters())
      expectCode('conflict', () => model.masks())
      expectCode('conflict', () => model.optimizerState())
      expectCode('conflict', () => model.train(split, plan(upTo(11))))
      expectCode('conflict', () => model.evaluate(split, { batchSize: 4 }))
      expectCode('conflict', () => model.gradients(split, upTo(2)))
      expectCode('conflict', () => model.trace(Uint16Array.of(1)))
    })
  })
}
