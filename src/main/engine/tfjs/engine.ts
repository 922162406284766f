// The tensorflow engine: the independent second opinion, on tfjs-node with a cell graph of its own.
import { assertNetwork } from '../../../shared/network.ts'
import type { Engine } from '../engine.ts'
import { computingThreads } from './environment.ts'
import { loadTensorflow } from './load.ts'
import type { LocateOptions } from './locate.ts'
import { TensorflowModel } from './model.ts'
import type { Ops } from './ops.ts'
import { createOps } from './ops.ts'

let ops: Ops | undefined

/**
 * Load TensorFlow into this thread and make the engine.
 * @throws LacunaError engine-unavailable when TensorFlow is not set up or does not load
 */
export async function loadTensorflowEngine(options: LocateOptions = {}): Promise<Engine> {
  const tensorflow = await loadTensorflow(options)
  ops ??= createOps(tensorflow)
  const kernels = ops
  return {
    info: {
      name: 'tensorflow',
      version: tensorflow.tfjsVersion,
      library: tensorflow.libtensorflowVersion,
      threads: computingThreads(),
    },
    create: (network, given) => new TensorflowModel(assertNetwork(network), given, tensorflow, kernels),
  }
}
