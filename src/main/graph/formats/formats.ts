// One door to all graph files: bytes in, a graph or what stands in its way out; and a graph in, text out.
// Opens no file itself.
import { LacunaError } from '../../../shared/errors.ts'
import type {
  GraphDescription,
  GraphExportFormat,
  GraphFormat,
  GraphImport,
  GraphImportOptions,
} from '../../../shared/graph.ts'
import { GRAPH_LIMITS } from '../../../shared/graph.ts'
import { readEdgeList, writeEdgeList } from './edge-list.ts'
import { readGraphml } from './graphml.ts'
import { readNodeLink, writeNodeLink } from './node-link.ts'
import type { GraphAttributes } from './xml-write.ts'
import { writeGexf, writeGraphml } from './xml-write.ts'

/** File name endings by format, for dialogs and for names of exported files. */
export const GRAPH_EXTENSIONS: Record<GraphExportFormat, string> = {
  graphml: '.graphml',
  'edge-list': '.edges',
  'node-link': '.json',
  gexf: '.gexf',
}

const READERS: Record<GraphFormat, (text: string, options: GraphImportOptions) => GraphImport> = {
  graphml: readGraphml,
  'edge-list': readEdgeList,
  'node-link': readNodeLink,
}

function decode(bytes: Uint8Array): string {
  if (bytes.length === 0) throw new LacunaError('bad-input', 'The graph file is empty (0 bytes).')
  if (bytes.length > GRAPH_LIMITS.fileBytes) {
    throw new LacunaError(
      'too-large',
      `The graph file has ${bytes.length} bytes; files up to ${GRAPH_LIMITS.fileBytes} bytes can be read, take a part of it.`,
    )
  }
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new LacunaError(
      'bad-input',
      'The graph file is not text in UTF-8; save it as UTF-8 and try again.',
      undefined,
      { cause: error },
    )
  }
}

/** Tell the format by the first character that is not white space: `<` XML, `{` JSON, else an edge list. */
export function detectFormat(text: string): GraphFormat {
  const first = /\S/.exec(text)?.[0]
  if (first === '<') return 'graphml'
  return first === '{' || first === '[' ? 'node-link' : 'edge-list'
}

/**
 * Read a graph file.
 * @returns the graph with notes and warnings, or no graph and at least one problem of severity `stop` whose choices
 *   can be merged into `options`
 * @throws LacunaError bad-input for a file that is not what it claims to be, too-large over the stated limits,
 *   unsupported for several graphs in one file
 */
export function readGraph(bytes: Uint8Array, options: GraphImportOptions = {}): GraphImport {
  const text = decode(bytes)
  return READERS[options.format ?? detectFormat(text)](text, options)
}

/** Write a graph; an edge list holds its edges and weights only, the others also `attributes`. */
export function writeGraph(
  graph: GraphDescription,
  format: GraphExportFormat,
  attributes: GraphAttributes = {},
): string {
  switch (format) {
    case 'graphml':
      return writeGraphml(graph, attributes)
    case 'gexf':
      return writeGexf(graph, attributes)
    case 'edge-list':
      return writeEdgeList(graph)
    case 'node-link':
      return writeNodeLink(graph, attributes)
  }
}
