// What the analysis of a structure study says: correlations of graph properties with a score, and how well regressors
// predict it. Types only; computed in src/main/stats.
import type { FeatureSubset, PropertyName } from './graph.ts'
import type { Cell } from './network.ts'

/** One trained structure. `graph` tells graphs of one generator apart; several seeds of a graph have the same one. */
export interface StructureRow {
  cell: Cell
  generator: string
  graph: string
  control?: boolean // has the degrees of another graph here; left out of what is said over all generators
  seed?: number
  properties: Partial<Record<PropertyName, number>>
  score: number // test accuracy 0 to 1, or another target
}

/** A correlation with its 95 % interval, two-sided p-value and the p-value adjusted over the family of properties. */
export interface Correlation {
  n: number
  r: number // -1 to 1
  low: number
  high: number
  p: number
  holm?: number
  bh?: number // Benjamini-Hochberg
}

/** Correlations of one property; null where one of the two does not vary or fewer than 5 graphs are there. */
export interface PropertyCorrelations {
  property: PropertyName
  pearson: Correlation | null
  pearsonBootstrap: { low: number; high: number } | null // 95 %, graphs resampled
  spearman: Correlation | null
  partial: Correlation | null // Pearson given the number of nodes; null for nodes itself
}

/** Correlations over one set of graphs. A family for Holm and Benjamini-Hochberg is one statistic over the properties. */
export interface CorrelationTable {
  graphs: number
  properties: PropertyCorrelations[]
}

export const REGRESSORS = ['bayesian-ridge', 'random-forest', 'adaboost'] as const
export type RegressorName = (typeof REGRESSORS)[number]

export const REGRESSOR_NAMES: Record<RegressorName, string> = {
  'bayesian-ridge': 'Bayesian ridge',
  'random-forest': 'Random forest',
  adaboost: 'AdaBoost.R2',
}

/** How much a feature matters to a regressor. */
export interface Importance {
  property: PropertyName
  impurity: number | null // share of the impurity decrease, sums to 1; null for Bayesian ridge
  weight: number | null // coefficient of the min-max-scaled feature; Bayesian ridge only
  permutation: number // mean loss of R^2 on held-out folds when the feature is shuffled
}

/** How well one regressor predicts the score from one subset of the properties. */
export interface RegressorResult {
  regressor: RegressorName
  subset: FeatureSubset
  graphs: number
  singleSplit: number // R^2 on the held-out 10 % of one split, the published measure
  splitRange: { low: number; high: number } // 2.5 % to 97.5 % of the R^2 of single splits: what luck of the split does
  crossValidation: {
    folds: number
    repeats: number
    mean: number // mean R^2 over folds and repeats
    low: number // 95 % interval corrected for overlapping training sets
    high: number
    pooled: number // R^2 of all out-of-fold predictions, mean over repeats
  }
  importances: Importance[]
}

/** Trainings that never left chance, counted as a rate and kept out of `trained`. */
export interface FailureRate {
  runs: number
  failed: number
  rate: number // 0 to 1
  low: number // 95 % Wilson interval
  high: number
  threshold: number // a score at or below this counts as chance
}

/** Everything about one architecture within one generator, or over all of them. */
export interface GroupAnalysis {
  cell: Cell
  generator: string | null // null: all generators together
  failures: FailureRate
  all: CorrelationTable // every run, as published
  trained: CorrelationTable // without failed trainings
  note?: string // why there is less to say than usual
}

export interface StructureAnalysis {
  groups: GroupAnalysis[]
  regressors: { cell: Cell; results: RegressorResult[] }[]
}
