// What a study will need before it is started: time where this machine has been measured, disk, and memory, which can be
// a reason to refuse it.
import type { Dataset } from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import { GATES } from '../../shared/network.ts'
import type { RunSpec, StudyDefinition } from '../../shared/study.ts'
import { modelSizes } from './model-size.ts'
import { keptShare, type EpochEstimate, type Outlook } from './outlook.ts'
import { assertStructure } from './structure.ts'

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

const FLOAT_BYTES = 4
const EPOCH_ROW_BYTES = 200

/** Bytes the finished study takes, and its checkpoints while it runs. */
export function diskBytes(
  definition: StudyDefinition,
  dataset: Dataset,
  runs: readonly RunSpec[],
  jobs: number,
): number {
  const sizes = new Map(definition.cells.map((cell) => [cell, modelSizes(definition, cell, dataset)]))
  const finished = runs.reduce((sum, { cell, kind, epochs }) => {
    const { parameters, maskBytes } = sizes.get(cell)!.mean
    return sum + parameters * FLOAT_BYTES + (kind === 'base' ? 0 : maskBytes) + (epochs + 1) * EPOCH_ROW_BYTES
  }, 0)
  const checkpoints = [...sizes.values()].map(
    ({ largest }) => largest.parameters * 3 * FLOAT_BYTES + largest.maskBytes,
  )
  return Math.round(finished + Math.min(jobs, runs.length) * Math.max(...checkpoints))
}

/** What an engine process holds before any model: Node, native libraries, libtensorflow. */
const PROCESS_BYTES = 400e6

/** Bytes one engine process needs for the largest architecture of a study. */
export function memoryBytes(definition: StudyDefinition, dataset: Dataset): number {
  const sequences = [...dataset.counts.train, ...dataset.counts.test].reduce((a, b) => a + b, 0)
  const perCell = definition.cells.map((cell) => {
    const { parameters, units } = modelSizes(definition, cell, dataset).largest
    // Weights, gradients, two moments, and as much again while a checkpoint is written and sent.
    const weights = 8 * parameters
    // Gates, cell state and output of every step, and their gradients, for one batch.
    const steps = definition.training.batchSize * dataset.maxLength
    const activations = 2 * steps * units * (GATES[cell].length + 3)
    return FLOAT_BYTES * (weights + activations)
  })
  return PROCESS_BYTES + Math.max(...perCell) + sequences * dataset.maxLength * 2
}

/**
 * Refuse a study that cannot run.
 * @throws LacunaError bad-request when there is nothing to classify or a graph is impossible, too-large when a run cannot fit into `available` bytes
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
  if (definition.kind === 'structure') assertStructure(definition.structure)
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
