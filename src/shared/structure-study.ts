// The part of a study definition that says which random graphs become networks and how. Schemas, names and order;
// draws nothing.
import { z } from 'zod'
import { LacunaError } from './errors.ts'
import {
  assertGraph,
  BARABASI_ALBERT_STARTS,
  GATE_MASKS,
  graphSchema,
  RECURRENCES,
  WIRINGS,
} from './graph.ts'

/** Stated limits: a structure study trains every graph, so these are far below those of a graph that is only measured. */
export const STRUCTURE_LIMITS = {
  nodes: 2_000, // vertices of one graph
  edges: 20_000, // of a graph taken from a file
  perFamily: 1_000, // graphs
  families: 20,
  rewired: 20, // controls per graph
} as const

const count = z.number().int().min(1).max(STRUCTURE_LIMITS.perFamily).default(20)
const probability = z.number().min(0).max(1)
const tries = z.number().int().min(1).max(10_000)

/**
 * Graphs of one generator. The number of vertices of each is drawn from the study's `nodes`; parameters that are absent
 * follow from it as in Darji 2021 (`m` = floor(n / 10), `k` = floor(n / 5)).
 */
export const familySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('barabasi-albert'),
    count,
    m: z.number().int().min(1).optional(),
    start: z.enum(BARABASI_ALBERT_STARTS).optional(), // default star
  }),
  z.strictObject({
    kind: z.literal('watts-strogatz'),
    count,
    k: z.number().int().min(2).optional(),
    p: probability.default(1),
    tries: tries.default(10),
  }),
  z.strictObject({
    kind: z.literal('erdos-renyi'),
    count,
    p: probability.default(0.2),
    tries: tries.default(100),
  }),
  z.strictObject({
    kind: z.literal('random-dag'),
    count,
    density: probability.default(0.2),
    tries: tries.default(100),
  }),
  z.strictObject({
    kind: z.literal('kleinberg'), // on a grid of round(sqrt(n)) vertices a side
    count,
    p: z.number().int().min(1).max(100).default(1),
    q: z.number().int().min(0).max(100).default(1),
    r: z.number().min(0).max(100).default(2),
  }),
  z.strictObject({
    kind: z.literal('layered-complete'), // n vertices dealt out to the layers, each layer at least one
    count,
    layers: z.number().int().min(1).max(100).default(3),
  }),
  z.strictObject({
    kind: z.literal('given'), // graphs of files or of pruned runs
    graphs: z
      .array(z.strictObject({ name: z.string().trim().min(1).max(200), graph: graphSchema }))
      .min(1)
      .max(STRUCTURE_LIMITS.perFamily),
  }),
])
export type StructureFamily = z.infer<typeof familySchema>
export type FamilyKind = StructureFamily['kind']

/** Every graph gets the same size, so that size cannot explain accuracy. null: sizes are as they are drawn. */
const budget = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('edges'), edges: z.number().int().min(1).max(STRUCTURE_LIMITS.edges) }), // exactly
    z.strictObject({
      kind: z.literal('parameters'), // trained values of the network, without pruned ones
      parameters: z.number().int().min(1).max(10_000_000),
      tolerance: z.number().min(0).max(0.5).default(0.05), // share by which a network may differ
    }),
  ])
  .nullable()
  .default(null)

export const structureSchema = z.strictObject({
  families: z
    .array(familySchema)
    .min(1, 'choose at least one generator')
    .max(STRUCTURE_LIMITS.families)
    .prefault([{ kind: 'barabasi-albert' }, { kind: 'watts-strogatz' }]),
  nodes: z
    .strictObject({
      min: z.number().int().min(2).max(STRUCTURE_LIMITS.nodes).default(10),
      max: z.number().int().min(2).max(STRUCTURE_LIMITS.nodes).default(50),
    })
    .refine(({ min, max }) => min <= max, 'the smallest number of vertices is larger than the largest')
    .prefault({}),
  graphSeed: z.number().int().min(0).max(0xffffffff).default(1), // draws the graphs; `seeds` of the study train them
  graphsPerCell: z.enum(['shared', 'own']).default('shared'), // own: each architecture has graphs of its own (Darji 2021)
  wiring: z.enum(WIRINGS).default('lacuna'),
  gateMask: z.enum(GATE_MASKS).default('per-gate'),
  recurrence: z.enum(RECURRENCES).default('dense'), // `lacuna` wiring only
  budget,
  rewired: z.number().int().min(0).max(STRUCTURE_LIMITS.rewired).default(0), // degree-preserving controls per graph
})
export type StructureOptions = z.infer<typeof structureSchema>
export type StructureInput = z.input<typeof structureSchema>

/** Which graph a run trains. Everything else follows from the definition. */
export interface StructureSpec {
  family: number // index into `families`
  generator: FamilyKind
  index: number // graph within the family, from 0
  name: string // unique among the graphs of one architecture: 'watts-strogatz 17', or the name of the file
  rewired: number // 0: the graph itself; k: its k-th degree-preserving control
}

/** Graphs a family asks for. */
export function familyCount(family: StructureFamily): number {
  return family.kind === 'given' ? family.graphs.length : family.count
}

/**
 * Names of the families, each once: the generator, and with a second, third .. of the same kind a letter behind it.
 * Streams of random numbers are named by them, so that another generator in the list changes no graph of this one.
 */
export function familyLabels(families: readonly StructureFamily[]): string[] {
  const seen = new Map<FamilyKind, number>()
  return families.map(({ kind }) => {
    const before = seen.get(kind) ?? 0
    seen.set(kind, before + 1)
    return before === 0 ? kind : `${kind}-${String.fromCharCode(97 + before)}`
  })
}

/** Names of the graphs of every family, unique within the study: 'watts-strogatz 17', or the name of the file. */
export function graphNames(families: readonly StructureFamily[]): string[][] {
  const labels = familyLabels(families)
  const taken = new Map<string, number>()
  const unique = (name: string): string => {
    const before = taken.get(name) ?? 0
    taken.set(name, before + 1)
    return before === 0 ? name : unique(`${name} (${before + 1})`)
  }
  return families.map((family, at) =>
    family.kind === 'given'
      ? family.graphs.map(({ name }) => unique(name))
      : Array.from({ length: family.count }, (_, index) => unique(`${labels[at]!} ${index}`)),
  )
}

/**
 * List what one architecture and one seed trains, the first graph of every family before the second ones, every graph
 * before its controls. `label` is the readable end of the run's key. Ends after `limit` entries and one more.
 */
export function structureRuns(
  { families, rewired }: StructureOptions,
  limit: number,
): (StructureSpec & { label: string })[] {
  const labels = familyLabels(families)
  const names = graphNames(families)
  const most = Math.max(...families.map(familyCount))
  const list: (StructureSpec & { label: string })[] = []
  for (let index = 0; index < most && list.length <= limit; index++) {
    families.forEach((family, at) => {
      if (index >= familyCount(family)) return
      const spec = { family: at, generator: family.kind, index, name: names[at]![index]! }
      for (let control = 0; control <= rewired; control++) {
        const label = `${labels[at]!}-${index}${control === 0 ? '' : `-rewired-${control}`}`
        list.push({ ...spec, rewired: control, label })
      }
    })
  }
  return list
}

/**
 * Check the graphs that are given: simple, and small enough to be trained.
 * @throws LacunaError bad-input, too-large naming the graph
 */
export function assertFamilies(families: readonly StructureFamily[]): void {
  for (const family of families) {
    if (family.kind !== 'given') continue
    for (const { name, graph } of family.graphs) {
      assertGraph(graph)
      const { nodes, edges } = STRUCTURE_LIMITS
      if (graph.nodes > nodes || graph.edges.length > edges) {
        throw new LacunaError(
          'too-large',
          `The graph '${name}' has ${graph.nodes} vertices and ${graph.edges.length} edges; a structure that is trained has at most ${nodes} and ${edges}.`,
        )
      }
    }
  }
}
