// Collects what a graph file says and turns it into a simple graph, or into the list of what stands in the way.
// Knows no file format; repairs nothing without being told to.
import type {
  Edge,
  GraphDescription,
  GraphFormat,
  GraphImport,
  GraphImportOptions,
  GraphProblem,
} from '../../../shared/graph.ts'
import { edgeKey, GRAPH_LIMITS } from '../../../shared/graph.ts'
import { LacunaError } from '../../../shared/errors.ts'
import { applyVertexOrder } from './vertex-order.ts'

const SHOWN_PLACES = 20

/** Characters no node id may hold: controls, which most programs read wrongly or not at all. */
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const CONTROL = /[\u0000-\u001f\u007f]/

type Choice = GraphProblem['choices'][number]

interface Finding {
  severity: GraphProblem['severity']
  message: (count: number, first: string) => string
  choices?: Choice[]
}

/** Everything that can be found, and what can be done about it. */
const FINDINGS = {
  'duplicate-node': {
    severity: 'stop',
    message: (n, first) => `${n === 1 ? 'A node is' : `${n} nodes are`} declared twice (${first}).`,
    choices: [{ label: 'Keep the first of each', options: { duplicateNodes: 'merge' } }],
  },
  'dangling-edge': {
    severity: 'stop',
    message: (n, first) =>
      `${n === 1 ? 'An edge names a node' : `${n} edges name nodes`} the file does not declare (${first}).`,
    choices: [
      { label: 'Create node', options: { danglingEdges: 'create' } },
      { label: 'Leave these edges out', options: { danglingEdges: 'drop' } },
    ],
  },
  'self-loop': {
    severity: 'stop',
    message: (n, first) => `${n === 1 ? 'An edge joins' : `${n} edges join`} a node to itself (${first}).`,
    choices: [{ label: 'Leave them out', options: { selfLoops: 'drop' } }],
  },
  'parallel-edge': {
    severity: 'stop',
    message: (n, first) =>
      `${n === 1 ? 'An edge joins' : `${n} edges join`} nodes that are joined already, in one direction or the other (${first}).`,
    choices: [{ label: 'Keep the first of each', options: { parallelEdges: 'merge' } }],
  },
  'bad-id': {
    severity: 'stop',
    message: (n, first) =>
      `${n === 1 ? 'A node id is' : `${n} node ids are`} empty, longer than ${GRAPH_LIMITS.idLength} characters or ${n === 1 ? 'holds' : 'hold'} a control character such as NUL (${first}).`,
  },
  'bad-weight': {
    severity: 'stop',
    message: (n, first) => `${n === 1 ? 'A weight is' : `${n} weights are`} not a number (${first}).`,
  },
  'bad-line': {
    severity: 'stop',
    message: (n, first) =>
      `${n === 1 ? 'A line has' : `${n} lines have`} more than two nodes and a weight (${first}).`,
  },
  'missing-weight': {
    severity: 'warning',
    message: (n, first) => `${n === 1 ? 'An edge has' : `${n} edges have`} no weight and got 1 (${first}).`,
  },
  ignored: {
    severity: 'note',
    message: (n, first) =>
      `${n === 1 ? 'An element is' : `${n} elements are`} not part of a simple graph and ${n === 1 ? 'was' : 'were'} left out (${first}).`,
  },
  header: { severity: 'note', message: (_, first) => `The first line names the columns (${first}).` },
} satisfies Record<string, Finding>
export type FindingCode = keyof typeof FINDINGS

/** What the reader of a format hands over piece by piece; `finish` makes the graph. */
export class GraphBuilder {
  readonly #options: GraphImportOptions
  readonly #edgeUnit: string
  readonly #indexOf = new Map<string, number>()
  readonly #ids: string[] = []
  readonly #labels: (string | undefined)[] = []
  readonly #declared: number[] = [] // nodes in the order in which the file declares them
  readonly #isDeclared: boolean[] = []
  readonly #from: number[] = []
  readonly #to: number[] = []
  readonly #weights: (number | undefined)[] = []
  readonly #places: number[] = []
  readonly #found = new Map<FindingCode, { count: number; places: string[] }>()
  #weighted = false
  directed = false

  /** @param edgeUnit how the place of an edge is named, for example `line` */
  constructor(options: GraphImportOptions, edgeUnit: string) {
    this.#options = options
    this.#edgeUnit = edgeUnit
  }

  /** Places are kept as numbers and become text only when something was found there: there can be millions. */
  #where(place: string | number): string {
    return typeof place === 'string' ? place : `${this.#edgeUnit} ${place}`
  }

  /** Record something found; a number is the place of an edge. */
  report(code: FindingCode, place: string | number): void {
    const entry = this.#found.get(code) ?? { count: 0, places: [] }
    entry.count += 1
    if (entry.places.length < SHOWN_PLACES) entry.places.push(this.#where(place))
    this.#found.set(code, entry)
  }

  #intern(id: string, place: string | number): number {
    const known = this.#indexOf.get(id)
    if (known !== undefined) return known
    if (id === '' || id.length > GRAPH_LIMITS.idLength || CONTROL.test(id)) this.report('bad-id', place)
    const index = this.#ids.length
    if (index === GRAPH_LIMITS.nodes) throw tooLarge('nodes', GRAPH_LIMITS.nodes)
    this.#indexOf.set(id, index)
    this.#ids.push(id)
    return index
  }

  /** Declare a node. */
  addNode(id: string, place: string, label?: string): void {
    const index = this.#intern(id, place)
    if (this.#isDeclared[index] === true) {
      if (this.#options.duplicateNodes !== 'merge') this.report('duplicate-node', place)
      return
    }
    this.#isDeclared[index] = true
    this.#declared.push(index)
    if (label !== undefined) this.#labels[index] = label
  }

  /** Join two nodes, declared or not. */
  addEdge(from: string, to: string, place: number, weight?: number): void {
    if (this.#from.length === GRAPH_LIMITS.edges) throw tooLarge('edges', GRAPH_LIMITS.edges)
    this.#from.push(this.#intern(from, place))
    this.#to.push(this.#intern(to, place))
    this.#places.push(place)
    if (weight !== undefined && !Number.isFinite(weight)) this.report('bad-weight', place)
    if (weight !== undefined) this.#weighted = true
    this.#weights.push(weight)
  }

  /** Ids of all nodes mentioned so far, in the order of their first mention. */
  mentioned(): readonly string[] {
    return this.#ids
  }

  /** Number of nodes declared so far. */
  get declaredCount(): number {
    return this.#declared.length
  }

  /** Declare every node that only edges have named so far, by first mention or in the order given. */
  declareMentioned(compare?: (a: string, b: string) => number): void {
    const missing = this.#ids.filter((_, index) => this.#isDeclared[index] !== true)
    if (compare !== undefined) missing.sort(compare)
    for (const id of missing) this.addNode(id, '')
  }

  /** Make the graph, unless something was found that needs a choice. */
  finish(format: GraphFormat): GraphImport {
    const order = this.#vertexOrder()
    const { edges, weights } = this.#collectEdges(order)
    const problems = this.#problems()
    const result = { format, directed: this.directed, problems }
    if (problems.some(({ severity }) => severity === 'stop')) return result
    if (order.length === 0) {
      throw new LacunaError('bad-input', 'The graph file holds no nodes; a graph needs at least one.')
    }
    const graph: GraphDescription = { nodes: order.length, edges }
    const ids = order.map((index) => this.#ids[index]!)
    if (ids.some((id, v) => id !== String(v))) graph.ids = ids
    if (this.#labels.some((label) => label !== undefined)) {
      graph.labels = order.map((index) => this.#labels[index] ?? this.#ids[index]!)
    }
    if (weights !== undefined) graph.weights = weights
    const { graph: final, problem } = applyVertexOrder(graph, this.directed, this.#options)
    if (problem !== undefined) problems.push(problem)
    if (edges.length > GRAPH_LIMITS.drawnEdges) problems.push(largeGraph(edges.length))
    return { ...result, graph: final }
  }

  /** Nodes that become vertices, in order: declared ones, then those created for dangling edges. */
  #vertexOrder(): number[] {
    if (this.#options.danglingEdges !== 'create') return this.#declared
    const created = this.#ids.flatMap((_, index) => (this.#isDeclared[index] === true ? [] : [index]))
    return [...this.#declared, ...created]
  }

  #collectEdges(order: number[]): { edges: Edge[]; weights: number[] | undefined } {
    const vertexOf = new Int32Array(this.#ids.length).fill(-1)
    order.forEach((index, v) => (vertexOf[index] = v))
    const from = Int32Array.from(this.#from, (index) => vertexOf[index]!)
    const to = Int32Array.from(this.#to, (index) => vertexOf[index]!)
    const isRepeated = repeatedEdges(from, to, order.length)
    const edges: Edge[] = []
    const weights: number[] = []
    for (let e = 0; e < from.length; e++) {
      const [a, b] = [from[e]!, to[e]!]
      const fault =
        a < 0 || b < 0
          ? 'dangling-edge'
          : a === b
            ? 'self-loop'
            : isRepeated(a, b)
              ? 'parallel-edge'
              : undefined
      if (fault !== undefined) {
        if (!this.#isAllowed(fault)) this.report(fault, this.#places[e]!)
        continue
      }
      if (this.#weighted && this.#weights[e] === undefined) this.report('missing-weight', this.#places[e]!)
      edges.push([a, b])
      weights.push(this.#weights[e] ?? 1)
    }
    return { edges, weights: this.#weighted ? weights : undefined }
  }

  #isAllowed(fault: 'dangling-edge' | 'self-loop' | 'parallel-edge'): boolean {
    const { danglingEdges, selfLoops, parallelEdges } = this.#options
    if (fault === 'dangling-edge') return danglingEdges === 'drop'
    return fault === 'self-loop' ? selfLoops === 'drop' : parallelEdges === 'merge'
  }

  #problems(): GraphProblem[] {
    return [...this.#found].map(([code, { count, places }]) => {
      const finding: Finding = FINDINGS[code]
      const first = count > 1 ? `first: ${places[0]}` : places[0]!
      return {
        code,
        severity: finding.severity,
        message: finding.message(count, first),
        count,
        places,
        choices: finding.choices ?? [],
      }
    })
  }
}

/**
 * Make a test that is true from the second time on that it meets a pair. Sorting first keeps the set small: a set of
 * millions of edges would need gigabytes, and hardly any file repeats an edge.
 */
function repeatedEdges(from: Int32Array, to: Int32Array, nodes: number): (a: number, b: number) => boolean {
  const keys = new Float64Array(from.length)
  for (let e = 0; e < keys.length; e++) keys[e] = edgeKey(from[e]!, to[e]!, nodes)
  keys.sort()
  const several = new Set<number>()
  for (let i = 1; i < keys.length; i++) if (keys[i] === keys[i - 1]) several.add(keys[i]!)
  const met = new Set<number>()
  return (a, b) => {
    const key = several.size === 0 ? -1 : edgeKey(a, b, nodes)
    if (!several.has(key)) return false
    if (met.has(key)) return true
    met.add(key)
    return false
  }
}

function tooLarge(what: string, limit: number): LacunaError {
  return new LacunaError(
    'too-large',
    `The graph has more than ${limit.toLocaleString('en')} ${what}, which is the limit; take a part of it.`,
  )
}

function largeGraph(edges: number): GraphProblem {
  return {
    code: 'large-graph',
    severity: 'note',
    message: `The graph has ${edges.toLocaleString('en')} edges; tables and statistics use all of them, the drawing shows at most ${GRAPH_LIMITS.drawnEdges.toLocaleString('en')}.`,
    count: edges,
    places: [],
    choices: [],
  }
}
