// What the three kinds of cells have in common: steps of one cell over all time, forward and backward.
// Shapes: T steps, B sequences, H units, G gates; [T*B, ...] means time-major rows, row t*B + b.
import type { Ops, Tensor } from './ops.ts'

/** Parameters of one cell, masked weights being 0. */
export interface CellWeights {
  weightIh: Tensor // [G*H, I]
  weightHh: Tensor // [G*H, H]
  biasIh: Tensor // [G*H]
  biasHh: Tensor // [G*H]
}

/** What a forward run leaves behind. `gates` are the values after their nonlinearity, by name, per step [B, H]. */
export interface CellRun {
  h: Tensor[] // T times [B, H]
  c?: Tensor[] // LSTM cell state, T times [B, H]
  gates: Record<string, Tensor[]>
  /** Values the backward run needs besides these, per step. */
  saved: Record<string, Tensor[]>
  zero: Tensor // [B, H], the initial state
}

/** Gradients before the nonlinearities: of the input's part and of the state's part; the same tensor but for GRU. */
export interface CellGradient {
  dInput: Tensor // [T*B, G*H]
  dState: Tensor // [T*B, G*H]
}

/** One kind of cell. `product` is W_ih x for all steps [T*B, G*H]; `dh` the gradient of each output [B, H]. */
export interface CellKind {
  forward(ops: Ops, weights: CellWeights, product: Tensor, zero: Tensor, steps: number): CellRun
  backward(ops: Ops, weights: CellWeights, run: CellRun, dh: Tensor[]): CellGradient
}
