// Reads a trace: the state of every unit at every step, and any gate as a strip of values. Pure.
import type { Cell } from '../../shared/network.ts'
import type {
  CellTrace,
  StructureConnection,
  StructureTrace,
  StructureUnit,
} from '../../shared/structure-view.ts'

export interface Strip {
  rows: number // units
  steps: number
  values: Float32Array // step by step, [steps, rows]
  signed: boolean // symmetric around zero; else from 0 to `largest`
  largest: number
}

const QUANTITY_NAMES: Record<string, string> = {
  h: 'state h',
  c: 'memory c',
  i: 'input gate i',
  f: 'forget gate f',
  g: 'candidate g',
  o: 'output gate o',
  r: 'reset gate r',
  z: 'update gate z',
  n: 'candidate n',
}

/** Gates that are squashed into 0 to 1. */
const SHARES = new Set(['i', 'f', 'o', 'r', 'z'])

export function quantityName(quantity: string): string {
  return QUANTITY_NAMES[quantity] ?? quantity
}

function cellsOf({ cells }: StructureTrace, layer: number): CellTrace[] {
  return cells.filter((cell) => cell.layer === layer)
}

/** What can be shown of a layer: state, memory, then the gates. */
export function quantitiesOf(trace: StructureTrace, layer: number): string[] {
  const first = cellsOf(trace, layer)[0]
  if (first === undefined) return ['h']
  const gates = Object.keys(first.gates).filter((gate) => gate !== 'h')
  return ['h', ...(first.c === undefined ? [] : ['c']), ...gates]
}

/** Cells of a layer: one, or a main cell and one per skipped source. */
export function cellCount(trace: StructureTrace, layer: number): number {
  return cellsOf(trace, layer).length
}

function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

/**
 * One quantity of one layer. `cell` chooses one of its cells; null adds up all of them, which for `h` is the output of
 * the layer.
 */
export function stripOf(trace: StructureTrace, layer: number, quantity: string, cell: number | null): Strip {
  const rows = trace.units[layer] ?? 0
  const steps = trace.symbols.length
  const values = new Float32Array(rows * steps)
  const cells = cellsOf(trace, layer)
  for (const one of cells) {
    if (cell !== null && one.cell !== cell) continue
    const own = quantity === 'h' ? one.h : quantity === 'c' ? one.c : one.gates[quantity]
    own?.forEach((value, at) => (values[at] = values[at]! + value))
  }
  const share = SHARES.has(quantity)
  const largest = largestOf(values)
  return { rows, steps, values, signed: !share, largest: share ? Math.max(1, largest) : largest || 1 }
}

/** States of all units, ready to be asked per step. */
export interface States {
  largest: number // end of the scale of h
  at: (unit: StructureUnit, step: number) => number | null // null: no state, as of inputs and classes
}

/** Add up the cells of every layer once. Bounded cells share the scale -1 to 1; ReLU ends at its largest state. */
export function statesOf(trace: StructureTrace, cell: Cell): States {
  const strips = trace.units.map((_, layer) => stripOf(trace, layer, 'h', null))
  const found = strips.reduce((most, { largest }) => Math.max(most, largest), 0)
  return {
    largest: cell === 'rnn-relu' || found > 1 ? found || 1 : 1,
    at: ({ role, layer, row }, step) => {
      const strip = strips[layer]
      if (role !== 'unit' || strip === undefined || step < 0 || step >= strip.steps) return null
      return strip.values[step * strip.rows + row] ?? null
    },
  }
}

/**
 * What flows through a connection at a step: weight times the state of its source, of the step before where it is
 * recurrent. 0 where the source has no state.
 */
export function signalOf(
  connection: StructureConnection,
  units: readonly StructureUnit[],
  states: States,
  step: number,
): number {
  const at = connection.kind === 'h2h' ? step - 1 : step
  return connection.weight * (states.at(units[connection.source]!, at) ?? 0)
}
