// The runs a comparison is about, with everything that is asked of them. Reads the store; computes nothing.
import {
  passes,
  SETTINGS,
  type CompareSelection,
  type Filters,
  type Setting,
  type Settings,
} from '../../shared/compare.ts'
import type { RunState } from '../../shared/results.ts'
import type { RunSpec, StudyDefinition } from '../../shared/study.ts'
import type { AnnotationStore } from '../store/annotations.ts'
import type { Outcome, OutcomeStore } from '../store/outcomes.ts'
import type { StoredStudy, StudyStore } from '../store/studies.ts'
import { runSettings, studySettings } from './settings.ts'

/** What comparing needs of the store. */
export interface CompareSource {
  studies: Pick<StudyStore, 'get' | 'list'>
  outcomes: Pick<OutcomeStore, 'list' | 'of' | 'studiesOf' | 'curves'>
  annotations: Pick<AnnotationStore, 'all'>
}

/** A run that takes part. */
export interface ChosenRun {
  id: string
  studyId: string
  spec: RunSpec
  state: RunState
  settings: Settings // of the study and its own
  block: string // what pairs it with others: its seed, or its graph
  margin: number // percentage points within which accuracy counts as regained
  first?: number // test accuracies, 0 to 1
  last?: number
  base?: { id: string; accuracy: number } // done base run that a pruned run started from
}

export interface Chosen {
  runs: ChosenRun[] // that pass the filters
  count: number // before filters
  studies: StoredStudy[] // the runs are from
  names: ReadonlyMap<string, string> // of studies and datasets by id
  varying: { setting: Setting; values: string[] }[] // of all chosen, before filters
}

/** Read the chosen runs. What is not there any more is left out: a kept address outlives what it names. */
export function chooseRuns(store: CompareSource, selection: CompareSelection): Chosen {
  const whole = new Set(selection.studies)
  const single = new Set(selection.runs)
  const everything = store.outcomes.of([...whole, ...store.outcomes.studiesOf(selection.runs)])
  const studies = new Map(
    [...new Set(everything.map(({ studyId }) => studyId))].map((id) => [id, store.studies.get(id)]),
  )
  const bases = new Map(everything.map((outcome) => [outcome.id, outcome]))
  const shared = new Map([...studies].map(([id, { definition }]) => [id, studySettings(id, definition)]))
  const chosen = everything
    .filter(({ id, studyId }) => whole.has(studyId) || single.has(id))
    .map((outcome) => toChosen(outcome, studies.get(outcome.studyId)!, shared.get(outcome.studyId)!, bases))
  return {
    runs: chosen.filter(({ settings }) => passesOwn(settings, selection.filters)),
    count: chosen.length,
    studies: [...studies.values()],
    names: namesOf([...studies.values()]),
    varying: varyingSettings(chosen),
  }
}

/** A base run has no target: filters on what a run cannot have are about the others. */
function passesOwn(settings: Settings, filters: Filters): boolean {
  if (settings.kind !== 'base') return passes(settings, filters)
  const own = Object.entries(filters).filter(([name]) => settings[name as Setting] !== undefined)
  return passes(settings, Object.fromEntries(own))
}

function toChosen(
  outcome: Outcome,
  study: StoredStudy,
  shared: Settings,
  all: ReadonlyMap<string, Outcome>,
): ChosenRun {
  const { id, studyId, spec, state, engine, first, last, baseId } = outcome
  const base = baseId === undefined ? undefined : all.get(baseId)
  return {
    id,
    studyId,
    spec,
    state,
    settings: { ...shared, ...runSettings(spec, state, engine) },
    block: blockOf(spec, study.definition),
    margin: study.definition.kind === 'pruning' ? study.definition.margin : 1,
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
    ...(base?.state === 'done' && base.last !== undefined
      ? { base: { id: base.id, accuracy: base.last } }
      : {}),
  }
}

/** Runs pair by seed; structures by graph, and graphs of one name are the same only where they are drawn alike. */
function blockOf({ seed, cell, structure }: RunSpec, definition: StudyDefinition): string {
  if (structure === undefined || definition.kind !== 'structure') return String(seed)
  const { graphSeed, graphsPerCell, nodes } = definition.structure
  const drawn = [graphSeed, nodes.min, nodes.max, ...(graphsPerCell === 'own' ? [cell] : [])]
  return JSON.stringify([...drawn, structure.name, structure.rewired])
}

function namesOf(studies: readonly StoredStudy[]): Map<string, string> {
  const taken = new Map<string, number>()
  for (const { name } of studies) taken.set(name, (taken.get(name) ?? 0) + 1)
  return new Map(
    studies.flatMap(({ id, name, definition, datasetName }) => [
      [id, taken.get(name) === 1 ? name : `${name} (${id.slice(0, 6)})`] as const,
      [definition.dataset, datasetName] as const,
    ]),
  )
}

function varyingSettings(runs: readonly ChosenRun[]): Chosen['varying'] {
  return SETTINGS.flatMap((setting) => {
    const values = new Set<string>()
    for (const { settings } of runs) {
      const value = settings[setting]
      if (value !== undefined) values.add(value)
    }
    return values.size < 2 ? [] : [{ setting, values: [...values] }]
  })
}
