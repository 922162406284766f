// The present moment as a reactive value, for texts like "5 min ago".
import { onScopeDispose, ref, type Ref } from 'vue'

/** Milliseconds since 1970, renewed every `everyMs` while the caller lives. */
export function useNow(everyMs = 30_000): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
