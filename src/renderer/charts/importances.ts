// How much each property matters to a regressor, as bars: by what the trees use, or by what is lost when it is shuffled.
import type { PropertyName } from '../../shared/graph.ts'
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import { REGRESSOR_NAMES, type Importance, type RegressorResult } from '../../shared/structure-analysis.ts'
import { PROPERTY_TITLES } from '../composables/structure-words.ts'
import { CELL_COLOURS, type ChartTheme } from './palette.ts'
import { frame, numberAxisX } from './parts.ts'
import type { ChartSpec } from './spec.ts'

export const MEASURES = ['permutation', 'model'] as const
/** `permutation`: loss of R^2 on held-out graphs. `model`: share of the impurity decrease, or the weight of a ridge. */
export type Measure = (typeof MEASURES)[number]

/** Value of a measure; a weight counts by its size. */
export function importanceOf({ permutation, impurity, weight }: Importance, measure: Measure): number | null {
  if (measure === 'permutation') return permutation
  return impurity ?? (weight === null ? null : Math.abs(weight))
}

/** Properties by falling permutation importance: the order of both charts. */
export function importanceOrder(importances: readonly Importance[]): Importance[] {
  return [...importances].sort((a, b) => b.permutation - a.permutation)
}

/** What the axis of a measure says. */
export function measureAxis(result: RegressorResult, measure: Measure): string {
  if (measure === 'permutation') return 'R² lost when the property is shuffled'
  return result.importances.some(({ impurity }) => impurity !== null)
    ? 'share of the impurity decrease'
    : 'size of the weight, scaled property'
}

export function importanceChart(
  cell: Cell,
  result: RegressorResult,
  measure: Measure,
  theme: ChartTheme,
): ChartSpec {
  const ordered = importanceOrder(result.importances)
  const axis = numberAxisX(theme, measureAxis(result, measure))
  return {
    option: {
      ...frame(
        { ...axis, minInterval: 0, axisPointer: { show: false } } as typeof axis,
        nameAxis(theme, ordered),
      ),
      series: [
        {
          type: 'bar',
          name: measureAxis(result, measure),
          data: ordered.map((importance) => importanceOf(importance, measure)),
          itemStyle: { color: CELL_COLOURS[cell] },
          barCategoryGap: '28%',
          emphasis: { disabled: true },
        },
      ],
    },
    legend: [],
    note: `${REGRESSOR_NAMES[result.regressor]} on ${result.graphs} graphs.`,
    table: {
      columns: ['architecture', 'regressor', 'property', 'permutation', 'impurity', 'weight'],
      rows: ordered.map(({ property, permutation, impurity, weight }) => [
        CELL_NAMES[cell],
        REGRESSOR_NAMES[result.regressor],
        property,
        permutation,
        impurity,
        weight,
      ]),
    },
    tooltip: () => undefined,
    fixed: true,
    items: {
      tooltip: (_series, index) => {
        const { property, permutation, impurity, weight } = ordered[index]!
        return {
          title: PROPERTY_TITLES[property],
          rows: [
            { name: 'R² lost when shuffled', value: permutation.toFixed(3) },
            ...(impurity === null ? [] : [{ name: 'share of impurity', value: impurity.toFixed(3) }]),
            ...(weight === null ? [] : [{ name: 'weight', value: weight.toFixed(3) }]),
          ],
        }
      },
      key: (_series, index) => ordered[index]!.property,
    },
  }
}

function nameAxis(theme: ChartTheme, ordered: readonly Importance[]) {
  return {
    type: 'category' as const,
    inverse: true,
    data: ordered.map(({ property }) => property),
    axisLine: { lineStyle: { color: theme.axis } },
    axisTick: { show: false },
    axisLabel: {
      color: theme.text,
      fontSize: 11,
      interval: 0,
      formatter: (name: string) => PROPERTY_TITLES[name as PropertyName],
    },
  }
}
