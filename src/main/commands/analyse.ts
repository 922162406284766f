// `lacuna analyse structure`: which graph properties go with accuracy, and how well they predict it. Needs no workspace.
import type { Command } from 'commander'
import type { StructureRow } from '../../shared/structure-analysis.ts'
import { readRecords } from '../data/import/records.ts'
import { structureRows } from '../stats/structure-rows.ts'
import { runAnalysis, type AnalysisJob } from '../study/analysis.ts'
import { analysisJson, analysisText, isAccuracy } from './analysis-text.ts'
import { collect, commonOptions, untilStopped, wholeNumber, type CommonOptions } from './context.ts'
import { note, printJson, printLine, usageError } from './output.ts'
import { bar, LiveLines } from './progress.ts'

interface AnalyseFlags extends CommonOptions {
  csv: string[]
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
    .requiredOption('--csv <file>', 'trained structures, a row each; repeatable', collect)
    .option('--target <column>', 'column to explain', 'test_acc')
    .option('--seed <number>', 'for splits, forests and resampling', wholeNumber(0, 0xffff_ffff), 1)
    .option('--folds <number>', 'parts of the cross-validation', wholeNumber(2, 1000), 10)
    .option('--repeats <number>', 'times it is repeated', wholeNumber(1, 1000), 10)
    .option('--leave-out-failed', 'fit regressors without trainings that never left chance')
    .action((flags: AnalyseFlags) => analyse(flags))
}

async function analyse(flags: AnalyseFlags): Promise<void> {
  if (flags.leaveOutFailed === true && !isAccuracy(flags.target)) {
    throw usageError(
      `The column ${flags.target} is no accuracy, so --leave-out-failed cannot tell what failed.`,
    )
  }
  const rows: StructureRow[] = []
  for (const path of flags.csv) rows.push(...structureRows(await readRecords(path), flags.target))
  const analysis = await withProgress(rows, optionsOf(flags))
  if (flags.json === true) printJson(analysisJson(flags.target, analysis))
  else printLine(analysisText(flags.target, analysis))
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
