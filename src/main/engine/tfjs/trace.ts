// Reads the activations of every cell out of a forward pass of one sequence.
import type { Trace } from '../engine.ts'
import type { CellRun } from './cell.ts'
import type { Pass } from './network.ts'
import type { Ops, Tensor } from './ops.ts'

/** Activations of all cells by layer and cell, [T, H] each. */
export function traceCells(ops: Ops, pass: Pass): Trace['cells'] {
  return pass.cells.flatMap((cells, layer) =>
    cells.map(({ run }, cell) => ({ layer, cell, ...traceRun(ops, run) })),
  )
}

function traceRun(ops: Ops, run: CellRun): Omit<Trace['cells'][number], 'layer' | 'cell'> {
  const read = (steps: Tensor[]) => ops.concat(steps, 0).dataSync<'float32'>() as Float32Array
  const gates = Object.fromEntries(Object.entries(run.gates).map(([name, steps]) => [name, read(steps)]))
  const traced = { h: read(run.h), gates }
  return run.c === undefined ? traced : { ...traced, c: read(run.c) }
}
