// How long work will take: measured milliseconds per unit of work, by architecture and engine, from epochs that were
// finished on this machine. Says nothing while nothing has been measured.
import type { Cell } from '../../shared/network.ts'
import type { Dataset } from '../../shared/dataset.ts'
import type { PruneSpec, StudyDefinition } from '../../shared/study.ts'
import type { Store } from '../store/store.ts'
import { modelSizes } from './model-size.ts'

interface Measured {
  epochs: number
  ms: number // mean of one epoch
}

/** Where an estimate comes from. */
export interface EpochEstimate {
  ms: number
  basis: string
}

/** Sequences of each part a study uses. */
export function splitSizes(
  definition: StudyDefinition,
  dataset: Dataset,
): { train: number; validation: number; test: number } {
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)
  const pool = Math.min(sum(dataset.counts.train), definition.trainLimit ?? Infinity)
  const validation = Math.round(pool * definition.validationFraction)
  return {
    train: pool - validation,
    validation,
    test: Math.min(sum(dataset.counts.test), definition.testLimit ?? Infinity),
  }
}

/** Share of the recurrent weights that a pruned run keeps, 0 to 1. */
export function keptShare(definition: StudyDefinition, prune: PruneSpec | undefined): number {
  if (prune === undefined || definition.kind === 'structure') return 1
  const { embedding, hidden, layers } = definition.model
  const inputs = embedding + (layers - 1) * hidden
  const ofTarget = { both: inputs + layers * hidden, i2h: inputs, h2h: layers * hidden }
  return 1 - (prune.percent / 100) * (ofTarget[prune.target] / ofTarget.both)
}

/**
 * Work of one training epoch, in an arbitrary unit. TensorFlow pays for every operation it starts, so its work is
 * batches * steps * cells; the other engines pay for multiply-adds, three times in training.
 */
export function epochWork(definition: StudyDefinition, dataset: Dataset, cell: Cell, engine: string): number {
  const { train, validation, test } = splitSizes(definition, dataset)
  const steps = (dataset.minLength + dataset.maxLength) / 2
  const passes = 3 * train + validation + test
  const { mean } = modelSizes(definition, cell, dataset)
  if (engine === 'tensorflow') return (passes / definition.training.batchSize) * steps * mean.cells
  return passes * steps * mean.kept
}

/** What a short calibration of this machine says about one training epoch; `density`: kept recurrent weights, 0 to 1. */
export interface CalibrationSource {
  epoch(definition: StudyDefinition, dataset: Dataset, cell: Cell, density: number): EpochEstimate | undefined
}

export class Outlook {
  readonly #store: Store
  readonly #byStudy = new Map<string, Measured>() // study|cell
  readonly #byEngine = new Map<string, { perWork: number; epochs: number }>() // engine|cell, of the newest study
  #lastEngine: string | undefined
  readonly #calibration: CalibrationSource | undefined
  #loaded = false

  constructor(store: Store, calibration?: CalibrationSource) {
    this.#store = store
    this.#calibration = calibration
  }

  /** Take a finished training epoch into account. */
  observe(studyId: string, cell: Cell, engine: string, elapsedMs: number): void {
    this.#load()
    this.#add(studyId, cell, engine, { epochs: 1, ms: elapsedMs })
  }

  #load(): void {
    if (this.#loaded) return
    this.#loaded = true
    for (const { studyId, cell, engine, epochs, ms } of this.#store.runs.timings()) {
      this.#add(studyId, cell, engine, { epochs, ms })
    }
  }

  #add(studyId: string, cell: Cell, engine: string, { epochs, ms }: Measured): void {
    const key = `${studyId}|${cell}`
    const before = this.#byStudy.get(key) ?? { epochs: 0, ms: 0 }
    const total = before.epochs + epochs
    const mean = (before.ms * before.epochs + ms * epochs) / total
    this.#byStudy.set(key, { epochs: total, ms: mean })
    const { definition } = this.#store.studies.get(studyId)
    const work = epochWork(definition, this.#store.datasets.get(definition.dataset), cell, engine)
    this.#byEngine.set(`${engine}|${cell}`, { perWork: mean / work, epochs: total })
    this.#lastEngine = engine
  }

  /** Estimate one training epoch of an architecture, or undefined while nothing comparable has been measured. */
  epoch(
    definition: StudyDefinition,
    dataset: Dataset,
    cell: Cell,
    { studyId, density = 1 }: { studyId?: string; density?: number } = {},
  ): EpochEstimate | undefined {
    this.#load()
    const own = studyId === undefined ? undefined : this.#byStudy.get(`${studyId}|${cell}`)
    if (own !== undefined) return { ms: own.ms, basis: `${own.epochs} epochs of this study` }
    const calibrated = this.#calibration?.epoch(definition, dataset, cell, density)
    if (calibrated !== undefined) return calibrated
    const engine = definition.engine === 'auto' ? this.#lastEngine : definition.engine
    if (engine === undefined) return undefined
    const same = this.#byEngine.get(`${engine}|${cell}`)
    const work = epochWork(definition, dataset, cell, engine)
    if (same !== undefined) {
      return {
        ms: same.perWork * work,
        basis: `${same.epochs} epochs measured here with the ${engine} engine`,
      }
    }
    const others = [...this.#byEngine]
      .filter(([key]) => key.startsWith(`${engine}|`))
      .map(([, m]) => m.perWork)
    if (others.length === 0) return undefined
    const mean = others.reduce((a, b) => a + b, 0) / others.length
    return { ms: mean * work, basis: `other architectures measured here with the ${engine} engine` }
  }

  /** Time until the runs of a study that are not paused are done, with `jobs` at a time. */
  remaining(studyId: string, jobs: number): number | undefined {
    const { definition } = this.#store.studies.get(studyId)
    const dataset = this.#store.datasets.get(definition.dataset)
    let ms = 0
    let runs = 0
    for (const { cell, count, epochsLeft } of this.#store.runs.workLeft(studyId)) {
      const epoch = this.epoch(definition, dataset, cell, { studyId })
      if (epoch === undefined) return undefined
      ms += epoch.ms * epochsLeft
      runs += count
    }
    return runs === 0 ? 0 : ms / Math.min(jobs, runs)
  }
}
