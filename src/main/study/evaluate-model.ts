// What a network answers to every sequence of a split, and which of its units hardly move. Runs in a training thread;
// knows no store.
import { batchCount, sequenceCount } from '../engine/batches.ts'
import type { EncodedSplit, Engine, Model, Trace } from '../engine/engine.ts'
import type { NetworkDescription } from '../../shared/network.ts'
import { readMoment, type Moment } from './inspect-weights.ts'
import type { JobEngine } from './messages.ts'
import { longestTrace } from './trace-sequence.ts'

export interface EvaluateJob {
  engine: JobEngine
  moment: Moment
  test: EncodedSplit
  batchSize: number // as in the study, so that sequences are padded as there
}

/** Units of a layer whose output stays within SILENT_RANGE over all steps of `sequences` sequences. */
export interface Silent {
  sequences: number
  layers: { layer: number; units: number; constant: number[] }[]
}

export interface Evaluated {
  predictions: Uint16Array // [N] class by sequence of `test`
  silent: Silent
}

/** Sequences that are run step by step to find silent units. */
export const SILENT_SEQUENCES = 100

/** A unit whose output moves less than this over all of them does not tell them apart. */
export const SILENT_RANGE = 1e-4

/** Times progress is told, about. */
const REPORTS = 50

/** Evaluate a moment. @throws LacunaError what the weights or the engine are refused with */
export function evaluateModel(
  engine: Engine,
  { moment, test, batchSize }: EvaluateJob,
  progress: (done: number) => void,
): Evaluated {
  const { network, parameters, masks } = readMoment(moment)
  const model = engine.create(network, { parameters, masks })
  try {
    const predictions = answers(model, test, batchSize, progress)
    return { predictions, silent: silentUnits(network, model, test) }
  } finally {
    model.dispose()
  }
}

/** In stretches of whole batches, so that every batch holds the sequences it holds in the study. */
function answers(
  model: Model,
  test: EncodedSplit,
  batchSize: number,
  progress: (done: number) => void,
): Uint16Array {
  const count = sequenceCount(test)
  const predictions = new Uint16Array(count)
  const stretch = Math.ceil(batchCount(count, batchSize) / REPORTS) * batchSize
  for (let from = 0; from < count; from += stretch) {
    const order = Uint32Array.from({ length: Math.min(stretch, count - from) }, (_, k) => from + k)
    predictions.set(model.evaluate(test, { batchSize, order, predictions: true }).predictions!, from)
    progress(from + order.length)
  }
  return predictions
}

/** Trace the first sequences that are short enough and see which outputs of a layer stay where they are. */
function silentUnits(network: NetworkDescription, model: Model, test: EncodedSplit): Silent {
  const ranges = network.layers.map(({ size }) => ({
    low: new Float64Array(size).fill(Infinity),
    high: new Float64Array(size).fill(-Infinity),
  }))
  const longest = longestTrace(network)
  let sequences = 0
  for (let n = 0; n < Math.min(SILENT_SEQUENCES, sequenceCount(test)); n++) {
    const tokens = test.tokens.subarray(test.offsets[n]!, test.offsets[n + 1]!)
    if (tokens.length > longest) continue
    sequences++
    const trace = model.trace(tokens)
    network.layers.forEach(({ size }, layer) => widen(ranges[layer]!, layerOutput(trace, layer, size)))
  }
  const layers = ranges.map(({ low, high }, layer) => ({
    layer,
    units: low.length,
    constant: [...low.keys()].filter((unit) => sequences > 0 && high[unit]! - low[unit]! <= SILENT_RANGE),
  }))
  return { sequences, layers }
}

/** The output of a layer is the sum of those of its cells, [T, H]. */
function layerOutput({ cells, steps }: Trace, layer: number, size: number): Float64Array {
  const sum = new Float64Array(steps * size)
  for (const { h } of cells.filter((cell) => cell.layer === layer))
    h.forEach((value, at) => (sum[at]! += value))
  return sum
}

function widen({ low, high }: { low: Float64Array; high: Float64Array }, output: Float64Array): void {
  output.forEach((value, at) => {
    const unit = at % low.length
    if (value < low[unit]!) low[unit] = value
    if (value > high[unit]!) high[unit] = value
  })
}
