// Edge lists: one edge per line, `source target` or `source target weight`, separated by spaces, tabs, commas or
// semicolons; `#` and `%` begin comments; a line with one id declares a node.
import type { GraphDescription, GraphImport, GraphImportOptions } from '../../../shared/graph.ts'
import { GraphBuilder } from './builder.ts'

const HEADER = /^(source|from|src)[\s,;]+(target|to|dst|dest)\b/i
const INTEGER = /^(0|[1-9][0-9]{0,14})$/

/** Weight in a third column: a number, or the data dictionary networkx writes there. */
function weightOf(text: string): number | undefined {
  if (!text.startsWith('{')) return Number(text)
  const named = /['"]weight['"]\s*:\s*([^,}\s]+)/.exec(text)
  return named === null ? undefined : Number(named[1])
}

/** Two ids and nothing else: nearly every line of a large file. */
const PLAIN_EDGE = /^([^\s,;{]+)[\s,;]+([^\s,;{]+)$/

function readLine(builder: GraphBuilder, line: string, number: number): void {
  const plain = PLAIN_EDGE.exec(line)
  if (plain !== null) return builder.addEdge(plain[1]!, plain[2]!, number)
  const dictionary = line.indexOf('{')
  const fields = (dictionary < 0 ? line : line.slice(0, dictionary)).split(/[\s,;]+/).filter((f) => f !== '')
  if (dictionary >= 0) fields.push(line.slice(dictionary))
  const [from, to, weight] = fields
  if (fields.length > 3) builder.report('bad-line', `line ${number}`)
  else if (to === undefined) builder.addNode(from!, `line ${number}`)
  else builder.addEdge(from!, to, number, weight === undefined ? undefined : weightOf(weight))
}

/** Yield the lines of a text with their numbers; any of CRLF, LF and CR ends a line. */
function* linesOf(text: string): Generator<[string, number]> {
  const end = /\r\n|\n|\r/g
  let start = 0
  let number = 1
  for (let match = end.exec(text); match !== null; match = end.exec(text)) {
    yield [text.slice(start, match.index), number++]
    start = end.lastIndex
  }
  if (start < text.length) yield [text.slice(start), number]
}

/**
 * Read an edge list. Without lines that declare nodes, whole numbers as ids are taken in numerical order and other ids
 * in the order of their first mention; with such lines, in the order of the file.
 */
export function readEdgeList(text: string, options: GraphImportOptions = {}): GraphImport {
  const builder = new GraphBuilder(options, 'line')
  let first = true
  for (const [raw, number] of linesOf(text)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith('%')) continue
    if (first && HEADER.test(line)) builder.report('header', `line ${number}`)
    else readLine(builder, line, number)
    first = false
  }
  // Nothing dangles in a list of edges: what a line names exists.
  const numeric = builder.declaredCount === 0 && builder.mentioned().every((id) => INTEGER.test(id))
  builder.declareMentioned(numeric ? (a, b) => Number(a) - Number(b) : undefined)
  return builder.finish('edge-list')
}

/** Ids as they can stand in an edge list, or undefined where one could not be read back. */
function writableIds({ nodes, ids }: GraphDescription): string[] | undefined {
  const written = ids ?? Array.from({ length: nodes }, (_, v) => String(v))
  return written.every((id) => /^[^\s,;{#%][^\s,;{]*$/.test(id) && !HEADER.test(id)) ? written : undefined
}

/**
 * Write a graph so that reading it gives the same graph back; the nodes come first, one per line, where their order or
 * number would be lost otherwise. Ids with separators in them are written as vertex numbers, and a comment says so.
 */
export function writeEdgeList(graph: GraphDescription): string {
  const ids = writableIds(graph)
  const names = ids ?? Array.from({ length: graph.nodes }, (_, v) => String(v))
  const mentioned = new Set(graph.edges.flat())
  const lines: string[] = []
  if (ids === undefined) lines.push('# node ids hold separators and are written as numbers from 0')
  if (graph.ids !== undefined || mentioned.size < graph.nodes) lines.push(...names)
  graph.edges.forEach(([a, b], e) => {
    const edge = `${names[a]} ${names[b]}`
    lines.push(graph.weights === undefined ? edge : `${edge} ${graph.weights[e]}`)
  })
  return `${lines.join('\n')}\n`
}
