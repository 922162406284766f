// What random structures reached: failed trainings as a rate, accuracy by generator, and which properties of the graphs
// go with it. Pure.
import { PROPERTY_NAMES, type PropertyName } from '../../../shared/graph.ts'
import { CELL_NAMES, type Cell } from '../../../shared/network.ts'
import type { StructureResult, StructureResults } from '../../../shared/results.ts'
import { correlate, FEWEST_PAIRS } from '../../stats/correlation.ts'
import { failureRate } from '../../stats/failures.ts'
import { estimateMean } from '../../stats/intervals.ts'
import { holm } from '../../stats/multiplicity.ts'
import { accuracyAxis, baselineLevels, valueAxis } from '../axes.ts'
import { paragraph, type Block, type Figure, type Panel, type Series, type Table } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { CELL_COLOURS, CELL_MARKERS } from '../look.ts'
import { count, fixed, interval, MISSING, percent, share, THIN } from '../words.ts'
import { GENERATOR_NAMES } from './structure-words.ts'

/** One graph of one architecture: mean accuracy over the seeds that were trained without failing. */
interface GraphMean {
  cell: Cell
  accuracy: number
  properties: StructureResult['properties']
}

/** Figure and tables of a structure study. */
export function structureResults(input: ReportInput, structures: StructureResults): Block[] {
  const done = structures.rows.filter(({ accuracy }) => accuracy !== undefined)
  if (done.length === 0) return [paragraph('No structure has been trained to its end yet.')]
  // A rewired control is another graph with the vertices and degrees of its original: it has a row of its own in the
  // table and is no independent point of a figure or correlation.
  const graphs = graphMeans(
    done.filter(({ accuracy, rewired }) => accuracy! > structures.chance && rewired === 0),
  )
  return [
    generatorTable(done, structures.chance, input),
    ...(graphs.length < 2 ? [] : [nodeFigure(input, graphs)]),
    ...correlationTable(input, graphs),
  ]
}

function graphMeans(rows: readonly StructureResult[]): GraphMean[] {
  return [
    ...Map.groupBy(rows, (r) => JSON.stringify([r.cell, r.generator, r.graph, r.rewired])).values(),
  ].map((own) => ({
    cell: own[0]!.cell,
    accuracy: own.reduce((sum, r) => sum + r.accuracy!, 0) / own.length,
    properties: own[0]!.properties,
  }))
}

function generatorTable(done: readonly StructureResult[], chance: number, { study }: ReportInput): Table {
  const groups = Map.groupBy(done, (r) => JSON.stringify([r.cell, r.generator, r.rewired > 0]))
  const rows = [...groups.values()]
    .sort((a, b) => study.definition.cells.indexOf(a[0]!.cell) - study.definition.cells.indexOf(b[0]!.cell))
    .map((own) => {
      const [first] = own as [StructureResult]
      const rate = failureRate(own.map(asRow), chance)
      const means = graphMeans(own.filter(({ accuracy }) => accuracy! > chance)).map((g) => g.accuracy)
      const estimate = means.length === 0 ? undefined : estimateMean(means)
      return [
        CELL_NAMES[first.cell],
        `${GENERATOR_NAMES[first.generator]}${first.rewired > 0 ? ', rewired control' : ''}`,
        String(own.length),
        `${rate.failed} (${percent(rate.low, 0)} to ${percent(rate.high, 0)})`,
        String(means.length),
        share(estimate?.mean),
        interval(estimate),
      ]
    })
  return {
    kind: 'table',
    caption: 'Structures by architecture and generator',
    columns: [
      { name: 'architecture' },
      { name: 'generator' },
      { name: 'runs', align: 'right' },
      { name: 'stuck at chance', align: 'right' },
      { name: 'graphs', align: 'right' },
      { name: `test accuracy,${THIN}%`, align: 'right' },
      { name: '95 % interval', align: 'right' },
    ],
    rows,
    note: `Stuck at chance: test accuracy at or below ${percent(chance)}, with Wilson’s 95 % interval of the rate; these runs are left out of means and correlations. Interval of the accuracy: bootstrap over graphs.`,
  }
}

const asRow = ({ cell, generator, graph, accuracy }: StructureResult) => ({
  cell,
  generator,
  graph,
  properties: {},
  score: accuracy!,
})

function nodeFigure({ baselines, study }: ReportInput, graphs: readonly GraphMean[]): Figure {
  const nodes = graphs.flatMap(({ properties }) => properties.nodes ?? [])
  const shares = [...graphs.map(({ accuracy }) => accuracy), ...baselines.map(({ accuracy }) => accuracy)]
  const cells = study.definition.cells.filter((cell) => graphs.some((g) => g.cell === cell))
  return {
    kind: 'figure',
    caption: 'Test accuracy of every structure by the number of its vertices',
    note: 'Each point is a graph, mean over its seeds; trainings stuck at chance and rewired controls are left out.',
    x: valueAxis('vertices of the graph', nodes),
    y: accuracyAxis('test accuracy, %', shares),
    panels: cells.map((cell): Panel => ({ title: CELL_NAMES[cell], series: [cloud(cell, graphs)] })),
    legend: [],
    levels: baselineLevels(baselines),
  }
}

function cloud(cell: Cell, graphs: readonly GraphMean[]): Series {
  return {
    name: `${CELL_NAMES[cell]}, graphs`,
    look: {
      colour: CELL_COLOURS[cell],
      dash: 'solid',
      marker: CELL_MARKERS[cell],
      width: 1,
      opacity: 0.75,
      line: false,
    },
    points: graphs.flatMap((g) =>
      g.cell === cell && g.properties.nodes !== undefined
        ? [[g.properties.nodes, g.accuracy * 100] as const]
        : [],
    ),
  }
}

/** Pearson correlations with Holm's correction over the properties of one architecture. */
function correlationTable({ study }: ReportInput, graphs: readonly GraphMean[]): Block[] {
  const cells = study.definition.cells.filter(
    (cell) => graphs.filter((g) => g.cell === cell).length >= FEWEST_PAIRS,
  )
  if (cells.length === 0) {
    return [
      paragraph(
        `Fewer than ${FEWEST_PAIRS} graphs of an architecture were trained without failing: too few to correlate anything.`,
      ),
    ]
  }
  const columns = cells.map((cell) => correlationColumn(graphs.filter((g) => g.cell === cell)))
  return [
    {
      kind: 'table',
      caption: 'Pearson correlation of graph properties with test accuracy',
      columns: [
        { name: 'property' },
        ...cells.flatMap((cell) => [
          { name: CELL_NAMES[cell], align: 'right' as const },
          { name: 'p (Holm)', align: 'right' as const },
          { name: 'given vertices', align: 'right' as const },
        ]),
      ],
      rows: PROPERTY_NAMES.map((name) => [
        name.replaceAll('_', ' '),
        ...columns.flatMap((column) => {
          const found = column.get(name)
          return found === undefined
            ? [MISSING, '', '']
            : [fixed(found.r), pText(found.holm), fixed(found.partial)]
        }),
      ]),
      note: `Over ${cells.map((cell) => `${count(graphs.filter((g) => g.cell === cell).length)} graphs (${CELL_NAMES[cell]})`).join(', ')}, all generators together, without rewired controls; Holm’s correction over the properties of an architecture. Given vertices: partial correlation with the number of vertices held constant. A correlation here may still be that of the generator; no property is named important by this table alone.`,
    },
  ]
}

interface PropertyCorrelation {
  r: number
  holm: number
  partial: number | undefined // given the number of vertices
}

function correlationColumn(graphs: readonly GraphMean[]): Map<PropertyName, PropertyCorrelation> {
  const found = PROPERTY_NAMES.flatMap((name) => {
    const both = graphs.filter(({ properties }) => properties[name] !== undefined)
    const accuracies = both.map(({ accuracy }) => accuracy)
    const values = both.map(({ properties }) => properties[name]!)
    const nodes = both.map(({ properties }) => properties.nodes!)
    const result = correlate(values, accuracies)
    if (result === null) return []
    const partial = name === 'nodes' ? null : correlate(values, accuracies, { covariates: [nodes] })
    return [{ name, r: result.r, p: result.p, partial: partial?.r }]
  })
  const adjusted = holm(found.map(({ p }) => p))
  return new Map(found.map(({ name, r, partial }, i) => [name, { r, partial, holm: adjusted[i]! }]))
}

function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : fixed(p, 3)
}
