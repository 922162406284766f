// From a structure study to networks: the network and masks of one run, and a few sampled ones that stand for all where
// something is estimated beforehand. Trains nothing.
import { LacunaError } from '../../shared/errors.ts'
import { GRAPH_KIND_NAMES, type GraphDescription } from '../../shared/graph.ts'
import type { Cell, NetworkDescription } from '../../shared/network.ts'
import { randomStream } from '../../shared/random.ts'
import {
  familyCount,
  familyLabels,
  STRUCTURE_LIMITS,
  type StructureOptions,
  type StructureSpec,
} from '../../shared/structure-study.ts'
import type { StructureStudy } from '../../shared/study.ts'
import type { Masks } from '../engine/engine.ts'
import { assertEdges, type DrawnFamily } from '../graph/edge-budget.ts'
import { publishedK, publishedM } from '../graph/generators/generate.ts'
import { drawFamily, sampleGraph, wireGraph, type NetworkSurroundings } from '../graph/sample.ts'

/** Number of tokens and classes of the networks of a study. */
export interface Sizes {
  vocabulary: number
  classes: number
}

export interface StructureNetwork {
  graph: GraphDescription
  network: NetworkDescription
  masks: Masks
}

/** A sampled network with the share of the study's graphs it stands for; the shares sum to 1. */
export interface StructureSample extends StructureNetwork {
  family: number
  share: number
}

/** Graphs of each family that are looked at to estimate the others. */
const SAMPLES = 6

function surroundingsOf({ padding, model }: StructureStudy, sizes: Sizes): NetworkSurroundings {
  return { ...sizes, padding, embedding: model.embedding }
}

/**
 * Make the network of one run.
 * @throws LacunaError bad-request where its graph is impossible, bad-network for one with too many layers
 */
export function structureNetwork(
  definition: StructureStudy,
  cell: Cell,
  { family, index, rewired }: Pick<StructureSpec, 'family' | 'index' | 'rewired'>,
  sizes: Sizes,
): StructureNetwork {
  const surroundings = surroundingsOf(definition, sizes)
  const { structure } = definition
  const { graph } = sampleGraph(structure, { family, index, cell, rewired }, surroundings)
  const { network, masks } = wireGraph(structure, graph, cell, surroundings)
  return { graph, network, masks }
}

const sampled = new WeakMap<StructureStudy, Map<string, StructureSample[]>>()

/**
 * Make a few networks of an architecture, spread evenly over the graphs of each family. Made once per definition.
 * @throws LacunaError bad-request where a graph is impossible
 */
export function sampleStructures(definition: StructureStudy, cell: Cell, sizes: Sizes): StructureSample[] {
  const key = `${cell}|${sizes.vocabulary}|${sizes.classes}`
  const known = sampled.get(definition) ?? new Map<string, StructureSample[]>()
  sampled.set(definition, known)
  const found = known.get(key) ?? sampleFamilies(definition, cell, sizes)
  known.set(key, found)
  return found
}

function sampleFamilies(definition: StructureStudy, cell: Cell, sizes: Sizes): StructureSample[] {
  const { families } = definition.structure
  const total = families.reduce((sum, family) => sum + familyCount(family), 0)
  return families.flatMap((family, at) => {
    const count = familyCount(family)
    const taken = Math.min(count, SAMPLES)
    const share = count / total / taken
    return Array.from({ length: taken }, (_, i) => {
      const index = Math.floor((i * count) / taken)
      const made = structureNetwork(definition, cell, { family: at, index, rewired: 0 }, sizes)
      return { ...made, family: at, share }
    })
  })
}

/**
 * Refuse generators that cannot give their graphs, by drawing the smallest and the largest of each.
 * @throws LacunaError bad-request, too-large
 */
export function assertStructure(structure: StructureOptions): void {
  const { families, nodes, budget, graphSeed } = structure
  const labels = familyLabels(families)
  families.forEach((family, at) => {
    if (family.kind === 'given') return
    for (const size of new Set([nodes.min, nodes.max])) {
      if (budget?.kind === 'edges') assertEdges(family, size, budget.edges)
      else {
        assertSmall(family, size)
        drawFamily(family, size, randomStream(graphSeed, 'graph', 'check', labels[at]!, size))
      }
    }
  })
}

/** @throws LacunaError too-large when graphs of the family have more edges than are trained */
function assertSmall(family: DrawnFamily, nodes: number): void {
  const edges = Math.round(expectedEdges(family, nodes))
  if (edges <= STRUCTURE_LIMITS.edges) return
  throw new LacunaError(
    'too-large',
    `${GRAPH_KIND_NAMES[family.kind]} graphs of ${nodes} vertices have about ${edges} edges; a structure that is trained has at most ${STRUCTURE_LIMITS.edges}. Take fewer vertices or a sparser generator.`,
  )
}

function expectedEdges(family: DrawnFamily, nodes: number): number {
  const pairs = (nodes * (nodes - 1)) / 2
  switch (family.kind) {
    case 'barabasi-albert': {
      const m = family.m ?? publishedM(nodes)
      return (nodes - m) * m
    }
    case 'watts-strogatz':
      return (nodes * (family.k ?? publishedK(nodes))) / 2
    case 'erdos-renyi':
      return pairs * family.p
    case 'random-dag':
      return pairs * family.density
    case 'kleinberg': // within grid distance p lie 2 p (p + 1) others
      return Math.min(pairs, nodes * (family.p * (family.p + 1) + family.q))
    case 'layered-complete':
      return ((family.layers - 1) * nodes ** 2) / family.layers ** 2
  }
}
