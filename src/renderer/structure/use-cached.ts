// Answers to a question that changes quickly, as under a slider: the last answer stays until the next is there, known
// answers come at once, and of a burst of questions only the last is asked.
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { toErrorReport, type ErrorReport } from '../../shared/errors.ts'

const REST_MS = 70 // a slider that stands still
const KEPT = 60 // answers

export interface Cached<T> {
  data: ShallowRef<T | undefined>
  error: ShallowRef<ErrorReport | undefined>
  pending: ShallowRef<boolean>
  reload: () => void
  forget: () => void // answers that may have changed
}

/** Ask `fetch` whenever `question` changes; undefined asks nothing and clears the answer. */
export function useCached<Q, T>(
  question: () => Q | undefined,
  fetch: (question: Q) => Promise<T>,
): Cached<T> {
  const data = shallowRef<T>()
  const error = shallowRef<ErrorReport>()
  const pending = shallowRef(false)
  const known = new Map<string, T>()
  let latest = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(asked: Q, key: string, mine: number): Promise<void> {
    try {
      const answer = await fetch(asked)
      known.set(key, answer)
      if (known.size > KEPT) known.delete(known.keys().next().value!)
      if (mine === latest) take(answer)
    } catch (thrown) {
      if (mine !== latest) return
      error.value = toErrorReport(thrown)
      pending.value = false
    }
  }

  function take(answer: T | undefined): void {
    data.value = answer
    error.value = undefined
    pending.value = false
  }

  function start(asked: Q | undefined): void {
    clearTimeout(timer)
    const mine = ++latest
    if (asked === undefined) return take(undefined)
    const key = JSON.stringify(asked)
    const answer = known.get(key)
    if (answer !== undefined) return take(answer)
    const first = data.value === undefined && !pending.value
    pending.value = true
    timer = setTimeout(() => void ask(asked, key, mine), first ? 0 : REST_MS)
  }

  watch(
    () => JSON.stringify(question()),
    () => start(question()),
    { immediate: true },
  )
  onScopeDispose(() => {
    latest++
    clearTimeout(timer)
  })
  return { data, error, pending, reload: () => start(question()), forget: () => known.clear() }
}
