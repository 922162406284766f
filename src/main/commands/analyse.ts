// `lacuna analyse structure`: which graph properties go with accuracy, and how well they predict it, from tables or from a
// study of the workspace.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { StructureRow } from '../../shared/structure-analysis.ts'
import { readRecords, type TextRecord } from '../data/import/records.ts'
import type { Chance } from '../stats/failures.ts'
import { chanceOf, structureRows } from '../stats/structure-rows.ts'
import { runAnalysis, type AnalysisJob } from '../study/analysis.ts'
import { addPruningAnalysis } from './analyse-pruning.ts'
import { analysisJson, analysisText, isAccuracy } from './analysis-text.ts'
import {
  collect,
  commonOptions,
  untilStopped,
  wholeNumber,
  withWorkbench,
  type CommonOptions,
} from './context.ts'
import { findByName } from './find.ts'
import { note, printJson, printLine, usageError } from './output.ts'
import { bar, LiveLines } from './progress.ts'

interface AnalyseFlags extends CommonOptions {
  csv?: string[]
  study?: string
  target: string
  seed: number
  folds: number
  repeats: number
  leaveOutFailed?: boolean
}

export function addAnalyseCommands(program: Command): void {
  const group = program.command('analyse').description('what explains results')
  commonOptions(group.command('structure'))
    .description(
      'correlations of graph properties with accuracy, and regressors with repeated cross-validation',
    )
    .option('--csv <file>', 'trained structures, a row each; repeatable', collect)
    .option('--study <study>', 'a structure study of the workspace, by id, its beginning, or name')
    .option('--target <column>', 'column to explain', 'test_acc')
    .option('--seed <number>', 'for splits, forests and resampling', wholeNumber(0, 0xffff_ffff), 1)
    .option('--folds <number>', 'parts of the cross-validation', wholeNumber(2, 1000), 10)
    .option('--repeats <number>', 'times it is repeated', wholeNumber(1, 1000), 10)
    .option('--leave-out-failed', 'fit regressors without trainings that never left chance')
    .action((flags: AnalyseFlags) => analyse(flags))
  addPruningAnalysis(group)
}

async function analyse(flags: AnalyseFlags): Promise<void> {
  if (flags.leaveOutFailed === true && !isAccuracy(flags.target)) {
    throw usageError(
      `The column ${flags.target} is no accuracy, so --leave-out-failed cannot tell what failed.`,
    )
  }
  if ((flags.csv === undefined) === (flags.study === undefined)) {
    throw usageError(
      'Give either --csv with a table or --study with a structure study; see `lacuna analyse structure --help`.',
    )
  }
  const { rows, chance } = await readRows(flags)
  const analysis = await withProgress(rows, {
    ...optionsOf(flags),
    ...(chance === undefined ? {} : { chance }),
  })
  if (flags.json === true) printJson(analysisJson(flags.target, analysis))
  else printLine(analysisText(flags.target, analysis))
}

async function readRows(flags: AnalyseFlags): Promise<{ rows: StructureRow[]; chance: Chance | undefined }> {
  const { csv = [], study, target } = flags
  const tables = await Promise.all(csv.map(readRecords))
  if (study !== undefined) tables.push(await studyRecords(study, flags))
  return {
    rows: tables.flatMap((records) => structureRows(records, target)),
    chance: chanceOf(tables.flat()),
  }
}

/** The table `study results --csv` writes, read as every other table is. */
async function studyRecords(asked: string, flags: AnalyseFlags): Promise<TextRecord[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lacuna-analyse-'))
  try {
    const path = join(folder, 'study.csv')
    await withWorkbench({ ...flags, command: 'analyse structure', work: false }, async ({ handlers }) => {
      const { id, definition, name } = findByName(await handlers['study/list']({}), asked, 'study')
      if (definition.kind !== 'structure') {
        throw usageError(`The study '${name}' trains no random structures; name one that does.`)
      }
      await writeFile(path, (await handlers['study/csv']({ id })).text)
    })
    return await readRecords(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function optionsOf({ seed, folds, repeats, leaveOutFailed }: AnalyseFlags): AnalysisJob['options'] {
  return { seed, folds, repeats, failedTrainings: leaveOutFailed === true ? 'leave-out' : 'keep' }
}

/** Analyse with a bar on a terminal; a signal stops it. */
async function withProgress(rows: readonly StructureRow[], options: AnalysisJob['options']) {
  const stop = new AbortController()
  let done = 0
  const live = new LiveLines(() => [`Analysing ${bar(done)} ${Math.floor(done * 100)} %`])
  live.update()
  const onProgress = (fraction: number) => {
    done = fraction
    live.update()
  }
  const work = runAnalysis(rows, options, { signal: stop.signal, onProgress })
  try {
    const stopped = untilStopped()
    note(`Analysing ${rows.length} trained structures.`)
    const ended = await Promise.race([work, stopped])
    if (typeof ended !== 'string') return ended
    stop.abort()
    return await work
  } finally {
    live.end()
  }
}
