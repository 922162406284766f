// How the networks of a structure study come from random graphs, in words. Pure.
import type { StructureFamily } from '../../../shared/structure-study.ts'
import type { StructureStudy } from '../../../shared/study.ts'
import type { Text } from '../document.ts'
import { count, counted, join, level } from '../words.ts'

/** Name of a generator. */
export const GENERATOR_NAMES: Record<StructureFamily['kind'], string> = {
  'barabasi-albert': 'Barabási–Albert',
  'watts-strogatz': 'Watts–Strogatz',
  'erdos-renyi': 'Erdős–Rényi',
  'random-dag': 'random DAG',
  kleinberg: 'Kleinberg small world',
  'layered-complete': 'complete layered',
  given: 'given graphs',
}

/** The steps from graphs to networks. */
export function structureMethod({ structure: s }: StructureStudy): Text[] {
  return [
    [
      { strong: 'Graphs: ' },
      `${join(s.families.map(familyWords))}; ${nodeWords(s.nodes)}, drawn from seed ${s.graphSeed}; ${s.graphsPerCell === 'shared' ? 'every architecture gets the same graphs' : 'every architecture gets graphs of its own'}.`,
    ],
    [
      { strong: 'Layers: ' },
      'every edge is oriented from the earlier to the later vertex; a vertex stands one layer after the last of its predecessors; the vertices of a layer are the units of one recurrent layer.',
    ],
    [{ strong: 'Wiring: ' }, wiringWords(s.wiring, s.gateMask, s.recurrence)],
    ...(s.budget === null ? [] : [[{ strong: 'Budget: ' }, budgetWords(s.budget)] satisfies Text]),
    ...(s.rewired === 0
      ? []
      : [
          [
            { strong: 'Controls: ' },
            `${counted(s.rewired, 'degree-preserving rewiring')} of every graph.`,
          ] satisfies Text,
        ]),
  ]
}

function nodeWords({ min, max }: { min: number; max: number }): string {
  return min === max ? `${min} vertices each` : `each with ${min} to ${max} vertices`
}

function familyWords(family: StructureFamily): string {
  const name = GENERATOR_NAMES[family.kind]
  if (family.kind === 'given') return `${counted(family.graphs.length, 'given graph')}`
  const of = `${count(family.count)} ${name}`
  switch (family.kind) {
    case 'barabasi-albert':
      return `${of} (m = ${family.m ?? '⌊n/10⌋'})`
    case 'watts-strogatz':
      return `${of} (k = ${family.k ?? '⌊n/5⌋'}, rewiring probability ${family.p}, connected within ${family.tries} tries)`
    case 'erdos-renyi':
      return `${of} (p = ${family.p}, connected)`
    case 'random-dag':
      return `${of} (density ${family.density})`
    case 'kleinberg':
      return `${of} (p = ${family.p}, q = ${family.q}, r = ${family.r})`
    case 'layered-complete':
      return `${of} (${counted(family.layers, 'layer')})`
  }
}

function wiringWords(
  wiring: StructureStudy['structure']['wiring'],
  gateMask: StructureStudy['structure']['gateMask'],
  recurrence: StructureStudy['structure']['recurrence'],
): string {
  const gates =
    gateMask === 'row-repeat'
      ? 'gate masks repeat each row as published, which scrambles them between gates'
      : 'every gate has the mask of its units'
  return wiring === 'darji-2021'
    ? `as published (Darji 2021): each layer is a main cell fed by the layer before through the edge mask, plus one skip cell with its own state for each earlier layer it has an edge from; the readout sees the last layer; ${gates}.`
    : `one cell per layer that reads all its source layers through the edge mask; hidden-to-hidden weights are ${recurrence}; the readout sees all sink vertices; ${gates}.`
}

function budgetWords(budget: NonNullable<StructureStudy['structure']['budget']>): string {
  return budget.kind === 'edges'
    ? `every graph has exactly ${counted(budget.edges, 'edge')}.`
    : `every network has ${count(budget.parameters)} trained values, within ${level(budget.tolerance * 100)}.`
}
