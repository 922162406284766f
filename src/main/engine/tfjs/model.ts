// The Model of the tensorflow engine: checks what it is given, cuts batches and adds up results.
import { LacunaError } from '../../../shared/errors.ts'
import type { NetworkDescription } from '../../../shared/network.ts'
import { cutBatches, fileOrder, padBatch } from '../batches.ts'
import type { RunControl } from '../control.ts'
import type {
  CreateOptions,
  EncodedSplit,
  EvaluateResult,
  Masks,
  Model,
  OptimizerState,
  Parameters,
  Trace,
  TrainPlan,
  TrainResult,
} from '../engine.ts'
import { cloneMasks } from '../masks.ts'
import {
  assertBatchSize,
  assertCreateOptions,
  assertOrder,
  assertSplit,
  assertTokens,
  assertTrainPlan,
} from '../validate.ts'
import type { Tensorflow } from './load.ts'
import type { Ops } from './ops.ts'
import { TrainedNetwork } from './trained-network.ts'

export class TensorflowModel implements Model {
  readonly network: NetworkDescription
  readonly #masks: Masks
  #trained: TrainedNetwork | undefined

  constructor(network: NetworkDescription, options: CreateOptions, tensorflow: Tensorflow, ops: Ops) {
    assertCreateOptions(network, options)
    this.network = network
    this.#masks = cloneMasks(options.masks ?? new Map())
    this.#trained = new TrainedNetwork(network, options, tensorflow, ops)
  }

  train(split: EncodedSplit, plan: TrainPlan, control?: RunControl): TrainResult {
    const trained = this.#usable()
    assertTrainPlan(this.network, split, plan)
    const result: TrainResult = {
      batches: 0,
      sequences: 0,
      lossSum: 0,
      meanLoss: 0,
      correct: 0,
      stopped: false,
    }
    let sequenceLoss = 0
    for (const batch of cutBatches(split, plan.order, plan.batchSize)) {
      if (control?.stopRequested) {
        result.stopped = true
        break
      }
      const { loss, correct, gradientNorm, nonFinite } = trained.trainBatch(batch, plan.optimizer)
      if (nonFinite !== undefined) {
        result.nonFinite = { batch: batch.index, what: nonFinite }
        break
      }
      result.batches += 1
      result.sequences += batch.size
      result.lossSum += loss
      result.correct += correct
      sequenceLoss += loss * batch.size
      control?.write({ batch: batch.index, loss, gradientNorm, correct })
    }
    if (result.sequences > 0) result.meanLoss = sequenceLoss / result.sequences
    return result
  }

  evaluate(
    split: EncodedSplit,
    options: { batchSize: number; order?: Uint32Array; predictions?: boolean },
    control?: RunControl,
  ): EvaluateResult {
    const trained = this.#usable()
    const order = options.order ?? fileOrder(split)
    assertSplit(this.network, split)
    assertOrder(split, order)
    assertBatchSize(options.batchSize)
    const result: EvaluateResult = {
      total: 0,
      correct: 0,
      lossSum: 0,
      meanLoss: 0,
      stopped: false,
    }
    const predictions = new Uint16Array(order.length)
    let sequenceLoss = 0
    for (const batch of cutBatches(split, order, options.batchSize)) {
      if (control?.stopRequested) {
        result.stopped = true
        break
      }
      const evaluated = trained.evaluateBatch(batch)
      predictions.set(evaluated.predictions, result.total)
      result.total += batch.size
      result.correct += evaluated.correct
      result.lossSum += evaluated.loss
      sequenceLoss += evaluated.loss * batch.size
    }
    if (result.total > 0) result.meanLoss = sequenceLoss / result.total
    if (options.predictions === true) result.predictions = predictions.slice(0, result.total)
    return result
  }

  gradients(split: EncodedSplit, order: Uint32Array): { loss: number; gradients: Parameters } {
    const trained = this.#usable()
    assertSplit(this.network, split)
    assertOrder(split, order)
    return trained.gradients(padBatch(split, order))
  }

  trace(tokens: Uint16Array): Trace {
    const trained = this.#usable()
    assertTokens(this.network, tokens)
    const offsets = Uint32Array.of(0, tokens.length)
    const split: EncodedSplit = { tokens, offsets, labels: Uint16Array.of(0) }
    return trained.trace(padBatch(split, Uint32Array.of(0)))
  }

  parameters(): Parameters {
    return this.#usable().parameters()
  }

  masks(): Masks {
    this.#usable()
    return cloneMasks(this.#masks)
  }

  optimizerState(): OptimizerState {
    return this.#usable().optimizerState()
  }

  dispose(): void {
    this.#trained?.dispose()
    this.#trained = undefined
  }

  #usable(): TrainedNetwork {
    if (this.#trained !== undefined) return this.#trained
    throw new LacunaError('conflict', 'The model was disposed and cannot be used any more; create a new one.')
  }
}
