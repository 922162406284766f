// The run queue and the live position of every run that is computing now.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { QueueStatus, RunProgress } from '../../shared/contract.ts'
import { on, request } from '../api.ts'
import { useApp } from './app.ts'
import { useToasts } from './toasts.ts'

/** A run that sent nothing for this long is no longer drawn as computing. */
const SILENT_MS = 20_000

export const useQueue = defineStore('queue', () => {
  const app = useApp()
  const toasts = useToasts()
  const status = shallowRef<QueueStatus>()
  const progress = ref(new Map<string, RunProgress & { seenMs: number }>())

  const live = computed(() => [...progress.value.values()].sort((a, b) => (a.runId < b.runId ? -1 : 1)))

  function take(next: QueueStatus): void {
    status.value = next
    if (next.running === 0) progress.value.clear()
    const now = Date.now()
    for (const [id, run] of progress.value) if (now - run.seenMs > SILENT_MS) progress.value.delete(id)
  }

  const refresh = () => toasts.attempt(async () => take(await request('queue/status', {})))

  function start(): void {
    on('queue/changed', take)
    on('run/progressed', (run) => progress.value.set(run.runId, { ...run, seenMs: Date.now() }))
    on('epoch/finished', ({ runId, record }) => {
      const run = progress.value.get(runId)
      if (run !== undefined && record.epoch >= run.epochs) progress.value.delete(runId)
    })
    watch(
      () => app.generation,
      () => void refresh(),
    )
    void refresh()
  }

  return { status, progress, live, start }
})

/** Share of a run that is done, 0 to 1: whole epochs and the batches of the present one. */
export function runShare({ epoch, epochs, batch, batches, phase }: RunProgress): number {
  const inside = batches === 0 ? 0 : phase === 'testing' ? 1 : batch / batches
  return epochs === 0 ? 1 : Math.min(1, (Math.max(0, epoch - 1) + inside) / epochs)
}
