// Comparing runs of any studies: the list, a comparison, its judgement, and what people write on studies and runs.
// Everything is worked out from the store each time; nothing is kept.
import {
  MOST_GROUPS,
  type CompareList,
  type Comparison,
  type ComparisonQuestion,
  type ContrastQuestion,
  type Judgements,
} from '../../shared/compare.ts'
import type { ClaimReport } from '../../shared/judgement.ts'
import type { StructureAnalysis } from '../../shared/structure-analysis.ts'
import type { StudyResults } from '../../shared/results.ts'
import type { StudyDefinition } from '../../shared/study.ts'
import { publishedVerdicts } from '../stats/judge-published.ts'
import type { Outcome } from '../store/outcomes.ts'
import { chooseRuns, type CompareSource } from './chosen.ts'
import { judgeContrast } from './contrast.ts'
import { differenceTable } from './differences.ts'
import { groupRuns, seriesOf } from './groups.ts'
import { axisOf, needsCurves, takesPart, type View } from './measures.ts'
import { publishedCurves, publishedResults } from './published.ts'
import { runName, runSettings, studySettings } from './settings.ts'

/** Margin of the published text, for what has none of its own. */
const MARGIN = 1

/** List all runs of all studies that are not in the trash, with what is written on them. */
export function compareList(store: CompareSource): CompareList {
  const outcomes = store.outcomes.list()
  const [onStudies, onRuns] = [store.annotations.all('study'), store.annotations.all('run')]
  const counts = new Map<string, number>()
  for (const { studyId } of outcomes) counts.set(studyId, (counts.get(studyId) ?? 0) + 1)
  return {
    studies: store.studies.list().map(({ id, name, definition, datasetName }) => ({
      id,
      name,
      datasetId: definition.dataset,
      datasetName,
      kind: definition.kind,
      settings: studySettings(id, definition),
      runs: counts.get(id) ?? 0,
      ...optional('annotation', onStudies.get(id)),
    })),
    runs: outcomes.map((outcome) => ({
      ...runLine(outcome),
      ...optional('annotation', onRuns.get(outcome.id)),
    })),
  }
}

function runLine({ id, studyId, spec, state, engine, first, last }: Outcome) {
  return {
    id,
    study: studyId,
    title: runName(spec),
    settings: runSettings(spec, state, engine),
    state,
    ...optional('first', first),
    ...optional('accuracy', last),
  }
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}

/** Draw a comparison: groups with their series, published values, and what differs. */
export function compareRuns(store: CompareSource, question: ComparisonQuestion): Comparison {
  const { selection, chart, moment, single } = question
  const view: View = { chart, moment }
  const chosen = chooseRuns(store, selection)
  const taking = chosen.runs.filter((run) => takesPart(run, view))
  const by =
    chart === 'percent' || chart === 'regain' ? question.by.filter((s) => s !== 'percent') : question.by
  const groups = groupRuns(taking, by, chosen.names)
  const drawn = groups.slice(0, MOST_GROUPS)
  const curves = needsCurves(view)
    ? store.outcomes.curves(drawn.flatMap(({ runs }) => runs.map(({ id }) => id)))
    : new Map<string, never>()
  const margins = new Set(taking.map(({ margin }) => margin))
  const published = question.published
    ? publishedCurves(drawn, view, margins.size === 1 ? [...margins][0]! : MARGIN)
    : []
  const alone = new Set(selection.runs)
  return {
    runs: taking.length,
    chosen: chosen.count,
    axis: {
      ...axisOf(view),
      block: taking.some(({ spec }) => spec.structure !== undefined) ? 'graph' : 'seed',
    },
    groups: drawn.map((group) => seriesOf(group, view, curves, single)),
    more: groups.length - drawn.length,
    ...(published.length === 0
      ? {}
      : { published: { source: publishedResults().source, curves: published } }),
    datasets: [...new Set(taking.flatMap(({ settings }) => settings.dataset ?? []))],
    settings: chosen.varying,
    differences: differenceTable(
      inOrder(chosen.studies, selection.studies),
      chosen.runs.filter(({ id, studyId }) => alone.has(id) && !selection.studies.includes(studyId)),
      chosen.names,
    ),
    retrainEpochs: Math.max(0, ...taking.map(({ spec }) => (spec.prune === undefined ? 0 : spec.epochs))),
  }
}

/** Studies as they were chosen; those of single runs after them. */
function inOrder<T extends { id: string }>(studies: readonly T[], ids: readonly string[]): T[] {
  const place = ({ id }: T) => (ids.includes(id) ? ids.indexOf(id) : ids.length)
  return studies.toSorted((a, b) => place(a) - place(b))
}

/** Judge groups that differ in one setting, pair by pair, as one family. */
export function judgeRuns(store: CompareSource, question: ContrastQuestion): Judgements {
  const view: View = { chart: question.chart, moment: question.moment }
  const chosen = chooseRuns(store, question.selection)
  const taking = chosen.runs.filter((run) => takesPart(run, view))
  const curves =
    needsCurves(view) && view.chart === 'regain'
      ? store.outcomes.curves(taking.map(({ id }) => id))
      : new Map<string, never>()
  return judgeContrast(taking, question, chosen.names, curves)
}

/** Hold a study against the published claims. */
export function judgeClaims(study: {
  definition: StudyDefinition
  results?: StudyResults
  analysis?: StructureAnalysis
}): ClaimReport {
  return publishedVerdicts(study, publishedResults())
}
