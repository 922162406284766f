// The run that is looked at with its study, kept fresh: name, state, and the runs beside it.
import { computed, onScopeDispose, watch, type ComputedRef } from 'vue'
import type { RunSummary, StudyDetail } from '../../shared/contract.ts'
import { on, request } from '../api.ts'
import { calm } from '../composables/calm.ts'
import { useLoad, type Load } from '../composables/use-load.ts'
import { useApp } from '../stores/app.ts'

const REFRESH_MS = 1500

export interface Place {
  detail: Load<StudyDetail | null> // null: no run is chosen
  run: ComputedRef<RunSummary | undefined>
}

export function usePlace(runId: () => string): Place {
  const app = useApp()
  const find = (study: StudyDetail | null | undefined, id: string) => study?.runs.find((one) => one.id === id)
  let stale = false
  const detail: Load<StudyDetail | null> = useLoad(async () => {
    const id = runId()
    const known = detail.data.value
    if (id === '') return null
    if (!stale && known && find(known, id) !== undefined) return known
    const studyId =
      known && find(known, id) !== undefined ? known.summary.id : (await request('run/show', { id })).studyId
    stale = false
    return request('study/show', { id: studyId })
  })
  const refresh = calm(() => {
    stale = true
    void detail.reload()
  }, REFRESH_MS)
  const ends = [
    on('studies/changed', ({ id }) => {
      if (id === undefined || id === detail.data.value?.summary.id) refresh()
    }),
    on('epoch/finished', ({ studyId }) => {
      if (studyId === detail.data.value?.summary.id) refresh()
    }),
  ]
  onScopeDispose(() => ends.forEach((end) => end()))
  watch([runId, () => app.generation], () => void detail.reload(), { immediate: true })
  return { detail, run: computed(() => find(detail.data.value, runId())) }
}
