// The settings of studies and runs as texts, so that all of them can be filtered and grouped alike. Pure.
import type { Settings } from '../../shared/compare.ts'
import { CELL_NAMES } from '../../shared/network.ts'
import { runTitle } from '../../shared/results.ts'
import type { RunSpec, StudyDefinition } from '../../shared/study.ts'

type Value = string | number | null | undefined

/** Leave out what is undefined; null is 'none'. */
function texts(values: Partial<Record<keyof Settings, Value>>): Settings {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value === null ? 'none' : String(value)]],
    ),
  )
}

/** Settings that all runs of a study share. */
export function studySettings(id: string, study: StudyDefinition): Settings {
  const { training, model } = study
  return texts({
    study: id,
    dataset: study.dataset,
    encoding: study.encoding,
    padding: study.padding,
    validationFraction: study.validationFraction,
    trainLimit: study.trainLimit ?? 'all',
    testLimit: study.testLimit ?? 'all',
    embedding: model.embedding,
    ...('hidden' in model ? { hidden: model.hidden, layers: model.layers } : {}),
    epochs: training.epochs,
    batchSize: training.batchSize,
    learningRate: training.learningRate,
    clipNorm: training.clipNorm,
    ...(study.kind === 'pruning' ? { retrainEpochs: study.prune.retrainEpochs } : {}),
    ...(study.kind === 'structure' ? structureSettings(study) : {}),
  })
}

function structureSettings({ structure }: Extract<StudyDefinition, { kind: 'structure' }>) {
  const { wiring, gateMask, recurrence } = structure
  return { wiring, gateMask, recurrence }
}

/** Settings of one run besides those of its study. */
export function runSettings(spec: RunSpec, state: string, engine: string | undefined): Settings {
  const { kind, cell, seed, prune, structure } = spec
  return texts({
    kind,
    cell,
    seed,
    state,
    engine,
    ...(prune === undefined
      ? {}
      : {
          target: prune.target,
          percent: prune.percent,
          criterion: prune.criterion,
          scope: prune.scope,
          rule: prune.rule,
        }),
    ...(structure === undefined
      ? {}
      : { generator: structure.generator, graph: structure.name, rewired: structure.rewired }),
  })
}

/** 'LSTM, 80 % of h2h, magnitude, seed 3' */
export function runName(spec: RunSpec): string {
  return `${CELL_NAMES[spec.cell]}, ${runTitle(spec)}`
}
