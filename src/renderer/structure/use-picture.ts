// From the network of the moment to what is painted: layout, filters, colours, and the values of the present step.
import { computed, type Ref } from 'vue'
import type { StructureConnection } from '../../shared/structure-view.ts'
import { useApp } from '../stores/app.ts'
import { quantityRange, signedColour, structureTheme, unitFills } from './colours.ts'
import { layoutOf, type StructureLayout } from './layout.ts'
import { curveStore } from './paint.ts'
import type { StrokeContext } from './strokes.ts'
import { signalOf, statesOf } from './trace.ts'
import type { StructureState } from './use-structure.ts'
import { shownConnections, type Filter } from './visible.ts'
import { rampColour } from '../charts/palette.ts'

export function usePicture({ state, view, trace }: StructureState, step: Ref<number>) {
  const app = useApp()
  const theme = computed(() => structureTheme(app.appearance))
  const data = computed(() => view.data.value)
  const played = computed(() => trace.data.value)

  // The same network keeps the same layout object, and with it curves and viewport.
  const layout = computed<StructureLayout | undefined>((old) => {
    if (data.value === undefined) return undefined
    const fresh = layoutOf(data.value.units)
    return old?.key === fresh.key ? old : fresh
  })
  const curves = computed(() => layout.value && curveStore(layout.value))
  const filter = computed<Filter>(() => ({ kinds: state.kinds.value, ghosts: state.ghosts.value === 'on' }))
  const connections = computed(() => (data.value ? shownConnections(data.value, filter.value) : []))
  const loops = computed(() =>
    data.value && filter.value.kinds.includes('h2h') && data.value.against === null
      ? data.value.units.filter(({ selfWeight }) => selfWeight !== undefined)
      : [],
  )
  const states = computed(() => played.value && data.value && statesOf(played.value, data.value.cell))
  const chosen = computed(() => {
    const unit = state.unit.value
    return unit !== null && data.value?.units[unit] !== undefined ? unit : null
  })

  const flowing = computed(
    () => state.flow.value === 'on' && states.value !== undefined && data.value?.against === null,
  )
  const signal = computed(() => {
    const [units, known, at] = [data.value?.units, states.value, step.value]
    if (!flowing.value || units === undefined || known === undefined) return null
    return (connection: StructureConnection) => signalOf(connection, units, known, at)
  })
  const context = computed<StrokeContext | undefined>(() => {
    if (data.value === undefined) return undefined
    const scale = flowing.value ? (states.value?.largest ?? 1) : 1
    return {
      theme: theme.value,
      largest: data.value.largestWeight * scale,
      compared: data.value.against !== null,
      crowd: connections.value.length,
    }
  })
  const fills = computed(() => {
    if (data.value === undefined) return []
    const by = state.colour.value
    if (by !== 'activity' || states.value === undefined) return unitFills(data.value.units, by, theme.value)
    return activityFills()
  })
  function activityFills(): string[] {
    const [known, sequence] = [states.value!, played.value!]
    const atEnd = step.value >= sequence.symbols.length - 1
    return data.value!.units.map((unit) => {
      const value = known.at(unit, step.value)
      if (value !== null) return signedColour(theme.value, value / known.largest)
      const share = sequence.probabilities[unit.row]?.value
      return unit.role === 'output' && atEnd && share !== undefined
        ? rampColour(theme.value.chart, share)
        : theme.value.idle
    })
  }

  const valueOf = (unit: number) => states.value?.at(data.value!.units[unit]!, step.value) ?? null
  /** State, memory and gates of a unit at the present step. */
  function nowOf(id: number): { name: string; value: number }[] {
    const unit = data.value?.units[id]
    if (unit?.role !== 'unit' || played.value === undefined) return []
    const cell = played.value.cells.find((one) => one.layer === unit.layer && one.cell === 0)
    const size = played.value.units[unit.layer] ?? 0
    const at = step.value * size + unit.row
    const own = Object.entries({ h: cell?.h, c: cell?.c, ...cell?.gates })
    return own.flatMap(([name, values]) => (values?.[at] === undefined ? [] : [{ name, value: values[at] }]))
  }

  return {
    step,
    theme,
    layout,
    curves,
    filter,
    connections,
    loops,
    chosen,
    signal,
    context,
    fills,
    valueOf,
    nowOf,
    ready: computed(() => layout.value !== undefined && context.value !== undefined),
    hasGhosts: computed(() => connections.value.some(({ live, change }) => !live && change === undefined)),
    unitRange: computed<[number, number]>(() =>
      state.colour.value === 'activity'
        ? [0, states.value?.largest ?? 1]
        : quantityRange(data.value?.units ?? [], state.colour.value),
    ),
  }
}
export type StructurePicture = ReturnType<typeof usePicture>
