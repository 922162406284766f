// The table of what differs between the chosen studies and runs, and nothing else. Walks definitions as they are, so that
// a field added to them later is compared too. Pure.
import type { DifferenceTable } from '../../shared/compare.ts'
import { CELL_NAMES } from '../../shared/network.ts'
import { canonicalJson } from '../../shared/study.ts'
import type { StoredStudy } from '../store/studies.ts'
import type { ChosenRun } from './chosen.ts'
import { runName } from './settings.ts'

/** Single runs in the table; beyond, the groups tell more. */
const MOST_RUNS = 60

const NAMES: Record<string, string> = {
  datasetName: 'dataset',
  cells: 'architectures',
  cell: 'architecture',
  epochs: 'epochs planned',
  encoding: 'symbols',
  'model.hidden': 'units',
  'model.layers': 'layers',
  'model.embedding': 'embedding',
  'training.clipNorm': 'clipping',
  trainLimit: 'training sequences',
  testLimit: 'test sequences',
  validationFraction: 'validation share',
  'prune.retrainEpochs': 'retraining epochs',
}

/** 'prune.percentages' reads 'prune percentages', 'training.learningRate' 'training learning rate'. */
function labelOf(path: string): string {
  return (
    NAMES[path] ??
    path
      .replaceAll('.', ' ')
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function textOf(value: unknown): string {
  if (value === null) return 'none'
  if (Array.isArray(value) && value.every((item) => !isRecord(item) && !Array.isArray(item)))
    return value.join(', ')
  return typeof value === 'string' ? value : canonicalJson(value).slice(0, 300)
}

/** Every value of a definition by its path. */
function flatten(value: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, own]): [string, string][] =>
    isRecord(own) ? flatten(own, `${prefix}${key}.`) : [[`${prefix}${key}`, textOf(own)]],
  )
}

function studyFields({ definition, datasetName }: StoredStudy): Map<string, string> {
  const fields = new Map(flatten(definition))
  fields.delete('dataset')
  for (const limit of ['trainLimit', 'testLimit']) if (fields.get(limit) === 'none') fields.set(limit, 'all')
  fields.set('cells', definition.cells.map((cell) => CELL_NAMES[cell]).join(', '))
  return new Map([['datasetName', `${datasetName} (${definition.dataset.slice(0, 8)})`], ...fields])
}

function runFields({ spec, settings }: ChosenRun, study: StoredStudy): Map<string, string> {
  const fields = studyFields(study)
  for (const [path, value] of flatten({ ...spec }))
    if (path !== 'key' && path !== 'base') fields.set(path, value)
  fields.set('engine', settings.engine ?? '')
  for (const many of ['cells', 'seeds', 'prune.targets', 'prune.percentages', 'prune.criteria'])
    fields.delete(many)
  return fields
}

/** Rows are the studies chosen whole and the runs chosen one by one; columns only what is not the same in all. */
export function differenceTable(
  studies: readonly StoredStudy[],
  runs: readonly ChosenRun[],
  names: ReadonlyMap<string, string>,
): DifferenceTable {
  const byId = new Map(studies.map((study) => [study.id, study]))
  const single = runs.slice(0, MOST_RUNS)
  const whole = studies.filter(({ id }) => !runs.some(({ studyId }) => studyId === id))
  const rows = [
    ...whole.map((study) => ({
      id: study.id,
      name: names.get(study.id)!,
      kind: 'study' as const,
      fields: studyFields(study),
    })),
    ...single.map((run) => ({
      id: run.id,
      name: `${runName(run.spec)} · ${names.get(run.studyId)!}`,
      kind: 'run' as const,
      fields: runFields(run, byId.get(run.studyId)!),
    })),
  ]
  const keys = [...new Set(rows.flatMap(({ fields }) => [...fields.keys()]))]
  const differing = keys.filter((key) => new Set(rows.map(({ fields }) => fields.get(key))).size > 1)
  const first = rows[0]
  return {
    columns: differing.map((key) => ({ key, label: labelOf(key) })),
    rows: rows.map(({ id, name, kind, fields }) => ({
      id,
      name,
      kind,
      values: differing.map((key) => fields.get(key) ?? ''),
    })),
    same:
      first === undefined
        ? []
        : keys
            .filter((key) => !differing.includes(key))
            .map((key) => ({ label: labelOf(key), value: first.fields.get(key)! })),
  }
}
