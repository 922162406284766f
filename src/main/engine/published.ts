// Weights in the naming of the published programs (Darji 2021): which network they belong to, and their canonical
// names and back. Main cells are numbered by layer; skip cells by target layer, then source layer, both ascending.
import { LacunaError } from '../../shared/errors.ts'
import type { Cell, NetworkDescription, Padding } from '../../shared/network.ts'
import { CELLS, GATES, assertNetwork, cellParameterName, parameterShapes } from '../../shared/network.ts'
import type { Parameters } from './engine.ts'
import type { Tensor, TensorFile } from './safetensors.ts'

/** A skip connection from layer `source` to layer `target`, source < target - 1. */
export type SkipPair = readonly [source: number, target: number]

export interface PublishedOptions {
  cell?: Cell // needed when the file's metadata does not name it
  padding?: Padding // the published programs process pads, which is the default
  skips?: readonly SkipPair[] // in the numbering of the file; none by default
}

/** One row of the table shown when weights do not fit; shapes as text, `-` for nothing. */
export interface FitRow {
  tensor: string
  expected: string
  found: string
}

const PARTS = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'] as const

/** Sort skip pairs the way the published weights number them: by target, then by source. */
export function publishedSkipOrder(pairs: readonly SkipPair[]): SkipPair[] {
  return [...pairs].sort(([a, b], [c, d]) => b - d || a - c)
}

/** Cell named by the metadata of a file (`RNN_TANH`, `LSTM`, ...), or undefined. */
export function cellFromMetadata(metadata: ReadonlyMap<string, string>): Cell | undefined {
  const name = metadata.get('cell')?.toLowerCase().replaceAll('_', '-')
  return CELLS.find((cell) => cell === name)
}

function bad(problem: string, detail?: unknown): LacunaError {
  return new LacunaError('bad-weights', problem, detail)
}

function shapeOf(file: TensorFile, name: string, dimensions: number): readonly number[] {
  const shape = file.tensors.get(name)?.shape
  if (shape === undefined) throw bad(`The weights have no tensor ${name}; the published naming needs it.`)
  if (shape.length !== dimensions || shape.includes(0)) {
    throw bad(
      `Tensor ${name} has the shape ${shape.join('×')}; expected ${dimensions} dimensions of at least 1.`,
    )
  }
  return shape
}

/**
 * The cell type of weights: what the file's metadata say, or what the caller names.
 * @throws LacunaError bad-weights when neither says it or they disagree
 */
export function chooseCell(file: TensorFile, asked?: Cell): Cell {
  const named = cellFromMetadata(file.metadata)
  const cell = asked ?? named
  if (cell === undefined) throw bad('The weights do not say their cell type; name it.')
  if (named !== undefined && named !== cell) {
    throw bad(
      `The weights say they are ${named}, but ${cell} was asked for; name the cell they were trained with.`,
    )
  }
  return cell
}

function findCell(file: TensorFile, options: PublishedOptions): Cell {
  const cell = chooseCell(file, options.cell)
  const [rows, units] = shapeOf(file, 'recurrent.recurrent_layers.0.weight_hh', 2)
  const gates = GATES[cell].length
  if (rows !== gates * units!) {
    throw bad(
      `recurrent.recurrent_layers.0.weight_hh is ${rows}×${units}, but ${cell} has ${gates} rows per unit; name the cell the weights were trained with.`,
    )
  }
  return cell
}

/**
 * Work out the network that published weights belong to: sizes from the shapes, the cell from the metadata or the
 * options, skip cells from the options (the file does not say which layers they join).
 * @throws LacunaError bad-weights when a tensor is missing or the file contradicts the options
 */
export function publishedNetwork(file: TensorFile, options: PublishedOptions = {}): NetworkDescription {
  const cell = findCell(file, options)
  const skips = options.skips ?? []
  const count = (kind: string) => {
    let n = 0
    while (file.tensors.has(`recurrent.${kind}.${n}.weight_hh`)) n += 1
    return n
  }
  if (count('skip_layers') !== skips.length) {
    throw bad(
      `The weights have ${count('skip_layers')} skip cells, the structure has ${skips.length}; give the graph they were trained on.`,
    )
  }
  const layers = Array.from({ length: count('recurrent_layers') }, (_, layer) => ({
    size: shapeOf(file, `recurrent.recurrent_layers.${layer}.weight_hh`, 2)[1]!,
    cells: [
      { sources: [layer === 0 ? ('embedding' as const) : layer - 1] },
      ...skips.filter(([, target]) => target === layer).map(([source]) => ({ sources: [source] })),
    ],
  }))
  const [vocabulary, embedding] = shapeOf(file, 'embedding.weight', 2)
  const [classes] = shapeOf(file, 'out.weight', 2)
  return assertNetwork({
    cell,
    vocabulary: vocabulary!,
    embedding: embedding!,
    layers,
    readout: [layers.length - 1],
    classes: classes!,
    padding: options.padding ?? 'process',
  })
}

/**
 * Published name of every parameter, by canonical name in canonical order.
 * @throws LacunaError unsupported when the wiring has no published form (a first cell not fed by the layer before,
 *   a cell with several sources, another readout than the last layer)
 */
export function publishedNames(network: NetworkDescription): Map<string, string> {
  const last = network.layers.length - 1
  const fits =
    network.readout.length === 1 &&
    network.readout[0] === last &&
    network.layers.every(({ cells }, layer) =>
      cells.every(({ sources: [from, ...others] }, cell) => {
        if (others.length > 0) return false
        return cell === 0 ? from === (layer === 0 ? 'embedding' : layer - 1) : from !== 'embedding'
      }),
    )
  if (!fits) {
    throw new LacunaError(
      'unsupported',
      'The wiring of this network has no form in the published naming; use the canonical names instead.',
    )
  }
  const skips = network.layers.flatMap(({ cells }, target) =>
    cells.slice(1).map((skip, index) => ({ source: skip.sources[0] as number, target, cell: index + 1 })),
  )
  skips.sort((a, b) => a.target - b.target || a.source - b.source)
  const names = new Map([['embedding.weight', 'embedding.weight']])
  const add = (layer: number, cell: number, prefix: string) => {
    for (const part of PARTS) names.set(cellParameterName(layer, cell, part), `recurrent.${prefix}.${part}`)
  }
  network.layers.forEach((_, layer) => add(layer, 0, `recurrent_layers.${layer}`))
  skips.forEach(({ target, cell }, s) => add(target, cell, `skip_layers.${s}`))
  names.set('linear.weight', 'out.weight').set('linear.bias', 'out.bias')
  return new Map(parameterShapes(network).map(({ name }) => [name, names.get(name)!]))
}

/** Compare a file with a network, tensor by tensor; `names` maps canonical names to names in the file. */
export function fitTable(
  network: NetworkDescription,
  names: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, Tensor>,
): FitRow[] {
  const expected = new Map(
    parameterShapes(network).map(({ name, shape }) => [names.get(name)!, shape.join('×')]),
  )
  const all = new Set([...expected.keys(), ...tensors.keys()])
  return [...all].map((tensor) => ({
    tensor,
    expected: expected.get(tensor) ?? '-',
    found: tensors.get(tensor)?.shape.join('×') ?? '-',
  }))
}

/**
 * Take the parameters of `network` out of a file in which they go by `names`. Nothing is loaded unless all fit.
 * @throws LacunaError bad-weights whose detail is the table of all tensors, `{ rows: FitRow[] }`
 */
export function takeParameters(
  network: NetworkDescription,
  names: ReadonlyMap<string, string>,
  file: TensorFile<Float32Array>,
): Map<string, Float32Array> {
  const rows = fitTable(network, names, file.tensors)
  const wrong = rows.filter(({ expected, found }) => expected !== found)
  if (wrong.length > 0) {
    const { tensor, expected, found } = wrong[0]!
    throw bad(
      `${wrong.length} of ${rows.length} tensors do not fit the network (first: ${tensor}, expected ${expected}, found ${found}), nothing was loaded; choose the network they were trained as.`,
      { rows },
    )
  }
  return new Map([...names].map(([name, inFile]) => [name, file.tensors.get(inFile)!.data]))
}

/**
 * Read published weights: the network they belong to and its parameters under canonical names.
 * @throws LacunaError bad-weights
 */
export function fromPublished(
  file: TensorFile<Float32Array>,
  options: PublishedOptions = {},
): { network: NetworkDescription; parameters: Map<string, Float32Array> } {
  const network = publishedNetwork(file, options)
  if (options.skips !== undefined && String(publishedSkipOrder(options.skips)) !== String(options.skips)) {
    throw new LacunaError(
      'bad-request',
      'Skip pairs must be ordered by target layer, then by source layer; sort them.',
    )
  }
  return { network, parameters: takeParameters(network, publishedNames(network), file) }
}

/**
 * Name parameters the published way, for export.
 * @throws LacunaError unsupported when the wiring has no published form
 */
export function toPublished(
  network: NetworkDescription,
  parameters: Parameters,
): { tensors: Map<string, Tensor>; metadata: Map<string, string> } {
  const names = publishedNames(network)
  const tensors = new Map(
    parameterShapes(network).map(({ name, shape }) => [
      names.get(name)!,
      { shape, data: Float32Array.from(parameters.get(name)!) },
    ]),
  )
  return { tensors, metadata: new Map([['cell', network.cell.toUpperCase().replaceAll('-', '_')]]) }
}
