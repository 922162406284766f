// Where files go that are dropped on the window: the import preview, unless the view that is open takes them.
import { onMounted, onUnmounted, shallowRef } from 'vue'

export interface DropTarget {
  title: string // 'Drop to add graphs'
  text: string // which files
  take: (files: readonly File[]) => void
}

export const dropTarget = shallowRef<DropTarget>()

/** Take dropped files while this component is shown. */
export function useDropTarget(target: DropTarget): void {
  onMounted(() => (dropTarget.value = target))
  onUnmounted(() => {
    if (dropTarget.value === target) dropTarget.value = undefined
  })
}
