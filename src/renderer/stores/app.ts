// What concerns the whole window: connection, facts about this machine, settings and the appearance in force.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AppInfo, Settings } from '../../shared/contract.ts'
import { on, onConnection, request } from '../api.ts'
import { calm } from '../composables/calm.ts'
import { systemAppearance, type Appearance } from '../theme.ts'
import type { ConnectionState } from '../transport/transport.ts'
import { useToasts } from './toasts.ts'

const WEIGH_MS = 15_000
const APPEARANCE_KEY = 'lacuna.theme' // last choice, so that the first paint is right

function rememberedTheme(): Settings['theme'] {
  const text = localStorage.getItem(APPEARANCE_KEY)
  return text === 'light' || text === 'dark' ? text : 'system'
}

export const useApp = defineStore('app', () => {
  const toasts = useToasts()
  const connection = ref<ConnectionState>('connecting')
  const generation = ref(0) // grows with every reconnection; views that watch it fetch again
  const info = shallowRef<AppInfo>()
  const settings = shallowRef<Settings>()
  const system = ref<Appearance>(systemAppearance())
  const paletteOpen = ref(false)

  const theme = computed(() => settings.value?.theme ?? rememberedTheme())
  const appearance = computed<Appearance>(() => (theme.value === 'system' ? system.value : theme.value))

  async function refresh(): Promise<void> {
    const [foundInfo, foundSettings] = await Promise.all([
      request('app/info', {}),
      request('settings/get', {}),
    ])
    info.value = foundInfo
    take(foundSettings)
  }

  function take(value: Settings): void {
    settings.value = value
    localStorage.setItem(APPEARANCE_KEY, value.theme)
  }

  async function change(part: Partial<Settings>): Promise<void> {
    await toasts.attempt(async () => take(await request('settings/change', part)))
  }

  function start(): void {
    window
      .matchMedia('(prefers-color-scheme: dark)')
      .addEventListener('change', () => (system.value = systemAppearance()))
    on('settings/changed', take)
    // The size of the workspace changes with everything that is stored.
    const weigh = calm(
      () => void toasts.attempt(async () => (info.value = await request('app/info', {}))),
      WEIGH_MS,
    )
    on('studies/changed', weigh)
    on('datasets/changed', weigh)
    onConnection((state) => {
      const wasLost = connection.value === 'lost'
      connection.value = state
      if (state === 'open' && wasLost) {
        generation.value++
        void toasts.attempt(refresh)
      }
    })
    void toasts.attempt(refresh)
  }

  return { connection, generation, info, settings, theme, appearance, paletteOpen, start, refresh, change }
})
