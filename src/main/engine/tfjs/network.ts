// The graph of a whole network over one batch: embedding, layers of cells, readout; forward and backward by hand.
// Shapes: T steps, B sequences; [T*B, ...] are time-major rows, row t*B + b. Must run inside `tf.tidy`.
import type * as Core from '@tensorflow/tfjs-core'
import type { Cell, NetworkDescription, Source } from '../../../shared/network.ts'
import { cellParameterName } from '../../../shared/network.ts'
import type { Batch } from '../batches.ts'
import type { CellKind, CellRun, CellWeights } from './cell.ts'
import type { Views } from './flat.ts'
import { gru } from './gru.ts'
import { lstm } from './lstm.ts'
import type { Ops, Tensor } from './ops.ts'
import { rnnRelu, rnnTanh } from './rnn.ts'

const KINDS: Record<Cell, CellKind> = {
  'rnn-tanh': rnnTanh,
  'rnn-relu': rnnRelu,
  lstm,
  gru,
}

interface CellPass {
  weights: CellWeights
  input: Tensor // [T*B, I]
  run: CellRun
}

/** What a forward pass leaves for the backward pass and for tracing. */
export interface Pass {
  steps: number
  tokens: Tensor // [T*B] int32
  cells: CellPass[][] // by layer and cell
  outputs: Tensor[] // by layer, [T*B, H]
  lastRows: Tensor // [B] int32, the row of each sequence that is classified
  readout: Tensor // [B, R]
  logits: Tensor // [B, K]
}

export class NetworkGraph {
  readonly network: NetworkDescription
  readonly #tf: typeof Core
  readonly #ops: Ops
  readonly #kind: CellKind

  constructor(network: NetworkDescription, tf: typeof Core, ops: Ops) {
    this.network = network
    this.#tf = tf
    this.#ops = ops
    this.#kind = KINDS[network.cell]
  }

  /** Run a batch (tokens in `time` layout) through the network. */
  forward(weights: Views, batch: Batch): Pass {
    const { network } = this
    const ops = this.#ops
    const tokens = this.#tf.tensor1d(batch.tokens, 'int32')
    const embedded = ops.gatherRows(weights.get('embedding.weight')!, tokens)
    const outputs: Tensor[] = []
    const cells = network.layers.map(({ size, cells: descriptions }, layer) => {
      const zero = this.#tf.zeros([batch.size, size])
      const passes = descriptions.map(({ sources }, cell) => {
        const input = ops.concat(
          sources.map((source) => (source === 'embedding' ? embedded : outputs[source]!)),
          1,
        )
        return this.#runCell(cellWeights(weights, layer, cell), input, zero, batch.steps)
      })
      outputs.push(ops.addAll(passes.map(({ run }) => ops.concat(run.h, 0))))
      return passes
    })
    const lastRows = this.#tf.tensor1d(rowsToClassify(network, batch), 'int32')
    const readout = ops.concat(
      network.readout.map((layer) => ops.gatherRows(outputs[layer]!, lastRows)),
      1,
    )
    const product = ops.matmul(readout, weights.get('linear.weight')!, false, true)
    const logits = ops.add(product, weights.get('linear.bias')!)
    return {
      steps: batch.steps,
      tokens,
      cells,
      outputs,
      lastRows,
      readout,
      logits,
    }
  }

  /** Gradients of every parameter, given those of the logits [B, K]. */
  backward(weights: Views, pass: Pass, dLogits: Tensor): Views {
    const ops = this.#ops
    const gradients: Views = new Map()
    const dOutputs: Tensor[][] = this.network.layers.map(() => [])
    const dEmbedded: Tensor[] = []
    this.#reverseReadout(weights, pass, dLogits, gradients, dOutputs)
    for (let layer = this.network.layers.length - 1; layer >= 0; layer--) {
      const dOutput = this.#sum(dOutputs[layer]!, pass.outputs[layer]!)
      const dh = ops.split(dOutput, pass.steps, 0)
      this.network.layers[layer]!.cells.forEach(({ sources }, cell) => {
        const cellPass = pass.cells[layer]![cell]!
        const dInput = this.#reverseCell(cellPass, dh, layer, cell, gradients)
        this.#deliver(dInput, sources, dEmbedded, dOutputs)
      })
    }
    const { vocabulary } = this.network
    gradients.set('embedding.weight', ops.sumRowsInto(ops.addAll(dEmbedded), pass.tokens, vocabulary))
    return gradients
  }

  #runCell(weights: CellWeights, input: Tensor, zero: Tensor, steps: number): CellPass {
    const ops = this.#ops
    const product = ops.matmul(input, weights.weightIh, false, true)
    const run = this.#kind.forward(ops, weights, product, zero, steps)
    return { weights, input, run }
  }

  #reverseReadout(weights: Views, pass: Pass, dLogits: Tensor, gradients: Views, dOutputs: Tensor[][]): void {
    const ops = this.#ops
    const { readout, layers } = this.network
    gradients.set('linear.weight', ops.matmul(dLogits, pass.readout, true))
    gradients.set('linear.bias', ops.sumRows(dLogits))
    const dReadout = ops.matmul(dLogits, weights.get('linear.weight')!)
    const sizes = readout.map((layer) => layers[layer]!.size)
    ops.splitSizes(dReadout, sizes, 1).forEach((part, i) => {
      const layer = readout[i]!
      dOutputs[layer]!.push(ops.sumRowsInto(part, pass.lastRows, pass.outputs[layer]!.shape[0]!))
    })
  }

  /** Set the gradients of one cell's parameters and return that of its input [T*B, I]. */
  #reverseCell(pass: CellPass, dh: Tensor[], layer: number, cell: number, gradients: Views): Tensor {
    const ops = this.#ops
    const { run, weights, input } = pass
    const { dInput, dState } = this.#kind.backward(ops, weights, run, dh)
    const before = ops.concat([run.zero, ...run.h.slice(0, -1)], 0)
    const set = (part: string, gradient: Tensor) =>
      gradients.set(cellParameterName(layer, cell, part), gradient)
    set('weight_ih', ops.matmul(dInput, input, true))
    set('weight_hh', ops.matmul(dState, before, true))
    set('bias_ih', ops.sumRows(dInput))
    set('bias_hh', ops.sumRows(dState))
    return ops.matmul(dInput, weights.weightIh)
  }

  /** Hand each source its columns of the gradient of a cell's input. */
  #deliver(dInput: Tensor, sources: Source[], dEmbedded: Tensor[], dOutputs: Tensor[][]): void {
    const { embedding, layers } = this.network
    const sizes = sources.map((source) => (source === 'embedding' ? embedding : layers[source]!.size))
    const parts = sizes.length === 1 ? [dInput] : this.#ops.splitSizes(dInput, sizes, 1)
    sources.forEach((source, i) => (source === 'embedding' ? dEmbedded : dOutputs[source]!).push(parts[i]!))
  }

  /** A layer that nothing reads has gradient 0. */
  #sum(tensors: Tensor[], like: Tensor): Tensor {
    return tensors.length === 0 ? this.#tf.zeros(like.shape) : this.#ops.addAll(tensors)
  }
}

function cellWeights(weights: Views, layer: number, cell: number): CellWeights {
  const get = (part: string) => weights.get(cellParameterName(layer, cell, part))!
  return {
    weightIh: get('weight_ih'),
    weightHh: get('weight_hh'),
    biasIh: get('bias_ih'),
    biasHh: get('bias_hh'),
  }
}

/** Row of the state that is classified: after the batch's last step, or after each sequence's own last token. */
function rowsToClassify(network: NetworkDescription, { size, steps, lengths }: Batch): Int32Array {
  return lengths.map((length, b) => ((network.padding === 'process' ? steps : length) - 1) * size + b)
}
