// `lacuna study`: list, show, results, resume, cancel, delete.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { RunSummary, StudyDetail, StudySummary } from '../../shared/contract.ts'
import { enginesOf, RUN_STATES } from '../../shared/results.ts'
import { writeFileAtomic } from '../store/files.ts'
import type { Workbench } from '../workbench.ts'
import { commonOptions, wholeNumber, withWorkbench, type CommonOptions } from './context.ts'
import { findByName } from './find.ts'
import { followStudy } from './follow.ts'
import { duration, percent, printJson, printLine, table } from './output.ts'
import { anyResultsText, resultsOf } from './results-text.ts'

interface ResultFlags extends CommonOptions {
  csv?: string
}

export function addStudyCommands(program: Command): void {
  const group = program
    .command('study')
    .description('studies of the workspace, by id, its beginning, or name')
  const add = (name: string, description: string) =>
    commonOptions(group.command(name)).description(description)
  add('list', 'all studies').action((flags: CommonOptions) => list(flags))
  add('show <study>', 'a study and its runs').action((asked: string, flags: CommonOptions) =>
    show(asked, flags),
  )
  add('results <study>', 'accuracy by level and safe percentages, or by generator')
    .option('--csv <file>', 'write the results as CSV')
    .action((asked: string, flags: ResultFlags) => results(asked, flags))
  add('resume <study>', 'go on with a study to its end, also with failed and cancelled runs')
    .option('--jobs <number>', 'engine processes at a time', wholeNumber(1, 256))
    .action((asked: string, flags: CommonOptions & { jobs?: number }) => resume(asked, flags))
  add('cancel <study>', 'cancel the runs that are not done').action((asked: string, flags: CommonOptions) =>
    change(asked, flags, 'cancel'),
  )
  add('delete <study>', 'move a study to the trash').action((asked: string, flags: CommonOptions) =>
    change(asked, flags, 'delete'),
  )
}

function withStudy<T>(
  asked: string,
  flags: CommonOptions,
  command: string,
  use: (workbench: Workbench, study: StudySummary) => Promise<T>,
): Promise<T> {
  return withWorkbench({ ...flags, command: `study ${command}`, work: false }, async (workbench) =>
    use(workbench, findByName(await workbench.handlers['study/list']({}), asked, 'study')),
  )
}

async function list(flags: CommonOptions): Promise<void> {
  await withWorkbench({ ...flags, command: 'study list', work: false }, async (workbench) => {
    const studies = await workbench.handlers['study/list']({})
    if (flags.json === true) return studies.forEach(printJson)
    if (studies.length === 0) return printLine('There are no studies; start one with `lacuna run`.')
    const rows = studies.map((s) => [
      s.id,
      s.name,
      s.state,
      runCounts(s),
      `${s.epochsDone} of ${s.epochsTotal}`,
    ])
    printLine(table(['id', 'name', 'state', 'runs', ' epochs'], rows))
  })
}

/** The run states that occur, with their counts: `3 done, 1 failed`. */
export function runCounts({ runs }: StudySummary): string {
  return RUN_STATES.filter((state) => runs[state] > 0)
    .map((state) => `${runs[state]} ${state}`)
    .join(', ')
}

async function show(asked: string, flags: CommonOptions): Promise<void> {
  await withStudy(asked, flags, 'show', async (workbench, { id }) => {
    const detail = await workbench.handlers['study/show']({ id })
    if (flags.json === true) printJson(detail)
    else printLine(detailText(detail))
  })
}

function detailText({ summary, runs }: StudyDetail): string {
  const rows = runs.map((run) => [
    run.spec.key,
    run.state,
    `${run.epochsDone} of ${run.spec.epochs}`,
    run.last === undefined ? '' : percent(run.last.test.accuracy),
    run.problem?.message ?? '',
  ])
  const engines = enginesOf(runs).join('; ')
  return [
    `${summary.name} (${summary.id}): ${summary.definition.kind} on ${summary.datasetName}, ${summary.state}`,
    `${runCounts(summary)}; ${summary.epochsDone} of ${summary.epochsTotal} epochs`,
    ...(engines === '' ? [] : [`engine ${engines}`]),
    '',
    table(['run', 'state', ' epochs', ' accuracy', 'problem'], rows),
    trainingTime(runs),
  ].join('\n')
}

function trainingTime(runs: readonly RunSummary[]): string {
  const ms = runs.reduce((sum, run) => sum + (run.last?.elapsedMs ?? 0) * run.epochsDone, 0)
  return ms === 0 ? '' : `about ${duration(ms)} of computing`
}

async function results(asked: string, flags: ResultFlags): Promise<void> {
  await withStudy(asked, flags, 'results', async (workbench, study) => {
    const { id } = study
    if (flags.csv !== undefined) {
      const { text } = await workbench.handlers['study/csv']({ id })
      writeFileAtomic(resolve(flags.csv), text)
      if (flags.json === true) printJson({ csv: resolve(flags.csv) })
      else printLine(`Written to ${resolve(flags.csv)}.`)
      return
    }
    const found = await resultsOf(workbench, study)
    if (flags.json === true) printJson(found)
    else printLine(anyResultsText(found))
  })
}

async function resume(asked: string, flags: CommonOptions & { jobs?: number }): Promise<void> {
  await withWorkbench({ ...flags, command: 'study resume', work: true }, async (workbench) => {
    const { id } = findByName(await workbench.handlers['study/list']({}), asked, 'study')
    await followStudy(workbench, flags, async () => workbench.handlers['study/resume']({ id }))
  })
}

async function change(asked: string, flags: CommonOptions, verb: 'cancel' | 'delete'): Promise<void> {
  await withStudy(asked, flags, verb, async (workbench, { id, name }) => {
    if (verb === 'cancel') await workbench.handlers['study/cancel']({ id })
    else await workbench.handlers['study/delete']({ id })
    const done = verb === 'cancel' ? 'Cancelled' : 'Moved to the trash:'
    if (flags.json === true) printJson({ id, done: verb })
    else printLine(`${done} ${name} (${id}).`)
  })
}
