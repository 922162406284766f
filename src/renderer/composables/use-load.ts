// Fetching with the three states every view draws: first loading, value (kept while it is fetched again), failure.
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { LacunaError, toErrorReport, type ErrorReport } from '../../shared/errors.ts'

export interface Load<T> {
  data: ShallowRef<T | undefined>
  error: ShallowRef<ErrorReport | undefined>
  /** First fetch under way: draw the skeleton. */
  loading: ComputedRef<boolean>
  reload: () => Promise<void>
}

/** Run `fetch` on every `reload`; of overlapping calls the last one wins. Starts nothing by itself. */
export function useLoad<T>(fetch: () => Promise<T>): Load<T> {
  const data = shallowRef<T>()
  const error = shallowRef<ErrorReport>()
  let latest = 0
  const reload = async () => {
    const mine = ++latest
    try {
      const value = await fetch()
      if (mine !== latest) return
      data.value = value
      error.value = undefined
    } catch (thrown) {
      if (mine === latest) error.value = toErrorReport(thrown)
    }
  }
  return {
    data,
    error,
    loading: computed(() => data.value === undefined && error.value === undefined),
    reload,
  }
}

/** Tell whether an error is only the answer to our own cancelling. */
export function isCancelled(error: unknown): boolean {
  return error instanceof LacunaError && error.code === 'cancelled'
}
