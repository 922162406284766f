// The compare view's state, all of it in the address, and what is fetched for it.
import { computed, onScopeDispose, watch, type ComputedRef } from 'vue'
import {
  COMPARE_CHARTS,
  COMPARE_MOMENTS,
  type CompareChart,
  type CompareSelection,
  type Filters,
  type Setting,
} from '../../shared/compare.ts'
import { on, request } from '../api.ts'
import { calm } from '../composables/calm.ts'
import { useLoad } from '../composables/use-load.ts'
import { useQuery, useQueryChoice } from '../composables/use-query.ts'
import { useApp } from '../stores/app.ts'
import { defaultsFor, type Defaults } from './defaults.ts'
import {
  readContrast,
  readFilters,
  readList,
  readSettings,
  writeContrast,
  writeFilters,
  writeList,
} from './address.ts'

const FRESH_MS = 1500
export const COMPARE_TABS = ['charts', 'differences', 'verdicts', 'claims', 'costs', 'runs'] as const
export type CompareTab = (typeof COMPARE_TABS)[number]

function useAddress(defaults: ComputedRef<Defaults>) {
  const [studies, runs] = [useQuery('s', ''), useQuery('r', '')]
  const [by, filters] = [useQuery('by', ''), useQuery('f', '')]
  const chart = useQuery('chart', '')
  const [contrast, level] = [useQuery('vs', ''), useQuery('at', '')]
  const list = (text: typeof studies) =>
    computed({ get: () => readList(text.value), set: (ids: string[]) => (text.value = writeList(ids)) })
  return {
    studies: list(studies),
    runs: list(runs),
    by: computed({
      get: () => (by.value === '' ? defaults.value.by : readSettings(by.value)),
      set: (settings: Setting[]) => (by.value = settings.length === 0 ? 'none' : writeList(settings)),
    }),
    filters: computed({
      get: () => readFilters(filters.value),
      set: (value: Filters) => (filters.value = writeFilters(value)),
    }),
    chart: computed({
      get: () => COMPARE_CHARTS.find((one) => one === chart.value) ?? defaults.value.chart,
      set: (value: CompareChart) => (chart.value = value),
    }),
    moment: useQueryChoice('moment', COMPARE_MOMENTS, 'before'),
    single: useQueryChoice('single', ['hidden', 'shown'], 'hidden'),
    published: useQueryChoice('published', ['shown', 'hidden'], 'shown'),
    baselines: useQueryChoice('baselines', ['shown', 'hidden'], 'shown'),
    tab: useQueryChoice<CompareTab>('tab', COMPARE_TABS, 'charts'),
    contrast: computed({
      get: () => readContrast(contrast.value),
      set: (value) => (contrast.value = value === undefined ? '' : writeContrast(value)),
    }),
    level, // a percentage, 'all', or '' where nobody chose
    open: useQuery('open', ''), // 'study:id' or 'run:id', beside the view
  }
}

export type CompareState = ReturnType<typeof useCompare>

export function useCompare() {
  const app = useApp()
  const list = useLoad(() => request('compare/list', {}))
  const defaults = computed(() => defaultsFor(list.data.value, studies.value, runs.value))
  const address = useAddress(defaults)
  const { studies, runs, filters, by, chart, moment, single, published } = address
  const chosen = computed(() => studies.value.length + runs.value.length > 0)
  const selection = computed((): CompareSelection => ({
    studies: studies.value,
    runs: runs.value,
    filters: filters.value,
  }))
  const question = computed(() => ({
    selection: selection.value,
    by: by.value,
    chart: chart.value,
    moment: moment.value,
    single: single.value === 'shown',
    published: published.value === 'shown',
  }))
  // Chart and grouping that nobody chose follow from what is chosen, so the list comes first.
  const ready = computed(() => chosen.value && list.data.value !== undefined)
  const comparison = useLoad(() => request('compare/show', question.value))
  const refresh = calm(() => {
    void list.reload()
    if (ready.value) void comparison.reload()
  }, FRESH_MS)
  onScopeDispose(on('studies/changed', refresh))
  watch(
    () => app.generation,
    () => void list.reload(),
    { immediate: true },
  )
  watch(
    [() => JSON.stringify(question.value), ready, () => app.generation],
    () => {
      if (ready.value) void comparison.reload()
    },
    { immediate: true },
  )
  const names = computed(
    () =>
      new Map(
        (list.data.value?.studies ?? []).flatMap(({ id, name, datasetId, datasetName }) => [
          [id, name] as const,
          [datasetId, datasetName] as const,
        ]),
      ),
  )
  return { ...address, chosen, selection, question, list, comparison, names }
}
