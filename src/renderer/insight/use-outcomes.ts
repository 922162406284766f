// The answers of both networks to the test split. They take a while, so they are asked for once they are looked at, can
// be cancelled, and are kept for the moments already seen.
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
import { toErrorReport, type ErrorReport } from '../../shared/errors.ts'
import type { Outcomes } from '../../shared/insight.ts'
import { request } from '../api.ts'
import { isCancelled } from '../composables/use-load.ts'
import { useTasks, type TaskProgress } from '../stores/tasks.ts'

const KEPT = 20 // moments

/** Weights of a run that answer: after an epoch. */
export interface OutcomeMoment {
  run: string
  epoch: number
}

export interface OutcomeLoad {
  data: ShallowRef<Outcomes | undefined>
  error: ShallowRef<ErrorReport | undefined>
  running: ComputedRef<boolean>
  cancelled: Ref<boolean>
  progress: ComputedRef<TaskProgress | undefined>
  start: () => Promise<void>
  cancel: () => void
}

/** Ask about `moment` as soon as the answer is `wanted`, or on `start`; what is known is there at once. */
export function useOutcomes(moment: () => OutcomeMoment | undefined, wanted: () => boolean): OutcomeLoad {
  const tasks = useTasks()
  const known = new Map<string, Outcomes>()
  const data = shallowRef<Outcomes>()
  const error = shallowRef<ErrorReport>()
  const cancelled = ref(false)
  const task = ref<string>()
  let latest = 0

  async function start(): Promise<void> {
    const asked = moment()
    stop()
    if (asked === undefined) return
    const mine = ++latest
    error.value = undefined
    cancelled.value = false
    try {
      const found = await tasks.run(
        (name) => request('insight/outcomes', { ...asked, task: name }),
        (name) => (task.value = name),
      )
      known.set(JSON.stringify(asked), found)
      if (known.size > KEPT) known.delete(known.keys().next().value!)
      if (mine === latest) data.value = found
    } catch (thrown) {
      if (mine !== latest) return
      if (isCancelled(thrown)) cancelled.value = true
      else error.value = toErrorReport(thrown)
    }
    if (mine === latest) task.value = undefined
  }

  /** What runs is about another moment, or nobody would see the answer. */
  function stop(): void {
    if (task.value === undefined) return
    latest++
    void tasks.cancel(task.value)
    task.value = undefined
  }

  function cancel(): void {
    stop()
    cancelled.value = true
  }
  onScopeDispose(stop)

  watch(
    () => JSON.stringify(moment()),
    (key: string | undefined) => {
      stop()
      const found = key === undefined ? undefined : known.get(key)
      data.value = found
      error.value = undefined
      cancelled.value = false
      if (found === undefined && wanted()) void start()
    },
    { immediate: true },
  )
  watch(wanted, (now) => {
    if (now && data.value === undefined && task.value === undefined && !cancelled.value) void start()
  })

  return {
    data,
    error,
    cancelled,
    running: computed(() => task.value !== undefined),
    progress: computed(() => (task.value === undefined ? undefined : tasks.progress.get(task.value))),
    start,
    cancel,
  }
}
