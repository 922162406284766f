// Short messages at the foot of the window, each with at most one action such as "Undo".
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { toErrorReport } from '../../shared/errors.ts'

export interface Toast {
  id: number
  kind: 'note' | 'error'
  text: string
  action?: { label: string; run: () => Promise<void> | void }
}

const SHOWN_MS = 6000
const SHOWN_WITH_ACTION_MS = 10_000

export const useToasts = defineStore('toasts', () => {
  const toasts = ref<Toast[]>([])
  let next = 1

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  /** Show a message; it leaves by itself, an error only when dismissed. */
  function show(text: string, action?: Toast['action']): void {
    const toast: Toast = { id: next++, kind: 'note', text, ...(action === undefined ? {} : { action }) }
    toasts.value = [...toasts.value.slice(-3), toast]
    setTimeout(() => dismiss(toast.id), action === undefined ? SHOWN_MS : SHOWN_WITH_ACTION_MS)
  }

  function fail(error: unknown): void {
    const { message } = toErrorReport(error)
    toasts.value = [
      ...toasts.value.filter((toast) => toast.text !== message).slice(-3),
      { id: next++, kind: 'error', text: message },
    ]
  }

  /** Run an action of the interface; its failure becomes a toast. Tells whether it worked. */
  async function attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action()
      return true
    } catch (error) {
      fail(error)
      return false
    }
  }

  return { toasts, show, fail, dismiss, attempt }
})
