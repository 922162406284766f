// What an engine is. Every engine (fused, tensorflow, and the float64 oracle of the tests) implements this interface
// and is run by the same test body. Calls are synchronous: an engine lives in a worker thread of an engine process.
import type { NetworkDescription } from '../../shared/network.ts'
import type { RunControl } from './control.ts'

export const ENGINE_NAMES = ['fused', 'tensorflow', 'oracle'] as const
export type EngineName = (typeof ENGINE_NAMES)[number]

/** Arrays by canonical parameter name (see `parameterShapes`), row-major float32; the oracle alone uses float64. */
export type Parameters = Map<string, Float32Array | Float64Array>

/**
 * Masks by parameter name: one byte per value, 1 keeps and 0 prunes. Weight matrices (`weight_ih`, `weight_hh`) and
 * `linear.weight` can be masked; a name without a mask is dense. A pruned value is 0 in every product, gets no
 * gradient and is never revived by the optimizer.
 */
export type Masks = Map<string, Uint8Array>

/** Adam moments and the number of steps taken; a fresh optimizer has zeros and `step` 0. */
export interface OptimizerState {
  step: number
  m: Parameters
  v: Parameters
}

/**
 * Sequences of one split, encoded once. Sequence n is `tokens[offsets[n] .. offsets[n + 1])`, its class `labels[n]`.
 * Tokens are 1..V-1; the pad 0 never occurs inside a sequence; a sequence has at least one token.
 */
export interface EncodedSplit {
  readonly tokens: Uint16Array
  readonly offsets: Uint32Array // [N + 1]
  readonly labels: Uint16Array // [N]
}

/** Adam (Kingma and Ba 2015, arXiv:1412.6980) with PyTorch's epsilon placement, after clipping the global norm. */
export interface OptimizerOptions {
  learningRate: number
  beta1: number
  beta2: number
  epsilon: number
  clipNorm: number // gradients are scaled by min(1, clipNorm / (norm + 1e-6)); Infinity switches clipping off
}

export const DEFAULT_OPTIMIZER: OptimizerOptions = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  clipNorm: 5,
}

/**
 * One pass over `order` (indices into the split) in batches of `batchSize`; the last batch may be smaller. Batch b
 * is order[b * batchSize ..], padded to its own longest sequence.
 */
export interface TrainPlan {
  order: Uint32Array
  batchSize: number
  optimizer: OptimizerOptions
}

/** Where a number stopped being finite. `batch` counts from 0 within the call. */
export interface NonFinite {
  batch: number
  what: 'loss' | 'gradient' | 'weights'
}

export interface TrainResult {
  batches: number // batches completed
  sequences: number // sequences in those batches
  lossSum: number // sum over batches of the batch's mean cross-entropy, before each update (the published measure)
  meanLoss: number // mean over sequences
  correct: number // sequences classified right before each update
  stopped: boolean // true when the stop flag ended the pass early
  nonFinite?: NonFinite // set when training met NaN or infinity; the model must not be used further
}

export interface EvaluateResult {
  total: number
  correct: number
  lossSum: number // sum over batches of the batch's mean cross-entropy
  meanLoss: number // mean over sequences
  stopped: boolean
  predictions?: Uint16Array // [N] class of each sequence in order, when asked for
}

/** Activations of one sequence: per layer and cell, arrays [T, H]; gates after their nonlinearity. */
export interface Trace {
  steps: number
  logits: Float32Array | Float64Array // [K]
  cells: {
    layer: number
    cell: number
    h: Float32Array | Float64Array // [T, H] output of the cell
    c?: Float32Array | Float64Array // [T, H] LSTM cell state
    gates: Record<string, Float32Array | Float64Array> // [T, H] by gate name (LSTM i f g o, GRU r z n, RNN none)
  }[]
}

export interface CreateOptions {
  parameters: Parameters // copied; masked values are set to 0
  masks?: Masks
  optimizerState?: OptimizerState // continue a run; fresh without it
}

/** A network with its weights inside an engine. Every array handed out is a copy in canonical layout. */
export interface Model {
  readonly network: NetworkDescription
  train(split: EncodedSplit, plan: TrainPlan, control?: RunControl): TrainResult
  evaluate(
    split: EncodedSplit,
    options: { batchSize: number; order?: Uint32Array; predictions?: boolean },
    control?: RunControl,
  ): EvaluateResult
  /** Loss (mean over the batch) and its gradient before clipping, for one batch made of `order`. Changes nothing. */
  gradients(split: EncodedSplit, order: Uint32Array): { loss: number; gradients: Parameters }
  trace(tokens: Uint16Array): Trace
  parameters(): Parameters
  masks(): Masks
  optimizerState(): OptimizerState
  /** Release native memory; using the model afterwards throws. Safe to call twice. */
  dispose(): void
}

/** What an engine says about itself, shown to people and stored with every run. */
export interface EngineInfo {
  name: EngineName
  version: string
  instructionSet?: string // fused: avx512, avx2, neon or scalar
  library?: string // tensorflow: version of libtensorflow
  threads?: number // that compute one run
}

export interface Engine {
  readonly info: EngineInfo
  /**
   * @throws LacunaError bad-network for a description that contradicts itself
   * @throws LacunaError shape-mismatch when a parameter, mask or moment is missing or has the wrong size
   */
  create(network: NetworkDescription, options: CreateOptions): Model
}
