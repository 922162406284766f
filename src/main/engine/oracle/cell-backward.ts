// The four recurrent cells, backward through time, one sequence at a time in float64; derived by hand from
// cell-forward.ts and checked by finite differences.
import type { Cell } from '../../../shared/network.ts'
import { GATES } from '../../../shared/network.ts'
import type { CellArrays, CellTape } from './cell-forward.ts'
import { addOuterProduct, addTransposedProduct } from './linear.ts'

/** Gradients of one step: with respect to the sums of the inputs and of the state side, and the direct path to h. */
interface StepGradients {
  fromInput: Float64Array // [G * H]
  fromState: Float64Array // [G * H], differs from `fromInput` in the GRU's n row only
  carry: Float64Array // [H] gradient reaching h of the step before
}

/**
 * Add the gradients of one cell over one sequence to `gradients`.
 * @param dOutput [T, H] gradient of the loss with respect to the outputs of this cell
 * @returns [T, I] gradient with respect to the inputs
 */
export function reverseCell(
  cell: Cell,
  arrays: CellArrays,
  tape: CellTape,
  dOutput: Float64Array,
  gradients: CellArrays,
): Float64Array {
  const { steps, inputs, units, x, h } = tape
  const rows = GATES[cell].length * units
  const dX = new Float64Array(steps * inputs)
  const dC = new Float64Array(cell === 'lstm' ? units : 0)
  let carry: Float64Array = new Float64Array(units)
  for (let t = steps - 1; t >= 0; t--) {
    const dH = carry.map((value, unit) => value + dOutput[t * units + unit]!)
    const step = reverseStep(cell, tape, t, dH, dC)
    addOuterProduct(gradients.weightIh, step.fromInput, 0, x, t * inputs, rows, inputs)
    addOuterProduct(gradients.weightHh, step.fromState, 0, h, t * units, rows, units)
    for (let row = 0; row < rows; row++) {
      gradients.biasIh[row]! += step.fromInput[row]!
      gradients.biasHh[row]! += step.fromState[row]!
    }
    addTransposedProduct(dX, t * inputs, arrays.weightIh, step.fromInput, 0, rows, inputs)
    addTransposedProduct(step.carry, 0, arrays.weightHh, step.fromState, 0, rows, units)
    carry = step.carry
  }
  return dX
}

function reverseStep(
  cell: Cell,
  tape: CellTape,
  t: number,
  dH: Float64Array,
  dC: Float64Array,
): StepGradients {
  if (cell === 'lstm') return reverseLstm(tape, t, dH, dC)
  if (cell === 'gru') return reverseGru(tape, t, dH)
  return reverseRnn(cell, tape, t, dH)
}

function reverseRnn(cell: Cell, { units, gates }: CellTape, t: number, dH: Float64Array): StepGradients {
  const dSum = dH.map((value, unit) => {
    const h = gates[t * units + unit]!
    return cell === 'rnn-tanh' ? value * (1 - h * h) : h > 0 ? value : 0
  })
  return { fromInput: dSum, fromState: dSum, carry: new Float64Array(units) }
}

/** `dC` holds the gradient of the cell state and is carried from step to step in place. */
function reverseLstm(
  { units, gates, c }: CellTape,
  t: number,
  dH: Float64Array,
  dC: Float64Array,
): StepGradients {
  const dSum = new Float64Array(4 * units)
  for (let unit = 0; unit < units; unit++) {
    const gate = (index: number) => gates[(t * 4 + index) * units + unit]!
    const [i, f, g, o] = [gate(0), gate(1), gate(2), gate(3)]
    const tanhC = Math.tanh(c[(t + 1) * units + unit]!)
    const dCell = dC[unit]! + dH[unit]! * o * (1 - tanhC * tanhC)
    dSum[unit] = dCell * g * i * (1 - i)
    dSum[units + unit] = dCell * c[t * units + unit]! * f * (1 - f)
    dSum[2 * units + unit] = dCell * i * (1 - g * g)
    dSum[3 * units + unit] = dH[unit]! * tanhC * o * (1 - o)
    dC[unit] = dCell * f
  }
  return { fromInput: dSum, fromState: dSum, carry: new Float64Array(units) }
}

function reverseGru({ units, gates, h, candidate }: CellTape, t: number, dH: Float64Array): StepGradients {
  const fromInput = new Float64Array(3 * units)
  const carry = new Float64Array(units)
  const fromState = new Float64Array(3 * units)
  for (let unit = 0; unit < units; unit++) {
    const gate = (index: number) => gates[(t * 3 + index) * units + unit]!
    const [r, z, n] = [gate(0), gate(1), gate(2)]
    const dN = dH[unit]! * (1 - z) * (1 - n * n)
    const dR = dN * candidate[t * units + unit]! * r * (1 - r)
    const dZ = dH[unit]! * (h[t * units + unit]! - n) * z * (1 - z)
    fromInput[unit] = fromState[unit] = dR
    fromInput[units + unit] = fromState[units + unit] = dZ
    fromInput[2 * units + unit] = dN
    fromState[2 * units + unit] = dN * r
    carry[unit] = dH[unit]! * z
  }
  return { fromInput, fromState, carry }
}
