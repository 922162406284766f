// A study whose runs are done, trained by the oracle in engine processes, and an inspector of them.
import { onTestFinished } from 'vitest'
import { forkEngine } from '../../src/main/study/fork.ts'
import { Inspector, type InspectorOptions } from '../../src/main/study/inspect.ts'
import { JobPlanner } from '../../src/main/study/plan.ts'
import type { Sequences } from '../../src/shared/dataset.ts'
import { tempDir } from '../support/temp-dir.ts'
import { bench, tinyStudy, until } from './support.ts'

/** Run a study to its end, or to a pause after some epochs of its first run; `runs` begins with the first base and what was pruned from it. */
export async function inspected(
  study: object = {},
  {
    content,
    stopAfter,
    ...options
  }: Partial<InspectorOptions> & { content?: Sequences; stopAfter?: number } = {},
) {
  const made = bench(tempDir(), { jobs: 2, ...(content === undefined ? {} : { content }) })
  made.service.open()
  const given = Object.entries(tinyStudy(made.dataset.id, study)).filter(([, value]) => value !== undefined)
  const { id } = made.service.start(Object.fromEntries(given))
  if (stopAfter !== undefined) {
    const [first] = made.service.show(id).runs
    await until(() => made.service.run(first!.id).epochs.length >= stopAfter, 'epochs before the pause')
    made.service.pause(id)
  }
  await made.service.idle()
  const inspector = new Inspector({
    store: made.store,
    spawn: forkEngine(),
    now: () => new Date('2026-11-23T12:00:00Z'),
    engine: 'oracle',
    ...options,
  })
  onTestFinished(() => inspector.close())
  const { runs } = made.service.show(id)
  const planner = new JobPlanner(made.store, 'oracle')
  const networkOf = (run: { id: string; spec: (typeof runs)[number]['spec'] }) =>
    planner.job({ id: run.id, studyId: id, spec: run.spec, baseId: runs[0]!.id }, { fresh: true }).network
  return { ...made, studyId: id, runs, inspector, networkOf }
}
