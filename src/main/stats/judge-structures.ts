// Holds the analysis of a structure study against the published correlations and coefficients of determination. Pure.
import type { ClaimVerdict } from '../../shared/judgement.ts'
import { CELL_NAMES, CELLS, type Cell } from '../../shared/network.ts'
import type { Published } from '../../shared/published.ts'
import {
  REGRESSOR_NAMES,
  REGRESSORS,
  type Correlation,
  type RegressorName,
  type RegressorResult,
  type StructureAnalysis,
} from '../../shared/structure-analysis.ts'
import { PROPERTY_NAMES, type PropertyName } from '../../shared/graph.ts'
import { normalTwoSided } from './distributions.ts'

type Claims = Published['structure']
type Judged = Pick<ClaimVerdict, 'verdict' | 'reason'>

/**
 * Judge the published correlations and R^2.
 *
 * Correlation (all graphs of an architecture, failed trainings included, as published): differs when the two
 * coefficients are apart by more than the sampling error of both (Fisher's z of two independent samples, p < 0.05);
 * else reproduced when ours has the published sign and a 95 % interval without 0; else not testable, because our graphs
 * are too few to tell the published value from none. R^2 of all properties: reproduced when the published one lies
 * within the middle 95 % of what single 90/10 splits of our graphs give, which is wide; else it differs.
 */
export function structureVerdicts(analysis: StructureAnalysis | undefined, claims: Claims): ClaimVerdict[] {
  return [
    ...PROPERTY_NAMES.flatMap((property) => {
      const published = claims.correlations[property]
      if (published === undefined) return []
      return CELLS.map((cell) => correlationVerdict(cell, property, published[cell], claims.graphs, analysis))
    }),
    ...REGRESSORS.flatMap((regressor) =>
      CELLS.map((cell) => squaredVerdict(cell, regressor, claims.rSquared[regressor][cell], analysis)),
    ),
  ]
}

function correlationVerdict(
  cell: Cell,
  property: PropertyName,
  published: number,
  publishedGraphs: number,
  analysis: StructureAnalysis | undefined,
): ClaimVerdict {
  const group = analysis?.groups.find((one) => one.cell === cell && one.generator === null)
  const ours = group?.all.properties.find((one) => one.property === property)?.pearson ?? undefined
  return {
    id: `correlation/${cell}/${property}`,
    kind: 'correlation',
    cell,
    property,
    claim: `${CELL_NAMES[cell]}: ${property.replaceAll('_', ' ')} correlates with accuracy, r = ${coefficient(published)}.`,
    ...(ours === undefined
      ? {
          verdict: 'not-testable',
          reason: `The study has ${group?.all.graphs ?? 0} trained graphs here, or this property does not vary.`,
        }
      : judgeCorrelation(ours, published, publishedGraphs)),
  }
}

function judgeCorrelation(ours: Correlation, published: number, publishedGraphs: number): Judged {
  const numbers = `ours ${coefficient(ours.r)} (95 % CI ${coefficient(ours.low)} to ${coefficient(ours.high)}, ${ours.n} graphs), published ${coefficient(published)} (${publishedGraphs} graphs)`
  const error = Math.sqrt(1 / (ours.n - 3) + 1 / (publishedGraphs - 3))
  const p = normalTwoSided((Math.atanh(ours.r) - Math.atanh(published)) / error)
  if (p < 0.05) return { verdict: 'differs', reason: `Apart by more than chance: ${numbers}.` }
  const away = ours.low > 0 || ours.high < 0
  if (away && Math.sign(ours.r) === Math.sign(published)) {
    return { verdict: 'reproduced', reason: `Same sign, and apart by no more than chance: ${numbers}.` }
  }
  return { verdict: 'not-testable', reason: `Too few graphs to tell the published value from 0: ${numbers}.` }
}

function squaredVerdict(
  cell: Cell,
  regressor: RegressorName,
  published: number,
  analysis: StructureAnalysis | undefined,
): ClaimVerdict {
  const fitted = analysis?.regressors
    .find((one) => one.cell === cell)
    ?.results.find((one) => one.regressor === regressor && one.subset === 'all')
  return {
    id: `r2/${cell}/${regressor}`,
    kind: 'r2',
    cell,
    regressor,
    claim: `${CELL_NAMES[cell]}: ${REGRESSOR_NAMES[regressor]} predicts accuracy with R² = ${published.toFixed(3)}.`,
    ...(fitted === undefined
      ? { verdict: 'not-testable', reason: 'The study has too few graphs here to fit and hold some out.' }
      : judgeSquared(fitted, published)),
  }
}

function judgeSquared({ splitRange, crossValidation, graphs }: RegressorResult, published: number): Judged {
  const { low, high } = splitRange
  const numbers = `single splits of ours give ${low.toFixed(2)} to ${high.toFixed(2)}, their mean ${crossValidation.mean.toFixed(2)} (${graphs} graphs), published ${published.toFixed(3)} of one split`
  return published >= low && published <= high
    ? { verdict: 'reproduced', reason: `Within what one split can give: ${numbers}.` }
    : { verdict: 'differs', reason: `Outside what one split can give: ${numbers}.` }
}

function coefficient(r: number): string {
  return (r < 0 ? '−' : '') + Math.abs(r).toFixed(2)
}
