// The analysis of a structure study: correlations of graph properties with the score, failure rates and regressors, per
// architecture and within each generator. Pure: rows in, numbers out.
import { LacunaError } from '../../shared/errors.ts'
import type { PropertyName } from '../../shared/graph.ts'
import { FEATURE_SUBSETS, PROPERTY_NAMES, SUBSET_PROPERTIES, type FeatureSubset } from '../../shared/graph.ts'
import type { Cell } from '../../shared/network.ts'
import { CELLS } from '../../shared/network.ts'
import type {
  Correlation,
  CorrelationTable,
  GroupAnalysis,
  PropertyCorrelations,
  RegressorName,
  RegressorResult,
  StructureAnalysis,
  StructureRow,
} from '../../shared/structure-analysis.ts'
import { REGRESSORS } from '../../shared/structure-analysis.ts'
import { bootstrapPearson, correlate, FEWEST_PAIRS } from './correlation.ts'
import { crossValidate, singleSplit } from './cross-validation.ts'
import type { Chance } from './failures.ts'
import { chanceThreshold, failureRate, PUBLISHED_CHANCE } from './failures.ts'
import { benjaminiHochberg, holm } from './multiplicity.ts'
import { minMaxScaler } from './regressors/regressor.ts'
import { REGRESSOR_FITS } from './regressors/registry.ts'

export interface AnalysisOptions {
  /** What guessing scores, to tell failed trainings; default: the published test set. */
  chance?: Chance
  seed?: number
  /** Which regressors to fit; default all. */
  regressors?: readonly RegressorName[]
  subsets?: readonly FeatureSubset[]
  folds?: number
  repeats?: number
  /** Whether regressors see failed trainings: `keep` as published (default), or `leave-out`. */
  failedTrainings?: 'keep' | 'leave-out'
  /** Called after each regressor and subset. */
  onProgress?: (done: number, total: number) => void
}

/** One graph with the mean score of its trainings. */
interface GraphScore {
  properties: StructureRow['properties']
  score: number
}

/** Mean over the seeds of each graph, so that a graph trained five times does not count as five graphs. */
function byGraph(rows: readonly StructureRow[]): GraphScore[] {
  const groups = Map.groupBy(rows, ({ generator, graph }) => JSON.stringify([generator, graph]))
  return [...groups.values()].map((group) => ({
    properties: group[0]!.properties,
    score: group.reduce((sum, { score }) => sum + score, 0) / group.length,
  }))
}

/** Properties that every graph has, in published order. */
function sharedProperties(graphs: readonly GraphScore[]): PropertyName[] {
  return PROPERTY_NAMES.filter((name) => graphs.every(({ properties }) => properties[name] !== undefined))
}

/** Adjust the p-values of one statistic over the properties for which it exists. */
function adjustFamily(family: readonly (Correlation | null)[]): (Correlation | null)[] {
  const present = family.filter((entry) => entry !== null)
  const pValues = present.map(({ p }) => p)
  const [byHolm, byBh] = [holm(pValues), benjaminiHochberg(pValues)]
  let at = -1
  return family.map((entry) => {
    if (entry === null) return null
    at += 1
    return { ...entry, holm: byHolm[at]!, bh: byBh[at]! }
  })
}

function correlationTable(graphs: readonly GraphScore[], seed: number): CorrelationTable {
  const names = graphs.length < FEWEST_PAIRS ? [] : sharedProperties(graphs)
  const scores = graphs.map(({ score }) => score)
  const column = (name: PropertyName) => graphs.map(({ properties }) => properties[name]!)
  const nodes = names.includes('nodes') ? column('nodes') : undefined
  const over = (statistic: (values: number[], name: PropertyName) => Correlation | null) =>
    adjustFamily(names.map((name) => statistic(column(name), name)))
  const linear = over((values) => correlate(values, scores))
  const ranked = over((values) => correlate(values, scores, { method: 'spearman' }))
  const partial = over((values, name) =>
    nodes === undefined || name === 'nodes' ? null : correlate(values, scores, { covariates: [nodes] }),
  )
  const properties = names.map((property, i): PropertyCorrelations => ({
    property,
    pearson: linear[i]!,
    pearsonBootstrap: bootstrapPearson(column(property), scores, { seed }),
    spearman: ranked[i]!,
    partial: partial[i]!,
  }))
  return { graphs: graphs.length, properties }
}

function analyseGroup(
  cell: Cell,
  generator: string | null,
  rows: readonly StructureRow[],
  options: { threshold: number; seed: number },
): GroupAnalysis {
  const group: GroupAnalysis = {
    cell,
    generator,
    failures: failureRate(rows, options.threshold),
    all: correlationTable(byGraph(rows), options.seed),
    trained: correlationTable(byGraph(rows.filter(({ score }) => score > options.threshold)), options.seed),
  }
  if (group.trained.graphs < FEWEST_PAIRS) {
    group.note = `${group.trained.graphs} graphs were trained without failing, too few to claim anything (at least ${FEWEST_PAIRS} are needed).`
  }
  return group
}

function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

function fitSubset(
  regressor: RegressorName,
  subset: FeatureSubset,
  graphs: readonly GraphScore[],
  options: { seed: number; folds: number; repeats: number },
): RegressorResult {
  const names = sharedProperties(graphs).filter((name) => SUBSET_PROPERTIES[subset].includes(name))
  const x = graphs.map(({ properties }) => names.map((name) => properties[name]!))
  const y = graphs.map(({ score }) => score)
  const fit = REGRESSOR_FITS[regressor]
  const validated = crossValidate(fit, x, y, options)
  const { folds, repeats, mean, low, high, pooled, scores, permutation } = validated
  const whole = fit(x.map(minMaxScaler(x)), y, options.seed)
  return {
    regressor,
    subset,
    graphs: graphs.length,
    singleSplit: singleSplit(fit, x, y, { testShare: 1 / folds, seed: options.seed }),
    splitRange: { low: quantileOf(scores, 0.025), high: quantileOf(scores, 0.975) },
    crossValidation: { folds, repeats, mean, low, high, pooled },
    importances: names.map((property, j) => ({
      property,
      impurity: whole.impurity?.[j] ?? null,
      weight: whole.weights?.[j] ?? null,
      permutation: permutation[j]!,
    })),
  }
}

/**
 * Graphs that were drawn one by one. A control has the size and the degrees of another graph, so it is no further
 * observation; where there is nothing else, controls are what there is.
 */
function independent(rows: readonly StructureRow[]): readonly StructureRow[] {
  const own = rows.filter(({ control }) => control !== true)
  return own.length > 0 ? own : rows
}

/** Architectures that occur, in the order in which they are listed everywhere. */
function cellsOf(rows: readonly StructureRow[]): Cell[] {
  return CELLS.filter((cell) => rows.some((row) => row.cell === cell))
}

/**
 * Analyse trained structures: for every architecture, over all generators and within each, the correlations of every
 * property with the score (with and without failed trainings), the failure rate, and per architecture the regressors.
 * An architecture with fewer than two graphs per fold gets no regressors.
 * @param rows one per training; the scores of one graph's seeds are averaged first
 * @throws LacunaError bad-request for no rows or a score that is not a finite number
 */
export function analyseStructures(
  rows: readonly StructureRow[],
  options: AnalysisOptions = {},
): StructureAnalysis {
  if (rows.length === 0) {
    throw new LacunaError('bad-request', 'There are no trained structures to analyse; at least 5 are needed.')
  }
  const wrong = rows.findIndex(({ score }) => !Number.isFinite(score))
  if (wrong >= 0) {
    throw new LacunaError(
      'bad-request',
      `Row ${wrong + 1} has the score ${rows[wrong]!.score}; leave it out.`,
    )
  }
  const threshold = chanceThreshold(options.chance ?? PUBLISHED_CHANCE)
  const seed = options.seed ?? 1
  const cells = cellsOf(rows)
  const groups = cells.flatMap((cell) => {
    const own = rows.filter((row) => row.cell === cell)
    const generators = [...new Set(own.map(({ generator }) => generator))]
    return [null, ...(generators.length > 1 ? generators : [])].map((generator) =>
      analyseGroup(
        cell,
        generator,
        generator === null ? independent(own) : own.filter((row) => row.generator === generator),
        { threshold, seed },
      ),
    )
  })
  return { groups, regressors: fitAll(rows, cells, threshold, { ...options, seed }) }
}

function fitAll(
  rows: readonly StructureRow[],
  cells: readonly Cell[],
  threshold: number,
  options: AnalysisOptions & { seed: number },
): StructureAnalysis['regressors'] {
  const { seed, folds = 10, repeats = 10, regressors = REGRESSORS, subsets = FEATURE_SUBSETS } = options
  const total = cells.length * regressors.length * subsets.length
  let done = 0
  return cells.map((cell) => {
    const own = independent(rows.filter((row) => row.cell === cell))
    const used = options.failedTrainings === 'leave-out' ? own.filter((row) => row.score > threshold) : own
    const graphs = byGraph(used)
    const results: RegressorResult[] = []
    for (const subset of subsets) {
      for (const regressor of regressors) {
        const exists = sharedProperties(graphs).some((name) => SUBSET_PROPERTIES[subset].includes(name))
        if (exists && graphs.length >= 2 * folds) {
          results.push(fitSubset(regressor, subset, graphs, { seed, folds, repeats }))
        }
        options.onProgress?.(++done, total)
      }
    }
    return { cell, results }
  })
}
