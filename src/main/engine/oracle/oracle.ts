// The float64 oracle: the plainest correct engine, against which the others are tested. Refuses to be fast.
import { LacunaError } from '../../../shared/errors.ts'
import type { NetworkDescription } from '../../../shared/network.ts'
import { GATES, assertNetwork, parameterShapes } from '../../../shared/network.ts'
import type { Batch } from '../batches.ts'
import { cutBatches, fileOrder, padBatch } from '../batches.ts'
import type { RunControl } from '../control.ts'
import type {
  CreateOptions,
  EncodedSplit,
  Engine,
  EvaluateResult,
  Masks,
  Model,
  OptimizerState,
  Parameters,
  Trace,
  TrainPlan,
  TrainResult,
} from '../engine.ts'
import { applyMasks, cloneMasks } from '../masks.ts'
import { cloneParameters } from '../parameters.ts'
import {
  assertBatchSize,
  assertCreateOptions,
  assertOrder,
  assertSplit,
  assertTokens,
  assertTrainPlan,
} from '../validate.ts'
import type { AdamState } from './adam.ts'
import { adamStep, globalNorm } from './adam.ts'
import type { CellTape } from './cell-forward.ts'
import { crossEntropy } from './loss.ts'
import type { Arrays } from './network.ts'
import { reverseNetwork, runNetwork } from './network.ts'

/** The oracle as an engine, for tests and for checking a result at leisure. */
export const oracleEngine: Engine = {
  info: { name: 'oracle', version: '1' },
  create: (network, options) => new OracleModel(assertNetwork(network), options),
}

interface BatchResult {
  loss: number // mean over the batch
  correct: number
  predictions: number[]
}

/** Copy arrays as float64 in canonical order; zeros without `from`. */
function doubles(network: NetworkDescription, from?: Parameters): Arrays {
  return new Map(
    parameterShapes(network).map(({ name, size }) => {
      const values = from?.get(name)
      return [name, values === undefined ? new Float64Array(size) : Float64Array.from(values)]
    }),
  )
}

function allFinite(arrays: Arrays): boolean {
  return [...arrays.values()].every((values) => values.every((value) => Number.isFinite(value)))
}

class OracleModel implements Model {
  readonly network: NetworkDescription
  readonly #arrays: Arrays
  readonly #masks: Masks
  readonly #adam: AdamState
  #disposed = false

  constructor(network: NetworkDescription, options: CreateOptions) {
    assertCreateOptions(network, options)
    const { parameters, masks, optimizerState } = options
    this.network = network
    this.#arrays = doubles(network, parameters)
    this.#masks = cloneMasks(masks ?? new Map())
    this.#adam = {
      step: optimizerState?.step ?? 0,
      m: doubles(network, optimizerState?.m),
      v: doubles(network, optimizerState?.v),
    }
    applyMasks(this.#arrays, this.#masks)
  }

  train(split: EncodedSplit, plan: TrainPlan, control?: RunControl): TrainResult {
    this.#assertUsable()
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
      const gradients = doubles(this.network)
      const { loss, correct } = this.#runBatch(batch, gradients)
      const gradientNorm = globalNorm(gradients)
      const what = !Number.isFinite(loss) ? 'loss' : !Number.isFinite(gradientNorm) ? 'gradient' : undefined
      if (what !== undefined) {
        result.nonFinite = { batch: batch.index, what }
        break
      }
      adamStep(this.#arrays, gradients, gradientNorm, this.#masks, this.#adam, plan.optimizer)
      if (!allFinite(this.#arrays)) {
        result.nonFinite = { batch: batch.index, what: 'weights' }
        break
      }
      result.batches += 1
      result.sequences += batch.size
      result.lossSum += loss
      result.correct += correct
      sequenceLoss += loss * batch.size
      control?.write({ batch: batch.index, loss, gradientNorm, correct })
    }
    result.meanLoss = sequenceLoss / result.sequences
    return result
  }

  evaluate(
    split: EncodedSplit,
    options: { batchSize: number; order?: Uint32Array; predictions?: boolean },
    control?: RunControl,
  ): EvaluateResult {
    this.#assertUsable()
    const order = options.order ?? fileOrder(split)
    assertSplit(this.network, split)
    assertOrder(split, order)
    assertBatchSize(options.batchSize)
    const result: EvaluateResult = { total: 0, correct: 0, lossSum: 0, meanLoss: 0, stopped: false }
    const predictions: number[] = []
    let sequenceLoss = 0
    for (const batch of cutBatches(split, order, options.batchSize)) {
      if (control?.stopRequested) {
        result.stopped = true
        break
      }
      const ran = this.#runBatch(batch)
      result.total += batch.size
      result.correct += ran.correct
      result.lossSum += ran.loss
      sequenceLoss += ran.loss * batch.size
      predictions.push(...ran.predictions)
    }
    result.meanLoss = sequenceLoss / result.total
    if (options.predictions === true) result.predictions = Uint16Array.from(predictions)
    return result
  }

  gradients(split: EncodedSplit, order: Uint32Array): { loss: number; gradients: Parameters } {
    this.#assertUsable()
    assertSplit(this.network, split)
    assertOrder(split, order)
    const gradients = doubles(this.network)
    const { loss } = this.#runBatch(padBatch(split, order), gradients)
    return { loss, gradients }
  }

  trace(tokens: Uint16Array): Trace {
    this.#assertUsable()
    assertTokens(this.network, tokens)
    const tape = runNetwork(this.network, this.#arrays, Int32Array.from(tokens))
    return {
      steps: tokens.length,
      logits: tape.logits,
      cells: tape.cells.flatMap((cells, layer) =>
        cells.map((ran, cell) => this.#traceCell(ran, layer, cell)),
      ),
    }
  }

  parameters(): Parameters {
    this.#assertUsable()
    return cloneParameters(this.#arrays)
  }

  masks(): Masks {
    this.#assertUsable()
    return cloneMasks(this.#masks)
  }

  optimizerState(): OptimizerState {
    this.#assertUsable()
    const { step, m, v } = this.#adam
    return { step, m: cloneParameters(m), v: cloneParameters(v) }
  }

  dispose(): void {
    this.#disposed = true
  }

  #assertUsable(): void {
    if (this.#disposed) {
      throw new LacunaError(
        'conflict',
        'The model was disposed and cannot be used any more; create a new one.',
      )
    }
  }

  /** Run one batch; with `gradients`, add those of the mean loss to it. */
  #runBatch(batch: Batch, gradients?: Arrays): BatchResult {
    const result: BatchResult = { loss: 0, correct: 0, predictions: [] }
    for (let b = 0; b < batch.size; b++) {
      const tape = runNetwork(this.network, this.#arrays, this.#column(batch, b))
      const { loss, dLogits, predicted } = crossEntropy(tape.logits, batch.labels[b]!)
      result.loss += loss / batch.size
      result.predictions.push(predicted)
      if (predicted === batch.labels[b]) result.correct += 1
      if (gradients === undefined) continue
      const share = dLogits.map((value) => value / batch.size)
      reverseNetwork(this.network, this.#arrays, tape, share, gradients)
    }
    // A pruned weight is a constant, so it has no gradient.
    if (gradients !== undefined) applyMasks(gradients, this.#masks)
    return result
  }

  /** Tokens that sequence b of a batch runs through: pads included under `process`, its own only under `mask`. */
  #column(batch: Batch, b: number): Int32Array {
    const steps = this.network.padding === 'process' ? batch.steps : batch.lengths[b]!
    return Int32Array.from({ length: steps }, (_, t) => batch.tokens[t * batch.size + b]!)
  }

  #traceCell(ran: CellTape, layer: number, cell: number): Trace['cells'][number] {
    const { steps, units, h, c, gates } = ran
    const names = GATES[this.network.cell]
    const traced: Trace['cells'][number] = { layer, cell, h: h.slice(units), gates: {} }
    if (c.length > 0) traced.c = c.slice(units)
    if (names.length === 1) return traced
    names.forEach((name, gate) => {
      const values = new Float64Array(steps * units)
      for (let t = 0; t < steps; t++) {
        const at = (t * names.length + gate) * units
        values.set(gates.subarray(at, at + units), t * units)
      }
      traced.gates[name] = values
    })
    return traced
  }
}
