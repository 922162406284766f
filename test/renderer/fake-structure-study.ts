// Believable structure studies for looking at the interface: real graphs and properties, accuracies that depend on them,
// the real correlations, made-up regressors. Deterministic; trains nothing.
import { analyseStructures } from '../../src/main/stats/analyse.ts'
import { readGraph } from '../../src/main/graph/formats/formats.ts'
import { analysisRows } from '../../src/main/study/structure-results.ts'
import { layeringOf } from '../../src/main/graph/layering.ts'
import { graphProperties } from '../../src/main/graph/properties.ts'
import { sampleGraph } from '../../src/main/graph/sample.ts'
import type { GraphSample } from '../../src/shared/contract.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import {
  FEATURE_SUBSETS,
  SUBSET_PROPERTIES,
  type GraphDescription,
  type GraphImport,
  type GraphImportOptions,
  type GraphProperties,
} from '../../src/shared/graph.ts'
import type { Cell } from '../../src/shared/network.ts'
import type { EpochRecord, RunRecord, RunState, StructureResult } from '../../src/shared/results.ts'
import {
  REGRESSORS,
  type RegressorResult,
  type StructureAnalysis,
} from '../../src/shared/structure-analysis.ts'
import type { StructureOptions } from '../../src/shared/structure-study.ts'
import { expandStudy, parseStudy, type RunSpec, type StructureStudy } from '../../src/shared/study.ts'
import { dice } from './support/fake-data.ts'

const TOTAL = 6250
const GUESS = { accuracy: 3161 / TOTAL, total: TOTAL }
export const CHANCE = 3161 / TOTAL + 3 * Math.sqrt((0.5058 * 0.4942) / TOTAL)
const TOP: Record<Cell, number> = { 'rnn-tanh': 0.86, 'rnn-relu': 0.85, lstm: 0.9, gru: 0.93 }
const FAILING: Record<Cell, number> = { 'rnn-tanh': 0.05, 'rnn-relu': 0.12, lstm: 0.02, gru: 0.01 }

/** Definition of the published study, or a smaller one like it. */
export function structureDefinition(dataset: string, change: object = {}): StructureStudy {
  const families = [
    { kind: 'barabasi-albert', count: 100 },
    { kind: 'watts-strogatz', count: 100 },
  ]
  const study = {
    kind: 'structure',
    dataset,
    seeds: [1],
    structure: { families, wiring: 'darji-2021', gateMask: 'row-repeat' },
    ...change,
  }
  return parseStudy(study) as StructureStudy
}

const measured = new Map<string, { graph: GraphDescription; properties: GraphProperties }>()

function graphOf({ structure }: StructureStudy, { cell, structure: spec }: RunSpec) {
  const { family, index, rewired } = spec!
  const key = JSON.stringify([
    structure,
    family,
    index,
    rewired,
    structure.graphsPerCell === 'own' ? cell : '',
  ])
  const known = measured.get(key)
  if (known !== undefined) return known
  const { graph } = sampleGraph(structure, { family, index, cell, rewired })
  const made = { graph, properties: graphProperties(graph) }
  measured.set(key, made)
  return made
}

/** Accuracy a training of this graph ends at, with its noise and its chance of failing. */
function accuracyOf({ cell, seed, key, structure }: RunSpec, properties: GraphProperties): number {
  const random = dice([...`${key} ${seed}`].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) | 0, 7))
  const noise = (random() + random() + random() - 1.5) * 0.06
  if (random() < FAILING[cell]) return 0.4942 + random() * 0.014
  const size = 0.05 * Math.log(properties.nodes / 25)
  const shape = -0.5 * properties.nodes_betweenness_std
  return Math.min(0.985, TOP[cell] + size + shape + noise - (structure!.rewired > 0 ? 0.012 : 0))
}

/** Records of the first epochs of a run. */
export function structureEpochs(study: StructureStudy, spec: RunSpec, upTo: number): EpochRecord[] {
  const end = accuracyOf(spec, graphOf(study, spec).properties)
  return Array.from({ length: upTo }, (_, i): EpochRecord => {
    const share = end < CHANCE ? 1 : (1 - Math.exp(-(i + 1) / 4)) / (1 - Math.exp(-spec.epochs / 4))
    const correct = Math.round((0.5 + (end - 0.5) * share) * TOTAL)
    const accuracy = correct / TOTAL
    const test = { total: TOTAL, correct, accuracy, loss: 1.2 * (1 - accuracy), lossSum: 60 * (1 - accuracy) }
    return { epoch: i + 1, train: test, test, nonzeros: 900, elapsedMs: 800 }
  })
}

/** Runs of a structure study in given states. */
export function structureRuns(
  studyId: string,
  study: StructureStudy,
  state: (index: number, spec: RunSpec, total: number) => RunState,
): RunRecord[] {
  const specs = expandStudy(study)
  return specs.map((spec, index): RunRecord => {
    const is = state(index, spec, specs.length)
    const upTo = { done: spec.epochs, queued: 0, cancelled: 0 }[is as string] ?? Math.floor(spec.epochs * 0.4)
    return {
      id: `${studyId}-${index}`,
      studyId,
      spec,
      state: is,
      epochs: structureEpochs(study, spec, is === 'diverged' ? 0 : upTo),
      recurrentWeights: 1200,
      parameters: 3400,
      attempts: 1,
      ...(is === 'queued' ? {} : { engine: { name: 'fused', version: '0.1.0', instructionSet: 'avx512' } }),
      ...(is === 'diverged'
        ? {
            problem: {
              code: 'diverged',
              message:
                'The loss became NaN at epoch 1, batch 3; lower the learning rate or the clipping norm.',
            },
          }
        : {}),
    }
  })
}

/** What 'study/structures' answers. */
export function structureRows(study: StructureStudy, runs: readonly RunRecord[]): StructureResult[] {
  return runs.map(({ id, spec, state, epochs }): StructureResult => {
    const accuracies = epochs.map(({ test }) => test.accuracy)
    const { generator, name, rewired } = spec.structure!
    return {
      runId: id,
      cell: spec.cell,
      seed: spec.seed,
      generator,
      graph: name,
      rewired,
      state,
      properties: graphOf(study, spec).properties,
      recurrentWeights: 1200,
      parameters: 3400,
      accuracies,
      ...(state === 'done' ? { accuracy: accuracies.at(-1)! } : {}),
    }
  })
}

const analyses = new Map<string, StructureAnalysis>()

/** What 'study/analyse' answers: real correlations and failure rates, regressors that only look like some. */
export function structureAnalysis(
  rows: readonly StructureResult[],
  leaveOutFailed: boolean,
): StructureAnalysis {
  const key = JSON.stringify([rows.map(({ runId, accuracy }) => [runId, accuracy]), leaveOutFailed])
  const known = analyses.get(key)
  if (known !== undefined) return known
  const scored = analysisRows({ studyId: '', chance: CHANCE, rows: [...rows] }, GUESS)
  if (scored.length === 0)
    throw new LacunaError(
      'bad-request',
      'No run of this study has finished with an accuracy; nothing can be analysed.',
    )
  const { groups } = analyseStructures(scored, { regressors: [] })
  const cells = [...new Set(groups.map(({ cell }) => cell))]
  const regressors = cells.map((cell, at) => {
    const graphs = groups.find((group) => group.cell === cell)!.all.graphs
    return { cell, results: graphs < 20 ? [] : regressorsOf(graphs, at) }
  })
  const made = { groups, regressors }
  analyses.set(key, made)
  return made
}

function regressorsOf(graphs: number, at: number): RegressorResult[] {
  const random = dice(graphs + at * 17)
  return FEATURE_SUBSETS.flatMap((subset, s) =>
    REGRESSORS.map((regressor, r): RegressorResult => {
      const mean = 0.62 - s * 0.06 - Math.abs(r - 1) * 0.05 - at * 0.03
      const names = SUBSET_PROPERTIES[subset]
      const raw = names.map(() => random() ** 3)
      const sum = raw.reduce((a, b) => a + b, 0)
      return {
        regressor,
        subset,
        graphs,
        singleSplit: mean + (random() - 0.5) * 0.3,
        splitRange: { low: mean - 0.3, high: mean + 0.2 },
        crossValidation: {
          folds: 10,
          repeats: 10,
          mean,
          low: mean - 0.08,
          high: mean + 0.08,
          pooled: mean + 0.01,
        },
        importances: names.map((property, i) => ({
          property,
          impurity: regressor === 'bayesian-ridge' ? null : raw[i]! / sum,
          weight: regressor === 'bayesian-ridge' ? raw[i]! - 0.2 : null,
          permutation: (raw[i]! / sum) * 0.6 - 0.005,
        })),
      }
    }),
  )
}

/** What 'graph/sample' answers. */
export function graphSample(structure: StructureOptions, family: number, index: number): GraphSample {
  const { name, graph } = sampleGraph(structure, { family, index })
  return { name, graph, layers: layeringOf(graph).layers, properties: graphProperties(graph) }
}

/** Files of the tests by a word of their names, since the fake workbench keeps no content. */
const FILES: readonly [word: string, text: string][] = [
  ['loops', 'a b\nb c\nc c\na c\nb a\n'],
  ['broken', '{"nodes": [{"id": 1}], "links": [{"source": 1, "target": 9}]}'],
]

/** What 'graph/import' answers, read by the real reader. */
export function graphImport(fileName: string, options: GraphImportOptions): GraphImport {
  if (fileName.includes('huge')) {
    const edges = Array.from({ length: 2500 }, (_, i): [number, number] => [i, i + 1])
    return { format: 'edge-list', graph: { nodes: 2501, edges }, directed: false, problems: [] }
  }
  if (fileName.includes('virus')) {
    throw new LacunaError(
      'bad-input',
      `${fileName} is no graph: it holds <!DOCTYPE, which is refused in GraphML.`,
    )
  }
  const text = FILES.find(([word]) => fileName.includes(word))?.[1] ?? '0 1\n0 2\n1 3\n2 3\n0 3\n'
  return readGraph(new TextEncoder().encode(text), options)
}
