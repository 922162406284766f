// The tensorflow engine: the contract of all engines, and what only it can get wrong.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { DEFAULT_OPTIMIZER } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import { loadTensorflowEngine } from '../../src/main/engine/tfjs/engine.ts'
import { loadTensorflow } from '../../src/main/engine/tfjs/load.ts'
import { probeTensorflow } from '../../src/main/engine/tfjs/probe.ts'
import { CELLS, PADDINGS, stackedNetwork } from '../../src/shared/network.ts'
import { expectClose, expectParametersClose } from '../support/close.ts'
import { branchedNetwork, randomMasks, randomSplit, upTo } from '../support/networks.ts'
import { tempDir } from '../support/temp-dir.ts'
import { FLOAT32_TOLERANCES, describeEngine } from './engine-contract.ts'
import { trainSome } from './tfjs/train-some.ts'

const found = await probeTensorflow()
if (!found.available) console.warn(`The tensorflow engine is not tested: ${found.reason}`)

const PROGRAM = path.join(import.meta.dirname, 'tfjs', 'train-some.ts')

/**
 * A probability near 1/2 is rounded by 3e-8 and TensorFlow's exponential adds as much, so the gradient of a logit is
 * off by about 6e-8 * 1/2. In the small batches of the contract the gradients of the sequences nearly cancel: their
 * largest sum is down to 1.2e-3, of which 3e-8 is 2.5e-5. Without cancelling the bound is 2e-6, tested below.
 */
const TOLERANCES = { ...FLOAT32_TOLERANCES, gradient: 2.5e-5 }

describe.skipIf(!found.available)(`tensorflow (${found.reason ?? found.libtensorflowVersion})`, () => {
  describeEngine('tensorflow', () => loadTensorflowEngine(), TOLERANCES)

  describe.each(CELLS)('%s at the published size', (cell) => {
    it.each(PADDINGS)('has the gradients of the oracle, padding %s', async (padding) => {
      const size = { vocabulary: 128, embedding: 50, hidden: 50, layers: 3, classes: 2 }
      const network = stackedNetwork({ cell, padding, ...size })
      const masks = randomMasks(network, 0.5, 4)
      const options = { parameters: initialParameters(network, 2), masks }
      const split = randomSplit(network, 4, 5, { shortest: 11, longest: 30 })
      // One class only: the gradients of the sequences add up instead of cancelling.
      const oneClass = { ...split, labels: split.labels.map(() => 1) }
      const model = (await loadTensorflowEngine()).create(network, options)
      const expected = oracleEngine.create(network, options).gradients(oneClass, upTo(4))
      const result = model.gradients(oneClass, upTo(4))
      model.dispose()
      expectClose([result.loss], [expected.loss], FLOAT32_TOLERANCES.loss, 'loss')
      expectParametersClose(result.gradients, expected.gradients, FLOAT32_TOLERANCES.gradient, 'gradients')
      for (const [name, mask] of masks) {
        const pruned = result.gradients.get(name)!.filter((_, i) => mask[i] === 0)
        expect(pruned.every((value) => value === 0)).toBe(true)
      }
    })
  })

  it.each(CELLS)('frees every tensor it makes: %s', async (cell) => {
    const network = branchedNetwork(cell, 'process')
    const engine = await loadTensorflowEngine()
    const { tf } = await loadTensorflow()
    const before = tf.memory().numTensors
    const parameters = initialParameters(network, 1)
    const model = engine.create(network, { parameters, masks: randomMasks(network, 0.5, 1) })
    const held = tf.memory().numTensors
    expect(held).toBeGreaterThan(before)
    const split = randomSplit(network, 9, 1)
    for (let pass = 0; pass < 3; pass++) {
      model.train(split, { order: upTo(9), batchSize: 4, optimizer: DEFAULT_OPTIMIZER })
      model.evaluate(split, { batchSize: 4, predictions: true })
      model.gradients(split, upTo(2))
      model.trace(split.tokens.slice(0, split.offsets[1]))
      model.optimizerState()
      expect(tf.memory().numTensors).toBe(held)
    }
    model.dispose()
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('gives the same bits in two worker threads at once as in the main thread', async () => {
    const inWorker = () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(PROGRAM)
        worker.once('message', resolve)
        worker.once('error', reject)
      })
    const [first, second] = await Promise.all([inWorker(), inWorker()])
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(second).toBe(first)
    expect(await trainSome()).toBe(first)
  })

  it('survives signals while it computes', async () => {
    // The profiler interrupts the thread every millisecond. With oneDNN's AVX-512 kernels this ends in a corrupted
    // heap within a few batches.
    const args = ['--cpu-prof', `--cpu-prof-dir=${tempDir()}`, PROGRAM]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    expect(stdout).toBe(await trainSome())
  })
})
