// Where a unit of a layer stands in the structure view, and the addresses of what is shown beside each other. Pure.
import type { RouteLocationRaw } from 'vue-router'
import type { PruningInsight } from '../../shared/insight.ts'

/** Number of a unit in the structure view: inputs first, then layer by layer. Undefined where the input's size is unknown. */
export function unitNumber(
  { matrices, layers }: Pick<PruningInsight, 'matrices' | 'layers'>,
  layer: number,
  unit: number,
): number | undefined {
  const first = matrices.find((matrix) => matrix.layer === 0 && matrix.cell === 0 && matrix.part === 'i2h')
  if (first === undefined) return undefined
  const before = layers.reduce((sum, one) => (one.layer < layer ? sum + one.units : sum), 0)
  return first.columns + before + unit
}

/** The moment of a run in an address; absent where it is the last one. */
function moment({ epoch, epochs }: Pick<PruningInsight, 'epoch' | 'epochs'>): { epoch?: string } {
  return epoch === epochs.available.at(-1) ? {} : { epoch: String(epoch) }
}

/** The unit in the drawing of the network. */
export function unitLink(insight: PruningInsight, layer: number, unit: number): RouteLocationRaw {
  const number = unitNumber(insight, layer, unit)
  return {
    name: 'structure',
    params: { run: insight.runId },
    query: { ...moment(insight), ...(number === undefined ? {} : { unit: String(number), panel: 'unit' }) },
  }
}

/** A sequence of the test split in the player. */
export function sequenceLink(
  insight: Pick<PruningInsight, 'runId' | 'epoch' | 'epochs'>,
  index: number,
): RouteLocationRaw {
  return {
    name: 'structure',
    params: { run: insight.runId },
    query: { ...moment(insight), sequence: `test:${index}` },
  }
}

/** The view of what pruning did to a run. */
export function insightLink(run: string, query: Record<string, string> = {}): RouteLocationRaw {
  return { name: 'insight', params: { run }, query }
}
