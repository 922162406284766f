// Reads a graph file for a command, saying on stderr what was found in it.
import { basename } from 'node:path'
import { LacunaError } from '../../shared/errors.ts'
import { GRAPH_LIMITS, type GraphDescription, type GraphImportOptions } from '../../shared/graph.ts'
import { readGraph } from '../graph/formats/formats.ts'
import { readInput } from './files.ts'
import { graphProblemText } from './graph-options.ts'
import { note } from './output.ts'

/**
 * Read the graph of a file; warnings and notes go to stderr.
 * @throws LacunaError not-found, bad-input when it is no graph or something in it has to be decided first, too-large
 */
export async function readGraphFile(
  path: string,
  options: GraphImportOptions = {},
): Promise<GraphDescription> {
  const bytes = await readInput(path, GRAPH_LIMITS.fileBytes)
  const { graph, problems } = readGraph(bytes, options)
  problems.forEach((problem) => note(graphProblemText(problem)))
  if (graph !== undefined) return graph
  const stops = problems.filter(({ severity }) => severity === 'stop').length
  const what = stops === 1 ? 'The problem above has' : `The ${stops} problems marked stop above have`
  throw new LacunaError('bad-input', `${what} to be decided first; ${basename(path)} was not used.`)
}
