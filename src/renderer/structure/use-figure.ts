// Saving what is shown: as a figure with title, caption and legend, or as a graph file.
import { computed } from 'vue'
import { GRAPH_EXPORT_FORMATS } from '../../shared/graph.ts'
import { formatProperty } from '../composables/structure-words.ts'
import { countOf, formatCount, formatShare } from '../format.ts'
import { useToasts } from '../stores/toasts.ts'
import { saveGraph, savePng, saveSvg } from './export.ts'
import type { Figure } from './svg.ts'
import type { StructurePicture } from './use-picture.ts'
import type { StructureState } from './use-structure.ts'
import { isShownUnit, KIND_NAMES, tally } from './visible.ts'

export function useFigure({ view, state, moment, trace }: StructureState, picture: StructurePicture) {
  const toasts = useToasts()

  const figure = computed<Figure | undefined>(() => {
    const [data, layout, context, curves] = [
      view.data.value,
      picture.layout.value,
      picture.context.value,
      picture.curves.value,
    ]
    if (data === undefined || !layout || !context || !curves) return undefined
    const { filter } = picture
    return {
      title: data.title,
      caption: captionOf(),
      layout,
      context: { ...context, largest: data.largestWeight }, // the figure shows weights, also while a sequence plays
      connections: picture.connections.value,
      loops: picture.loops.value,
      units: data.units.filter((unit) => isShownUnit(unit, filter.value)),
      fills: picture.fills.value,
      curves,
      signed: data.against === null ? `weight${data.gate === 'any' ? '' : `, gate ${data.gate}`}` : null,
      counts: data.against,
    }
  })

  function captionOf(): string[] {
    const data = view.data.value!
    const filter = picture.filter.value
    const { live, shownLive, shownPruned } = tally(data, filter)
    const moment = data.epoch < 0 ? 'before training' : `after epoch ${data.epoch}`
    const accuracy = data.accuracy === null ? '' : `, test accuracy ${formatShare(data.accuracy)}`
    const kinds = filter.kinds.map((kind) => KIND_NAMES[kind]).join(', ')
    const ghosts = shownPruned === 0 ? '' : `, and ${countOf(shownPruned, 'pruned one')}`
    return [
      `Weights ${moment}${accuracy}. Connections: ${kinds}; ${formatCount(shownLive)} of ${formatCount(live)} live ones${ghosts}.`,
      unitsText(),
      ...(data.against === null ? [] : [`Compared with ${data.against.title}.`]),
      ...(data.reduced === null ? [] : [data.reduced]),
    ]
  }

  /** What the colours of the units mean. */
  function unitsText(): string {
    const [low, high] = picture.unitRange.value.map(formatProperty)
    if (state.colour.value !== 'activity')
      return `Units: ${state.colour.value}, dark ${low} to bright ${high}.`
    const read = trace.data.value?.symbols.slice(0, picture.step.value + 1).join('') ?? ''
    return `Units: state h after reading ${read}, blue −${high} to red +${high}.`
  }

  async function save(format: string): Promise<void> {
    await toasts.attempt(async () => {
      const drawn = figure.value
      if (drawn === undefined) return
      const graph = GRAPH_EXPORT_FORMATS.find((known) => known === format)
      if (graph !== undefined) await saveGraph({ ...moment.value, gate: state.gate.value, format: graph })
      else if (format === 'png') await savePng(drawn)
      else saveSvg(drawn)
    })
  }
  return { save }
}
