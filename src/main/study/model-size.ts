// How large the models of a study are, per architecture: exact for stacked models, from a few sampled graphs for random
// structures. What time, disk and memory are estimated from.
import type { Dataset } from '../../shared/dataset.ts'
import { GATES, type Cell } from '../../shared/network.ts'
import type { StackedStudy, StudyDefinition } from '../../shared/study.ts'
import { countParameters } from '../engine/parameters.ts'
import { sampleStructures, type StructureSample } from './structure.ts'
import { recurrentCounts } from './weights.ts'

export interface ModelSize {
  parameters: number // all values
  recurrent: number // values in all weight_ih and weight_hh
  kept: number // of these, values that are not masked
  cells: number // recurrent cells
  units: number // over all cells
  maskBytes: number
}

/** Number of tokens and classes a network of the study has. */
export function vocabularySizes(
  { encoding }: StudyDefinition,
  dataset: Dataset,
): { vocabulary: number; classes: number } {
  // Own vocabularies have a pad and a token for letters that training never shows.
  const vocabulary = encoding === 'ascii' ? 128 : dataset.alphabetSize + 2
  return { vocabulary, classes: dataset.classes.length }
}

/** Weights in all `weight_ih` and `weight_hh` of the plain model. */
export function recurrentWeightCount(
  { model: { embedding, hidden, layers } }: Pick<StackedStudy, 'model'>,
  cell: Cell,
): number {
  return GATES[cell].length * hidden * (embedding + hidden + (layers - 1) * 2 * hidden)
}

/** Sizes of the models of an architecture: their mean, and the largest of each. */
export function modelSizes(
  definition: StudyDefinition,
  cell: Cell,
  dataset: Dataset,
): { mean: ModelSize; largest: ModelSize } {
  if (definition.kind !== 'structure') {
    const size = stackedSize(definition, cell, dataset)
    return { mean: size, largest: size }
  }
  const samples = sampleStructures(definition, cell, vocabularySizes(definition, dataset))
  const sizes = samples.map((sample) => ({ size: sizeOf(sample), share: sample.share }))
  const combine = (of: (field: keyof ModelSize) => number) =>
    Object.fromEntries(FIELDS.map((field) => [field, of(field)])) as Record<keyof ModelSize, number>
  return {
    mean: combine((field) => sizes.reduce((sum, { size, share }) => sum + share * size[field], 0)),
    largest: combine((field) => Math.max(...sizes.map(({ size }) => size[field]))),
  }
}

const FIELDS = ['parameters', 'recurrent', 'kept', 'cells', 'units', 'maskBytes'] as const

function stackedSize(definition: StackedStudy, cell: Cell, dataset: Dataset): ModelSize {
  const { embedding, hidden, layers } = definition.model
  const { vocabulary, classes } = vocabularySizes(definition, dataset)
  const recurrent = recurrentWeightCount(definition, cell)
  const biases = 2 * layers * GATES[cell].length * hidden
  return {
    parameters: vocabulary * embedding + recurrent + biases + classes * (hidden + 1),
    recurrent,
    kept: recurrent,
    cells: layers,
    units: layers * hidden,
    maskBytes: recurrent, // of a pruned run
  }
}

function sizeOf({ network, masks }: StructureSample): ModelSize {
  const { recurrentWeights, nonzeros } = recurrentCounts(network, masks)
  return {
    parameters: countParameters(network),
    recurrent: recurrentWeights,
    kept: nonzeros,
    cells: network.layers.reduce((sum, { cells }) => sum + cells.length, 0),
    units: network.layers.reduce((sum, { size, cells }) => sum + size * cells.length, 0),
    maskBytes: [...masks.values()].reduce((sum, { length }) => sum + length, 0),
  }
}
