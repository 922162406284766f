// The thread in which networks are drawn and exported, kept for a while: a large network takes a second, in which the
// program must go on answering.
import { Worker } from 'node:worker_threads'
import type { GraphSample } from '../../shared/contract.ts'
import { fromErrorReport, LacunaError, type ErrorReport } from '../../shared/errors.ts'
import type { GraphExportFormat } from '../../shared/graph.ts'
import type { StructureOptions } from '../../shared/structure-study.ts'
import type { Target } from '../../shared/study.ts'
import type { Drawing, DrawOptions } from '../graph/view.ts'
import type { WeightInsight } from '../prune/insight.ts'
import { drawWorkerEntry } from './entries.ts'
import type { OutcomeJob, OutcomeTable } from './insight-outcomes.ts'
import type { Moment } from './inspect-weights.ts'

type Options = Omit<DrawOptions, 'against'>

export type DrawJob =
  | { task: 'draw'; moment: Moment; options: Options; against?: Moment | undefined }
  | { task: 'export'; moment: Moment; options: Options; format: GraphExportFormat }
  | { task: 'insight'; moment: Moment; targets: readonly Target[] }
  | ({ task: 'outcomes' } & OutcomeJob)
  | { task: 'sample'; structure: StructureOptions; family: number; index: number }

export type DrawResult = Drawing | GraphSample | WeightInsight | OutcomeTable | string

export type ToDraw = { id: number; job: DrawJob }
export type FromDraw = { id: number; result: DrawResult } | { id: number; error: ErrorReport }

interface Waiting {
  resolve: (result: DrawResult) => void
  reject: (error: unknown) => void
}

/** The thread ends when nothing was asked of it for so long. */
const IDLE_MS = 60_000

export class DrawThread {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #asked = 0

  /** Draw a network. The blobs of the moments are given away. */
  async draw(job: Omit<DrawJob & { task: 'draw' }, 'task'>): Promise<Drawing> {
    return (await this.#ask({ task: 'draw', ...job })) as Drawing
  }

  /** Write the live graph of a network as a file. The blobs of the moment are given away. */
  async export(job: Omit<DrawJob & { task: 'export' }, 'task'>): Promise<string> {
    return (await this.#ask({ task: 'export', ...job })) as string
  }

  /** Look at the masks and weights of a network. The blobs of the moment are given away. */
  async insight(job: Omit<DrawJob & { task: 'insight' }, 'task'>): Promise<WeightInsight> {
    return (await this.#ask({ task: 'insight', ...job })) as WeightInsight
  }

  /** Compare what two networks answer. The content is given away. */
  async outcomes(job: OutcomeJob): Promise<OutcomeTable> {
    return (await this.#ask({ task: 'outcomes', ...job })) as OutcomeTable
  }

  /** Draw one of the graphs a structure study would train, and measure it. */
  async sample(job: Omit<DrawJob & { task: 'sample' }, 'task'>): Promise<GraphSample> {
    return (await this.#ask({ task: 'sample', ...job })) as GraphSample
  }

  /** End the thread; what it was asked is answered with an error. */
  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #ask(job: DrawJob): Promise<DrawResult> {
    clearTimeout(this.#idle)
    const worker = (this.#worker ??= this.#start())
    worker.ref()
    const id = this.#asked++
    return new Promise<DrawResult>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      const message: ToDraw = { id, job }
      worker.postMessage(message, transferable(job))
    }).finally(() => {
      if (this.#waiting.size > 0) return
      this.#worker?.unref()
      this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref()
    })
  }

  #start(): Worker {
    const worker = new Worker(drawWorkerEntry())
    worker.on('message', (message: FromDraw) => {
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if ('error' in message) waiting?.reject(fromErrorReport(message.error))
      else waiting?.resolve(message.result)
    })
    worker.on('error', (error) => this.#ended(worker, error))
    worker.on('exit', (code) =>
      this.#ended(
        worker,
        new LacunaError('internal', `The drawing ended without an answer (code ${code}); try again.`),
      ),
    )
    return worker
  }

  #ended(worker: Worker, error: unknown): void {
    if (this.#worker === worker) this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

/** Memory that can change hands instead of being copied: large blobs that own their buffer. */
function transferable(job: DrawJob): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>()
  const take = (bytes: Uint8Array | undefined) => {
    if (bytes === undefined || bytes.length < 1e6 || bytes.buffer.byteLength !== bytes.length) return
    if (bytes.buffer instanceof ArrayBuffer) found.add(bytes.buffer)
  }
  if (job.task === 'outcomes') take(job.content)
  for (const { source, base } of momentsOf(job)) {
    take(base)
    if (source.from === 'stored') take(source.weights)
    if (source.from === 'stored') take(source.masks)
    if (source.from === 'checkpoint') take(source.checkpoint)
  }
  return [...found]
}

function momentsOf(job: DrawJob): Moment[] {
  if (job.task === 'sample' || job.task === 'outcomes') return []
  return [job.moment, ...(job.task === 'draw' && job.against !== undefined ? [job.against] : [])]
}
