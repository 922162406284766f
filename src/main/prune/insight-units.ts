// Units that are cut off: no path of live weights leads to them from the embedding, or none leads on to the classes.
// Pure.
import type { DeadUnit, PruningInsight } from '../../shared/insight.ts'
import {
  cellInputSize,
  cellParameterName,
  readoutSize,
  type NetworkDescription,
  type Source,
} from '../../shared/network.ts'
import { exists, isLive } from './insight-gates.ts'
import type { PrunedWeights } from './insight.ts'

/** Connections of one matrix with its gates put together, [units, inputs] row-major: 1 where a gate keeps one. */
interface Joined {
  units: number
  inputs: number
  live: Uint8Array
}

interface JoinedCell {
  sources: readonly Source[]
  input: Joined
  recurrent: Joined
}

interface JoinedNetwork {
  layers: { size: number; cells: JoinedCell[] }[]
  readout: Joined
}

function joined(weights: PrunedWeights, name: string, units: number, inputs: number): Joined {
  const values = weights.parameters.get(name)!
  const mask = weights.masks.get(name)
  const matrix = { values, mask, exists: weights.structure?.get(name) }
  const live = new Uint8Array(units * inputs)
  for (let at = 0; at < values.length; at++)
    if (exists(matrix, at) && isLive(matrix, at)) live[at % live.length] = 1
  return { units, inputs, live }
}

function joinNetwork(weights: PrunedWeights): JoinedNetwork {
  const { network } = weights
  return {
    layers: network.layers.map(({ size, cells }, layer) => ({
      size,
      cells: cells.map(({ sources }, cell) => {
        const name = (part: string) => cellParameterName(layer, cell, part)
        return {
          sources,
          input: joined(weights, name('weight_ih'), size, cellInputSize(network, layer, cell)),
          recurrent: joined(weights, name('weight_hh'), size, size),
        }
      }),
    })),
    readout: joined(weights, 'linear.weight', network.classes, readoutSize(network)),
  }
}

/** Follow live weights from the marked columns to rows, once or, within a layer, on and on. */
function follow({ units, inputs, live }: Joined, columns: Uint8Array, rows: Uint8Array): void {
  for (let column = 0; column < inputs; column++) {
    if (columns[column] === 0) continue
    for (let row = 0; row < units; row++) if (live[row * inputs + column] === 1) rows[row] = 1
  }
}

/** The same the other way: from marked rows to columns. */
function followBack({ units, inputs, live }: Joined, rows: Uint8Array, columns: Uint8Array): void {
  for (let row = 0; row < units; row++) {
    if (rows[row] === 0) continue
    for (let column = 0; column < inputs; column++) if (live[row * inputs + column] === 1) columns[column] = 1
  }
}

/** Mark everything that marked units reach through recurrent weights, forwards or backwards. */
function spread({ units, live }: Joined, marked: Uint8Array, way: 'on' | 'back'): void {
  const waiting = Array.from(marked.keys()).filter((unit) => marked[unit] === 1)
  for (let unit = waiting.pop(); unit !== undefined; unit = waiting.pop()) {
    for (let other = 0; other < units; other++) {
      const at = way === 'on' ? other * units + unit : unit * units + other
      if (live[at] === 0 || marked[other] === 1) continue
      marked[other] = 1
      waiting.push(other)
    }
  }
}

/** Put the marks of the sources of a cell one after the other, as its columns are. */
function columnsOf(
  sources: readonly Source[],
  embedding: number,
  outputs: readonly Uint8Array[],
): Uint8Array {
  const parts = sources.map((from) =>
    from === 'embedding' ? new Uint8Array(embedding).fill(1) : outputs[from]!,
  )
  const columns = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    columns.set(part, at)
    at += part.length
  }
  return columns
}

/** Hand the marks of columns back to the layers they came from. */
function giveBack(
  columns: Uint8Array,
  sources: readonly Source[],
  embedding: number,
  outputs: readonly Uint8Array[],
): void {
  let at = 0
  for (const from of sources) {
    if (from === 'embedding') {
      at += embedding
      continue
    }
    for (let unit = 0; unit < outputs[from]!.length; unit++)
      if (columns[at + unit] === 1) outputs[from]![unit] = 1
    at += outputs[from]!.length
  }
}

function merge(into: Uint8Array, from: Uint8Array): void {
  from.forEach((mark, unit) => {
    if (mark === 1) into[unit] = 1
  })
}

/** Units the input reaches, by layer. */
function reached({ embedding }: NetworkDescription, { layers }: JoinedNetwork): Uint8Array[] {
  const outputs: Uint8Array[] = []
  for (const { size, cells } of layers) {
    const output = new Uint8Array(size)
    for (const { sources, input, recurrent } of cells) {
      const own = new Uint8Array(size) // a cell's state is its own: only its output is added to that of the others
      follow(input, columnsOf(sources, embedding, outputs), own)
      spread(recurrent, own, 'on')
      merge(output, own)
    }
    outputs.push(output)
  }
  return outputs
}

/** Units that reach a class, by layer: through the output of the layer, or within one of its cells. */
function useful(
  { embedding, readout: named }: NetworkDescription,
  joinedNetwork: JoinedNetwork,
): Uint8Array[] {
  const { layers, readout } = joinedNetwork
  const outputs = layers.map(({ size }) => new Uint8Array(size)) // whose output is used further on
  const found = layers.map(({ size }) => new Uint8Array(size))
  const columns = new Uint8Array(readout.inputs)
  followBack(readout, new Uint8Array(readout.units).fill(1), columns)
  giveBack(columns, named, embedding, outputs)
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    for (const { sources, input, recurrent } of layers[layer]!.cells) {
      const own = outputs[layer]!.slice()
      spread(recurrent, own, 'back')
      merge(found[layer]!, own)
      const from = new Uint8Array(input.inputs)
      followBack(input, own, from)
      giveBack(from, sources, embedding, outputs)
    }
  }
  return found
}

/** List the cut-off units of every layer. */
export function cutOffUnits(weights: PrunedWeights): PruningInsight['layers'] {
  const all = joinNetwork(weights)
  const [before, after] = [reached(weights.network, all), useful(weights.network, all)]
  return weights.network.layers.map(({ size }, layer) => {
    const dead: DeadUnit[] = []
    for (let unit = 0; unit < size; unit++) {
      const [in_, out] = [before[layer]![unit] === 1, after[layer]![unit] === 1]
      if (in_ && out) continue
      dead.push({ unit, why: in_ ? 'no-output' : out ? 'no-input' : 'isolated' })
    }
    return { layer, units: size, dead }
  })
}
