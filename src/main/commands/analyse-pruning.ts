// `lacuna analyse pruning`: what pruning left of one run, and which test sequences it answers differently from the run
// it was pruned from.
import type { Command } from 'commander'
import type { Workbench } from '../workbench.ts'
import { commonOptions, untilStopped, wholeNumber, withWorkbench, type CommonOptions } from './context.ts'
import { findByName } from './find.ts'
import { printJson, printLine } from './output.ts'
import { bar, LiveLines } from './progress.ts'
import { pruningText } from './pruning-text.ts'

interface PruningFlags extends CommonOptions {
  study: string
  run: string
  epoch?: number
}

const TASK = 'analyse-pruning'

/** Add the command to the group `analyse`. */
export function addPruningAnalysis(group: Command): void {
  commonOptions(group.command('pruning'))
    .description('what pruning left of a run, and the test sequences it answers differently')
    .requiredOption('--study <study>', 'a study of the workspace, by id, its beginning, or name')
    .requiredOption('--run <run>', 'a run of it, by key such as lstm-s1-both-40-magnitude, or id')
    .option(
      '--epoch <number>',
      'weights after this epoch, 0 right after pruning (default: the last that is stored)',
      wholeNumber(-1, 10_000),
    )
    .action((flags: PruningFlags) =>
      withWorkbench({ ...flags, command: 'analyse pruning', work: false }, (workbench) =>
        analyse(workbench, flags),
      ),
    )
}

async function analyse(
  workbench: Workbench,
  { study, run: asked, epoch, json }: PruningFlags,
): Promise<void> {
  const { handlers } = workbench
  const { id } = findByName(await handlers['study/list']({}), study, 'study')
  const { runs } = await handlers['study/show']({ id })
  const named = runs.map((one) => ({ id: one.id, name: one.spec.key }))
  const moment = { run: findByName(named, asked, 'run').id, epoch }
  const insight = await handlers['insight/show'](moment)
  const outcomes = await withProgress(workbench, () =>
    handlers['insight/outcomes']({ ...moment, task: TASK }),
  )
  if (json === true) printJson({ insight, outcomes })
  else printLine(pruningText(insight, outcomes))
}

/** Work with a bar on a terminal; a signal stops it. */
async function withProgress<T>({ subscribe, handlers }: Workbench, work: () => Promise<T>): Promise<T> {
  let done = 0
  const live = new LiveLines(() => [`Testing ${bar(done)} ${Math.floor(done * 100)} %`])
  const end = subscribe((name, payload) => {
    if (name !== 'task/progressed') return
    const { done: at, total } = payload as { done: number; total?: number }
    if (total !== undefined && total > 0) done = at / total
    live.update()
  })
  void untilStopped().then(() => handlers['task/cancel']({ task: TASK }))
  try {
    return await work()
  } finally {
    end()
    live.end()
  }
}
