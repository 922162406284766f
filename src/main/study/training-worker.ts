// Start of a training thread: holds the engines, runs one job at a time and waits for each epoch to be stored.
import { parentPort, workerData } from 'node:worker_threads'
import { toErrorReport } from '../../shared/errors.ts'
import { RunControl } from '../engine/control.ts'
import { loadEngine, tryEngines } from './engines.ts'
import { evaluateModel, type EvaluateJob } from './evaluate-model.ts'
import { measure, type MeasureJob } from './measure.ts'
import type { FromWorker, RunJob, RunOutcome, ToWorker } from './messages.ts'
import { assertJob, executeRun, type RunLink } from './run.ts'
import { timeRun, type TimeJob } from './time-run.ts'
import { TraceModel, type TraceJob } from './trace-model.ts'

const port = parentPort!
const control = new RunControl((workerData as { control: SharedArrayBuffer }).control)

/** Answer to the epoch that is being stored: true when it is, false when the run shall stop. */
let answer: ((stored: boolean) => void) | undefined

function post(message: FromWorker): void {
  port.postMessage(message)
}

const link: RunLink = {
  control,
  clock: () => performance.now(),
  started: (about) => post({ type: 'started', about }),
  entered: (epoch, phase, batches) => post({ type: 'phase', epoch, phase, batches }),
  save: (epoch) =>
    new Promise((resolve) => {
      answer = resolve
      post({ type: 'epoch', epoch })
    }),
}

async function run(job: RunJob): Promise<RunOutcome> {
  try {
    assertJob(job)
    return await executeRun(await loadEngine(job.engine), job, link)
  } catch (error) {
    const { code, message } = toErrorReport(error)
    return { how: 'failed', problem: { code, message } }
  }
}

async function measureHere(job: MeasureJob): Promise<FromWorker> {
  try {
    const engine = await loadEngine(job.engine)
    return { type: 'measured', measurement: measure(engine, job, () => performance.now()) }
  } catch (error) {
    return { type: 'measured', problem: toErrorReport(error) }
  }
}

async function timeHere(job: TimeJob): Promise<FromWorker> {
  try {
    return { type: 'timed', timed: timeRun(await loadEngine(job.engine), job, () => performance.now()) }
  } catch (error) {
    return { type: 'timed', problem: toErrorReport(error) }
  }
}

const traced = new TraceModel(loadEngine)

async function traceHere(job: TraceJob): Promise<FromWorker> {
  try {
    return { type: 'traced', trace: await traced.trace(job) }
  } catch (error) {
    return { type: 'traced', problem: toErrorReport(error) }
  }
}

async function evaluateHere(job: EvaluateJob): Promise<FromWorker> {
  try {
    const engine = await loadEngine(job.engine)
    const evaluated = evaluateModel(engine, job, (done) => post({ type: 'evaluating', done }))
    return { type: 'evaluated', evaluated }
  } catch (error) {
    return { type: 'evaluated', problem: toErrorReport(error) }
  }
}

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'start':
      void run(message.job).then((outcome) => post({ type: 'ended', outcome }))
      break
    case 'stored':
      answer?.(true)
      break
    case 'stop': // between epochs the shared flag alone would not be seen
      answer?.(false)
      break
    case 'measure':
      void measureHere(message.job).then(post)
      break
    case 'time':
      void timeHere(message.job).then(post)
      break
    case 'trace':
      void traceHere(message.job).then(post)
      break
    case 'evaluate':
      void evaluateHere(message.job).then(post)
      break
    case 'engines':
      void tryEngines().then((engines) => post({ type: 'engines', engines }))
      break
  }
})
