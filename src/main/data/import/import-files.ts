// Previews and imports delimited text files: one file, or one for training and one for testing. Reads the files it is
// given and nothing else; stores nothing.
import {
  importOptionsSchema,
  type DatasetDraft,
  type FilePreview,
  type ImportOptions,
  type ImportPreview,
  type ImportProblem,
  type Sequences,
} from '../../../shared/dataset.ts'
import { LacunaError } from '../../../shared/errors.ts'
import { describeContent } from '../content.ts'
import { classProblems, splitProblems, toContent, willImport } from './assemble.ts'
import { inspect } from './inspect.ts'
import { sortProblems, stopError } from './problems.ts'
import { resolvedOptions, resolveRoles, testOptions } from './roles.ts'
import type { ReadContext } from './scan.ts'
import { selectRows, type Roles, type SelectedRow } from './select.ts'
import { openSource, type ByteSource } from './source.ts'

/** A file to read; `name` is what people call it when the path does not say (an upload). */
export type FilePath = string | { path: string; name: string }

/** The files; without `test` the split comes from a column or is drawn. */
export interface ImportFiles {
  train: FilePath
  test?: FilePath | undefined
}

/** Files that are already open. */
export interface ImportSources {
  train: ByteSource
  test?: ByteSource
}

/** A finished import, ready to be stored. */
export interface ImportedDataset {
  content: Sequences
  draft: DatasetDraft
  preview: ImportPreview
}

interface Prepared {
  preview: ImportPreview
  content: Sequences
}

/** One file, understood and read with the columns that were found for it. */
interface FileReading {
  preview: FilePreview
  roles: Roles | undefined
  rows: SelectedRow[]
  dropped: number
  problems: ImportProblem[]
}

const NO_ROLES: Roles = { text: '', label: null, split: null }

async function readFile(
  source: ByteSource,
  options: ImportOptions,
  hasTest: boolean,
  context: ReadContext,
): Promise<FileReading> {
  const inspection = await inspect(source, options, context)
  const { preview } = inspection
  const { roles, problems } = resolveRoles(preview, options, hasTest)
  const hopeless = preview.problems.some(({ code }) => code === 'no-rows' || code === 'quote-unclosed')
  const all = [...preview.problems, ...problems]
  if (roles === undefined || hopeless) return { preview, roles, rows: [], dropped: 0, problems: all }
  const selection = await selectRows(source, inspection, roles, options, context)
  const { rows, dropped } = selection
  return { preview, roles, rows, dropped, problems: [...all, ...selection.problems] }
}

/** What the test file says is marked with its name; that it has no labels has been said for the training file. */
function testProblems({ preview, problems }: FileReading): ImportProblem[] {
  return problems
    .filter(({ code }) => code !== 'unlabelled')
    .map((problem) => ({ ...problem, message: `${preview.fileName}: ${problem.message}` }))
}

async function prepare(
  sources: ImportSources,
  options: ImportOptions,
  context: ReadContext,
): Promise<Prepared> {
  const hasTest = sources.test !== undefined
  const train = await readFile(sources.train, options, hasTest, context)
  const roles = train.roles
  const test =
    sources.test === undefined
      ? undefined
      : await readFile(sources.test, testOptions(options, roles), true, context)
  const content = toContent(train.rows, test?.rows, roles ?? NO_ROLES, options)
  const drawn = roles !== undefined && !hasTest && roles.split === null
  const found = [...train.problems, ...(test === undefined ? [] : testProblems(test))]
  const blocked = found.some(({ severity }) => severity === 'stop')
  if (roles !== undefined)
    found.push(...classProblems(content), ...splitProblems(content, drawn, blocked, options))
  const problems = sortProblems(found)
  const preview: ImportPreview = {
    train: train.preview,
    ...(test === undefined ? {} : { test: test.preview }),
    options: resolvedOptions(options, train.preview, roles, drawn),
    problems,
    canImport: problems.every(({ severity }) => severity !== 'stop'),
    willImport: willImport(content, train.dropped + (test?.dropped ?? 0)),
  }
  return { preview, content }
}

/** Check options of unknown origin. */
function checkedOptions(options: ImportOptions): ImportOptions {
  const parsed = importOptionsSchema.safeParse(options)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new LacunaError(
    'bad-request',
    `Import option ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}.`,
  )
}

async function withSources<T>(files: ImportFiles, work: (sources: ImportSources) => Promise<T>): Promise<T> {
  const open = (file: FilePath) =>
    typeof file === 'string' ? openSource(file) : openSource(file.path, file.name)
  const train = await open(files.train)
  try {
    if (files.test === undefined) return await work({ train })
    const test = await open(files.test)
    try {
      return await work({ train, test })
    } finally {
      await test.close()
    }
  } finally {
    await train.close()
  }
}

/**
 * Tell what an import would do, without keeping anything. Choices of a problem are merged into `options` by the caller.
 * @throws LacunaError not-found, bad-input, unsupported or too-large when a file cannot be shown as a table at all;
 *   cancelled when `signal` is aborted
 */
export async function previewFiles(
  files: ImportFiles,
  options: ImportOptions,
  context: ReadContext = {},
): Promise<ImportPreview> {
  return (await prepareFiles(files, options, context)).preview
}

/** Preview a single file; see `previewFiles`. */
export async function previewFile(
  path: FilePath,
  options: ImportOptions,
  context: ReadContext = {},
): Promise<ImportPreview> {
  return previewFiles({ train: path }, options, context)
}

function prepareFiles(files: ImportFiles, options: ImportOptions, context: ReadContext): Promise<Prepared> {
  const checked = checkedOptions(options)
  return withSources(files, (sources) => prepare(sources, checked, context))
}

function assemble({ preview, content }: Prepared): ImportedDataset {
  if (!preview.canImport) throw stopError(preview.problems)
  const fileOf = ({ fileName, bytes, sha256 }: FilePreview) => ({ name: fileName, bytes, sha256 })
  const notes = preview.problems
    .filter(({ severity }) => severity === 'warning')
    .map(({ message }) => message)
  const source = {
    kind: 'files' as const,
    train: fileOf(preview.train),
    ...(preview.test === undefined ? {} : { test: fileOf(preview.test) }),
    options: preview.options,
  }
  return { content, draft: describeContent(content, source, notes), preview }
}

/**
 * Import files as a dataset.
 * @throws LacunaError bad-input when a problem is a stop; `detail.problems` lists all of them. Also as `previewFiles`
 */
export async function importFiles(
  files: ImportFiles,
  options: ImportOptions,
  context: ReadContext = {},
): Promise<ImportedDataset> {
  return assemble(await prepareFiles(files, options, context))
}

/** Import from sources that are already open (uploads, tests); see `importFiles`. */
export async function importSources(
  sources: ImportSources,
  options: ImportOptions,
  context: ReadContext = {},
): Promise<ImportedDataset> {
  return assemble(await prepare(sources, checkedOptions(options), context))
}
