// What a recurrent network is: cells, layers, readout, and the names and shapes of its parameters.
// The dense base model, a pruned model and every random structure are instances. Holds no numbers.
import { z } from 'zod'
import { LacunaError } from './errors.ts'

/** The four cell types, in the order in which they are listed everywhere. */
export const CELLS = ['rnn-tanh', 'rnn-relu', 'lstm', 'gru'] as const
export type Cell = (typeof CELLS)[number]

export const CELL_NAMES: Record<Cell, string> = {
  'rnn-tanh': 'RNN-Tanh',
  'rnn-relu': 'RNN-ReLU',
  lstm: 'LSTM',
  gru: 'GRU',
}

/** Gates of a cell in row-block order of `weight_ih`, `weight_hh` and the biases (PyTorch order). */
export const GATES: Record<Cell, readonly string[]> = {
  'rnn-tanh': ['h'],
  'rnn-relu': ['h'],
  lstm: ['i', 'f', 'g', 'o'],
  gru: ['r', 'z', 'n'],
}

/**
 * `process`: each batch is right-padded with token 0 to its own longest sequence, pads run through the network and
 * the output after the last step of the batch is classified (Darji 2021). `mask`: the state at each sequence's own
 * last token is classified.
 */
export const PADDINGS = ['mask', 'process'] as const
export type Padding = (typeof PADDINGS)[number]

/** Token that pads a batch; every vocabulary keeps it free. */
export const PAD_TOKEN = 0

/** Largest vocabulary: tokens are stored as 16-bit integers. */
export const MAX_VOCABULARY = 65_536

const source = z.union([z.literal('embedding'), z.number().int().min(0)])

/**
 * `cell`: type of every recurrent cell. `vocabulary`: V, tokens 0..V-1, 0 is the pad. `embedding`: E.
 * `layers[l].cells[k].sources`: what the cell reads at each step, concatenated in this order: the embedding or the
 * outputs of earlier layers at the same step. A cell has `layers[l].size` = H units, its own state, parameters and
 * biases; the output of a layer is the sum of the outputs of its cells. `readout`: layers whose outputs are
 * concatenated, in this order, and classified by one linear map into `classes` = K.
 */
export const networkSchema = z.strictObject({
  cell: z.enum(CELLS),
  vocabulary: z.number().int().min(2).max(MAX_VOCABULARY),
  embedding: z.number().int().min(1).max(4096),
  layers: z
    .array(
      z.strictObject({
        size: z.number().int().min(1).max(4096),
        cells: z.array(z.strictObject({ sources: z.array(source).min(1) })).min(1),
      }),
    )
    .min(1)
    .max(1024),
  readout: z.array(z.number().int().min(0)).min(1),
  classes: z.number().int().min(2).max(4096),
  padding: z.enum(PADDINGS),
})

export type NetworkDescription = z.infer<typeof networkSchema>
export type Source = z.infer<typeof source>

/** Parts a parameter can play. `linear` is the readout. */
export type ParameterRole =
  'embedding' | 'weight_ih' | 'weight_hh' | 'bias_ih' | 'bias_hh' | 'linear_weight' | 'linear_bias'

/** One trained array, row-major. `layer` and `cell` are indices for the recurrent roles. */
export interface ParameterShape {
  name: string
  role: ParameterRole
  shape: readonly number[]
  size: number
  layer?: number
  cell?: number
}

/** Name of a recurrent parameter, for example `layers.0.cells.0.weight_hh`. */
export function cellParameterName(layer: number, cell: number, part: string): string {
  return `layers.${layer}.cells.${cell}.${part}`
}

/** Number of values cell `cell` of layer `layer` reads at each step (I). */
export function cellInputSize(network: NetworkDescription, layer: number, cell: number): number {
  const { sources } = network.layers[layer]!.cells[cell]!
  return sources.reduce<number>(
    (sum, from) => sum + (from === 'embedding' ? network.embedding : network.layers[from]!.size),
    0,
  )
}

/** Number of values the readout reads (R). */
export function readoutSize(network: NetworkDescription): number {
  return network.readout.reduce((sum, layer) => sum + network.layers[layer]!.size, 0)
}

/**
 * List every parameter in canonical order: `embedding.weight` [V, E]; per layer and cell `weight_ih` [G*H, I],
 * `weight_hh` [G*H, H], `bias_ih` [G*H], `bias_hh` [G*H]; `linear.weight` [K, R], `linear.bias` [K].
 * Checkpoints, optimizer state and gradients use this order and these names.
 */
export function parameterShapes(network: NetworkDescription): ParameterShape[] {
  const shapes: ParameterShape[] = []
  const add = (
    name: string,
    role: ParameterRole,
    shape: number[],
    at: { layer?: number; cell?: number } = {},
  ) => shapes.push({ name, role, shape, size: shape.reduce((a, b) => a * b, 1), ...at })
  add('embedding.weight', 'embedding', [network.vocabulary, network.embedding])
  network.layers.forEach(({ size, cells }, layer) => {
    const rows = GATES[network.cell].length * size
    cells.forEach((_, cell) => {
      const at = { layer, cell }
      const name = (part: string) => cellParameterName(layer, cell, part)
      add(name('weight_ih'), 'weight_ih', [rows, cellInputSize(network, layer, cell)], at)
      add(name('weight_hh'), 'weight_hh', [rows, size], at)
      add(name('bias_ih'), 'bias_ih', [rows], at)
      add(name('bias_hh'), 'bias_hh', [rows], at)
    })
  })
  add('linear.weight', 'linear_weight', [network.classes, readoutSize(network)])
  add('linear.bias', 'linear_bias', [network.classes])
  return shapes
}

/**
 * Check a description of unknown origin.
 * @throws LacunaError bad-network when a field is missing or out of range, a cell reads a layer that is not earlier
 *   than its own, or the readout names a layer that does not exist
 */
export function assertNetwork(value: unknown): NetworkDescription {
  const parsed = networkSchema.safeParse(value)
  if (!parsed.success)
    throw new LacunaError('bad-network', `Network description: ${z.prettifyError(parsed.error)}`)
  const network = parsed.data
  network.layers.forEach(({ cells }, layer) =>
    cells.forEach(({ sources }, cell) => {
      for (const from of sources) {
        if (from !== 'embedding' && from >= layer) {
          throw new LacunaError(
            'bad-network',
            `Cell ${cell} of layer ${layer} reads layer ${from}; a cell can read the embedding and earlier layers only.`,
          )
        }
      }
    }),
  )
  for (const layer of network.readout) {
    if (layer >= network.layers.length) {
      throw new LacunaError(
        'bad-network',
        `The readout names layer ${layer}, but the network has ${network.layers.length} layers (0 to ${network.layers.length - 1}).`,
      )
    }
  }
  return network
}

/** The plain model: `layers` recurrent layers of `hidden` units each on an embedding, last layer classified. */
export function stackedNetwork(options: {
  cell: Cell
  vocabulary: number
  embedding: number
  hidden: number
  layers: number
  classes: number
  padding: Padding
}): NetworkDescription {
  const { cell, vocabulary, embedding, hidden, layers, classes, padding } = options
  return assertNetwork({
    cell,
    vocabulary,
    embedding,
    layers: Array.from({ length: layers }, (_, l) => ({
      size: hidden,
      cells: [{ sources: [l === 0 ? 'embedding' : l - 1] }],
    })),
    readout: [layers - 1],
    classes,
    padding,
  })
}
