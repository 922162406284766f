// Trains a model of real size for a few batches in the tensorflow engine and reports its weights: run as a program of
// its own (prints a hash) or as a worker thread (posts it).
import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { DEFAULT_OPTIMIZER } from '../../../src/main/engine/engine.ts'
import { initialParameters } from '../../../src/main/engine/parameters.ts'
import { loadTensorflowEngine } from '../../../src/main/engine/tfjs/engine.ts'
import { stackedNetwork } from '../../../src/shared/network.ts'
import { randomSplit, upTo } from '../../support/networks.ts'

const BATCHES = 12

/** Train the base model of the published study on random sequences; the hash covers the bits of every weight. */
export async function trainSome(): Promise<string> {
  const network = stackedNetwork({
    cell: 'gru',
    vocabulary: 128,
    embedding: 50,
    hidden: 50,
    layers: 3,
    classes: 2,
    padding: 'process',
  })
  const split = randomSplit(network, 32 * BATCHES, 3, { shortest: 20, longest: 30 })
  const engine = await loadTensorflowEngine()
  const model = engine.create(network, { parameters: initialParameters(network, 1) })
  model.train(split, { order: upTo(32 * BATCHES), batchSize: 32, optimizer: DEFAULT_OPTIMIZER })
  const hash = createHash('sha256')
  for (const values of model.parameters().values()) hash.update(values)
  model.dispose()
  return hash.digest('hex')
}

if (parentPort !== null) parentPort.postMessage(await trainSome())
else if (process.argv[1] === import.meta.filename) process.stdout.write(await trainSome())
