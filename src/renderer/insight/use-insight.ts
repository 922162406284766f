// The state of the view of what pruning did: what the address says, the run among its levels, and the answer about its
// masks and weights at the chosen moment.
import { computed, onScopeDispose, watch } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import type { PruningInsight } from '../../shared/insight.ts'
import { on, request } from '../api.ts'
import { useQuery, useQueryChoice } from '../composables/use-query.ts'
import { readWhole } from '../structure/address.ts'
import { hasWeights, presentSeries, seriesOf } from '../structure/series.ts'
import { useCached } from '../structure/use-cached.ts'
import { usePlace } from '../structure/use-place.ts'
import { SHOWN } from './heat.ts'

export const TABS = ['sparsity', 'masks', 'weights', 'units', 'answers'] as const
export type Tab = (typeof TABS)[number]

const KEPT = ['tab', 'matrix', 'gate', 'show', 'series', 'kind', 'flips', 'layer'] // for another run

export function useInsight(runId: () => string) {
  const route = useRoute()
  const router = useRouter()
  const place = usePlace(runId)
  const state = {
    tab: useQueryChoice('tab', TABS, 'sparsity'),
    epoch: useQuery('epoch', ''),
    matrix: useQuery('matrix', ''),
    gate: useQuery('gate', ''),
    show: useQueryChoice('show', SHOWN, 'weight'),
    series: useQuery('series', ''),
    layer: useQuery('layer', ''), // page of layers, from 1
    kind: useQuery('kind', ''),
    flips: useQueryChoice('flips', ['lost', 'won'] as const, 'lost'),
    page: useQuery('page', '1'),
  }

  const hasSome = computed(() => place.run.value !== undefined && place.run.value.state !== 'queued')
  const moment = computed(() => {
    const epoch = readWhole(state.epoch.value)
    return { run: runId(), ...(epoch === undefined ? {} : { epoch }) }
  })
  const insight = useCached(
    () => (runId() === '' || !hasSome.value ? undefined : moment.value),
    (question) => request('insight/show', question) as Promise<PruningInsight>,
  )

  const series = computed(() => {
    const [detail, run] = [place.detail.data.value, place.run.value]
    return detail && run !== undefined ? seriesOf(detail.runs, run) : []
  })
  const levels = computed(() =>
    place.run.value === undefined
      ? undefined
      : presentSeries(series.value, place.run.value, state.series.value),
  )
  const at = computed(() => levels.value?.levels.findIndex((level) => level.runId === runId()) ?? -1)

  /** Look at another run; what is looked at stays, the moment and the page do not. */
  function open(id: string): void {
    const query: LocationQueryRaw = {}
    for (const name of KEPT) if (route.query[name]) query[name] = route.query[name]
    if (levels.value !== undefined) query['series'] = levels.value.key
    // The first moment of a pruned run is comparable between levels; it stays chosen.
    const next = place.detail.data.value?.runs.find((run) => run.id === id)
    if (state.epoch.value === '0' && next?.spec.kind === 'pruned') query['epoch'] = '0'
    void router.replace({ name: 'insight', params: { run: id }, query })
  }
  /** Go to the level before or after; levels that are still waiting count. */
  function step(by: 1 | -1): void {
    const next = at.value < 0 ? undefined : levels.value?.levels[at.value + by]
    if (next !== undefined) open(next.runId)
  }

  onScopeDispose(
    on('epoch/finished', (event) => {
      if (event.runId !== runId()) return
      insight.forget()
      if (state.epoch.value === '') insight.reload()
    }),
  )
  watch(
    () => place.run.value?.state,
    (now, before) => {
      if (before === undefined || now === before) return
      insight.forget()
      insight.reload()
    },
  )
  const ready = computed(() => place.run.value !== undefined && hasWeights(place.run.value))
  return { place, state, insight, series, levels, at, open, step, hasSome, ready, moment }
}
export type InsightState = ReturnType<typeof useInsight>
