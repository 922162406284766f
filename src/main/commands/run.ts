// `lacuna run`: start a study from a file or a preset and follow it to its end.
import { readFile, stat } from 'node:fs/promises'
import { Option, type Command } from 'commander'
import { LacunaError } from '../../shared/errors.ts'
import { PRESETS, setByPath } from '../../shared/presets.ts'
import { ENGINE_CHOICES, parseStudy } from '../../shared/study.ts'
import { assertPlainData } from '../transport/dispatch.ts'
import type { Workbench } from '../workbench.ts'
import { collect, commonOptions, wholeNumber, withWorkbench, type CommonOptions } from './context.ts'
import { findByName } from './find.ts'
import { followStudy } from './follow.ts'
import { assignmentParts, usageError } from './output.ts'

interface RunFlags extends CommonOptions {
  preset?: string
  dataset?: string
  set?: string[]
  jobs?: number
  engine?: string
  name?: string
}

/** A study file is small; something larger is another file by mistake. */
const MAX_STUDY_BYTES = 4 * 1024 * 1024

export function addRunCommand(program: Command): void {
  commonOptions(program.command('run [study]'))
    .description('run a study from a JSON file or a preset')
    .addOption(new Option('--preset <name>', 'a ready study').choices(PRESETS.map(({ id }) => id)))
    .option('--dataset <name>', 'dataset by name or id (default: the only one)')
    .option('--set <path=value>', 'change one setting, such as training.epochs=5; repeatable', collect)
    .option('--jobs <number>', 'engine processes at a time', wholeNumber(1, 256))
    .addOption(new Option('--engine <name>', 'what computes').choices(ENGINE_CHOICES))
    .option('--name <name>', 'name of the study')
    .action((file: string | undefined, flags: RunFlags) => run(file, flags))
}

async function run(file: string | undefined, flags: RunFlags): Promise<void> {
  const definition = await readDefinition(file, flags)
  for (const assignment of flags.set ?? []) setByPath(definition, ...assignmentParts(assignment))
  if (flags.engine !== undefined) definition['engine'] = flags.engine
  // Everything but the dataset can be checked before the workspace is touched.
  parseStudy({ dataset: 'chosen later', ...definition })
  await withWorkbench({ ...flags, command: 'run', work: true }, async (workbench) => {
    definition['dataset'] = await chooseDataset(workbench, flags.dataset ?? definition['dataset'])
    const start = { definition, ...(flags.name === undefined ? {} : { name: flags.name }) }
    await followStudy(workbench, flags, () => workbench.handlers['study/start'](start))
  })
}

async function readDefinition(
  file: string | undefined,
  { preset }: RunFlags,
): Promise<Record<string, unknown>> {
  if ((file === undefined) === (preset === undefined)) {
    throw usageError('Give either a study file or --preset; see `lacuna run --help`.')
  }
  if (file === undefined) {
    return structuredClone(PRESETS.find(({ id }) => id === preset)!.definition) as Record<string, unknown>
  }
  const unreadable = (error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'file not found' : (error.code ?? error.message)
    throw new LacunaError('not-found', `The study file ${file} cannot be read (${why}).`)
  }
  const found = await stat(file).catch(unreadable)
  // A pipe or a device may never end.
  if (!found.isFile())
    throw new LacunaError('bad-input', `${file} is not a file; name a JSON file with a study.`)
  if (found.size > MAX_STUDY_BYTES) {
    throw new LacunaError(
      'too-large',
      `${file} has ${found.size} bytes; a study file has at most ${MAX_STUDY_BYTES}.`,
    )
  }
  const bytes = await readFile(file).catch(unreadable)
  return asRecord(file, parseJson(file, bytes.toString('utf8')))
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new LacunaError('bad-input', `${file} is not JSON (${(error as Error).message}).`, undefined, {
      cause: error,
    })
  }
}

function asRecord(file: string, value: unknown): Record<string, unknown> {
  assertPlainData(value)
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new LacunaError(
    'bad-input',
    `${file} does not hold a study definition; expected a JSON object with kind and dataset.`,
  )
}

/** Id of the dataset meant by a name or id; without one, the only dataset there is. */
async function chooseDataset(workbench: Workbench, asked: unknown): Promise<string> {
  const datasets = await workbench.handlers['dataset/list']({})
  if (typeof asked === 'string') return findByName(datasets, asked, 'dataset').id
  if (datasets.length === 1) return datasets[0]!.id
  const names = datasets.map(({ name }) => name).join(', ')
  throw usageError(
    datasets.length === 0
      ? 'There is no dataset yet; import or generate one first.'
      : `Choose a dataset with --dataset: ${names}.`,
  )
}
