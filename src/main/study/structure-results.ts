// Turns the runs of a structure study into what its charts, its analysis and its table show. Pure.
import type { RunSummary } from '../../shared/contract.ts'
import { csvCell } from '../../shared/csv.ts'
import type { Dataset } from '../../shared/dataset.ts'
import { PROPERTY_NAMES, type GraphProperties } from '../../shared/graph.ts'
import type { RunRecord, RunState, StructureResult, StructureResults } from '../../shared/results.ts'
import type { StructureRow } from '../../shared/structure-analysis.ts'
import { familyLabels, type StructureSpec } from '../../shared/structure-study.ts'
import type { StructureStudy } from '../../shared/study.ts'
import { chanceThreshold, type Chance } from '../stats/failures.ts'
import type { TableCell } from './csv.ts'
import { splitSizes } from './outlook.ts'

/** Properties of the graphs by run id. */
export type MeasuredGraphs = ReadonlyMap<string, Partial<GraphProperties>>

/** What always naming the largest class scores on the test sequences of a study. */
export function studyChance(definition: StructureStudy, dataset: Dataset): Chance {
  const { test } = dataset.counts
  const all = test.reduce((a, b) => a + b, 0)
  return { accuracy: Math.max(...test) / all, total: splitSizes(definition, dataset).test }
}

/** What a structure study has found so far, a row for every run. */
export function structureResults(
  studyId: string,
  chance: Chance,
  runs: readonly RunSummary[],
  measured: MeasuredGraphs,
): StructureResults {
  const rows = runs.flatMap((run) =>
    run.spec.structure === undefined ? [] : [resultOf(run, run.spec.structure, measured)],
  )
  return { studyId, chance: chanceThreshold(chance), rows }
}

function resultOf(run: RunSummary, structure: StructureSpec, measured: MeasuredGraphs): StructureResult {
  const { id, spec, state, recurrentWeights, parameters, accuracies } = run
  return {
    runId: id,
    cell: spec.cell,
    seed: spec.seed,
    generator: structure.generator,
    graph: structure.name,
    rewired: structure.rewired,
    state,
    properties: measured.get(id) ?? {},
    ...(recurrentWeights === undefined ? {} : { recurrentWeights }),
    ...(parameters === undefined ? {} : { parameters }),
    accuracies,
    ...(state === 'done' && run.last !== undefined ? { accuracy: run.last.test.accuracy } : {}),
  }
}

/** Score of a run that has ended: of a diverged one that of guessing, as its network names one class for everything. */
function scoreOf(state: RunState, accuracy: number | undefined, chance: Chance): number | undefined {
  return state === 'diverged' ? chance.accuracy : state === 'done' ? accuracy : undefined
}

/** Rows of the analysis: every run that is done or diverged and whose graph has been measured. */
export function analysisRows({ rows }: StructureResults, chance: Chance): StructureRow[] {
  return rows.flatMap(({ cell, seed, generator, graph, rewired, state, properties, accuracy }) => {
    const score = scoreOf(state, accuracy, chance)
    if (score === undefined || Object.keys(properties).length === 0) return []
    const control = rewired > 0
    return [
      {
        cell,
        seed,
        generator: control ? `${generator}-rewired` : generator,
        graph: control ? `${graph}, rewired ${rewired}` : graph,
        ...(control ? { control } : {}),
        properties,
        score,
      },
    ]
  })
}

/** Text that tells the graphs of one kind apart, also over several families: 17, b17, and 17.1 for its first control. */
function graphNumber(
  labels: readonly string[],
  { family, generator, index, rewired }: StructureSpec,
): string {
  const letter = labels[family]!.slice(generator.length).replace('-', '')
  return `${letter}${index}${rewired === 0 ? '' : `.${rewired}`}`
}

/**
 * Write a structure study as CSV (RFC 4180, CRLF), a row for every run, under the column names of the published tables
 * where there are such, so that an analysis reads it back. `majority_share` and `test_total` tell what guessing scores.
 */
export function structureCsv(
  { structure, training }: StructureStudy,
  chance: Chance,
  runs: readonly RunRecord[],
  measured: MeasuredGraphs,
): string {
  const labels = familyLabels(structure.families)
  const epochs = Array.from({ length: training.epochs }, (_, i) => i + 1)
  const header = [
    ...['mode', 'graph', 'graph_nr', ...PROPERTY_NAMES, 'test_acc', 'test_loss', 'time'],
    ...['study', 'run', 'name', 'rewired', 'seed', 'state', 'epochs'],
    ...['parameters', 'recurrent_weights', 'nonzeros', 'majority_share', 'test_total'],
    ...['engine', 'engine_version', 'problem', ...epochs.map((epoch) => `test_acc_${epoch}`)],
  ]
  const rows = runs.flatMap((run) => {
    const spec = run.spec.structure
    if (spec === undefined) return []
    const last = run.epochs.at(-1)
    const score = scoreOf(run.state, last?.test.accuracy, chance)
    const properties = measured.get(run.id)
    const seconds = run.epochs.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0) / 1000
    const accuracies = new Map(run.epochs.map(({ epoch, test }) => [epoch, test.accuracy]))
    const cells: TableCell[] = [
      run.spec.cell,
      `${spec.generator}${spec.rewired > 0 ? '-rewired' : ''}`.replaceAll('-', '_'),
      graphNumber(labels, spec),
      ...PROPERTY_NAMES.map((name) => properties?.[name]),
      ...[score, run.state === 'done' ? last?.test.lossSum : undefined, seconds],
      ...[run.studyId, run.spec.key, spec.name, spec.rewired, run.spec.seed, run.state, run.epochs.length],
      ...[run.parameters, run.recurrentWeights, last?.nonzeros, chance.accuracy, chance.total],
      ...[run.engine?.name, run.engine?.version, run.problem?.message],
      ...epochs.map((epoch) => accuracies.get(epoch)),
    ]
    return [cells]
  })
  return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n'
}
