// The graphs of a structure study: which graph belongs to a generator, a number, an architecture and a control. Equal
// arguments give equal graphs on every machine; trains nothing and knows no study.
import { LacunaError } from '../../shared/errors.ts'
import type { GraphDescription } from '../../shared/graph.ts'
import { CELL_NAMES, CELLS, parameterShapes, type Cell, type Padding } from '../../shared/network.ts'
import { randomStream, type RandomStream } from '../../shared/random.ts'
import {
  familyCount,
  familyLabels,
  graphNames,
  type StructureFamily,
  type StructureOptions,
} from '../../shared/structure-study.ts'
import { barabasi, dealLayers, drawWithEdges, gridSide, type DrawnFamily } from './edge-budget.ts'
import { drawGraph, MAX_REDRAWS } from './generators/generate.ts'
import { rewireDegrees } from './rewire.ts'
import { networkOf, type WiredNetwork } from './wiring.ts'

/** Which graph. Without `cell`: that of the first architecture, where architectures have graphs of their own. */
export interface GraphChoice {
  family: number // index into `families`
  index: number // within the family, from 0
  cell?: Cell
  rewired?: number // 0: the graph itself; k: its k-th degree-preserving control
}

/** What a network has besides its graph; a budget of parameters counts it. */
export interface NetworkSurroundings {
  vocabulary: number
  classes: number
  padding: Padding
  embedding: number // `lacuna` wiring only
}

export interface SampledGraph {
  name: string // of the graph; its controls have the same
  graph: GraphDescription
}

/** What is counted where nothing is said: ASCII letters in two classes. */
const USUAL: NetworkSurroundings = { vocabulary: 128, classes: 2, padding: 'mask', embedding: 50 }

/** Graphs that are drawn until one fits a budget of parameters. */
const MOST_DRAWS = 200
const DRAWS_PER_SIZE = 10

/**
 * Give a graph of a structure study.
 * @param surroundings what else counts for a budget of parameters; the default is right for the published data
 * @throws LacunaError not-found for a family or number that does not exist, bad-request where the generator, the budget
 *   or the control is impossible; the message says what to change
 */
export function sampleGraph(
  structure: StructureOptions,
  choice: GraphChoice,
  surroundings: NetworkSurroundings = USUAL,
): SampledGraph {
  const { families, graphSeed, graphsPerCell } = structure
  const family = families[choice.family]
  if (family === undefined || choice.index >= familyCount(family)) {
    throw new LacunaError(
      'not-found',
      `The study has no graph ${choice.index} of generator ${choice.family}.`,
    )
  }
  const cell = choice.cell ?? CELLS[0]
  const name = nameOf(families, choice)
  const purpose = [
    'structure',
    familyLabels(families)[choice.family]!,
    choice.index,
    ...(graphsPerCell === 'own' ? [cell] : []),
  ]
  const stream = (...more: (string | number)[]) => randomStream(graphSeed, 'graph', ...purpose, ...more)
  const graph =
    family.kind === 'given'
      ? givenGraph(structure, name, family.graphs[choice.index]!.graph, cell, surroundings)
      : drawOwn(structure, family, cell, surroundings, stream)
  if (choice.rewired === undefined || choice.rewired === 0) return { name, graph }
  const control = rewireDegrees(graph, JSON.stringify([graphSeed, ...purpose]), choice.rewired)
  if (control.swaps > 0) return { name, graph: control.graph }
  throw new LacunaError(
    'bad-request',
    `The graph '${name}' has no control: no other connected graph with its degrees was found. Leave the controls out or take denser graphs.`,
  )
}

function nameOf(families: readonly StructureFamily[], { family, index }: GraphChoice): string {
  return graphNames(families)[family]![index]!
}

type Stream = (...more: (string | number)[]) => RandomStream

function drawOwn(
  structure: StructureOptions,
  family: DrawnFamily,
  cell: Cell,
  surroundings: NetworkSurroundings,
  stream: Stream,
): GraphDescription {
  const { nodes, budget } = structure
  if (budget?.kind === 'parameters') return drawWithParameters(structure, family, cell, surroundings, stream)
  const random = stream()
  const size = nodes.min + random.integer(nodes.max - nodes.min + 1)
  return budget === null
    ? drawFamily(family, size, random)
    : drawWithEdges(family, size, budget.edges, random)
}

/**
 * Draw one graph of a family with so many vertices. A Watts-Strogatz graph that is in pieces after its tries gets new
 * ones, so that the number of vertices stays uniform.
 */
export function drawFamily(family: DrawnFamily, nodes: number, random: RandomStream): GraphDescription {
  switch (family.kind) {
    case 'barabasi-albert':
      return drawGraph(barabasi(family, nodes), random)
    case 'watts-strogatz': {
      const { kind, p, k } = family
      const tries = Math.min(10_000, family.tries * MAX_REDRAWS)
      return drawGraph({ kind, nodes, p, tries, ...(k === undefined ? {} : { k }) }, random)
    }
    case 'erdos-renyi':
      return drawGraph({ kind: family.kind, nodes, p: family.p, tries: family.tries }, random)
    case 'random-dag':
      return drawGraph({ kind: family.kind, nodes, density: family.density, tries: family.tries }, random)
    case 'kleinberg': {
      const { kind, p, q, r } = family
      return drawGraph({ kind, side: gridSide(nodes), p, q, r }, random)
    }
    case 'layered-complete':
      return drawGraph({ kind: family.kind, layers: dealLayers(nodes, family.layers, random) }, random)
  }
}

/** Turn a graph of a study into the network an architecture trains. */
export function wireGraph(
  structure: StructureOptions,
  graph: GraphDescription,
  cell: Cell,
  { vocabulary, classes, padding, embedding }: NetworkSurroundings,
): WiredNetwork {
  const { wiring, gateMask, recurrence } = structure
  return networkOf(graph, {
    ...{ wiring, gateMask, cell, vocabulary, classes, padding, embedding },
    h2h: recurrence,
  })
}

/** Trained values of the network of a graph, without pruned ones. */
export function liveParameters(
  structure: StructureOptions,
  graph: GraphDescription,
  cell: Cell,
  surroundings: NetworkSurroundings,
): number {
  const { network, masks } = wireGraph(structure, graph, cell, surroundings)
  return parameterShapes(network).reduce((sum, { name, size }) => {
    const mask = masks.get(name)
    return sum + (mask === undefined ? size : mask.reduce((kept, keep) => kept + keep, 0))
  }, 0)
}

/** A graph from a file is what it is; a budget it does not meet is refused. */
function givenGraph(
  structure: StructureOptions,
  name: string,
  graph: GraphDescription,
  cell: Cell,
  surroundings: NetworkSurroundings,
): GraphDescription {
  const { budget } = structure
  if (budget?.kind === 'edges' && graph.edges.length !== budget.edges) {
    throw new LacunaError(
      'bad-request',
      `The graph '${name}' has ${graph.edges.length} edges and the budget is ${budget.edges}; leave the graph or the budget out.`,
    )
  }
  if (budget?.kind !== 'parameters') return graph
  const found = liveParameters(structure, graph, cell, surroundings)
  if (Math.abs(found - budget.parameters) <= budget.tolerance * budget.parameters) return graph
  throw new LacunaError(
    'bad-request',
    `The ${CELL_NAMES[cell]} network of the graph '${name}' has ${found} trained values and the budget is ${budget.parameters} within ${budget.tolerance * 100} %; leave the graph or the budget out.`,
  )
}

/**
 * Draw graphs of the number of vertices that comes nearest to the budget until one is within its tolerance: first the
 * size is found by halving, then sizes around it are drawn several times.
 */
function drawWithParameters(
  structure: StructureOptions,
  family: DrawnFamily,
  cell: Cell,
  surroundings: NetworkSurroundings,
  stream: Stream,
): GraphDescription {
  const { nodes, budget } = structure
  if (budget?.kind !== 'parameters') throw new LacunaError('internal', 'There is no budget of parameters.')
  const { parameters: wanted, tolerance } = budget
  let best: { graph: GraphDescription; found: number } | undefined
  const draw = (size: number, attempt: number) => {
    const graph = drawFamily(family, size, stream('size', size, attempt))
    const found = liveParameters(structure, graph, cell, surroundings)
    if (best === undefined || Math.abs(found - wanted) < Math.abs(best.found - wanted))
      best = { graph, found }
    return found
  }
  let [low, high] = [nodes.min, nodes.max]
  while (low < high) {
    const middle = (low + high) >> 1
    if (draw(middle, 0) < wanted) low = middle + 1
    else high = middle
  }
  const near = sizesAround(low, nodes)
  for (let drawn = 0; drawn < MOST_DRAWS; drawn++) {
    if (best !== undefined && Math.abs(best.found - wanted) <= tolerance * wanted) return best.graph
    const size = near[Math.floor(drawn / DRAWS_PER_SIZE)]
    if (size === undefined) break
    draw(size, 1 + (drawn % DRAWS_PER_SIZE))
  }
  throw new LacunaError(
    'bad-request',
    `No ${family.kind} graph of ${nodes.min} to ${nodes.max} vertices gives a ${CELL_NAMES[cell]} network of ${wanted} trained values within ${tolerance * 100} %; the nearest has ${best!.found}. Change the budget, its tolerance or the number of vertices.`,
  )
}

/** The sizes of the range by their distance from one. */
function sizesAround(centre: number, { min, max }: { min: number; max: number }): number[] {
  const sizes = Array.from({ length: max - min + 1 }, (_, i) => min + i)
  return sizes
    .sort((a, b) => Math.abs(a - centre) - Math.abs(b - centre))
    .slice(0, MOST_DRAWS / DRAWS_PER_SIZE)
}
