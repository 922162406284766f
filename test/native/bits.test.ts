// The same bits: between instruction sets, one and two threads, sparse and masked dense, straight through and resumed.
// And the stop flag: raised by another thread, it ends a pass within milliseconds.
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { RunControl } from '../../src/main/engine/control.ts'
import { DEFAULT_OPTIMIZER } from '../../src/main/engine/engine.ts'
import type { CreateOptions, Model } from '../../src/main/engine/engine.ts'
import type { FusedOptions } from '../../src/main/engine/fused/engine.ts'
import { createFusedEngine } from '../../src/main/engine/fused/engine.ts'
import { findAddon, loadAddon } from '../../src/main/engine/fused/load.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import type { NetworkDescription } from '../../src/shared/network.ts'
import { CELLS, stackedNetwork } from '../../src/shared/network.ts'
import { expectSameBits } from '../support/close.ts'
import { branchedNetwork, randomMasks, randomSplit, upTo } from '../support/networks.ts'

const built = findAddon() !== undefined
const COUNT = 75

function plan(count = COUNT) {
  return { order: upTo(count), batchSize: 32, optimizer: DEFAULT_OPTIMIZER }
}

function trained(network: NetworkDescription, given: CreateOptions, options: FusedOptions): Model {
  const model = createFusedEngine(options).create(network, given)
  const split = randomSplit(network, COUNT, 3)
  for (let pass = 0; pass < 2; pass++) model.train(split, plan())
  return model
}

describe.skipIf(!built)('fused engine, bits', () => {
  const vectors = built ? loadAddon().instructionSets() : []
  const stacked = { vocabulary: 40, embedding: 7, hidden: 13, layers: 2, classes: 3 }

  describe.each(CELLS)('%s', (cell) => {
    const networks = [stackedNetwork({ cell, padding: 'process', ...stacked }), branchedNetwork(cell, 'mask')]

    it.each(networks)(
      'is the same for every instruction set, thread count and sparse form (%#)',
      (network) => {
        const masks = randomMasks(network, 0.5, 4)
        const parameters = initialParameters(network, 2)
        for (const [name, mask] of masks)
          mask.forEach((keep, i) => keep === 0 && (parameters.get(name)![i] = 0))
        const first = trained(network, { parameters, masks }, { order: 1, sparseBelow: 2 })
        const variants: FusedOptions[] = [
          ...vectors.map((instructionSet) => ({ order: 1 as const, sparseBelow: 2, instructionSet })),
          { order: 1, sparseBelow: 2, threads: 2 },
        ]
        for (const variant of variants) {
          const other = trained(network, { parameters, masks }, variant)
          expectSameBits(other.parameters(), first.parameters(), JSON.stringify(variant))
          expectSameBits(other.optimizerState().v, first.optimizerState().v, JSON.stringify(variant))
          other.dispose()
        }
        const split = randomSplit(network, COUNT, 3)
        const forms = [0, 2].map((sparseBelow) => {
          const model = createFusedEngine({ order: 1, sparseBelow }).create(network, { parameters, masks })
          return model.gradients(split, upTo(COUNT))
        })
        expect(forms[0]!.loss).toBe(forms[1]!.loss)
        for (const [name, values] of forms[0]!.gradients)
          expect([...values]).toEqual([...forms[1]!.gradients.get(name)!])
      },
    )

    it('is the same after resuming from weights and moments', () => {
      const network = networks[0]!
      const masks = randomMasks(network, 0.5, 4)
      const engine = createFusedEngine()
      const split = randomSplit(network, COUNT, 3)
      const straight = engine.create(network, { parameters: initialParameters(network, 2), masks })
      straight.train(split, plan())
      const resumed = engine.create(network, {
        parameters: straight.parameters(),
        masks,
        optimizerState: straight.optimizerState(),
      })
      straight.train(split, plan())
      resumed.train(split, plan())
      expectSameBits(resumed.parameters(), straight.parameters())
      expectSameBits(resumed.optimizerState().m, straight.optimizerState().m)
    })
  })

  // The live weights of large matrices are multiplied in blocks of columns and their gradients in groups of rows.
  it.each(CELLS)('is the same for matrices of several blocks: %s', (cell) => {
    const sizes = {
      vocabulary: 40,
      embedding: 20,
      hidden: cell === 'rnn-tanh' ? 700 : 330,
      layers: 2,
      classes: 2,
    }
    const network = stackedNetwork({ cell, padding: 'process', ...sizes })
    const masks = randomMasks(network, 0.3, 4)
    const parameters = initialParameters(network, 2)
    for (const [name, mask] of masks) mask.forEach((keep, i) => keep === 0 && (parameters.get(name)![i] = 0))
    const split = randomSplit(network, 40, 3, { shortest: 3, longest: 7 })
    const variants: FusedOptions[] = [
      { sparseBelow: 0 },
      { sparseBelow: 2, threads: 2 },
      ...vectors.map((instructionSet) => ({ sparseBelow: 2, instructionSet })),
    ]
    const found = variants.map((variant) => {
      const model = createFusedEngine({ order: 1, ...variant }).create(network, { parameters, masks })
      const result = model.gradients(split, upTo(40))
      model.dispose()
      return result
    })
    for (const [i, { loss, gradients }] of found.entries()) {
      expect(loss).toBe(found[0]!.loss)
      for (const [name, values] of gradients) {
        const first = found[0]!.gradients.get(name)!
        const other = values.findIndex((value, at) => value !== first[at]) // 0 and -0 are one value
        expect(other, `${JSON.stringify(variants[i])} ${name}`).toBe(-1)
      }
    }
  })

  it('stops when another thread raises the flag, long before the epoch is over', async () => {
    const size = { vocabulary: 40, embedding: 300, hidden: 300, layers: 3, classes: 2 }
    const network = stackedNetwork({ cell: 'lstm', padding: 'process', ...size })
    const model = createFusedEngine().create(network, { parameters: initialParameters(network, 1) })
    const split = randomSplit(network, 6000, 1, { shortest: 30, longest: 40 })
    const control = new RunControl()
    // The flag is raised with the computing time this process had used by then: on a busy machine the clock on the
    // wall says nothing. Only the engine computes, so the rest of that time is the engine's.
    const script = `const { workerData: [control, used] } = require('node:worker_threads')
      setTimeout(() => {
        const { user, system } = process.cpuUsage()
        Atomics.store(new BigInt64Array(used), 0, BigInt(user + system))
        Atomics.store(new Int32Array(control), 0, 1)
      }, 300)`
    const used = new SharedArrayBuffer(8)
    const worker = new Worker(script, { eval: true, workerData: [control.buffer, used] })
    await new Promise((resolve) => worker.once('online', resolve))
    const result = model.train(split, { ...plan(), order: upTo(6000) }, control)
    const { user, system } = process.cpuUsage()
    const lateMs = (user + system - Number(Atomics.load(new BigInt64Array(used), 0))) / 1000
    expect(result.stopped).toBe(true)
    console.log(`stopped after ${lateMs} ms of computing`)
    expect(lateMs).toBeLessThan(250)
    model.dispose()
    await worker.terminate()
  })
})
