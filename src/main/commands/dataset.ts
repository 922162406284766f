// `lacuna dataset`: import, generate, list, profile.
import { basename, resolve } from 'node:path'
import { Argument, type Command } from 'commander'
import type { DatasetDetail, FileRef } from '../../shared/contract.ts'
import type { Dataset, ImportOptions, ImportPreview, SplitProfile } from '../../shared/dataset.ts'
import { reberParametersSchema } from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import type { Workbench } from '../workbench.ts'
import { collect, commonOptions, wholeNumber, withWorkbench, type CommonOptions } from './context.ts'
import { findByName } from './find.ts'
import { importOptions, problemText } from './import-options.ts'
import { note, percent, printJson, printLine, table } from './output.ts'
import { bar, LiveLines } from './progress.ts'

interface ImportFlags extends CommonOptions {
  name: string
  textColumn?: string
  labelColumn?: string
  splitFile?: string
  set?: string[]
}

interface GenerateFlags extends CommonOptions {
  seed: number
  size: number
  embedded?: boolean
  name?: string
}

const TASK = 'command-line'

export function addDatasetCommands(program: Command): void {
  const group = program.command('dataset').description('sequences to train on')
  commonOptions(group.command('import <file>'))
    .description('store a CSV or TSV file as a dataset')
    .requiredOption('--name <name>', 'name of the dataset')
    .option('--text-column <column>', 'column with the sequences (default: found by content)')
    .option('--label-column <column>', 'column with the classes (default: found by content)')
    .option('--split-file <file>', 'second file with the test sequences')
    .option('--set <option=value>', 'how the file is read, such as raggedRows=drop; repeatable', collect)
    .action((file: string, flags: ImportFlags) => importDataset(file, flags))
  commonOptions(group.command('generate'))
    .description('make a Reber dataset from a seed')
    .addArgument(new Argument('<kind>', 'what to generate').choices(['reber']))
    .requiredOption('--seed <number>', 'the same seed gives the same dataset', wholeNumber(0, 0xffff_ffff))
    .option('--size <number>', 'sequences', wholeNumber(2, 1_000_000), 25_000)
    .option('--embedded', 'embedded Reber grammar, which needs long memory')
    .option('--name <name>', 'name of the dataset (default: from the parameters)')
    .action((_kind: string, flags: GenerateFlags) => generate(flags))
  commonOptions(group.command('list'))
    .description('all datasets')
    .action((flags: CommonOptions) => list(flags))
  commonOptions(group.command('profile <dataset>'))
    .description('lengths, classes, symbols and trivial baselines of a dataset, by name or id')
    .action((name: string, flags: CommonOptions) => profile(name, flags))
}

/** Follow one task of the workbench on the terminal. */
async function withProgress<T>(workbench: Workbench, what: string, work: () => Promise<T>): Promise<T> {
  let line = what
  const live = new LiveLines(() => [line])
  const end = workbench.subscribe((name, payload) => {
    if (name !== 'task/progressed' || !('task' in payload) || payload.task !== TASK) return
    const { done, total, what: unit } = payload
    line =
      total === undefined
        ? `${what}: ${done} ${unit}`
        : `${what} ${bar(done / total)} ${done} of ${total} ${unit}`
    live.update()
  })
  try {
    return await work()
  } finally {
    end()
    live.end()
  }
}

async function importDataset(file: string, flags: ImportFlags): Promise<void> {
  const options = optionsOf(flags)
  await withWorkbench({ ...flags, command: 'dataset import', work: false }, async (workbench) => {
    const stage = (path: string): FileRef =>
      workbench.stageFile(resolve(path), { owned: false, name: basename(path) })
    const args = {
      file: stage(file),
      ...(flags.splitFile === undefined ? {} : { test: stage(flags.splitFile) }),
      options,
      task: TASK,
    }
    const preview = await withProgress(workbench, 'Reading', () =>
      workbench.handlers['dataset/preview'](args),
    )
    preview.problems.forEach((problem) => note(problemText(problem)))
    if (!preview.canImport) throw stopped(preview)
    const dataset = await withProgress(workbench, 'Importing', () =>
      workbench.handlers['dataset/import']({ ...args, options: preview.options, name: flags.name }),
    )
    if (flags.json === true) printJson(dataset)
    else printLine(`Imported ${summary(dataset)}`)
  })
}

function optionsOf({ textColumn, labelColumn, set }: ImportFlags): ImportOptions {
  const given = {
    ...(textColumn === undefined ? {} : { textColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
  }
  return importOptions(given, set ?? [])
}

function stopped({ problems }: ImportPreview): LacunaError {
  const count = problems.filter(({ severity }) => severity === 'stop').length
  const what = count === 1 ? 'The problem above has' : `The ${count} problems marked stop above have`
  return new LacunaError('bad-input', `${what} to be decided first; nothing was imported.`)
}

async function generate(flags: GenerateFlags): Promise<void> {
  const grammar = flags.embedded === true ? 'embedded-reber' : 'reber'
  const name = flags.name ?? `${grammar}-${flags.size}-seed-${flags.seed}`
  await withWorkbench({ ...flags, command: 'dataset generate', work: false }, async (workbench) => {
    const parameters = { grammar, seed: flags.seed, size: flags.size } as const
    const dataset = await withProgress(workbench, 'Generating', () =>
      workbench.handlers['dataset/generate']({
        name,
        generate: reberParametersSchema.parse(parameters),
        task: TASK,
      }),
    )
    if (flags.json === true) printJson(dataset)
    else printLine(`Generated ${summary(dataset)}`)
  })
}

async function list(flags: CommonOptions): Promise<void> {
  await withWorkbench({ ...flags, command: 'dataset list', work: false }, async (workbench) => {
    const datasets = await workbench.handlers['dataset/list']({})
    if (flags.json === true) return datasets.forEach(printJson)
    if (datasets.length === 0) return printLine('There are no datasets; import or generate one.')
    const rows = datasets.map((d) => [
      d.id.slice(0, 12),
      d.name,
      ...sizes(d).map(String),
      String(d.classes.length),
    ])
    printLine(table(['id', 'name', ' train', ' test', ' classes'], rows))
  })
}

async function profile(asked: string, flags: CommonOptions): Promise<void> {
  await withWorkbench({ ...flags, command: 'dataset profile', work: false }, async (workbench) => {
    const { id } = findByName(await workbench.handlers['dataset/list']({}), asked, 'dataset')
    const detail = await workbench.handlers['dataset/show']({ id })
    if (flags.json === true) printJson(detail)
    else printLine(profileText(detail))
  })
}

function profileText({ dataset, profile: p, baselines }: DatasetDetail): string {
  const split = (name: string, s: SplitProfile) => [
    name,
    String(s.sequences),
    p.classes.map((label, c) => `${label}: ${s.byClass[c]}`).join(', '),
    `${s.minLength} to ${s.maxLength}, median ${s.medianLength}`,
    String(s.duplicates),
  ]
  const symbols = p.symbols.slice(0, 40).map(({ symbol }) => symbol)
  return [
    summary(dataset),
    '',
    table(
      ['split', ' sequences', 'classes', 'length', ' duplicates'],
      [split('train', p.train), split('test', p.test)],
    ),
    '',
    `${p.symbolCount} symbols: ${symbols.join(' ')}${p.symbolCount > symbols.length ? ' ...' : ''}`,
    `${p.overlap.test} test sequences are in train too, ${p.overlap.contradicting} of them with another label`,
    '',
    table(
      ['baseline', ' correct', ' of', ' accuracy'],
      baselines.map((b) => [b.title, String(b.correct), String(b.total), percent(b.accuracy)]),
    ),
  ].join('\n')
}

function sizes({ counts }: Dataset): [number, number] {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  return [sum(counts.train), sum(counts.test)]
}

function summary(dataset: Dataset): string {
  const [train, test] = sizes(dataset)
  return `${dataset.name} (${dataset.id.slice(0, 12)}): ${train} train and ${test} test sequences in ${dataset.classes.length} classes`
}
