// What the analysis of structures found, as tables for a terminal and as JSON for scripts. Computes nothing.
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import {
  REGRESSOR_NAMES,
  type Correlation,
  type CorrelationTable,
  type GroupAnalysis,
  type PropertyCorrelations,
  type RegressorResult,
  type StructureAnalysis,
} from '../../shared/structure-analysis.ts'
import { percent, table } from './output.ts'

/** Only an accuracy tells whether a training failed, that is, scores what guessing scores. */
export function isAccuracy(target: string): boolean {
  return /acc/i.test(target)
}

function propertyJson(cell: Cell, generator: string | null, entry: PropertyCorrelations) {
  const { property, pearson, spearman, partial } = entry
  return {
    cell,
    generator,
    property,
    pearson: pearson?.r ?? null,
    spearman: spearman?.r ?? null,
    partial: partial?.r ?? null,
    details: { pearson, pearsonBootstrap: entry.pearsonBootstrap, spearman, partial },
  }
}

function tableJson(groups: readonly GroupAnalysis[], of: (group: GroupAnalysis) => CorrelationTable) {
  return groups.flatMap((group) =>
    of(group).properties.map((entry) => propertyJson(group.cell, group.generator, entry)),
  )
}

/**
 * One JSON value: `properties` are the coefficients over all graphs of an architecture, as published, with intervals and
 * p-values under `details`; `within` the same inside each generator; `trained` without failed trainings.
 */
export function analysisJson(target: string, { groups, regressors }: StructureAnalysis) {
  const together = groups.filter(({ generator }) => generator === null)
  const within = groups.filter(({ generator }) => generator !== null)
  return {
    target,
    properties: tableJson(together, ({ all }) => all),
    regressors: regressors.flatMap(({ cell, results }) => results.map((result) => ({ cell, ...result }))),
    within: tableJson(within, ({ all }) => all),
    ...(isAccuracy(target)
      ? {
          trained: tableJson(groups, ({ trained }) => trained),
          failures: groups.map(({ cell, generator, failures }) => ({ cell, generator, ...failures })),
        }
      : {}),
  }
}

const two = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '-')
const interval = ({ low, high }: { low: number; high: number }) => `${two(low)} to ${two(high)}`

function coefficient(correlation: Correlation | null): string[] {
  if (correlation === null) return ['-', '-']
  return [two(correlation.r), (correlation.holm ?? correlation.p).toPrecision(2)]
}

function correlationText(properties: readonly PropertyCorrelations[]): string {
  const rows = properties.map(({ property, pearson, spearman, partial }) => [
    property,
    ...coefficient(pearson).toSpliced(1, 0, pearson === null ? '-' : interval(pearson)),
    ...coefficient(spearman),
    ...coefficient(partial),
  ])
  return table(['property', ' pearson', ' 95 %', ' p', ' spearman', ' p', ' given nodes', ' p'], rows)
}

function failuresText({ failures: { runs, failed, rate, low, high, threshold } }: GroupAnalysis): string {
  return `${failed} of ${runs} trainings failed (${percent(rate)}, 95 % ${percent(low)} to ${percent(high)}): ${threshold.toFixed(4)} or less is what guessing scores`
}

function groupText(target: string, group: GroupAnalysis): string {
  const name = `${CELL_NAMES[group.cell]}, ${group.generator ?? 'all generators'}`
  const heading = `${name}: correlation with ${target} over ${group.all.graphs} graphs (p after Holm)`
  const few = 'Too few graphs to correlate; at least 5 are needed.'
  return [
    heading,
    group.all.properties.length === 0 ? few : correlationText(group.all.properties),
    ...(isAccuracy(target) ? [failuresText(group)] : []),
  ].join('\n')
}

function regressorText(cell: Cell, results: readonly RegressorResult[]): string {
  const [first] = results
  if (first === undefined) {
    return `${CELL_NAMES[cell]}: too few graphs for regressors; two for every part of the cross-validation are needed.`
  }
  const { folds, repeats } = first.crossValidation
  const rows = results.map(({ regressor, subset, singleSplit, splitRange, crossValidation }) => [
    REGRESSOR_NAMES[regressor],
    subset,
    two(singleSplit),
    interval(splitRange),
    two(crossValidation.mean),
    interval(crossValidation),
    two(crossValidation.pooled),
  ])
  const headers = ['regressor', 'properties', ' one split', ' range', ' mean', ' 95 %', ' pooled']
  return `${CELL_NAMES[cell]}: R^2 on held-out graphs, one split as published, and ${folds} parts repeated ${repeats} times\n${table(headers, rows)}`
}

/** Tables for a terminal: correlations by architecture and generator, failures, then the regressors. */
export function analysisText(target: string, { groups, regressors }: StructureAnalysis): string {
  return [
    ...groups.map((group) => groupText(target, group)),
    ...regressors.map(({ cell, results }) => regressorText(cell, results)),
  ].join('\n\n')
}
