// The short calibration itself: a few training steps per network, timed. Runs in a training thread, never in the
// process of the window; the clock is an argument.
import type { NetworkDescription } from '../../shared/network.ts'
import {
  DEFAULT_OPTIMIZER,
  type EncodedSplit,
  type Engine,
  type EngineInfo,
  type Masks,
} from '../engine/engine.ts'
import { sequenceCount } from '../engine/batches.ts'
import { initialParameters } from '../engine/parameters.ts'
import { pruneMasks } from '../prune/index.ts'
import type { JobEngine } from './messages.ts'
import { recurrentCounts } from './weights.ts'

/** What to time: some sequences of the dataset, and one network per architecture or generator. */
export interface MeasureJob {
  engine: JobEngine
  models: { network: NetworkDescription; masks?: Masks }[]
  sequences: EncodedSplit
  batchSize: number
}

/** Milliseconds per sequence. */
export interface Pace {
  train: number
  pruned: number // training with PRUNED_PERCENT of the recurrent weights pruned
  test: number
}

export interface Measurement {
  engine: EngineInfo
  paces: Pace[] // one per model
}

/** How much of the pruned network is missing. */
export const PRUNED_PERCENT = 90

/** All networks together; one that is slow beyond expectation may take longer, by at most one batch. */
const BUDGET_MS = 1200
/** Multiply-adds of one timed step at most: a tenth of a second or so in the slowest engine. */
const STEP_LIMIT = 3e8
/** Timings at most, of which the median is taken. */
const REPEATS = 3

/** Time every model of a job. */
export function measure(engine: Engine, job: MeasureJob, clock: () => number): Measurement {
  const budget = BUDGET_MS / job.models.length
  return {
    engine: engine.info,
    paces: job.models.map((model) => pace(engine, model, job, budget, clock)),
  }
}

function pace(
  engine: Engine,
  { network, masks: own = new Map() }: MeasureJob['models'][number],
  job: MeasureJob,
  budget: number,
  clock: () => number,
): Pace {
  const begin = clock()
  const parameters = initialParameters(network, 0)
  const training = (masks: Masks, share: number) => {
    const model = engine.create(network, { parameters, masks })
    const options = { batchSize: job.batchSize, optimizer: DEFAULT_OPTIMIZER }
    const step = (order: Uint32Array) => model.train(job.sequences, { order, ...options })
    try {
      return perSequence(step, network, job, share * budget, clock)
    } finally {
      model.dispose()
    }
  }
  const train = training(own, 0.5)
  // An engine so slow that the time is over gains nothing worth knowing from pruning; a forward pass is a third.
  if (clock() - begin > budget) return { train, pruned: train, test: train / 3 }
  const prunedMasks = () =>
    pruneMasks(network, parameters, {
      ...{ target: 'both', scope: 'global', rule: 'exact-count', criterion: 'random' },
      percent: PRUNED_PERCENT,
      seed: 0,
    })
  // Random structures are not pruned.
  const pruned = own.size > 0 ? train : training(prunedMasks(), 0.3)
  const model = engine.create(network, { parameters, masks: own })
  try {
    const { batchSize, sequences } = job
    const test = (order: Uint32Array) => model.evaluate(sequences, { batchSize, order })
    return { train, pruned, test: perSequence(test, network, job, 0.2 * budget, clock) }
  } finally {
    model.dispose()
  }
}

/** Time `step` on batches: once to warm up, then again as the budget allows; the median counts. */
function perSequence(
  step: (order: Uint32Array) => unknown,
  network: NetworkDescription,
  { sequences, batchSize }: MeasureJob,
  budget: number,
  clock: () => number,
): number {
  const available = sequenceCount(sequences)
  const size = Math.min(batchSize, available, affordable(network, sequences))
  const timed = (count: number) => {
    const order = Uint32Array.from({ length: count }, (_, i) => i % available)
    const from = clock()
    step(order)
    return (clock() - from) / count
  }
  const begin = clock()
  const first = timed(size)
  // Cold timings are long; a better one would take more time than there is.
  if (2 * first * size > budget) return first
  const rounds = Math.floor(budget / (first * size * REPEATS))
  const count = size * Math.max(1, Math.min(rounds, Math.ceil((4 * available) / size)))
  const times = [timed(count)]
  while (times.length < REPEATS && clock() - begin < budget) times.push(timed(count))
  return times.sort((x, y) => x - y)[Math.floor((times.length - 1) / 2)]!
}

/** Sequences whose training step stays below STEP_LIMIT. */
function affordable(network: NetworkDescription, sequences: EncodedSplit): number {
  const steps = sequences.tokens.length / sequenceCount(sequences)
  const { recurrentWeights } = recurrentCounts(network, new Map())
  return Math.max(1, Math.floor(STEP_LIMIT / (3 * steps * recurrentWeights)))
}
