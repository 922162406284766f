// What a study will need before it is started: time where this machine has been measured, disk, and memory, which can be
// a reason to refuse it.
import type { Dataset } from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import { GATES, type Cell } from '../../shared/network.ts'
import type { RunSpec, StudyDefinition } from '../../shared/study.ts'
import { keptShare, recurrentWeightCount, type EpochEstimate, type Outlook } from './outlook.ts'

/** Estimate the time of all runs with `jobs` at a time; undefined while nothing comparable has been measured. */
export function estimateTime(
  definition: StudyDefinition,
  dataset: Dataset,
  runs: readonly RunSpec[],
  outlook: Outlook,
  jobs: number,
): { ms: number; basis: string } | undefined {
  const estimates = new Map<string, EpochEstimate>()
  let ms = 0
  let basis = ''
  for (const { cell, prune, epochs } of runs) {
    const density = keptShare(definition, prune)
    const key = `${cell}|${density}`
    const epoch = estimates.get(key) ?? outlook.epoch(definition, dataset, cell, { density })
    if (epoch === undefined) return undefined
    estimates.set(key, epoch)
    ms += epoch.ms * epochs
    basis = epoch.basis
  }
  return { ms: ms / Math.min(jobs, runs.length), basis }
}

/** Number of trained values of the plain model. */
export function parameterCount(definition: StudyDefinition, cell: Cell, dataset: Dataset): number {
  const { embedding, hidden, layers } = definition.model
  const vocabulary = definition.encoding === 'ascii' ? 128 : dataset.alphabetSize + 2
  const biases = 2 * layers * GATES[cell].length * hidden
  return (
    vocabulary * embedding +
    recurrentWeightCount(definition, cell) +
    biases +
    dataset.classes.length * (hidden + 1)
  )
}

const FLOAT_BYTES = 4
const EPOCH_ROW_BYTES = 200

/** Bytes the finished study takes, and its checkpoints while it runs. */
export function diskBytes(
  definition: StudyDefinition,
  dataset: Dataset,
  runs: readonly RunSpec[],
  jobs: number,
): number {
  const ofCell = new Map(
    definition.cells.map((cell) => [
      cell,
      {
        parameters: parameterCount(definition, cell, dataset),
        recurrent: recurrentWeightCount(definition, cell),
      },
    ]),
  )
  const finished = runs.reduce((sum, { cell, prune, epochs }) => {
    const { parameters, recurrent } = ofCell.get(cell)!
    return (
      sum + parameters * FLOAT_BYTES + (prune === undefined ? 0 : recurrent) + (epochs + 1) * EPOCH_ROW_BYTES
    )
  }, 0)
  const largest = Math.max(...[...ofCell.values()].map((c) => c.parameters * 3 * FLOAT_BYTES + c.recurrent))
  return finished + Math.min(jobs, runs.length) * largest
}

/** What an engine process holds before any model: Node, native libraries, libtensorflow. */
const PROCESS_BYTES = 400e6

/** Bytes one engine process needs for the largest architecture of a study. */
export function memoryBytes(definition: StudyDefinition, dataset: Dataset): number {
  const { hidden, layers } = definition.model
  const sequences = [...dataset.counts.train, ...dataset.counts.test].reduce((a, b) => a + b, 0)
  const perCell = definition.cells.map((cell) => {
    // Weights, gradients, two moments, and as much again while a checkpoint is written and sent.
    const weights = 8 * parameterCount(definition, cell, dataset)
    // Gates, cell state and output of every step, and their gradients, for one batch.
    const steps = definition.training.batchSize * dataset.maxLength
    const activations = 2 * steps * layers * hidden * (GATES[cell].length + 3)
    return FLOAT_BYTES * (weights + activations)
  })
  return PROCESS_BYTES + Math.max(...perCell) + sequences * dataset.maxLength * 2
}

/**
 * Refuse a study that cannot run.
 * @throws LacunaError bad-request when there is nothing to classify, too-large when a run cannot fit into `available` bytes
 */
export function assertFeasible(definition: StudyDefinition, dataset: Dataset, available: number): void {
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)
  if (dataset.classes.length < 2) {
    throw new LacunaError(
      'bad-request',
      `The dataset '${dataset.name}' has one class; a study needs at least two to tell apart.`,
    )
  }
  if (sum(dataset.counts.train) < 2 || sum(dataset.counts.test) < 1) {
    throw new LacunaError(
      'bad-request',
      `The dataset '${dataset.name}' has too few sequences; a study needs 2 to train on and 1 to test on.`,
    )
  }
  const needed = memoryBytes(definition, dataset)
  if (needed > available) {
    throw new LacunaError(
      'too-large',
      `A run of this study needs about ${gigabytes(needed)} of memory and ${gigabytes(available)} are there; use a smaller batch or model.`,
      { needed, available },
    )
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
