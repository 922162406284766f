// Correlations of all properties with accuracy, by architecture: colour and number in each cell, marks for what survives
// the correction for many tests, the published values beside.
import type { CustomSeriesOption } from 'echarts'
import { PROPERTY_NAMES, type PropertyName } from '../../shared/graph.ts'
import { CELL_NAMES, type Cell } from '../../shared/network.ts'
import { publishedRelation } from '../../shared/published-structures.ts'
import type { Correlation, GroupAnalysis, PropertyCorrelations } from '../../shared/structure-analysis.ts'
import { PROPERTY_TITLES } from '../composables/structure-words.ts'
import { MISSING } from '../format.ts'
import { formatCoefficient } from './fit.ts'
import { divergingColour, textOn, type ChartTheme } from './palette.ts'
import { frame } from './parts.ts'
import type { ChartSpec, TooltipRow } from './spec.ts'

export const STATISTICS = ['pearson', 'spearman', 'partial'] as const
export type Statistic = (typeof STATISTICS)[number]
export const STATISTIC_NAMES: Record<Statistic, string> = {
  pearson: 'Pearson',
  spearman: 'Spearman',
  partial: 'Partial, given vertices',
}
export const SETS = ['all', 'trained'] as const
/** Every run, or only those that left chance. */
export type RunSet = (typeof SETS)[number]

const ALPHA = 0.05

export interface CorrelationHeatmap {
  groups: readonly GroupAnalysis[] // one per architecture, of one generator or of all
  statistic: Statistic
  set: RunSet
  published: boolean
  selected?: { property: PropertyName; cell: Cell | undefined }
  theme: ChartTheme
}

interface Column {
  cell: Cell
  name: string
  published: boolean
  values: Map<PropertyName, Correlation | null>
}

/** One property in one column. */
export interface HeatCell {
  property: PropertyName
  column: number
  value: number | undefined // undefined: one of the two does not vary, or some graph lacks the property
  correlation?: Correlation
}

function columnsOf({ groups, statistic, set, published }: CorrelationHeatmap): Column[] {
  return groups.flatMap((group): Column[] => {
    const { cell } = group
    const values = new Map(group[set].properties.map((p) => [p.property, p[statistic]]))
    const own = { cell, name: CELL_NAMES[cell], published: false, values }
    return published ? [own, { cell, name: 'published', published: true, values: new Map() }] : [own]
  })
}

/** `**` holds after Holm's correction over the properties, `*` after Benjamini and Hochberg's. */
export function significance({ holm, bh }: Pick<Correlation, 'holm' | 'bh'>): '' | '*' | '**' {
  return holm !== undefined && holm < ALPHA ? '**' : bh !== undefined && bh < ALPHA ? '*' : ''
}

function cellsOf(columns: readonly Column[]): HeatCell[] {
  return columns.flatMap(({ cell, published, values }, column) =>
    PROPERTY_NAMES.flatMap((property): HeatCell[] => {
      if (published) return [{ property, column, value: publishedRelation(cell, property).r }]
      const correlation = values.get(property)
      return correlation
        ? [{ property, column, value: correlation.r, correlation }]
        : [{ property, column, value: undefined }]
    }),
  )
}

/** Property and architecture of a cell that was clicked, as the key of the chart gives it. */
export function parseHeatKey(key: string): { property: PropertyName; cell: Cell } | undefined {
  const [property, cell] = key.split(' ')
  const known = PROPERTY_NAMES.find((name) => name === property)
  return known === undefined ? undefined : { property: known, cell: cell as Cell }
}

export function correlationHeatmap(input: CorrelationHeatmap): ChartSpec {
  const { theme, statistic, groups, set } = input
  const columns = columnsOf(input)
  const cells = cellsOf(columns)
  const marked = cells.some(
    ({ correlation }) => correlation !== undefined && significance(correlation) !== '',
  )
  return {
    option: {
      ...frame(columnAxis(theme, columns), rowAxis(theme, input.selected?.property), 8),
      grid: { left: 8, right: 8, top: 8, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'all' },
      series: [heatSeries(cells, columns, input)],
    },
    legend: [],
    note: `${STATISTIC_NAMES[statistic]}.${marked ? ' ** p < 0.05 after Holm, * after Benjamini and Hochberg, over the properties.' : ''}`,
    table: {
      columns: [
        'property',
        'architecture',
        'graphs',
        'r',
        'low',
        'high',
        'p',
        'p Holm',
        'p BH',
        'r published',
      ],
      rows: groups.flatMap((group) => group[set].properties.map((p) => tableRow(group.cell, p, statistic))),
    },
    tooltip: () => undefined,
    fixed: true,
    items: {
      tooltip: (_series, index) => {
        const { property, column } = cells[index]!
        const { cell } = columns[column]!
        const group = groups.find((g) => g.cell === cell)
        return {
          title: `${CELL_NAMES[cell]}, ${PROPERTY_TITLES[property]}`,
          rows: tipRows(group, set, property),
        }
      },
      key: (_series, index) => `${cells[index]!.property} ${columns[cells[index]!.column]!.cell}`,
    },
  }
}

function tableRow(cell: Cell, entry: PropertyCorrelations, statistic: Statistic) {
  const c = entry[statistic]
  const numbers = [c?.r, c?.low, c?.high, c?.p, c?.holm, c?.bh].map((value) => value ?? null)
  const published = publishedRelation(cell, entry.property).r
  return [entry.property, CELL_NAMES[cell], c?.n ?? null, ...numbers, published]
}

function tipRows(group: GroupAnalysis | undefined, set: RunSet, property: PropertyName): TooltipRow[] {
  const entry = group?.[set].properties.find((p) => p.property === property)
  const rows = STATISTICS.flatMap((statistic): TooltipRow[] => {
    const c = entry?.[statistic]
    if (!c) return []
    const range = `${formatCoefficient(c.low)} to ${formatCoefficient(c.high)}`
    return [
      {
        name: STATISTIC_NAMES[statistic],
        value: formatCoefficient(c.r),
        note: `${range}, n = ${c.n}, p Holm ${formatP(c.holm ?? c.p)}`,
      },
    ]
  })
  const published = group === undefined ? [] : [publishedRelation(group.cell, property).r]
  return [...rows, ...published.map((r) => ({ name: 'Pearson, published', value: formatCoefficient(r) }))]
}

/** Write a p-value: 0.034, or < 0.001. */
export function formatP(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toPrecision(2)
}

function columnAxis(theme: ChartTheme, columns: readonly Column[]) {
  return {
    type: 'category' as const,
    position: 'top' as const,
    // Names repeat; a category must not.
    data: columns.map((_, i) => String(i)),
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      fontSize: 11,
      interval: 0,
      color: (at?: string | number) => (columns[Number(at)]?.published ? theme.faint : theme.text),
      formatter: (at: string) => columns[Number(at)]?.name ?? '',
    },
  }
}

function rowAxis(theme: ChartTheme, selected: PropertyName | undefined) {
  return {
    type: 'category' as const,
    inverse: true,
    data: [...PROPERTY_NAMES],
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      fontSize: 11,
      interval: 0,
      color: (name?: string | number) => (name === selected ? theme.text : theme.faint),
      formatter: (name: string) => `${name === selected ? '▸ ' : ''}${PROPERTY_TITLES[name as PropertyName]}`,
    },
  }
}

function heatSeries(
  cells: readonly HeatCell[],
  columns: readonly Column[],
  { theme, selected }: CorrelationHeatmap,
): CustomSeriesOption {
  const look = cells.map(({ column, value, correlation, property }) => {
    const fill = divergingColour(theme, value ?? 0)
    const published = columns[column]!.published
    const isChosen = selected?.property === property && selected.cell === columns[column]!.cell && !published
    return {
      fill,
      ink: textOn(fill),
      published,
      isChosen,
      text:
        value === undefined
          ? MISSING
          : `${formatCoefficient(value)}${correlation === undefined ? '' : significance(correlation)}`,
      strong: correlation !== undefined && significance(correlation) !== '',
    }
  })
  return {
    type: 'custom',
    name: 'correlations',
    data: cells.map(({ column, property, value }) => [column, PROPERTY_NAMES.indexOf(property), value ?? 0]),
    encode: { x: 0, y: 1 },
    renderItem: ({ dataIndex }, api) => {
      const [x, y] = api.coord([api.value(0), api.value(1)]) as [number, number]
      const [width, height] = api.size!([1, 1]) as [number, number]
      const { fill, ink, published, isChosen, text, strong } = look[dataIndex]!
      return {
        type: 'rect',
        shape: { x: x - width / 2 + 1, y: y - height / 2 + 0.75, width: width - 2, height: height - 1.5 },
        style: {
          fill,
          opacity: published ? 0.7 : 1,
          ...(isChosen ? { stroke: theme.text, lineWidth: 2 } : {}),
        },
        textContent: {
          type: 'text',
          style: { text, fill: ink, font: `${strong ? '600 ' : ''}11px sans-serif` },
        },
        textConfig: { position: 'inside' },
        cursor: 'pointer',
      }
    },
  }
}
