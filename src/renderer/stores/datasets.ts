// The datasets of the workspace: the list, and details once something asked for them.
import { defineStore } from 'pinia'
import { computed, shallowReactive, watch } from 'vue'
import type { DatasetDetail } from '../../shared/contract.ts'
import type { Dataset } from '../../shared/dataset.ts'
import { on, request } from '../api.ts'
import { useLoad } from '../composables/use-load.ts'
import { useApp } from './app.ts'
import { useToasts } from './toasts.ts'

export const useDatasets = defineStore('datasets', () => {
  const app = useApp()
  const toasts = useToasts()
  const list = useLoad(() => request('dataset/list', {}))
  const details = shallowReactive(new Map<string, DatasetDetail>())
  const asked = new Map<string, Promise<DatasetDetail>>()

  const byId = computed(() => new Map((list.data.value ?? []).map((dataset) => [dataset.id, dataset])))

  /** Fetch profile and baselines once; concurrent callers share one request. */
  function detail(id: string): Promise<DatasetDetail> {
    const known = asked.get(id)
    if (known !== undefined) return known
    const fetching = request('dataset/show', { id }).then((value) => {
      details.set(id, value)
      return value
    })
    asked.set(id, fetching)
    fetching.catch(() => asked.delete(id)) // the caller reports it; the next call tries again
    return fetching
  }

  function forget(id: string | undefined): void {
    if (id === undefined) asked.clear()
    else asked.delete(id)
    void list.reload()
  }

  async function rename(dataset: Dataset, name: string): Promise<void> {
    if (await toasts.attempt(() => request('dataset/rename', { id: dataset.id, name }))) forget(dataset.id)
  }

  /** Move to the trash and offer to take it back. */
  async function remove(dataset: Dataset): Promise<boolean> {
    const { id, name } = dataset
    const done = await toasts.attempt(() => request('dataset/delete', { id }))
    if (!done) return false
    forget(id)
    const undo = async () => {
      if (await toasts.attempt(() => request('dataset/restore', { id }))) forget(id)
    }
    toasts.show(`“${name}” was moved to the trash.`, { label: 'Undo', run: undo })
    return true
  }

  function start(): void {
    on('datasets/changed', ({ id }) => forget(id))
    watch(
      () => app.generation,
      () => forget(undefined),
    )
    void list.reload()
  }

  return {
    list: list.data,
    error: list.error,
    loading: list.loading,
    reload: list.reload,
    byId,
    details,
    detail,
    rename,
    remove,
    start,
  }
})
