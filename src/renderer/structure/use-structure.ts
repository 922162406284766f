// The state of the structure view: what the address says, the run and its study, the network at that moment, and the
// trace of the sequence that is played.
import { computed, onScopeDispose, watch } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import type { RunSummary } from '../../shared/contract.ts'
import type { ConnectionKind, StructureTrace, StructureView } from '../../shared/structure-view.ts'
import { CONNECTION_KINDS } from '../../shared/structure-view.ts'
import { on, request } from '../api.ts'
import { useQuery, useQueryChoice } from '../composables/use-query.ts'
import {
  readKinds,
  readMoment,
  readSequence,
  readWhole,
  writeKinds,
  writeSequence,
  type SequenceChoice,
} from './address.ts'
import { UNIT_COLOURS } from './colours.ts'
import { presentSeries, seriesOf } from './series.ts'
import { useCached } from './use-cached.ts'
import { usePlace } from './use-place.ts'

/** Inputs of a random structure are dense and say nothing about it. */
const STRUCTURE_KINDS: readonly ConnectionKind[] = CONNECTION_KINDS.filter((kind) => kind !== 'input')
const RUN_QUERY = ['gate', 'kinds', 'colour', 'ghosts', 'sequence', 'series', 'panel', 'flow'] // kept for another run

const PANELS = ['unit', 'properties', 'units'] as const

export function useStructure(runId: () => string) {
  const route = useRoute()
  const router = useRouter()
  const place = usePlace(runId)
  const state = addressState(() => place.run.value)

  const drawable = computed(() => {
    const run = place.run.value
    return run !== undefined && run.state !== 'queued'
  })
  const moment = computed(() => {
    const run = runId()
    const epoch = readWhole(state.epoch.value)
    return { run, ...(epoch === undefined ? {} : { epoch }) }
  })
  const view = useCached(
    () => {
      if (runId() === '' || !drawable.value) return undefined
      const against = readMoment(state.against.value)
      return { ...moment.value, gate: state.gate.value, ...(against === undefined ? {} : { against }) }
    },
    (question) => request('structure/show', question) as Promise<StructureView>,
  )
  const trace = useCached(
    () => {
      const sequence = readSequence(state.sequence.value)
      return sequence === undefined || view.data.value === undefined || !drawable.value
        ? undefined
        : { ...moment.value, sequence }
    },
    (question) => request('structure/trace', question) as Promise<StructureTrace>,
  )
  const series = computed(() => {
    const [detail, run] = [place.detail.data.value, place.run.value]
    return detail && run !== undefined ? seriesOf(detail.runs, run) : []
  })
  const presentLevels = computed(() =>
    place.run.value === undefined
      ? undefined
      : presentSeries(series.value, place.run.value, state.series.value),
  )

  /** Look at another run; what is chosen stays where it makes sense there. */
  function open(id: string): void {
    const kept: LocationQueryRaw = {}
    for (const name of [...RUN_QUERY, 'unit', 'step']) if (route.query[name]) kept[name] = route.query[name]
    const against = route.query['against']
    if (against && against !== id) kept['against'] = against
    if (presentLevels.value !== undefined && place.run.value?.spec.kind === 'pruned')
      kept['series'] = presentLevels.value.key
    void router.replace({ name: 'structure', params: { run: id }, query: kept })
  }

  // A run that goes on training has new weights after every epoch.
  onScopeDispose(
    on('epoch/finished', (event) => {
      if (event.runId !== runId()) return
      view.forget()
      if (state.epoch.value === '') view.reload()
    }),
  )
  watch(
    () => place.run.value?.state,
    (now, before) => {
      if (before === undefined || now === before) return
      view.forget()
      view.reload()
    },
  )
  return { place, state, view, trace, series, presentLevels, open, moment, drawable }
}

/** What the address holds, each with its default. */
function addressState(run: () => RunSummary | undefined) {
  const kindsText = useQuery('kinds', '')
  const kindsDefault = computed(() => (run()?.spec.kind === 'structure' ? STRUCTURE_KINDS : CONNECTION_KINDS))
  const kinds = computed({
    get: () => readKinds(kindsText.value, kindsDefault.value),
    set: (value: ConnectionKind[]) => (kindsText.value = writeKinds(value, kindsDefault.value)),
  })
  const sequence = useQuery('sequence', '')
  const colourText = useQuery('colour', '')
  const colour = computed({
    get: () =>
      UNIT_COLOURS.find((known) => known === colourText.value) ??
      (sequence.value !== '' ? 'activity' : run()?.spec.kind === 'base' ? 'layer' : 'degree'),
    set: (value: string) => (colourText.value = value),
  })
  const unitText = useQuery('unit', '')
  const unit = computed({
    get: () => readWhole(unitText.value) ?? null,
    set: (value: number | null) => (unitText.value = value === null ? '' : String(value)),
  })
  const panelText = useQuery('panel', '')
  const panel = computed({
    get: () =>
      PANELS.find((known) => known === panelText.value) ?? (unit.value === null ? 'properties' : 'unit'),
    set: (value: (typeof PANELS)[number]) => (panelText.value = value),
  })
  const stepText = useQuery('step', '0')
  const step = computed({
    get: () => Math.max(0, readWhole(stepText.value) ?? 0),
    set: (value: number) => (stepText.value = String(value)),
  })
  return {
    kinds,
    colour,
    unit,
    step,
    sequence,
    epoch: useQuery('epoch', ''),
    gate: useQuery('gate', 'any'),
    against: useQuery('against', ''),
    ghosts: useQueryChoice('ghosts', ['on', 'off'], 'on'),
    flow: useQueryChoice('flow', ['off', 'on'], 'off'),
    series: useQuery('series', ''),
    layer: useQuery('layer', ''),
    quantity: useQuery('quantity', 'h'),
    panel,
    setSequence: (choice: SequenceChoice | undefined) => {
      sequence.value = choice === undefined ? '' : writeSequence(choice)
      step.value = 0
    },
  }
}
export type StructureState = ReturnType<typeof useStructure>
