// State of a view that lives in the address, so that reload, back and a copied link bring it back.
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

function first(query: LocationQuery, name: string): string | undefined {
  const value = query[name]
  const text = Array.isArray(value) ? value[0] : value
  return text ?? undefined
}

/** A text in the query; absent when it equals `fallback`. `push` makes a step one can go back to. */
export function useQuery(
  name: string,
  fallback: string,
  mode: 'replace' | 'push' = 'replace',
): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => first(route.query, name) ?? fallback,
    set: (value) => {
      const query = { ...route.query }
      if (value === fallback) Reflect.deleteProperty(query, name)
      else query[name] = value
      void router[mode]({ query })
    },
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
