// The typed face of the native addon (src/native/binding.cc), cast exactly once, in load.ts. Refuses nothing itself:
// the addon checks every argument and throws errors whose `code` is one of ERROR_CODES.

/** A model inside the addon; opaque. */
export interface NativeModel {
  readonly nativeModel: unique symbol
}

export interface NativeTrainResult {
  batches: number
  sequences: number
  correct: number
  lossSum: number // sum over batches of the mean loss
  sequenceLossSum: number // sum over sequences
  stopped: boolean
  nonFinite: number // 0 none, 1 loss, 2 gradient, 3 weights
  nonFiniteBatch: number
}

export interface NativeEvaluateResult {
  sequences: number
  correct: number
  lossSum: number
  sequenceLossSum: number
  stopped: boolean
}

/** Order of execution: 0 lets the engine choose, 1 is layer by layer, 2 one sweep per timestep. */
export type ExecutionOrder = 0 | 1 | 2

export interface NativeAddon {
  /** Instruction sets that are compiled in and supported here, best first. */
  instructionSets(): string[]
  /** Densities under which pruned weights are skipped, of small and large matrices: measured once in a process. */
  sparseLimits(instructionSet: string): [small: number, large: number]
  /**
   * @param description see Network::parse in src/native/network.h
   * @param weights, m, v one Float32Array per parameter in canonical order; m and v null for a fresh optimizer
   * @param masks one byte per value or null, per parameter
   * @param sparseBelow density under which pruned weights are skipped; -1 for those of sparseLimits, -2 for the constants
   *   the engine was built with
   */
  create(
    description: Int32Array,
    weights: Float32Array[],
    masks: (Uint8Array | null)[],
    m: Float32Array[] | null,
    v: Float32Array[] | null,
    step: number,
    instructionSet: string,
    threads: number,
    order: ExecutionOrder,
    sparseBelow: number,
  ): NativeModel
  /** `optimizer`: learning rate, beta1, beta2, epsilon, clip norm. `control`: the memory of a RunControl. */
  train(
    model: NativeModel,
    tokens: Uint16Array,
    offsets: Uint32Array,
    labels: Uint16Array,
    order: Uint32Array,
    batchSize: number,
    optimizer: Float64Array,
    control: Int32Array | null,
  ): NativeTrainResult
  evaluate(
    model: NativeModel,
    tokens: Uint16Array,
    offsets: Uint32Array,
    labels: Uint16Array,
    order: Uint32Array,
    batchSize: number,
    predictions: Uint16Array | null,
    control: Int32Array | null,
  ): NativeEvaluateResult
  /** Fill `out` (one array per parameter) with the gradient of one batch; returns the loss. */
  gradients(
    model: NativeModel,
    tokens: Uint16Array,
    offsets: Uint32Array,
    labels: Uint16Array,
    order: Uint32Array,
    out: Float32Array[],
  ): number
  /** Copy weights (0), first (1) or second moments (2) into `out`; returns the steps taken by the optimizer. */
  read(model: NativeModel, what: 0 | 1 | 2, out: Float32Array[]): number
  /** Fill `logits` and, per cell in order, h, for an LSTM c, and each gate, all [T, H]. */
  trace(model: NativeModel, tokens: Uint16Array, logits: Float32Array, out: Float32Array[]): void
  dispose(model: NativeModel): void
}
