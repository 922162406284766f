// Start of an engine process, forked headless or a utility process of Electron. Its control thread only passes messages
// on, so it answers while the training thread computes.
import { inspect } from 'node:util'
import { Worker } from 'node:worker_threads'
import { RunControl } from '../engine/control.ts'
import { trainingWorkerEntry } from './entries.ts'
import type { FromEngine, FromWorker, PortLike, RunPosition, ToEngine } from './messages.ts'

const POSITION_MS = 100 // at most 10 live positions a second
const MEMORY_MS = 1000

/** Electron's end of the connection, which its types give only to code that imports electron. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: ToEngine }) => void): void
}

function connect(): PortLike<ToEngine, FromEngine> {
  const { parentPort } = process as { parentPort?: ParentPort }
  if (parentPort !== undefined) {
    return {
      postMessage: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
    }
  }
  if (process.send === undefined) throw new Error('An engine process is started by Lacuna, not by hand.')
  // Without its parent nobody stores what it computes.
  process.on('disconnect', () => process.exit(0))
  return {
    postMessage: (message) => process.send!(message),
    onMessage: (listener) => process.on('message', (message) => listener(message as ToEngine)),
  }
}

/** Run the control thread of an engine process on `port`. */
function serve(port: PortLike<ToEngine, FromEngine>): void {
  const control = new RunControl()
  const worker = new Worker(trainingWorkerEntry(), { workerData: { control: control.buffer } })
  let phase: (Omit<RunPosition, 'batch'> & { writtenBefore: number }) | undefined
  let shown = ''

  worker.on('message', (message: FromWorker) => {
    if (message.type === 'phase') {
      const { epoch, batches } = message
      phase = { epoch, phase: message.phase, batches, writtenBefore: control.written }
      return
    }
    if (message.type === 'ended') phase = undefined
    port.postMessage(message)
  })
  // What the training thread could not report itself ends the process; the supervisor goes on from the checkpoint.
  worker.on('error', (error) => {
    process.stderr.write(`${inspect(error)}\n`)
    process.exit(1)
  })
  worker.on('exit', (code) => process.exit(code === 0 ? 1 : code))

  port.onMessage((message) => {
    if (message.type === 'stop') control.requestStop()
    if (message.type === 'start') control.clearStop()
    worker.postMessage(message)
  })

  setInterval(() => {
    if (phase === undefined) return
    const position = currentPosition(control, phase)
    const text = JSON.stringify(position)
    if (text === shown) return
    shown = text
    port.postMessage({ type: 'position', position })
  }, POSITION_MS)
  setInterval(() => port.postMessage({ type: 'memory', bytes: process.memoryUsage.rss() }), MEMORY_MS)
}

function currentPosition(
  control: RunControl,
  { writtenBefore, ...position }: Omit<RunPosition, 'batch'> & { writtenBefore: number },
): RunPosition {
  const latest =
    position.phase === 'training' && control.written !== writtenBefore ? control.latest() : undefined
  if (latest === undefined) return { ...position, batch: 0 }
  return { ...position, batch: latest.batch + 1, loss: latest.loss }
}

serve(connect())
