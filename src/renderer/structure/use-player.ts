// Time of a sequence that is played: the present step, going on by itself, and stopping at the end.
import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue'

export const SPEEDS = [1, 2, 4, 8] as const // steps a second

export interface Player {
  step: Ref<number>
  playing: Ref<boolean>
  speed: Readonly<Ref<number>>
  setSpeed: (perSecond: number) => void
  steps: ComputedRef<number>
  toggle: () => void
  go: (step: number) => void
}

/** People who asked for less motion get one step a second at most, and never start without pressing play. */
function prefersReducedMotion(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** `count`: steps of the sequence; `step` is kept by the caller, in the address. */
export function usePlayer(count: () => number, step: Ref<number>): Player {
  const playing = ref(false)
  const speed = ref<number>(prefersReducedMotion() ? 1 : 4)
  const steps = computed(count)
  let timer: ReturnType<typeof setInterval> | undefined

  const stop = () => {
    clearInterval(timer)
    timer = undefined
    playing.value = false
  }
  const go = (to: number) => {
    step.value = Math.max(0, Math.min(steps.value - 1, to))
  }
  const start = () => {
    if (steps.value === 0) return
    if (step.value >= steps.value - 1) step.value = 0
    playing.value = true
    const perSecond = prefersReducedMotion() ? 1 : speed.value
    clearInterval(timer)
    timer = setInterval(() => {
      if (step.value >= steps.value - 1) stop()
      else step.value++
    }, 1000 / perSecond)
  }
  watch(speed, () => playing.value && start())
  watch(steps, (now) => {
    if (now === 0) stop()
  })
  onScopeDispose(stop)
  const setSpeed = (perSecond: number) => {
    speed.value = perSecond
  }
  return { step, playing, speed, setSpeed, steps, go, toggle: () => (playing.value ? stop() : start()) }
}
