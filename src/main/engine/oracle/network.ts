// A whole network over one sequence in float64: forward with a tape, backward into gradient arrays. Plain and slow.
import type { NetworkDescription } from '../../../shared/network.ts'
import { cellInputSize, cellParameterName, readoutSize } from '../../../shared/network.ts'
import { reverseCell } from './cell-backward.ts'
import type { CellArrays, CellTape } from './cell-forward.ts'
import { runCell } from './cell-forward.ts'
import { addOuterProduct, addProduct, addTransposedProduct } from './linear.ts'

/** Float64 arrays by canonical parameter name. */
export type Arrays = Map<string, Float64Array>

export interface NetworkTape {
  tokens: Int32Array // [T]
  cells: CellTape[][] // by layer and cell
  outputs: Float64Array[] // by layer, [T, H]
  readout: Float64Array // [R] layer outputs at the last step
  logits: Float64Array // [K]
}

function cellArrays(arrays: Arrays, layer: number, cell: number): CellArrays {
  const get = (part: string) => arrays.get(cellParameterName(layer, cell, part))!
  return {
    weightIh: get('weight_ih'),
    weightHh: get('weight_hh'),
    biasIh: get('bias_ih'),
    biasHh: get('bias_hh'),
  }
}

/** Where the values of each source stand inside the input of a cell. */
function sourceSlots(network: NetworkDescription, layer: number, cell: number) {
  let at = 0
  return network.layers[layer]!.cells[cell]!.sources.map((source) => {
    const size = source === 'embedding' ? network.embedding : network.layers[source]!.size
    const slot = { source, at, size }
    at += size
    return slot
  })
}

function gatherInput(
  network: NetworkDescription,
  embedding: Float64Array,
  tape: NetworkTape,
  layer: number,
  cell: number,
): Float64Array {
  const inputs = cellInputSize(network, layer, cell)
  const x = new Float64Array(tape.tokens.length * inputs)
  for (const { source, at, size } of sourceSlots(network, layer, cell)) {
    tape.tokens.forEach((token, t) => {
      const [from, row] = source === 'embedding' ? [embedding, token] : [tape.outputs[source]!, t]
      x.set(from.subarray(row * size, (row + 1) * size), t * inputs + at)
    })
  }
  return x
}

/** Run the network over `tokens` [T] and classify the state after the last of them. */
export function runNetwork(network: NetworkDescription, arrays: Arrays, tokens: Int32Array): NetworkTape {
  const steps = tokens.length
  const tape: NetworkTape = {
    tokens,
    cells: [],
    outputs: [],
    readout: new Float64Array(readoutSize(network)),
    logits: arrays.get('linear.bias')!.slice(),
  }
  network.layers.forEach(({ size, cells }, layer) => {
    const output = new Float64Array(steps * size)
    tape.cells[layer] = cells.map((_, cell) => {
      const x = gatherInput(network, arrays.get('embedding.weight')!, tape, layer, cell)
      const inputs = cellInputSize(network, layer, cell)
      const ran = runCell(network.cell, cellArrays(arrays, layer, cell), x, steps, inputs, size)
      for (let i = 0; i < output.length; i++) output[i]! += ran.h[size + i]!
      return ran
    })
    tape.outputs[layer] = output
  })
  let at = 0
  for (const layer of network.readout) {
    const { size } = network.layers[layer]!
    tape.readout.set(tape.outputs[layer]!.subarray((steps - 1) * size), at)
    at += size
  }
  addProduct(
    tape.logits,
    0,
    arrays.get('linear.weight')!,
    tape.readout,
    0,
    network.classes,
    tape.readout.length,
  )
  return tape
}

/** Add the gradients of one sequence to `gradients`, given the gradient with respect to its logits [K]. */
export function reverseNetwork(
  network: NetworkDescription,
  arrays: Arrays,
  tape: NetworkTape,
  dLogits: Float64Array,
  gradients: Arrays,
): void {
  const steps = tape.tokens.length
  const dOutputs = tape.outputs.map((output) => new Float64Array(output.length))
  reverseReadout(network, arrays, tape, dLogits, gradients, dOutputs)
  for (let layer = network.layers.length - 1; layer >= 0; layer--) {
    network.layers[layer]!.cells.forEach((_, cell) => {
      const dX = reverseCell(
        network.cell,
        cellArrays(arrays, layer, cell),
        tape.cells[layer]![cell]!,
        dOutputs[layer]!,
        cellArrays(gradients, layer, cell),
      )
      const inputs = dX.length / steps
      for (const { source, at, size } of sourceSlots(network, layer, cell)) {
        tape.tokens.forEach((token, t) => {
          const [into, row] =
            source === 'embedding' ? [gradients.get('embedding.weight')!, token] : [dOutputs[source]!, t]
          for (let i = 0; i < size; i++) into[row * size + i]! += dX[t * inputs + at + i]!
        })
      }
    })
  }
}

function reverseReadout(
  network: NetworkDescription,
  arrays: Arrays,
  tape: NetworkTape,
  dLogits: Float64Array,
  gradients: Arrays,
  dOutputs: Float64Array[],
): void {
  const width = tape.readout.length
  const dReadout = new Float64Array(width)
  addOuterProduct(gradients.get('linear.weight')!, dLogits, 0, tape.readout, 0, network.classes, width)
  dLogits.forEach((value, k) => (gradients.get('linear.bias')![k]! += value))
  addTransposedProduct(dReadout, 0, arrays.get('linear.weight')!, dLogits, 0, network.classes, width)
  let at = 0
  for (const layer of network.readout) {
    const { size } = network.layers[layer]!
    const last = dOutputs[layer]!.subarray((tape.tokens.length - 1) * size)
    for (let i = 0; i < size; i++) last[i]! += dReadout[at + i]!
    at += size
  }
}
