// Generators, wiring choices and graph properties in the words of the field. Names and meanings only.
import { GRAPH_KIND_NAMES, PROPERTY_NAMES, type PropertyName } from '../../shared/graph.ts'
import type { FamilyKind } from '../../shared/structure-study.ts'

export const FAMILY_NAMES: Record<FamilyKind, string> = {
  ...GRAPH_KIND_NAMES,
  given: 'From files',
}

export const FAMILY_MEANINGS: Record<FamilyKind, string> = {
  'barabasi-albert': 'Grows: each new vertex joins vertices that have many edges already. A few hubs.',
  'watts-strogatz': 'A ring of neighbours with edges rewired at random. Short paths, no hubs.',
  'erdos-renyi': 'Every pair is joined with the same chance. No structure at all: the plain random graph.',
  'random-dag': 'A fixed share of all pairs, earlier to later. The number of edges is exact.',
  kleinberg: 'A square grid with a few long edges, shorter ones more likely. Local, yet navigable.',
  'layered-complete': 'Each layer joined completely to the next: the usual dense network, as a control.',
  given: 'Graphs you bring along, each trained as it is.',
}

/** Mean, variance and deviation are over the vertices, or over the edges for edge betweenness. */
const PLAIN: Partial<Record<PropertyName, string>> = {
  nodes: 'vertices',
  source_nodes: 'source vertices',
  sink_nodes: 'sink vertices',
  average_shortest_path_length: 'mean shortest path',
}
const SPREADS = { mean: 'mean', var: 'variance', std: 'st. dev.' } as const
const MEASURES: Record<string, string> = {
  eccentricity: 'eccentricity',
  degree: 'degree',
  closeness: 'closeness',
  nodes_betweenness: 'vertex betweenness',
  edge_betweenness: 'edge betweenness',
}

function titleOf(name: PropertyName): string {
  const spread = /^(.*)_(mean|var|std)$/.exec(name)
  if (spread === null) return PLAIN[name] ?? name
  return `${MEASURES[spread[1]!]!}, ${SPREADS[spread[2] as keyof typeof SPREADS]}`
}

/** The 23 properties as people write them: 'closeness, variance'. */
export const PROPERTY_TITLES = Object.fromEntries(
  PROPERTY_NAMES.map((name) => [name, titleOf(name)]),
) as Record<PropertyName, string>

/** Units of the properties that have one; the others are shares or plain numbers. */
const PROPERTY_UNITS: Partial<Record<PropertyName, string>> = {
  diameter: 'edges',
  average_shortest_path_length: 'edges',
  eccentricity_mean: 'edges',
  eccentricity_std: 'edges',
  eccentricity_var: 'edges²',
}

/** Name of a property with its unit, for an axis. */
export function propertyAxis(name: PropertyName): string {
  const unit = PROPERTY_UNITS[name]
  return unit === undefined ? PROPERTY_TITLES[name] : `${PROPERTY_TITLES[name]}, ${unit}`
}

/** Write a property with as many digits as tell graphs apart. */
export function formatProperty(value: number | undefined): string {
  if (value === undefined) return '–'
  if (Number.isInteger(value)) return String(value)
  return Math.abs(value) >= 0.001 || value === 0
    ? String(Number(value.toPrecision(3)))
    : value.toExponential(1)
}

export const WIRING_MEANINGS = {
  lacuna: 'One cell per layer reads all its source layers; every sink vertex is read out.',
  'darji-2021':
    'A skip cell with a state of its own for every further source layer; only the last layer is read.',
} as const
