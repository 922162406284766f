// One study while it is looked at: its runs and results, kept fresh by events without a fetch per epoch.
import { watch, onScopeDispose, type ShallowRef } from 'vue'
import type { Events, RunSummary, StudyDetail } from '../../shared/contract.ts'
import type { StudyResults } from '../../shared/results.ts'
import { on, request } from '../api.ts'
import { useApp } from '../stores/app.ts'
import { calm } from './calm.ts'
import { useLoad, type Load } from './use-load.ts'

const DETAIL_MS = 1000
const RESULTS_MS = 3000

type Finished = Events['epoch/finished']

/** Put a finished epoch into the summary of its run; a record that is there already is not counted twice. */
export function withEpoch(run: RunSummary, { record }: Finished): RunSummary {
  if (run.last !== undefined && run.last.epoch >= record.epoch) return run
  const accuracies = [...run.accuracies, record.test.accuracy]
  const state = run.state === 'queued' || run.state === 'interrupted' ? 'running' : run.state
  return { ...run, state, last: record, epochsDone: record.epoch, accuracies }
}

/** Put a finished epoch of a base run into its learning curve. */
export function withBaseEpoch(results: StudyResults, run: RunSummary, { record }: Finished): StudyResults {
  const { cell, seed } = run.spec
  const known = results.base.some(({ runId }) => runId === run.id)
  const base = known ? results.base : [...results.base, { cell, seed, runId: run.id, epochs: [] }]
  return {
    ...results,
    base: base.map((curve) =>
      curve.runId !== run.id || (curve.epochs.at(-1)?.epoch ?? 0) >= record.epoch
        ? curve
        : { ...curve, epochs: [...curve.epochs, record] },
    ),
  }
}

export function useStudy(id: () => string): { detail: Load<StudyDetail>; results: Load<StudyResults> } {
  const app = useApp()
  const detail = useLoad(() => request('study/show', { id: id() }))
  const results = useLoad(() => request('study/results', { id: id() }))
  const reloadDetail = calm(() => void detail.reload(), DETAIL_MS)
  const reloadResults = calm(() => void results.reload(), RESULTS_MS)

  const ends = [
    on('studies/changed', (event) => {
      if (event.id !== undefined && event.id !== id()) return
      reloadDetail()
      reloadResults()
    }),
    on('epoch/finished', (event) => {
      if (event.studyId === id()) takeEpoch(detail.data, results.data, event)
    }),
  ]
  onScopeDispose(() => ends.forEach((end) => end()))
  watch([id, () => app.generation], () => void Promise.all([detail.reload(), results.reload()]), {
    immediate: true,
  })
  return { detail, results }
}

function takeEpoch(
  detail: ShallowRef<StudyDetail | undefined>,
  results: ShallowRef<StudyResults | undefined>,
  event: Finished,
): void {
  const study = detail.value
  const index = study?.runs.findIndex(({ id }) => id === event.runId) ?? -1
  if (study === undefined || index < 0) return
  const run = study.runs[index]!
  detail.value = { ...study, runs: study.runs.with(index, withEpoch(run, event)) }
  if (run.spec.kind === 'base' && results.value !== undefined) {
    results.value = withBaseEpoch(results.value, run, event)
  }
}
