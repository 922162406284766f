// One door to all generators: a request and a seed in, a graph out. The same request and seed give the same graph.
import { z } from 'zod'
import { LacunaError } from '../../../shared/errors.ts'
import type { GeneratorInput, GeneratorSpec, GraphDescription, PublishedKind } from '../../../shared/graph.ts'
import { generatorSchema } from '../../../shared/graph.ts'
import type { RandomStream } from '../../../shared/random.ts'
import { randomStream } from '../../../shared/random.ts'
import { barabasiAlbert } from './barabasi-albert.ts'
import { erdosRenyi, randomDag } from './erdos-renyi.ts'
import { kleinberg } from './kleinberg.ts'
import { layeredComplete } from './layered-complete.ts'
import { connectedWattsStrogatz } from './watts-strogatz.ts'

/** Edges a new vertex brings and neighbours on the ring, as functions of the size (Darji 2021). */
export const publishedM = (nodes: number): number => Math.max(1, Math.floor(nodes / 10))
export const publishedK = (nodes: number): number => Math.max(2, Math.floor(nodes / 5))

/**
 * Check a request and fill in every default, also those that depend on the size, so that it can be stored.
 * @throws LacunaError bad-request naming each field that is wrong
 */
export function completeSpec(input: unknown): GeneratorSpec {
  const parsed = generatorSchema.safeParse(input)
  if (!parsed.success) throw new LacunaError('bad-request', `Graph: ${z.prettifyError(parsed.error)}`)
  const spec = parsed.data
  if (spec.kind === 'barabasi-albert') return { ...spec, m: spec.m ?? publishedM(spec.nodes) }
  if (spec.kind === 'watts-strogatz') return { ...spec, k: spec.k ?? publishedK(spec.nodes) }
  return spec
}

/**
 * Draw the next graph of a stream.
 * @throws LacunaError bad-request for parameters that contradict each other, and where no connected graph was found
 */
export function drawGraph(input: GeneratorInput, random: RandomStream): GraphDescription {
  const spec = completeSpec(input)
  switch (spec.kind) {
    case 'barabasi-albert':
      return barabasiAlbert(spec.nodes, spec.m!, random, spec.start)
    case 'watts-strogatz':
      return connectedWattsStrogatz({ ...spec, k: spec.k! }, random)
    case 'erdos-renyi':
      return erdosRenyi(spec, random)
    case 'random-dag':
      return randomDag(spec, random)
    case 'kleinberg':
      return kleinberg(spec, random)
    case 'layered-complete':
      return layeredComplete(spec.layers)
  }
}

/**
 * Draw graph number `index` of a request. Equal arguments give the same graph on every machine.
 * @throws LacunaError bad-request for parameters that contradict each other, and where no connected graph was found
 */
export function generateGraph(input: GeneratorInput, seed: number | string, index = 0): GraphDescription {
  return drawGraph(input, randomStream(seed, 'graph', input.kind, index))
}

/** Times that ten disconnected tries are followed by ten more; the chance of needing them all is below 10^-40. */
export const MAX_REDRAWS = 1000

/**
 * Draw graph number `index` of a kind with a random size: n uniform in `from` .. `to`, m = floor(n / 10) or
 * k = floor(n / 5) with every edge rewired and 10 tries (Darji 2021). networkx gives up after 10 disconnected tries;
 * here the same n gets 10 new ones, so that n stays uniform. Barabasi-Albert graphs grow from isolated vertices, as all
 * published ones do.
 * @returns the graph and the complete request it answers
 */
export function drawPublishedGraph(
  kind: PublishedKind,
  seed: number | string,
  index: number,
  { from = 10, to = 50 }: { from?: number; to?: number } = {},
): { spec: GeneratorSpec; graph: GraphDescription } {
  const random = randomStream(seed, 'graph', 'published', kind, index)
  const nodes = from + random.integer(to - from + 1)
  const spec = completeSpec(kind === 'barabasi-albert' ? { kind, nodes, start: 'isolated' } : { kind, nodes })
  const patient = spec.kind === 'watts-strogatz' ? { ...spec, tries: spec.tries * MAX_REDRAWS } : spec
  return { spec, graph: drawGraph(patient, random) }
}

/** The graph of `drawPublishedGraph` with the published range of sizes, 10 to 50. */
export function publishedGraph(kind: PublishedKind, seed: number | string, index: number): GraphDescription {
  return drawPublishedGraph(kind, seed, index).graph
}
