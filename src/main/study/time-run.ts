// Times the network of one run with its mask skipped and in full. Runs in a training thread, never in the process of the
// window; the clock is an argument. What it trains is thrown away.
import { sequenceCount } from '../engine/batches.ts'
import type {
  EncodedSplit,
  Engine,
  EngineInfo,
  Masks,
  Model,
  OptimizerOptions,
  Parameters,
} from '../engine/engine.ts'
import { readMoment, type Moment } from './inspect-weights.ts'
import type { JobEngine } from './messages.ts'

/** One network, one batch to train on and some sequences to run alone. */
export interface TimeJob {
  engine: JobEngine
  moment: Moment
  batch: EncodedSplit
  single: EncodedSplit
  optimizer: OptimizerOptions
}

/** Medians in milliseconds. `dense`: the same weights without their mask, so that zeros are computed like any number. */
export interface TimedRun {
  engine: EngineInfo
  stepMs: { dense: number; sparse: number } // one training step: forward, backward, optimizer
  inferenceMs: { dense: number; sparse: number } // one sequence alone, forward
}

/** Both networks together; one that is slow beyond expectation takes as long as warming it up does. */
const STEP_BUDGET_MS = 1000
const INFERENCE_BUDGET_MS = 400
/** Of a budget, for caches and clocks to settle; at least one call. */
const WARM_SHARE = 0.2
/** Timings of which the median is taken, at most. */
const REPEATS = 200

/**
 * Time one network. The two ways take turns, so that whatever else the machine does falls on both.
 * @throws LacunaError bad-weights, shape-mismatch, and what the engine refuses
 */
export function timeRun(engine: Engine, job: TimeJob, clock: () => number): TimedRun {
  const { network, parameters, masks } = readMoment(job.moment)
  const create = (kept: Masks) => engine.create(network, { parameters: copied(parameters), masks: kept })
  const dense = create(new Map())
  const sparse = hasHoles(masks) ? create(masks) : dense
  try {
    return {
      engine: engine.info,
      stepMs: compare(dense, sparse, trainStep(job), STEP_BUDGET_MS, clock),
      inferenceMs: compare(dense, sparse, oneSequence(job), INFERENCE_BUDGET_MS, clock),
    }
  } finally {
    dense.dispose()
    sparse.dispose()
  }
}

const copied = (parameters: Parameters): Parameters =>
  new Map([...parameters].map(([name, values]) => [name, values.slice()]))

const hasHoles = (masks: Masks) => [...masks.values()].some((mask) => mask.includes(0))

type Call = (model: Model, round: number) => void

function trainStep({ batch, optimizer }: TimeJob): Call {
  const order = Uint32Array.from({ length: sequenceCount(batch) }, (_, n) => n)
  return (model) => void model.train(batch, { order, batchSize: order.length, optimizer })
}

function oneSequence({ single }: TimeJob): Call {
  const count = sequenceCount(single)
  return (model, round) => void model.evaluate(single, { batchSize: 1, order: Uint32Array.of(round % count) })
}

function compare(dense: Model, sparse: Model, call: Call, budget: number, clock: () => number) {
  const models = dense === sparse ? [dense] : [dense, sparse]
  const timed = (model: Model, round: number) => {
    const from = clock()
    call(model, round)
    return clock() - from
  }
  const begin = clock()
  let times: number[][] = models.map((model) => [timed(model, 0)])
  const warm = begin + WARM_SHARE * budget
  for (let round = 1; clock() < warm; round++) for (const model of models) timed(model, round)
  // Cold timings are long; better ones of so slow a network would take more time than there is.
  if (clock() - begin < budget) {
    times = models.map(() => [])
    for (let round = 0; round < REPEATS && (round === 0 || clock() - begin < budget); round++)
      models.forEach((model, n) => times[n]!.push(timed(model, round)))
  }
  const [all, kept = all] = times.map(median)
  return { dense: all!, sparse: kept! }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!
}
