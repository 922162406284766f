// `lacuna bench`: milliseconds of a training step by architecture, size, sparsity and engine. Needs no workspace and no
// data; computes in this process and says nothing about other programs.
import { InvalidArgumentError, Option, type Command } from 'commander'
import { CELLS, type Cell } from '../../shared/network.ts'
import { ENGINE_CHOICES, type EngineChoice } from '../../shared/study.ts'
import { measureStep, stackedBenchCase, type BenchCase, type BenchResult } from '../engine/fused/bench.ts'
import type { Engine } from '../engine/engine.ts'
import { createFusedEngine, skipLimits } from '../engine/fused/index.ts'
import { networkOf } from '../graph/wiring.ts'
import { loadEngine } from '../study/engines.ts'
import { recurrentCounts } from '../study/weights.ts'
import { wholeNumber } from './context.ts'
import { readGraphFile } from './graph-file.ts'
import { printJson, printLine, usageError } from './output.ts'

interface BenchFlags {
  cells: Cell[]
  hidden?: number[]
  sparsity?: number[]
  structure?: string
  engine: EngineChoice[]
  batch?: number
  threads: 1 | 2
  json?: boolean
}

/** Units and batch of the published models; structures were trained in batches of 128. */
const DEFAULTS = { hidden: [50], sparsity: [0, 0.9], batch: 32, structureBatch: 128 }
const MOST_HIDDEN = 1024

export function addBenchCommand(program: Command): void {
  program
    .command('bench')
    .description('time of a training step: three layers of --hidden units, or the network of a structure')
    .option('--cells <names>', `architectures, of ${CELLS.join(',')}`, oneOf(CELLS), [...CELLS])
    .option('--hidden <numbers>', 'units of a layer (default: 50)', listOf(wholeNumber(1, MOST_HIDDEN)))
    .option(
      '--sparsity <numbers>',
      'pruned share of recurrent weights, 0 to 1 (default: 0,0.9)',
      listOf(share),
    )
    .option('--structure <file>', 'time the network of this graph: GraphML, edge list or JSON')
    .option('--engine <names>', `engines, of ${ENGINE_CHOICES.join(',')}`, oneOf(ENGINE_CHOICES), ['auto'])
    .option(
      '--batch <number>',
      'sequences of a batch (default: 32, with --structure 128)',
      wholeNumber(1, 4096),
    )
    .addOption(
      new Option('--threads <number>', 'threads that compute a step').argParser(wholeNumber(1, 2)).default(1),
    )
    .option('--json', 'print one JSON value a case')
    .action((flags: BenchFlags) => bench(flags))
}

/** Parse a list with commas. */
function listOf<T>(one: (text: string) => T): (text: string) => T[] {
  return (text) => text.split(',').map((part) => one(part.trim()))
}

function oneOf<T extends string>(choices: readonly T[]): (text: string) => T[] {
  return listOf((text) => {
    const found = choices.find((choice) => choice === text)
    if (found === undefined) throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
    return found
  })
}

function share(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('Expected shares from 0 to 1, such as 0,0.5,0.9.')
}

async function bench(flags: BenchFlags): Promise<void> {
  const cases = await benchCases(flags)
  for (const choice of flags.engine) {
    const engine = await engineFor(choice, flags.threads)
    const measured = (process.env.LACUNA_SPARSE_BELOW ?? '') === ''
    if (engine.info.name === 'fused' && measured && flags.json !== true) printLine(limitsText(engine))
    for (const one of cases) {
      const result = measureStep(engine, one, { steps: stepsFor(engine, one) })
      if (flags.json === true) printJson(result)
      else printLine(resultText(result))
    }
  }
}

/** Few steps where a step is slow, so that every case takes seconds. */
function stepsFor(engine: Engine, { hidden }: BenchCase): number {
  return engine.info.name === 'tensorflow' || hidden > 128 ? 3 : 20
}

async function engineFor(choice: EngineChoice, threads: 1 | 2): Promise<Engine> {
  // TensorFlow reads it when it is loaded.
  process.env.TF_NUM_INTRAOP_THREADS = String(threads)
  const engine = await loadEngine(choice)
  return engine.info.name === 'fused' ? createFusedEngine({ threads }) : engine
}

async function benchCases(flags: BenchFlags): Promise<BenchCase[]> {
  const { cells, structure, hidden = DEFAULTS.hidden, sparsity = DEFAULTS.sparsity } = flags
  if (structure === undefined) {
    const batch = flags.batch ?? DEFAULTS.batch
    return cells.flatMap((cell) =>
      hidden.flatMap((units) =>
        sparsity.map((pruned) => stackedBenchCase({ cell, hidden: units, batch, sparsity: pruned })),
      ),
    )
  }
  if (flags.hidden !== undefined || flags.sparsity !== undefined) {
    throw usageError('A structure has its own sizes and edges; leave out --hidden and --sparsity.')
  }
  const graph = await readGraphFile(structure)
  return cells.map((cell) => {
    const { network, masks } = networkOf(graph, {
      wiring: 'darji-2021',
      gateMask: 'row-repeat',
      cell,
      vocabulary: 128,
      classes: 2,
      padding: 'process',
    })
    const { recurrentWeights, nonzeros } = recurrentCounts(network, masks)
    return {
      network,
      masks,
      hidden: Math.max(...network.layers.map(({ size }) => size)),
      batch: flags.batch ?? DEFAULTS.structureBatch,
      sparsity: Number((1 - nonzeros / recurrentWeights).toFixed(4)),
    }
  })
}

/** When pruned weights are skipped here rather than multiplied as zeros. */
function limitsText({ info }: Engine): string {
  const { small, large } = skipLimits(info.instructionSet!)
  const percent = (limit: number) => `${(100 * limit).toFixed(0)} %`
  return `fused ${info.instructionSet} skips pruned weights where less than ${percent(small)} of a matrix are kept, of a large one less than ${percent(large)}; measured now`
}

function resultText(result: BenchResult): string {
  const { cell, hidden, batch, sparsity, engine, instruction_set: set, ms_per_step, gflops } = result
  const size = `${hidden} units, batch ${batch}, ${(100 * sparsity).toFixed(0)} % pruned`
  const by = set === undefined ? engine : `${engine} ${set}`
  return `${cell}, ${size}, ${by}: ${ms_per_step} ms a step, ${gflops} GFLOP/s`
}
