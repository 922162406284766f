// Which values of a trace are shown below the letters: a layer, a quantity of it and one of its cells, as the address
// says, else those of the chosen unit.
import { computed, ref } from 'vue'
import type { StructureTrace, StructureUnit } from '../../shared/structure-view.ts'
import { cellCount, quantitiesOf, stripOf } from './trace.ts'
import type { StructureState } from './use-structure.ts'

export function useStrip(
  state: StructureState['state'],
  trace: () => StructureTrace | undefined,
  chosen: () => StructureUnit | undefined,
) {
  const layers = computed(() => trace()?.units.length ?? 1)
  const layer = computed({
    get: () => {
      const asked = Number(state.layer.value || Number.NaN)
      const unit = chosen()
      const own = unit?.role === 'unit' ? unit.layer : 0
      return Math.min(layers.value - 1, Math.max(0, Number.isInteger(asked) ? asked - 1 : own))
    },
    set: (index) => (state.layer.value = String(index + 1)),
  })
  const quantities = computed(() => {
    const played = trace()
    return played === undefined ? ['h'] : quantitiesOf(played, layer.value)
  })
  const quantity = computed({
    get: () => (quantities.value.includes(state.quantity.value) ? state.quantity.value : 'h'),
    set: (value) => (state.quantity.value = value),
  })
  const cells = computed(() => {
    const played = trace()
    return played === undefined ? 1 : cellCount(played, layer.value)
  })
  const asked = ref(0)
  const cell = computed({
    get: () => Math.min(asked.value, cells.value - 1),
    set: (index) => (asked.value = index),
  })
  /** The state of a layer is the sum over its cells; a gate belongs to one. */
  const strip = computed(() => {
    const played = trace()
    return played && stripOf(played, layer.value, quantity.value, quantity.value === 'h' ? null : cell.value)
  })
  return { layers, layer, quantities, quantity, cells, cell, strip }
}
export type StripChoice = ReturnType<typeof useStrip>
