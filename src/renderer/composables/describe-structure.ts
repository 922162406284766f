// The graphs of a structure study and how they become networks, in the words of the field.
import type { StructureFamily } from '../../shared/structure-study.ts'
import type { StructureStudy } from '../../shared/study.ts'
import { countOf, formatCount, formatPercent } from '../format.ts'
import { FAMILY_NAMES, WIRING_MEANINGS } from './structure-words.ts'

/** Names and values of everything that decides which networks are trained. */
export function describeStructure({ structure, model }: StructureStudy): [string, string][] {
  const { families, nodes, graphSeed, graphsPerCell, wiring, gateMask, recurrence, rewired } = structure
  return [
    ...families.map((family): [string, string] => ['Graphs', describeFamily(family)]),
    ['Vertices', nodes.min === nodes.max ? `${nodes.min}` : `${nodes.min} to ${nodes.max}, drawn evenly`],
    [
      'Graph seed',
      `${graphSeed}; ${graphsPerCell === 'own' ? 'each architecture has graphs of its own' : 'all architectures share the graphs'}`,
    ],
    ['Same size', describeBudget(structure)],
    [
      'Controls',
      rewired === 0 ? 'none' : `${countOf(rewired, 'rewired copy', 'rewired copies')} of each, same degrees`,
    ],
    ['Wiring', `${wiring}: ${WIRING_MEANINGS[wiring]}`],
    [
      'Gate masks',
      gateMask === 'per-gate'
        ? 'the same for every gate'
        : 'rows repeated, which scrambles gates, as published',
    ],
    ...(wiring === 'lacuna'
      ? ([
          ['Recurrence', recurrence === 'dense' ? 'within a layer, all to all' : 'each unit to itself only'],
          ['Embedding', formatCount(model.embedding)],
        ] as [string, string][])
      : []),
  ]
}

function describeBudget({ budget }: StructureStudy['structure']): string {
  if (budget === null) return 'no: sizes are as they are drawn'
  return budget.kind === 'edges'
    ? `exactly ${countOf(budget.edges, 'edge')}`
    : `${countOf(budget.parameters, 'parameter')}, give or take ${formatPercent(budget.tolerance * 100)}`
}

/** One generator with its parameters: '100 Watts-Strogatz, k = n / 5, p = 1'. */
export function describeFamily(family: StructureFamily): string {
  const name = FAMILY_NAMES[family.kind]
  if (family.kind === 'given') {
    const shown = family.graphs.slice(0, 4).map((graph) => graph.name)
    const more = family.graphs.length - shown.length
    return `${countOf(family.graphs.length, 'graph')} from files: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  }
  return [`${formatCount(family.count)} ${name}`, ...parametersOf(family)].join(', ')
}

function parametersOf(family: Exclude<StructureFamily, { kind: 'given' }>): string[] {
  switch (family.kind) {
    case 'barabasi-albert':
      return [
        `m = ${family.m ?? 'n / 10'}`,
        ...(family.start === 'isolated' ? ['grown from m separate vertices'] : []),
      ]
    case 'watts-strogatz':
      return [`k = ${family.k ?? 'n / 5'}`, `p = ${family.p}`]
    case 'erdos-renyi':
      return [`p = ${family.p}`]
    case 'random-dag':
      return [`density ${family.density}`]
    case 'kleinberg':
      return [`p = ${family.p}`, `q = ${family.q}`, `r = ${family.r}`]
    case 'layered-complete':
      return [countOf(family.layers, 'layer')]
  }
}
