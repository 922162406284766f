// The Model of the fused engine: one call into the addon per pass. Checks what is small here; tokens, offsets, labels
// and orders are checked by the addon, in a fraction of the time.
import { LacunaError } from '../../../shared/errors.ts'
import type { NetworkDescription } from '../../../shared/network.ts'
import { GATES, parameterShapes } from '../../../shared/network.ts'
import { fileOrder } from '../batches.ts'
import type { RunControl } from '../control.ts'
import type {
  CreateOptions,
  EncodedSplit,
  EvaluateResult,
  Masks,
  Model,
  NonFinite,
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
import type { NativeAddon, NativeModel } from './addon.ts'
import { describeNetwork } from './describe-network.ts'
import type { FusedSettings } from './engine.ts'
import { callNative } from './native-error.ts'

const NON_FINITE: readonly NonFinite['what'][] = ['loss', 'gradient', 'weights']

export class FusedModel implements Model {
  readonly network: NetworkDescription
  readonly #addon: NativeAddon
  readonly #masks: Masks
  #native: NativeModel | undefined

  constructor(
    addon: NativeAddon,
    network: NetworkDescription,
    options: CreateOptions,
    settings: FusedSettings,
  ) {
    assertCreateOptions(network, options)
    this.network = network
    this.#addon = addon
    this.#masks = cloneMasks(options.masks ?? new Map())
    const state = options.optimizerState
    this.#native = callNative(() =>
      addon.create(
        describeNetwork(network),
        inOrder(network, options.parameters),
        parameterShapes(network).map(({ name }) => this.#masks.get(name) ?? null),
        state === undefined ? null : inOrder(network, state.m),
        state === undefined ? null : inOrder(network, state.v),
        state?.step ?? 0,
        settings.instructionSet,
        settings.threads,
        settings.order,
        settings.sparseBelow,
      ),
    )
  }

  train(split: EncodedSplit, plan: TrainPlan, control?: RunControl): TrainResult {
    const native = this.#usable()
    const { learningRate, beta1, beta2, epsilon, clipNorm } = plan.optimizer
    const optimizer = Float64Array.of(learningRate, beta1, beta2, epsilon, clipNorm)
    const { tokens, offsets, labels } = split
    const memory = memoryOf(control)
    const found = callNative(
      () => this.#addon.train(native, tokens, offsets, labels, plan.order, plan.batchSize, optimizer, memory),
      () => assertTrainPlan(this.network, split, plan),
    )
    const result: TrainResult = {
      batches: found.batches,
      sequences: found.sequences,
      lossSum: found.lossSum,
      meanLoss: found.sequences === 0 ? 0 : found.sequenceLossSum / found.sequences,
      correct: found.correct,
      stopped: found.stopped,
    }
    if (found.nonFinite > 0) {
      result.nonFinite = { batch: found.nonFiniteBatch, what: NON_FINITE[found.nonFinite - 1]! }
    }
    return result
  }

  evaluate(
    split: EncodedSplit,
    options: { batchSize: number; order?: Uint32Array; predictions?: boolean },
    control?: RunControl,
  ): EvaluateResult {
    const native = this.#usable()
    const { tokens, offsets, labels } = split
    const order = options.order ?? fileOrder(split)
    const predictions = options.predictions === true ? new Uint16Array(order.length) : null
    const memory = memoryOf(control)
    const found = callNative(
      () =>
        this.#addon.evaluate(native, tokens, offsets, labels, order, options.batchSize, predictions, memory),
      () => {
        assertSplit(this.network, split)
        assertOrder(split, order)
        assertBatchSize(options.batchSize)
      },
    )
    const result: EvaluateResult = {
      total: found.sequences,
      correct: found.correct,
      lossSum: found.lossSum,
      meanLoss: found.sequences === 0 ? 0 : found.sequenceLossSum / found.sequences,
      stopped: found.stopped,
    }
    if (predictions !== null) result.predictions = predictions.slice(0, found.sequences)
    return result
  }

  gradients(split: EncodedSplit, order: Uint32Array): { loss: number; gradients: Parameters } {
    const native = this.#usable()
    const { tokens, offsets, labels } = split
    const out = this.#arrays()
    const loss = callNative(
      () => this.#addon.gradients(native, tokens, offsets, labels, order, out),
      () => {
        assertSplit(this.network, split)
        assertOrder(split, order)
      },
    )
    return { loss, gradients: this.#named(out) }
  }

  trace(tokens: Uint16Array): Trace {
    const native = this.#usable()
    assertTokens(this.network, tokens)
    const steps = tokens.length
    const gates = gatesShown(this.network)
    const kinds = ['h', ...(this.network.cell === 'lstm' ? ['c'] : []), ...gates]
    const cells = this.network.layers.flatMap(({ size, cells }, layer) =>
      cells.map((_, cell) => ({ layer, cell, arrays: kinds.map(() => new Float32Array(steps * size)) })),
    )
    const logits = new Float32Array(this.network.classes)
    callNative(() =>
      this.#addon.trace(
        native,
        tokens,
        logits,
        cells.flatMap(({ arrays }) => arrays),
      ),
    )
    return {
      steps,
      logits,
      cells: cells.map(({ layer, cell, arrays }) => ({
        layer,
        cell,
        h: arrays[0]!,
        ...(this.network.cell === 'lstm' ? { c: arrays[1]! } : {}),
        gates: Object.fromEntries(gates.map((gate) => [gate, arrays[kinds.indexOf(gate)]!])),
      })),
    }
  }

  parameters(): Parameters {
    return this.#read(0).values
  }

  masks(): Masks {
    this.#usable()
    return cloneMasks(this.#masks)
  }

  optimizerState(): OptimizerState {
    const { values: m, step } = this.#read(1)
    return { step, m, v: this.#read(2).values }
  }

  dispose(): void {
    const native = this.#native
    this.#native = undefined
    if (native !== undefined) callNative(() => this.#addon.dispose(native))
  }

  #read(what: 0 | 1 | 2): { values: Parameters; step: number } {
    const native = this.#usable()
    const out = this.#arrays()
    const step = callNative(() => this.#addon.read(native, what, out))
    return { values: this.#named(out), step }
  }

  /** One array per parameter, to be filled. */
  #arrays(): Float32Array[] {
    return parameterShapes(this.network).map(({ size }) => new Float32Array(size))
  }

  #named(arrays: Float32Array[]): Parameters {
    return new Map(parameterShapes(this.network).map(({ name }, i) => [name, arrays[i]!]))
  }

  #usable(): NativeModel {
    if (this.#native !== undefined) return this.#native
    throw new LacunaError('conflict', 'The model was disposed and cannot be used any more; create a new one.')
  }
}

/** Gates a trace shows: an RNN's only gate is its output. */
function gatesShown({ cell }: NetworkDescription): readonly string[] {
  return cell === 'lstm' || cell === 'gru' ? GATES[cell] : []
}

/** The arrays of checked parameters in canonical order, as float32. */
function inOrder(network: NetworkDescription, parameters: Parameters): Float32Array[] {
  return parameterShapes(network).map(({ name }) => {
    const values = parameters.get(name)!
    return values instanceof Float32Array ? values : Float32Array.from(values)
  })
}

function memoryOf(control: RunControl | undefined): Int32Array | null {
  return control === undefined ? null : new Int32Array(control.buffer)
}
