// `lacuna eval`: the accuracy of weights in a file on sequences in a file, pruned if asked for. Needs no workspace.
import { basename } from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Sequences } from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import { GATE_MASKS, WIRINGS, type GateMask, type Wiring } from '../../shared/graph.ts'
import { CELLS, PADDINGS, type Cell, type NetworkDescription, type Padding } from '../../shared/network.ts'
import {
  CRITERIA,
  ENCODINGS,
  ENGINE_CHOICES,
  RULES,
  SCOPES,
  TARGETS,
  type Criterion,
  type Encoding,
  type EngineChoice,
  type Rule,
  type Scope,
  type Target,
} from '../../shared/study.ts'
import { importFiles } from '../data/import/import-files.ts'
import { buildVocabulary, encodeSplit } from '../data/vocabulary.ts'
import type { EncodedSplit, Masks } from '../engine/engine.ts'
import { pruneMasks } from '../prune/index.ts'
import { loadEngine } from '../study/engines.ts'
import { recurrentCounts } from '../study/weights.ts'
import { collect, commonOptions, wholeNumber, type CommonOptions } from './context.ts'
import { loadModel, type LoadedModel } from './eval-model.ts'
import { percent, printJson, printLine, usageError } from './output.ts'

interface EvalFlags extends CommonOptions {
  weights: string
  cell?: Cell
  graph?: string
  wiring?: Wiring
  gateMask?: GateMask
  set?: string[]
  acceptNan?: boolean
  data: string
  textColumn?: string
  labelColumn?: string
  prune?: { target: Target; percent: number }
  scope: Scope
  rule: Rule
  criterion: Criterion
  seed: number
  batch: number
  padding: Padding
  encoding: Encoding
  vocabularyFrom?: string
  engine: EngineChoice
}

export function addEvalCommand(program: Command): void {
  const choice = (flags: string, text: string, values: readonly string[]) =>
    new Option(flags, text).choices(values)
  commonOptions(program.command('eval'))
    .description('accuracy of published weights on a file of sequences, in file order')
    .requiredOption('--weights <file>', 'safetensors file in the published naming')
    .requiredOption('--data <file>', 'CSV or TSV file with sequences and classes')
    .addOption(choice('--cell <name>', 'architecture (default: as the file says)', CELLS))
    .option('--graph <file>', 'the random structure the weights were trained as: GraphML, edge list or JSON')
    .addOption(choice('--wiring <name>', 'how the graph becomes a network (default: darji-2021)', WIRINGS))
    .addOption(
      choice(
        '--gate-mask <name>',
        'how edges spread over gates (default: row-repeat for darji-2021, per-gate for lacuna)',
        GATE_MASKS,
      ),
    )
    .option('--set <option=value>', 'how the graph is read, such as selfLoops=drop; repeatable', collect)
    .option('--accept-nan', 'evaluate weights that hold NaN or infinity')
    .option('--text-column <column>', 'column with the sequences (default: found by content)')
    .option('--label-column <column>', 'column with the classes (default: found by content)')
    .option(
      '--prune <target:percent>',
      `prune first, such as both:40; targets: ${TARGETS.join(', ')}`,
      pruning,
    )
    .addOption(choice('--scope <name>', 'weights that compete', SCOPES).default('global'))
    .addOption(choice('--rule <name>', 'how many weights go', RULES).default('percentile'))
    .addOption(choice('--criterion <name>', 'which weights go', CRITERIA).default('magnitude'))
    .option('--seed <number>', 'for random pruning', wholeNumber(0, 0xffff_ffff), 1)
    .option('--batch <number>', 'sequences a batch', wholeNumber(1, 65_536), 32)
    .addOption(choice('--padding <name>', 'what padding does', PADDINGS).default('process'))
    .addOption(choice('--encoding <name>', 'how symbols become tokens', ENCODINGS).default('ascii'))
    .option(
      '--vocabulary-from <file>',
      'training file whose symbols were numbered, for --encoding vocabulary',
    )
    .addOption(choice('--engine <name>', 'what computes', ENGINE_CHOICES).default('auto'))
    .action((flags: EvalFlags) => evaluate(flags))
}

function pruning(text: string): { target: Target; percent: number } {
  const [name, number, ...more] = text.split(':')
  const target = TARGETS.find((known) => known === name)
  const value = /^\d+(\.\d+)?$/.test(number ?? '') ? Number(number) : Number.NaN
  if (target !== undefined && more.length === 0 && value >= 0 && value <= 100)
    return { target, percent: value }
  throw new InvalidArgumentError(
    `Expected TARGET:PERCENT with ${TARGETS.join(', ')} and 0 to 100, such as both:40.`,
  )
}

async function evaluate(flags: EvalFlags): Promise<void> {
  const loaded = await loadModel(flags)
  const { network, parameters } = loaded
  const split = await readSplit(flags, network)
  const masks = chooseMasks(flags, loaded)
  const engine = await loadEngine(flags.engine)
  const model = engine.create(network, { parameters, masks })
  const result = model.evaluate(split, { batchSize: flags.batch })
  const { nonzeros } = recurrentCounts(network, model.masks())
  model.dispose()
  const { total, correct } = result
  const accuracy = correct / total
  if (flags.json === true) {
    const { lossSum: loss, meanLoss: mean_loss } = result
    return printJson({ total, correct, accuracy, loss, nonzeros, mean_loss, engine: engine.info.name })
  }
  const wired = flags.graph === undefined ? '' : ` wired by ${basename(flags.graph)}`
  printLine(
    `${percent(accuracy)} (${correct} of ${total}) with ${network.cell} from ${basename(flags.weights)}${wired}`,
  )
  printLine(`loss ${result.lossSum.toFixed(4)} summed over batches, ${result.meanLoss.toFixed(6)} a sequence`)
  printLine(`${nonzeros} recurrent weights kept, engine ${engine.info.name} ${engine.info.version}`)
}

/** Masks of the structure, and within them those of the pruning that was asked for. */
function chooseMasks(flags: EvalFlags, { network, parameters, masks }: LoadedModel): Masks {
  if (flags.prune === undefined) return masks
  const { scope, rule, criterion, seed } = flags
  return pruneMasks(network, parameters, { ...flags.prune, scope, rule, criterion, seed, within: masks })
}

/** Read the sequences in file order and encode them for the network. */
async function readSplit(flags: EvalFlags, network: NetworkDescription): Promise<EncodedSplit> {
  const content = await readSequences(flags.data, flags)
  const { train: sequences } = content
  const vocabulary = buildVocabulary(await vocabularySource(flags, content), flags.encoding)
  if (vocabulary.size > network.vocabulary) {
    throw new LacunaError(
      'bad-input',
      `The sequences need a vocabulary of ${vocabulary.size}, but the network has ${network.vocabulary}; choose the encoding the weights were trained with.`,
    )
  }
  const classes = classNumbers(content.classes, network.classes)
  return encodeSplit(
    sequences.map((sequence) => ({ ...sequence, label: classes[sequence.label]! })),
    vocabulary,
  )
}

async function readSequences(path: string, { textColumn, labelColumn }: EvalFlags): Promise<Sequences> {
  const options = {
    testFraction: 0, // nothing is held out: all rows, in file order
    ...(textColumn === undefined ? {} : { textColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
  }
  return (await importFiles({ train: path }, options)).content
}

async function vocabularySource(flags: EvalFlags, content: Sequences): Promise<Sequences> {
  if (flags.encoding === 'ascii') return content
  if (flags.vocabularyFrom === undefined) {
    throw usageError(
      'With --encoding vocabulary, name the training file with --vocabulary-from: it numbers the symbols.',
    )
  }
  return readSequences(flags.vocabularyFrom, flags)
}

/**
 * Output of the network for each class name of the data. Names that are numbers below K are those numbers, also when
 * some class does not occur in the file; other names are numbered in class order.
 */
function classNumbers(names: readonly string[], classes: number): number[] {
  const numbers = names.map((name) => (/^\d+$/.test(name) ? Number(name) : Number.NaN))
  if (numbers.every((number) => number < classes)) return numbers
  if (names.length === classes) return names.map((_, index) => index)
  const shown = names.slice(0, 5).join(', ')
  throw new LacunaError(
    'bad-input',
    `The data has ${names.length} classes (${shown}), the network tells ${classes} apart; choose the label column the weights were trained on.`,
  )
}
