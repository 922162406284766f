// The network and parameters `lacuna eval` runs: from the weights alone, or wired by a graph. Evaluates nothing.
import { LacunaError } from '../../shared/errors.ts'
import type { GateMask, Wiring } from '../../shared/graph.ts'
import { parameterShapes, type Cell, type NetworkDescription, type Padding } from '../../shared/network.ts'
import type { Masks, Parameters } from '../engine/engine.ts'
import {
  chooseCell,
  fromPublished,
  publishedNames,
  takeParameters,
  type FitRow,
} from '../engine/published.ts'
import { loadSafetensors } from '../engine/safetensors-file.ts'
import { nonFiniteWarning, type TensorFile } from '../engine/safetensors.ts'
import { networkOf } from '../graph/wiring.ts'
import { readGraphFile } from './graph-file.ts'
import { graphChoices } from './graph-options.ts'
import { note, table, usageError } from './output.ts'

export interface ModelFlags {
  weights: string
  cell?: Cell
  padding: Padding
  graph?: string
  wiring?: Wiring
  gateMask?: GateMask
  set?: string[] // choices about the graph file
  acceptNan?: boolean
}

export interface LoadedModel {
  network: NetworkDescription
  parameters: Parameters
  masks: Masks // of the structure; empty without a graph
}

/** Most lines of the table of tensors that do not fit. */
const SHOWN_ROWS = 20

/**
 * Load weights and work out their network. Tensors that do not fit are listed on stderr, expected beside found.
 * @throws LacunaError bad-weights, bad-request for wiring options without a graph, and what reading the files throws
 */
export async function loadModel(flags: ModelFlags): Promise<LoadedModel> {
  if (
    flags.graph === undefined &&
    [flags.wiring, flags.gateMask, flags.set].some((given) => given !== undefined)
  ) {
    throw usageError('The options --wiring, --gate-mask and --set belong to a graph; name it with --graph.')
  }
  const file = await loadSafetensors(flags.weights)
  acceptNonFinite(file, flags)
  try {
    return flags.graph === undefined ? plainModel(file, flags) : await wiredModel(file, flags, flags.graph)
  } catch (error) {
    if (error instanceof LacunaError) printMisfits(error)
    throw error
  }
}

function acceptNonFinite({ nonFinite }: TensorFile, { acceptNan }: ModelFlags): void {
  const warning = nonFiniteWarning(nonFinite)
  if (warning === undefined) return
  if (acceptNan !== true) {
    const sentence = warning.replace(/\.$/, '')
    throw new LacunaError('bad-weights', `${sentence}; add --accept-nan to evaluate them all the same.`)
  }
  note(`warning: ${warning}`)
}

function plainModel(file: TensorFile<Float32Array>, { cell, padding }: ModelFlags): LoadedModel {
  const options = { padding, ...(cell === undefined ? {} : { cell }) }
  return { ...fromPublished(file, options), masks: new Map() }
}

async function wiredModel(
  file: TensorFile<Float32Array>,
  flags: ModelFlags,
  path: string,
): Promise<LoadedModel> {
  const { wiring = 'darji-2021', padding } = flags
  const graph = await readGraphFile(path, graphChoices(flags.set ?? []))
  const published = !file.tensors.has('linear.weight')
  const [vocabulary, embedding] = matrixShape(file, 'embedding.weight')
  const [classes] = matrixShape(file, published ? 'out.weight' : 'linear.weight')
  const { network, masks } = networkOf(graph, {
    wiring,
    gateMask: flags.gateMask ?? (wiring === 'darji-2021' ? 'row-repeat' : 'per-gate'),
    cell: chooseCell(file, flags.cell),
    vocabulary,
    classes,
    padding,
    embedding,
  })
  const names = published ? publishedNames(network) : canonicalNames(network)
  return { network, masks, parameters: takeParameters(network, names, file) }
}

/** Names of weights that Lacuna has written, which are those of the network. */
function canonicalNames(network: NetworkDescription): Map<string, string> {
  return new Map(parameterShapes(network).map(({ name }) => [name, name]))
}

function matrixShape(file: TensorFile, name: string): [rows: number, columns: number] {
  const [rows, columns, ...more] = file.tensors.get(name)?.shape ?? []
  if (rows !== undefined && columns !== undefined && more.length === 0) return [rows, columns]
  throw new LacunaError(
    'bad-weights',
    `The weights have no matrix ${name}; expected the names of the published programs or of Lacuna's exports.`,
  )
}

function printMisfits({ detail }: LacunaError): void {
  const rows = (detail as { rows?: FitRow[] } | undefined)?.rows ?? []
  const wrong = rows.filter(({ expected, found }) => expected !== found)
  if (wrong.length === 0) return
  const shown = wrong.slice(0, SHOWN_ROWS).map(({ tensor, expected, found }) => [tensor, expected, found])
  note(table(['tensor', 'expected', 'found'], shown))
  if (wrong.length > shown.length) note(`and ${wrong.length - shown.length} more`)
}
