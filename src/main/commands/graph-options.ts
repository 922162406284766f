// What is typed after `lacuna graph` as options: parameters of generators, and choices about graph files. Draws and reads
// no graph.
import { InvalidArgumentError, Option, type Command } from 'commander'
import {
  BARABASI_ALBERT_STARTS,
  generatorSchema,
  graphImportOptionsSchema,
  type BarabasiAlbertStart,
  type GeneratorSpec,
  type GraphImportOptions,
  type GraphKind,
  type GraphProblem,
} from '../../shared/graph.ts'
import { wholeNumber } from './context.ts'
import { assignmentParts, usageError } from './output.ts'

/** Parameters of all generators as typed; each kind takes some of them. */
export interface ParameterFlags {
  nodes?: number
  m?: number
  start?: BarabasiAlbertStart
  k?: number
  p?: number
  tries?: number
  density?: number
  connected?: boolean
  side?: number
  q?: number
  r?: number
  layers?: number[]
}

/** Largest whole number a parameter can take; the schema of each kind is stricter. */
const MOST = 1_000_000

/** Parse a decimal number of an option. */
function decimalNumber(text: string): number {
  const value = /^\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (Number.isFinite(value)) return value
  throw new InvalidArgumentError('Expected a number from 0, such as 0.25.')
}

function layerSizes(text: string): number[] {
  const sizes = text.split(',')
  if (sizes.every((size) => /^[1-9]\d{0,5}$/.test(size))) return sizes.map(Number)
  throw new InvalidArgumentError('Expected sizes with commas between them, such as 3,5,2.')
}

export function addParameterOptions(command: Command): Command {
  return command
    .option(
      '--nodes <number>',
      'vertices (all kinds but kleinberg and layered-complete)',
      wholeNumber(1, MOST),
    )
    .option(
      '--m <number>',
      'barabasi-albert: edges a new vertex brings (default: nodes / 10)',
      wholeNumber(1, MOST),
    )
    .addOption(
      new Option(
        '--start <graph>',
        'barabasi-albert: grows from a star of m + 1 vertices or from m without edges (default: star)',
      ).choices(BARABASI_ALBERT_STARTS),
    )
    .option(
      '--k <number>',
      'watts-strogatz: neighbours on the ring (default: nodes / 5)',
      wholeNumber(2, MOST),
    )
    .option(
      '--p <number>',
      'watts-strogatz: chance that an edge is rewired (default: 1); erdos-renyi: chance of an edge; kleinberg: distance joined directly (default: 1)',
      decimalNumber,
    )
    .option('--density <number>', 'random-dag: share of all pairs that are joined', decimalNumber)
    .option('--no-connected', 'erdos-renyi, random-dag: also graphs in several pieces')
    .option('--tries <number>', 'draws before giving up on a graph in one piece', wholeNumber(1, MOST))
    .option('--side <number>', 'kleinberg: vertices along a side of the grid', wholeNumber(2, MOST))
    .option('--q <number>', 'kleinberg: long-range edges per vertex (default: 1)', wholeNumber(0, MOST))
    .option('--r <number>', 'kleinberg: exponent of their length (default: 2)', decimalNumber)
    .option('--layers <sizes>', 'layered-complete: sizes of the layers, such as 3,5,2', layerSizes)
}

/** The parameters a kind takes, by name. */
function parametersOf(kind: GraphKind): string[] {
  const option = generatorSchema.options.find(({ shape }) => shape.kind.value === kind)!
  return Object.keys(option.shape).filter((name) => name !== 'kind')
}

const typed = (name: string) => (name === 'connected' ? '--no-connected' : `--${name}`)

/**
 * The request for a generator.
 * @throws LacunaError bad-request naming the parameter that is missing, out of range or of another kind
 */
export function generatorSpec(kind: GraphKind, flags: ParameterFlags): GeneratorSpec {
  const { connected, ...numbers } = flags
  // Absent means connected, also for kinds that know no pieces.
  const given = { ...numbers, ...(connected === false ? { connected } : {}) }
  const takes = parametersOf(kind)
  const foreign = Object.keys(given).find((name) => !takes.includes(name))
  if (foreign !== undefined) {
    throw usageError(`${kind} has no ${typed(foreign)}; it takes ${takes.map(typed).join(', ')}.`)
  }
  const parsed = generatorSchema.safeParse({ kind, ...given })
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    return name in given ? `${typed(name)}: ${message}` : `${typed(name)} is needed`
  })
  throw usageError(`${kind} cannot be drawn: ${issues.join('; ')}.`)
}

/**
 * Choices about a graph file from `option=value` assignments.
 * @throws LacunaError bad-request naming the option that does not exist or the value it cannot take
 */
export function graphChoices(assignments: readonly string[]): GraphImportOptions {
  const { shape } = graphImportOptionsSchema
  const entries = assignments.map((assignment): [string, string] => {
    const [name, value] = assignmentParts(assignment)
    if (!Object.hasOwn(shape, name)) {
      throw usageError(`A graph file has no option '${name}'; it has ${Object.keys(shape).join(', ')}.`)
    }
    const values: readonly string[] = shape[name as keyof typeof shape].unwrap().options
    if (!values.includes(value)) {
      throw usageError(`The option ${name} cannot be '${value}'; it can be ${values.join(', ')}.`)
    }
    return [name, value]
  })
  return graphImportOptionsSchema.parse(Object.fromEntries(entries))
}

/** A problem of a graph file with the ways out of it, each as what to add to the command. */
export function graphProblemText({ severity, message, choices }: GraphProblem): string {
  const ways = choices.map(({ label, options }) => {
    const flags = Object.entries(options).map(([name, value]) => `--set ${name}=${value}`)
    return `\n    ${label}: ${flags.join(' ')}`
  })
  return `${severity}: ${message}${ways.join('')}`
}
