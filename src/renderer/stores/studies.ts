// The studies of the workspace as a list, and what can be done with one.
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { StudySummary } from '../../shared/contract.ts'
import { on, request } from '../api.ts'
import { calm } from '../composables/calm.ts'
import { useLoad } from '../composables/use-load.ts'
import { useApp } from './app.ts'
import { useToasts } from './toasts.ts'

export type StudyAction = 'pause' | 'resume' | 'cancel'

export const useStudies = defineStore('studies', () => {
  const app = useApp()
  const toasts = useToasts()
  const list = useLoad(() => request('study/list', {}))
  const byId = computed(() => new Map((list.data.value ?? []).map((study) => [study.id, study])))
  const refetch = calm(() => void list.reload(), 300)

  function take(summary: StudySummary): void {
    const others = list.data.value ?? []
    list.data.value = others.some(({ id }) => id === summary.id)
      ? others.map((study) => (study.id === summary.id ? summary : study))
      : [summary, ...others]
  }

  async function act(action: StudyAction, study: StudySummary): Promise<void> {
    await toasts.attempt(async () => take(await request(`study/${action}`, { id: study.id })))
  }

  async function rename(study: StudySummary, name: string): Promise<void> {
    await toasts.attempt(async () => take(await request('study/rename', { id: study.id, name })))
  }

  /** Move to the trash and offer to take it back. */
  async function remove({ id, name }: StudySummary): Promise<boolean> {
    if (!(await toasts.attempt(() => request('study/delete', { id })))) return false
    list.data.value = (list.data.value ?? []).filter((study) => study.id !== id)
    const undo = async () => {
      await toasts.attempt(async () => take(await request('study/restore', { id })))
    }
    toasts.show(`“${name}” was moved to the trash.`, { label: 'Undo', run: undo })
    return true
  }

  function start(): void {
    on('studies/changed', refetch)
    watch(
      () => app.generation,
      () => void list.reload(),
    )
    void list.reload()
  }

  return {
    list: list.data,
    error: list.error,
    loading: list.loading,
    reload: list.reload,
    byId,
    take,
    act,
    rename,
    remove,
    start,
  }
})
