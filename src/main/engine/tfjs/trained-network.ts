// The tensors of one model and what is done to them batch by batch: train, evaluate, trace. Checks nothing it is
// given; the model in front of it does. Everything between two batches is freed.
import type { NetworkDescription } from '../../../shared/network.ts'
import type { Batch } from '../batches.ts'
import type {
  CreateOptions,
  NonFinite,
  OptimizerOptions,
  OptimizerState,
  Parameters,
  Trace,
} from '../engine.ts'
import { applyMasks } from '../masks.ts'
import { cloneParameters, freshOptimizerState } from '../parameters.ts'
import type { AdamTensors, FlatMask } from './adam.ts'
import { adamStep, vectorNorm } from './adam.ts'
import type { Views } from './flat.ts'
import { FlatLayout } from './flat.ts'
import type { Tensorflow } from './load.ts'
import type { Pass } from './network.ts'
import { NetworkGraph } from './network.ts'
import type { Ops, Tensor } from './ops.ts'
import { traceCells } from './trace.ts'

export interface BatchResult {
  loss: number // mean over the batch
  correct: number
  predictions: Uint16Array // [B]
}

export interface TrainedBatch extends BatchResult {
  gradientNorm: number // before clipping
  nonFinite?: NonFinite['what'] // set when the batch must not count
}

export class TrainedNetwork {
  readonly #tf: Tensorflow['tf']
  readonly #ops: Ops
  readonly #graph: NetworkGraph
  readonly #layout: FlatLayout
  readonly #mask: FlatMask | undefined
  #adam: AdamTensors
  #step: number

  constructor(network: NetworkDescription, options: CreateOptions, { tf }: Tensorflow, ops: Ops) {
    const { parameters, masks = new Map(), optimizerState = freshOptimizerState(network) } = options
    this.#tf = tf
    this.#ops = ops
    this.#graph = new NetworkGraph(network, tf, ops)
    this.#layout = new FlatLayout(network)
    const masked = cloneParameters(parameters)
    applyMasks(masked, masks)
    const vector = (arrays: Parameters) => this.#keep(tf.tensor1d(this.#layout.join(arrays)))
    this.#adam = {
      weights: vector(masked),
      m: vector(optimizerState.m),
      v: vector(optimizerState.v),
    }
    this.#step = optimizerState.step
    const kept = this.#layout.joinMasks(masks)
    this.#mask = kept && {
      kept: this.#keep(tf.tensor1d(kept, 'bool')),
      zeros: this.#keep(tf.zeros([this.#layout.size])),
    }
  }

  /** Take one optimizer step on a batch; a batch that is not finite before the step changes nothing. */
  trainBatch(batch: Batch, optimizer: OptimizerOptions): TrainedBatch {
    return this.#tidy((weights) => {
      const { result, gradient } = this.#gradient(weights, batch)
      const gradientNorm = vectorNorm(this.#ops, gradient)
      const trained: TrainedBatch = { ...result, gradientNorm }
      if (!Number.isFinite(result.loss)) return { ...trained, nonFinite: 'loss' }
      if (!Number.isFinite(gradientNorm)) return { ...trained, nonFinite: 'gradient' }
      const step = {
        gradient,
        norm: gradientNorm,
        step: this.#step + 1,
        mask: this.#mask,
      }
      this.#replace(adamStep(this.#tf, this.#ops, this.#adam, step, optimizer))
      const finite = Number.isFinite(vectorNorm(this.#ops, this.#adam.weights))
      return finite ? trained : { ...trained, nonFinite: 'weights' }
    })
  }

  evaluateBatch(batch: Batch): BatchResult {
    return this.#tidy((weights) => this.#judge(this.#graph.forward(weights, batch), batch).result)
  }

  /** Loss of a batch (mean) and its gradient before clipping. */
  gradients(batch: Batch): { loss: number; gradients: Parameters } {
    return this.#tidy((weights) => {
      const { result, gradient } = this.#gradient(weights, batch)
      return { loss: result.loss, gradients: this.#read(gradient) }
    })
  }

  /** Activations of a batch of one sequence. */
  trace(batch: Batch): Trace {
    return this.#tidy((weights) => {
      const pass = this.#graph.forward(weights, batch)
      return {
        steps: pass.steps,
        logits: floats(pass.logits),
        cells: traceCells(this.#ops, pass),
      }
    })
  }

  parameters(): Parameters {
    return this.#read(this.#adam.weights)
  }

  optimizerState(): OptimizerState {
    return {
      step: this.#step,
      m: this.#read(this.#adam.m),
      v: this.#read(this.#adam.v),
    }
  }

  dispose(): void {
    Object.values({ ...this.#adam, ...this.#mask }).forEach((tensor) => tensor.dispose())
  }

  #judge(pass: Pass, { labels, size }: Batch): { result: BatchResult; dLogits: Tensor } {
    const { loss, dLogits } = this.#ops.crossEntropy(pass.logits, this.#tf.tensor1d(labels, 'int32'))
    const predictions = largestOfRows(floats(pass.logits), size)
    const result = {
      loss: floats(loss).reduce((sum, value) => sum + value, 0) / size,
      correct: predictions.reduce((sum, predicted, b) => sum + (predicted === labels[b] ? 1 : 0), 0),
      predictions,
    }
    return { result, dLogits }
  }

  /** Gradient [P] of the batch's mean loss; a pruned weight is a constant, so it has none. */
  #gradient(weights: Views, batch: Batch): { result: BatchResult; gradient: Tensor } {
    const pass = this.#graph.forward(weights, batch)
    const { result, dLogits } = this.#judge(pass, batch)
    const share = this.#ops.mul(dLogits, this.#tf.scalar(1 / batch.size))
    const all = this.#layout.joinViews(this.#ops, this.#graph.backward(weights, pass, share))
    const mask = this.#mask
    return {
      result,
      gradient: mask === undefined ? all : this.#ops.select(mask.kept, all, mask.zeros),
    }
  }

  #replace(next: AdamTensors): void {
    const old = Object.values({ ...this.#adam })
    this.#adam = {
      weights: this.#keep(next.weights),
      m: this.#keep(next.m),
      v: this.#keep(next.v),
    }
    this.#step += 1
    old.forEach((tensor) => tensor.dispose())
  }

  #keep<T extends Tensor>(tensor: T): T {
    return this.#tf.keep(tensor)
  }

  #read(flat: Tensor): Parameters {
    return this.#layout.cut(floats(flat))
  }

  /**
   * Run `work` on the weights and free every tensor it made. Its result goes round tfjs, which would otherwise look
   * for tensors in every element of every array.
   */
  #tidy<T>(work: (weights: Views) => T): T {
    const results: T[] = []
    this.#tf.tidy(() => {
      results.push(work(this.#layout.views(this.#ops, this.#adam.weights)))
    })
    return results[0]!
  }
}

/** Copy the values of a float tensor. */
function floats(tensor: Tensor): Float32Array {
  return tensor.dataSync<'float32'>() as Float32Array
}

/** Index of the first largest value in each of `rows` rows. */
function largestOfRows(values: Float32Array, rows: number): Uint16Array {
  const columns = values.length / rows
  return Uint16Array.from({ length: rows }, (_, row) => {
    let best = 0
    for (let k = 1; k < columns; k++) {
      if (values[row * columns + k]! > values[row * columns + best]!) best = k
    }
    return best
  })
}
