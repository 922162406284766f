// What crosses between the program and its engine processes, and inside them between the two threads. Typed arrays
// pass as they are: both sides use structured cloning.
import type { EngineStatus } from '../../shared/contract.ts'
import type { ErrorReport } from '../../shared/errors.ts'
import type { GraphDescription, GraphProperties } from '../../shared/graph.ts'
import type { NetworkDescription } from '../../shared/network.ts'
import type { EpochRecord, RunProblem } from '../../shared/results.ts'
import type { EngineChoice, PruneSpec } from '../../shared/study.ts'
import type { EncodedSplit, EngineInfo, Masks, OptimizerOptions } from '../engine/engine.ts'
import type { EvaluateJob, Evaluated } from './evaluate-model.ts'
import type { MeasureJob, Measurement } from './measure.ts'
import type { TimedRun, TimeJob } from './time-run.ts'
import type { TraceJob, Traced } from './trace-model.ts'

/** The oracle is for tests and is offered to nobody. */
export type JobEngine = EngineChoice | 'oracle'

/** Everything a run needs, so that the engine process reads no file and no database. */
export interface RunJob {
  runId: string
  engine: JobEngine
  network: NetworkDescription
  masks?: Masks // of a random structure: its edges
  graph?: GraphDescription // to be measured when the run begins
  train: EncodedSplit
  validation?: EncodedSplit
  test: EncodedSplit
  batchSize: number
  optimizer: OptimizerOptions
  seed: number // with purpose and epoch it fixes every random number: there is no state to save
  epochs: number
  prune?: { spec: PruneSpec; base: Uint8Array } // base: weights of the base run
  checkpoint?: Uint8Array // where to go on
  everyEpoch?: boolean // hand over the weights of every epoch; no checkpoints, so it cannot go on after a stop
}

/** A finished epoch on its way to the store. The next one begins after the answer `stored`. */
export interface FinishedEpoch {
  record: EpochRecord
  checkpoint?: Uint8Array // absent in the last epoch
  weights?: Uint8Array // in the last epoch, or in every one
  masks?: Uint8Array // with the weights, where there are any
  done: boolean
}

export interface RunAbout {
  engine: EngineInfo
  recurrentWeights: number
  parameters: number
  properties?: Partial<GraphProperties> // of the graph of the job, those that could be computed
}

export interface RunPosition {
  epoch: number
  phase: 'training' | 'testing'
  batch: number
  batches: number
  loss?: number
}

export type RunOutcome =
  { how: 'done' } | { how: 'stopped' } | { how: 'diverged' | 'failed'; problem: RunProblem }

/** To an engine process. */
export type ToEngine =
  | { type: 'start'; job: RunJob }
  | { type: 'stored'; epoch: number }
  | { type: 'stop' } // return before the next batch
  | { type: 'engines' } // which engines can be loaded here?
  | { type: 'measure'; job: MeasureJob } // how fast is this machine?
  | { type: 'time'; job: TimeJob } // how long does this very network take?
  | { type: 'trace'; job: TraceJob } // what does the network do with this sequence?
  | { type: 'evaluate'; job: EvaluateJob } // how does the network answer these sequences?

/** From an engine process. */
export type FromEngine =
  | { type: 'started'; about: RunAbout }
  | { type: 'position'; position: RunPosition }
  | { type: 'memory'; bytes: number } // resident, once a second
  | { type: 'epoch'; epoch: FinishedEpoch }
  | { type: 'ended'; outcome: RunOutcome }
  | { type: 'engines'; engines: EngineStatus[] }
  | { type: 'measured'; measurement: Measurement }
  | { type: 'measured'; problem: ErrorReport }
  | { type: 'timed'; timed: TimedRun }
  | { type: 'timed'; problem: ErrorReport }
  | { type: 'traced'; trace: Traced }
  | { type: 'traced'; problem: ErrorReport }
  | { type: 'evaluating'; done: number } // sequences answered so far
  | { type: 'evaluated'; evaluated: Evaluated }
  | { type: 'evaluated'; problem: ErrorReport }

/** To the training thread; stopping goes through shared memory as well. */
export type ToWorker = ToEngine

/** From the training thread; the control thread adds live positions and memory and passes on the rest. */
export type FromWorker =
  | { type: 'phase'; epoch: number; phase: RunPosition['phase']; batches: number }
  | Exclude<FromEngine, { type: 'position' } | { type: 'memory' }>

/** The end of a connection, whatever carries it: child_process, utilityProcess or worker_threads. */
export interface PortLike<In, Out> {
  postMessage(message: Out): void
  onMessage(listener: (message: In) => void): void
}
