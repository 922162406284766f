// The four recurrent cells, forward, one sequence at a time in float64 (equations and gate order of PyTorch).
import type { Cell } from '../../../shared/network.ts'
import { GATES } from '../../../shared/network.ts'
import { addProduct } from './linear.ts'

/** Arrays of one cell, or their gradients. G gates, H units, I inputs. */
export interface CellArrays {
  weightIh: Float64Array // [G * H, I]
  weightHh: Float64Array // [G * H, H]
  biasIh: Float64Array // [G * H]
  biasHh: Float64Array // [G * H]
}

/** What the backward pass needs from the forward pass of one cell over one sequence. */
export interface CellTape {
  steps: number // T
  inputs: number // I
  units: number // H
  x: Float64Array // [T, I]
  h: Float64Array // [T + 1, H], slot 0 is the zero state
  c: Float64Array // [T + 1, H] LSTM cell state, empty for other cells
  gates: Float64Array // [T, G * H] after the nonlinearity
  candidate: Float64Array // [T, H] GRU: W_hn h + b_hn, empty for other cells
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** Run a cell over `x` [T, I] from the zero state. */
export function runCell(
  cell: Cell,
  arrays: CellArrays,
  x: Float64Array,
  steps: number,
  inputs: number,
  units: number,
): CellTape {
  const rows = GATES[cell].length * units
  const tape: CellTape = {
    steps,
    inputs,
    units,
    x,
    h: new Float64Array((steps + 1) * units),
    c: new Float64Array(cell === 'lstm' ? (steps + 1) * units : 0),
    gates: new Float64Array(steps * rows),
    candidate: new Float64Array(cell === 'gru' ? steps * units : 0),
  }
  for (let t = 0; t < steps; t++) {
    const fromInput = arrays.biasIh.slice()
    const fromState = arrays.biasHh.slice()
    addProduct(fromInput, 0, arrays.weightIh, x, t * inputs, rows, inputs)
    addProduct(fromState, 0, arrays.weightHh, tape.h, t * units, rows, units)
    if (cell === 'lstm') stepLstm(tape, t, fromInput, fromState)
    else if (cell === 'gru') stepGru(tape, t, fromInput, fromState)
    else stepRnn(cell, tape, t, fromInput, fromState)
  }
  return tape
}

/** h = act(W_ih x + b_ih + W_hh h + b_hh) */
function stepRnn(
  cell: Cell,
  tape: CellTape,
  t: number,
  fromInput: Float64Array,
  fromState: Float64Array,
): void {
  const { units, h, gates } = tape
  for (let unit = 0; unit < units; unit++) {
    const sum = fromInput[unit]! + fromState[unit]!
    // Written so that NaN stays NaN and the value at 0 has slope 0, as in PyTorch.
    const value = cell === 'rnn-tanh' ? Math.tanh(sum) : sum <= 0 ? 0 : sum
    gates[t * units + unit] = value
    h[(t + 1) * units + unit] = value
  }
}

/** Rows i f g o: c = sig(f) c + sig(i) tanh(g), h = sig(o) tanh(c) */
function stepLstm(tape: CellTape, t: number, fromInput: Float64Array, fromState: Float64Array): void {
  const { units, h, c, gates } = tape
  const now = t * units
  const next = (t + 1) * units
  for (let unit = 0; unit < units; unit++) {
    const sum = (gate: number) => fromInput[gate * units + unit]! + fromState[gate * units + unit]!
    const i = sigmoid(sum(0))
    const f = sigmoid(sum(1))
    const g = Math.tanh(sum(2))
    const o = sigmoid(sum(3))
    ;[i, f, g, o].forEach((value, gate) => (gates[t * 4 * units + gate * units + unit] = value))
    c[next + unit] = f * c[now + unit]! + i * g
    h[next + unit] = o * Math.tanh(c[next + unit]!)
  }
}

/** Rows r z n: n = tanh(i_n + r * (W_hn h + b_hn)), h = n + z (h - n) */
function stepGru(tape: CellTape, t: number, fromInput: Float64Array, fromState: Float64Array): void {
  const { units, h, gates, candidate } = tape
  const now = t * units
  for (let unit = 0; unit < units; unit++) {
    const r = sigmoid(fromInput[unit]! + fromState[unit]!)
    const z = sigmoid(fromInput[units + unit]! + fromState[units + unit]!)
    candidate[now + unit] = fromState[2 * units + unit]!
    const n = Math.tanh(fromInput[2 * units + unit]! + r * candidate[now + unit]!)
    ;[r, z, n].forEach((value, gate) => (gates[t * 3 * units + gate * units + unit] = value))
    h[now + units + unit] = n + z * (h[now + unit]! - n)
  }
}
