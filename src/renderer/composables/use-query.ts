// State of a view that lives in the address, so that reload, back and a copied link bring it back.
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQuery, type Router } from 'vue-router'

function first(query: LocationQuery, name: string): string | undefined {
  const value = query[name]
  const text = Array.isArray(value) ? value[0] : value
  return text ?? undefined
}

// Changes of one moment go into the address together; one by one, the later would undo the earlier.
const waiting = new WeakMap<Router, LocationQuery>()

function change(router: Router, name: string, value: string | undefined): void {
  const present = waiting.get(router)
  const query = present ?? { ...router.currentRoute.value.query }
  if (value === undefined) Reflect.deleteProperty(query, name)
  else query[name] = value
  if (present !== undefined) return
  waiting.set(router, query)
  queueMicrotask(() => {
    waiting.delete(router)
    void router.replace({ query })
  })
}

/** A text in the query; absent when it equals `fallback`. */
export function useQuery(name: string, fallback: string): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => first(route.query, name) ?? fallback,
    set: (value) => change(router, name, value === fallback ? undefined : value),
  })
}

/** One of a closed list in the query; anything else in the address counts as the fallback. */
export function useQueryChoice<T extends string>(
  name: string,
  choices: readonly T[],
  fallback: T,
): WritableComputedRef<T> {
  const text = useQuery(name, fallback)
  return computed({
    get: () => choices.find((choice) => choice === text.value) ?? fallback,
    set: (value) => {
      text.value = value
    },
  })
}
