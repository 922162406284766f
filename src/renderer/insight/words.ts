// What pruning did, in words: shares kept, names of gates, reasons, moments. Pure.
import type {
  DeadUnit,
  GateInsight,
  MatrixInsight,
  MatrixPart,
  PruningInsight,
} from '../../shared/insight.ts'
import { countOf, formatCount, formatPercent, formatSparsity } from '../format.ts'
import { quantityName } from '../structure/trace.ts'

/** Percentage that is pruned of what was there; 0 where nothing was. */
export function prunedPercent({ live, total }: Pick<GateInsight, 'live' | 'total'>): number {
  return total === 0 ? 0 : ((total - live) / total) * 100
}

/** Write what is left: 80 % pruned (4 500 of 22 500 kept). A whole matrix is not said to be 0 % pruned. */
export function keptText({ live, total }: Pick<GateInsight, 'live' | 'total'>): string {
  if (total === 0) return 'never had a weight'
  if (live === total) return `all ${formatCount(total)} kept`
  // 99.99 % is not 100 %: a rounded number must not say that nothing or everything is left.
  const percent = prunedPercent({ live, total })
  const rounded = Math.round(percent * 10) / 10
  if (live === 0 || (rounded > 0 && rounded < 100)) return formatSparsity(rounded, live, total)
  return `${rounded === 0 ? `< ${formatPercent(0.1)}` : `> ${formatPercent(99.9)}`} pruned (${formatCount(live)} of ${formatCount(total)} kept)`
}

/** Name of a gate: input gate i; empty where the matrix has none. */
export function gateTitle(gate: string): string {
  return gate === '' || gate === 'h' ? '' : quantityName(gate)
}

const PART_NAMES: Record<MatrixPart, string> = { i2h: 'i2h', h2h: 'h2h', output: 'readout' }

/** Short name of a matrix for axes and captions: layer 1 i2h; layer 2 skip 1 i2h; readout. */
export function shortName({ layer, cell, part }: Pick<MatrixInsight, 'layer' | 'cell' | 'part'>): string {
  if (part === 'output') return PART_NAMES.output
  return `layer ${layer + 1}${cell === 0 ? '' : ` skip ${cell}`} ${PART_NAMES[part]}`
}

export const DEAD_WORDS: Record<DeadUnit['why'], string> = {
  'no-input': 'no input reaches it',
  'no-output': 'it reaches no class',
  isolated: 'isolated: neither in nor out',
}

/** A stored moment of a run: before retraining, or after one of its epochs. */
export function epochWords(epoch: number, pruned: boolean): string {
  if (epoch < 0) return 'before training'
  if (epoch === 0 && pruned) return 'pruned, before retraining'
  return pruned ? `after ${countOf(epoch, 'epoch')} of retraining` : `after epoch ${formatCount(epoch)}`
}

/** What of the whole network is left, over the matrices pruning may touch; over all where it touches none. */
export function overall({ matrices }: Pick<PruningInsight, 'matrices'>): { live: number; total: number } {
  const prunable = matrices.filter((matrix) => matrix.prunable)
  const counted = prunable.length > 0 ? prunable : matrices
  return {
    live: counted.reduce((sum, { live }) => sum + live, 0),
    total: counted.reduce((sum, { total }) => sum + total, 0),
  }
}

/** Write a weight with three significant digits and a real minus. */
export function formatWeight(weight: number): string {
  const size = Math.abs(weight)
  const text = size !== 0 && size < 0.001 ? size.toExponential(1) : String(Number(size.toPrecision(3)))
  return weight < 0 ? `−${text}` : text
}
