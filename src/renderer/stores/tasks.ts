// Long requests that can be followed and cancelled: import, preview, generation.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Events } from '../../shared/contract.ts'
import { on, request } from '../api.ts'
import { useToasts } from './toasts.ts'

export type TaskProgress = Events['task/progressed']

export const useTasks = defineStore('tasks', () => {
  const toasts = useToasts()
  const progress = ref(new Map<string, TaskProgress>())

  /** Run `work` under a fresh task name; its progress is in `progress` until it ends, however it ends. */
  async function run<T>(work: (task: string) => Promise<T>, named?: (task: string) => void): Promise<T> {
    const task = crypto.randomUUID()
    progress.value.set(task, { task, done: 0, what: '' })
    named?.(task)
    try {
      return await work(task)
    } finally {
      progress.value.delete(task)
    }
  }

  const cancel = (task: string) => toasts.attempt(() => request('task/cancel', { task }))

  function start(): void {
    on('task/progressed', (event) => {
      if (progress.value.has(event.task)) progress.value.set(event.task, event)
    })
  }

  return { progress, run, cancel, start }
})
