// What the costs panel fetches: costs of runs in pages, and measurements one after the other, which can be stopped.
import { computed, ref, shallowRef, watch, type ShallowRef } from 'vue'
import { COSTED_RUNS, type RunCost } from '../../shared/cost.ts'
import { toErrorReport, type ErrorCode, type ErrorReport } from '../../shared/errors.ts'
import { request } from '../api.ts'
import { isCancelled } from '../composables/use-load.ts'
import { useApp } from '../stores/app.ts'
import { useTasks } from '../stores/tasks.ts'

/** No other run can be measured either: there is no engine, or runs are being computed. */
const STANDS_STILL: ReadonlySet<ErrorCode> = new Set(['engine-unavailable', 'conflict'])

/** Pages fetched without being asked for more. */
const PAGES = 3

export type Costs = ReturnType<typeof useCosts>

/**
 * Costs of the first of `runs`, more on demand.
 * @param first of the runs are wanted at once, as far as a few requests hold them
 */
export function useCosts(runs: () => readonly string[], first: () => number) {
  const app = useApp()
  const costs: ShallowRef<ReadonlyMap<string, RunCost>> = shallowRef(new Map())
  const error = shallowRef<ErrorReport>()
  const asked = ref(0) // of `runs`, from the beginning
  let round = 0

  /** Fetch what is not known yet of the first `count` runs; an answer to an older question is dropped. */
  async function fetchUpTo(count: number): Promise<void> {
    const mine = ++round
    error.value = undefined
    const missing = runs()
      .slice(0, count)
      .filter((run) => !costs.value.has(run))
    try {
      for (let at = 0; at < missing.length; at += COSTED_RUNS) {
        const page = missing.slice(at, at + COSTED_RUNS)
        const answer = await request('cost/show', { runs: page })
        if (mine !== round) return
        keep(answer.costs)
      }
      if (mine === round) asked.value = count
    } catch (thrown) {
      if (mine === round) error.value = toErrorReport(thrown)
    }
  }
  function keep(found: readonly RunCost[]): void {
    costs.value = new Map([...costs.value, ...found.map((cost) => [cost.runId, cost] as const)])
  }
  const start = () => Math.min(runs().length, Math.max(COSTED_RUNS, Math.min(first(), PAGES * COSTED_RUNS)))
  const reload = () => fetchUpTo(start())
  watch([() => runs().join(' '), () => app.generation], reload, { immediate: true })

  return {
    costs,
    error,
    reload,
    keep,
    loaded: computed(() => asked.value > 0 || runs().length === 0),
    /** Runs whose cost nobody asked for yet. */
    more: computed(() => Math.max(0, runs().length - asked.value)),
    showMore: () => fetchUpTo(Math.min(runs().length, asked.value + COSTED_RUNS)),
  }
}

/** Measures runs one after the other; what fails is told by run. */
export function useMeasuring(keep: (costs: readonly RunCost[]) => void) {
  const tasks = useTasks()
  const task = ref('')
  const queue = shallowRef<readonly string[]>([])
  const done = ref(0)
  const failures = shallowRef<ReadonlyMap<string, ErrorReport>>(new Map())
  const missing = shallowRef<ErrorReport>() // why nothing can be measured now
  const stopping = ref(false)
  const current = computed(() => queue.value[done.value])

  async function measure(runs: readonly string[]): Promise<void> {
    if (queue.value.length > 0) return
    queue.value = runs
    done.value = 0
    stopping.value = false
    missing.value = undefined
    failures.value = new Map([...failures.value].filter(([run]) => !runs.includes(run)))
    try {
      for (const run of runs) {
        if (!(await measureOne(run))) break
        done.value++
      }
    } finally {
      queue.value = []
    }
  }

  /** Whether to go on with the next. */
  async function measureOne(run: string): Promise<boolean> {
    if (stopping.value) return false
    try {
      const cost = await tasks.run(
        (name) => request('cost/measure', { run, task: name }),
        (name) => (task.value = name),
      )
      keep([cost])
      return true
    } catch (thrown) {
      if (isCancelled(thrown)) return false
      const report = toErrorReport(thrown)
      if (STANDS_STILL.has(report.code)) missing.value = report
      else failures.value = new Map([...failures.value, [run, report]])
      return missing.value === undefined
    }
  }

  async function stop(): Promise<void> {
    stopping.value = true
    await tasks.cancel(task.value)
  }

  /** Of everything that is being measured, 0 to 1. */
  const share = computed(() => {
    const part = tasks.progress.get(task.value)
    const own = part?.total ? part.done / part.total : 0
    return queue.value.length === 0 ? 0 : (done.value + own) / queue.value.length
  })
  return {
    measure,
    stop,
    share,
    failures,
    missing,
    current,
    done,
    count: computed(() => queue.value.length),
    stopping,
  }
}
export type Measuring = ReturnType<typeof useMeasuring>
