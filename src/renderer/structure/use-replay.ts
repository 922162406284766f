// Training a run again to have the weights of all its epochs: progress, cancelling, and what became of it.
import { computed, ref, type ComputedRef } from 'vue'
import { request } from '../api.ts'
import { isCancelled } from '../composables/use-load.ts'
import { useTasks, type TaskProgress } from '../stores/tasks.ts'
import { useToasts } from '../stores/toasts.ts'

export interface Replay {
  progress: ComputedRef<TaskProgress | undefined>
  running: ComputedRef<boolean>
  start: (run: string) => Promise<void>
  cancel: () => void
}

/** `done` is called once the epochs are there. */
export function useReplay(done: () => void): Replay {
  const tasks = useTasks()
  const toasts = useToasts()
  const name = ref<string>()

  async function start(run: string): Promise<void> {
    if (name.value !== undefined) return
    try {
      await toasts.attempt(async () => {
        try {
          await tasks.run(
            (task) => request('structure/replay', { run, task }),
            (task) => (name.value = task),
          )
          done()
        } catch (thrown) {
          if (!isCancelled(thrown)) throw thrown
        }
      })
    } finally {
      name.value = undefined
    }
  }

  return {
    progress: computed(() => (name.value === undefined ? undefined : tasks.progress.get(name.value))),
    running: computed(() => name.value !== undefined),
    start,
    cancel: () => void (name.value !== undefined && tasks.cancel(name.value)),
  }
}
