// `lacuna graph`: generate random graphs, measure the properties of one. Needs no workspace.
import { extname, parse, resolve } from 'node:path'
import { Argument, type Command } from 'commander'
import {
  GRAPH_KINDS,
  PROPERTY_NAMES,
  type GraphDescription,
  type GraphExportFormat,
  type GraphKind,
} from '../../shared/graph.ts'
import { writeGraph } from '../graph/formats/formats.ts'
import { completeSpec, generateGraph } from '../graph/generators/generate.ts'
import { describeGraph } from '../graph/properties.ts'
import { collect, commonOptions, wholeNumber, type CommonOptions } from './context.ts'
import { writeOutput } from './files.ts'
import { readGraphFile } from './graph-file.ts'
import { addParameterOptions, generatorSpec, graphChoices, type ParameterFlags } from './graph-options.ts'
import { note, printJson, printLine, table, usageError } from './output.ts'

interface GenerateFlags extends CommonOptions, ParameterFlags {
  seed: number
  count: number
  out?: string
}

interface PropertyFlags extends CommonOptions {
  set?: string[]
}

/** Formats by the ending of the file to write. */
const FORMATS: Record<string, GraphExportFormat> = {
  '.json': 'node-link',
  '.graphml': 'graphml',
  '.txt': 'edge-list',
  '.edges': 'edge-list',
  '.gexf': 'gexf',
}

export function addGraphCommands(program: Command): void {
  const group = program.command('graph').description('random graphs and their properties')
  const generating = commonOptions(group.command('generate'))
    .description('draw random graphs from a seed')
    .addArgument(new Argument('<kind>', 'how it is drawn').choices(GRAPH_KINDS))
    .option('--seed <number>', 'the same seed gives the same graphs', wholeNumber(0, 0xffff_ffff), 1)
    .option('--count <number>', 'graphs to draw', wholeNumber(1, 100_000), 1)
    .option(
      '--out <file>',
      `file to write, ${Object.keys(FORMATS).join(', ')}; with --count numbered from 0 (default: node-link JSON on stdout, a graph a line)`,
    )
  addParameterOptions(generating).action((kind: GraphKind, flags: GenerateFlags) => generate(kind, flags))
  commonOptions(group.command('properties <file>'))
    .description('the 23 published properties of a GraphML, edge list or node-link JSON file')
    .option('--set <option=value>', 'how the file is read, such as selfLoops=drop; repeatable', collect)
    .action((file: string, flags: PropertyFlags) => properties(file, flags))
}

function generate(kind: GraphKind, flags: GenerateFlags): void {
  const { seed, count, out, json, workspace: _, ...parameters } = flags
  const spec = completeSpec(generatorSpec(kind, parameters))
  const format = out === undefined ? 'node-link' : formatOf(out)
  for (let index = 0; index < count; index++) {
    const graph = generateGraph(spec, seed, index)
    const text = writeGraph(graph, format)
    if (out === undefined) printJson(JSON.parse(text))
    else {
      const file = resolve(numbered(out, index, count))
      writeOutput(file, text)
      report(file, graph, { index, json: json === true })
    }
  }
}

function report(
  file: string,
  graph: GraphDescription,
  { index, json }: { index: number; json: boolean },
): void {
  const [nodes, edges] = [graph.nodes, graph.edges.length]
  if (json) printJson({ file, index, nodes, edges })
  else printLine(`Written to ${file}: ${nodes} vertices, ${edges} ${edges === 1 ? 'edge' : 'edges'}.`)
}

function formatOf(path: string): GraphExportFormat {
  const format = FORMATS[extname(path).toLowerCase()]
  if (format !== undefined) return format
  throw usageError(`The name ${path} tells no format; end it with ${Object.keys(FORMATS).join(', ')}.`)
}

/** Name of graph `index`: `g.json` alone, or `g-07.json` of a hundred. */
function numbered(path: string, index: number, count: number): string {
  if (count === 1) return path
  const { ext } = parse(path)
  const number = String(index).padStart(String(count - 1).length, '0')
  return `${path.slice(0, path.length - ext.length)}-${number}${ext}`
}

async function properties(file: string, flags: PropertyFlags): Promise<void> {
  const graph = await readGraphFile(file, graphChoices(flags.set ?? []))
  const { properties: found, missing } = describeGraph(graph)
  const absent = PROPERTY_NAMES.filter((name) => found[name] === undefined)
  if (flags.json === true) {
    const all = Object.fromEntries(PROPERTY_NAMES.map((name) => [name, found[name] ?? null]))
    printJson(missing === undefined ? all : { ...all, missing })
  } else {
    const rows = PROPERTY_NAMES.flatMap((name) =>
      found[name] === undefined ? [] : [[name, String(found[name])]],
    )
    printLine(table(['property', ' value'], rows))
  }
  if (missing !== undefined)
    note(`${absent.length} of ${PROPERTY_NAMES.length} properties do not exist: ${missing}.`)
}
