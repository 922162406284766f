// The trained graphs of a structure study, kept fresh while runs finish, and their analysis: asked for by itself once
// nothing is left to compute, and on request before.
import {
  computed,
  onScopeDispose,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue'
import type { StudySummary } from '../../shared/contract.ts'
import { toErrorReport, type ErrorReport } from '../../shared/errors.ts'
import type { StructureResult, StructureResults } from '../../shared/results.ts'
import type { StructureAnalysis } from '../../shared/structure-analysis.ts'
import { on, request } from '../api.ts'
import { useApp } from '../stores/app.ts'
import { useTasks, type TaskProgress } from '../stores/tasks.ts'
import { calm } from './calm.ts'
import { isCancelled, useLoad, type Load } from './use-load.ts'

const RELOAD_MS = 3000
/** Trained graphs below which there is nothing to analyse. */
export const FEWEST_GRAPHS = 5

export interface Analysing {
  result: ShallowRef<StructureAnalysis | undefined>
  /** Trained runs the result is about. */
  runs: Ref<number>
  error: ShallowRef<ErrorReport | undefined>
  task: Ref<string | undefined>
  progress: ComputedRef<TaskProgress | undefined>
  start: () => Promise<void>
  cancel: () => void
}

const hasEnded = ({ state, accuracy }: StructureResult) => state === 'diverged' || accuracy !== undefined

/** Tell whether a study has nothing left to compute. */
function isSettled({ state }: Pick<StudySummary, 'state'>): boolean {
  return state === 'done' || state === 'incomplete' || state === 'cancelled'
}

/** Rows of a structure study; of any other kind nothing is fetched. */
export function useStructures(study: () => StudySummary | undefined): Load<StructureResults> {
  const app = useApp()
  const id = () => (study()?.definition.kind === 'structure' ? study()!.id : undefined)
  const rows = useLoad(() => request('study/structures', { id: id()! }))
  const reload = () => void (id() !== undefined && rows.reload())
  const later = calm(reload, RELOAD_MS)
  onScopeDispose(on('studies/changed', (event) => (event.id === undefined || event.id === id()) && later()))
  watch([id, () => app.generation], reload, { immediate: true })
  return rows
}

export function useAnalysis(
  study: () => StudySummary,
  rows: () => StructureResults | undefined,
  leaveOutFailed: () => boolean,
): Analysing {
  const tasks = useTasks()
  const result = shallowRef<StructureAnalysis>()
  const error = shallowRef<ErrorReport>()
  const task = ref<string>()
  const runs = ref(0)
  const trained = computed(() => rows()?.rows.filter(hasEnded).length ?? 0)
  let latest = 0

  async function start(): Promise<void> {
    cancel()
    const mine = ++latest
    const about = trained.value
    error.value = undefined
    try {
      const found = await tasks.run(
        (name) => request('study/analyse', { id: study().id, leaveOutFailed: leaveOutFailed(), task: name }),
        (name) => (task.value = name),
      )
      if (mine === latest) [result.value, runs.value] = [found, about]
    } catch (thrown) {
      if (mine === latest && !isCancelled(thrown)) error.value = toErrorReport(thrown)
    }
    if (mine === latest) task.value = undefined
  }

  function cancel(): void {
    if (task.value === undefined) return
    latest++
    void tasks.cancel(task.value)
    task.value = undefined
  }
  // Nobody would see the answer.
  onScopeDispose(cancel)

  // By itself when the last run has ended and its row has arrived; a choice that changes the numbers asks again.
  const complete = computed(() => isSettled(study()) && trained.value >= FEWEST_GRAPHS)
  watch([complete, trained], ([now]) => now && runs.value !== trained.value && void start(), {
    immediate: true,
  })
  watch(leaveOutFailed, () => (result.value !== undefined || task.value !== undefined) && void start())

  const progress = computed(() => (task.value === undefined ? undefined : tasks.progress.get(task.value)))
  return { result, runs, error, task, progress, start, cancel }
}
