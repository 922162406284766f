// Looks inside the networks of runs: draws them, replays their training, runs sequences through them and exports them.
// Everything behind structure/* of the contract. Reads the store and never writes to it.
import { totalmem } from 'node:os'
import type { GraphSample } from '../../shared/contract.ts'
import type { Sequences } from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import type { GraphExportFormat } from '../../shared/graph.ts'
import type { RunRecord } from '../../shared/results.ts'
import type { StructureOptions } from '../../shared/structure-study.ts'
import type { StructureTrace, StructureView } from '../../shared/structure-view.ts'
import type { StudyDefinition } from '../../shared/study.ts'
import { contentFromBytes } from '../data/content.ts'
import { buildVocabulary, type Vocabulary } from '../data/vocabulary.ts'
import { decodeCheckpoint } from '../engine/checkpoint.ts'
import { GRAPH_EXTENSIONS } from '../graph/formats/formats.ts'
import type { Store } from '../store/store.ts'
import type { CheckWatch } from './engine-check.ts'
import { EngineHost, type SpawnEngine } from './engine-host.ts'
import { Insights } from './insight.ts'
import { Moments, storedEpoch, type FoundMoment } from './inspect-moments.ts'
import { DrawThread } from './inspect-thread.ts'
import type { JobEngine } from './messages.ts'
import { JobPlanner } from './plan.ts'
import { ReplayCache, type KeptWeights } from './replay-cache.ts'
import { replayRun } from './replay.ts'
import { askedSequence, assertTraceable, traceView, type Asked } from './trace-sequence.ts'
import { Tracer } from './trace.ts'
import { encodeArrays } from './weights.ts'

export interface InspectorOptions {
  store: Store
  spawn: SpawnEngine
  now: () => Date
  memory?: number // bytes an engine process may hold; default four fifths of what the machine has
  replayBytes?: number
  idleMs?: number
  engine?: JobEngine // tests only: instead of the one a study asks for
}

/** Weights of a run: after an epoch, by default its last one that is stored. */
export interface AskedMoment {
  run: string
  epoch?: number | undefined
}

export class Inspector {
  readonly insights: Insights
  readonly #store: Store
  readonly #now: () => Date
  readonly #host: () => EngineHost
  readonly #replays: ReplayCache
  readonly #moments: Moments
  readonly #thread = new DrawThread()
  readonly #tracer: Tracer
  readonly #replaying = new Map<string, Promise<number[]>>()
  #text: { key: string; content: Sequences; vocabulary: Vocabulary } | undefined // of the last dataset

  constructor({ store, spawn, now, engine, idleMs, ...options }: InspectorOptions) {
    const { memory: memoryLimit = totalmem() * 0.8, replayBytes } = options
    this.#store = store
    this.#now = now
    this.#host = () => new EngineHost({ spawn, memoryLimit })
    this.#replays = new ReplayCache(store.paths.temp, replayBytes)
    this.#moments = new Moments(store, new JobPlanner(store, engine), this.#replays)
    this.#tracer = new Tracer({ host: this.#host, ...(idleMs === undefined ? {} : { idleMs }) })
    const [moments, thread, host] = [this.#moments, this.#thread, this.#host]
    this.insights = new Insights({ store, moments, thread, host, idleMs })
  }

  /**
   * Draw the network of a run, alone or against another.
   * @throws LacunaError not-found, item-damaged, conflict, bad-request for a gate, shape-mismatch
   */
  async show(
    asked: AskedMoment & { gate: string; against?: AskedMoment | undefined },
  ): Promise<StructureView> {
    const found = this.#moments.find(asked.run, asked.epoch)
    const other = asked.against && this.#moments.find(asked.against.run, asked.against.epoch)
    const { moment, drawn } = await this.#moments.load(found)
    const otherMoment = other && (await this.#moments.load(other)).moment
    const options = { gate: asked.gate, classes: this.#classes(found), drawn }
    const { against, ...drawing } = await this.#thread.draw({ moment, options, against: otherMoment })
    const { run, title, epoch, epochs, accuracy } = found
    return {
      runId: run.id,
      studyId: run.studyId,
      title,
      cell: run.spec.cell,
      epoch,
      epochs,
      accuracy,
      ...drawing,
      against:
        other === undefined || against === null
          ? null
          : { runId: other.run.id, title: other.title, epoch: other.epoch, ...against },
    }
  }

  /**
   * Write the live graph of a run as a file.
   * @throws LacunaError as `show`, and too-large
   */
  async export(
    asked: AskedMoment & { gate: string; format: GraphExportFormat },
  ): Promise<{ fileName: string; text: string }> {
    const found = this.#moments.find(asked.run, asked.epoch)
    const { epoch, run } = found
    const { moment, drawn } = await this.#moments.load(found)
    const options = { gate: asked.gate, classes: this.#classes(found), drawn }
    const text = await this.#thread.export({ moment, options, format: asked.format })
    const when = epoch === -1 ? 'start' : `epoch-${epoch}`
    const gate = asked.gate === 'any' ? '' : `-gate-${asked.gate}`
    const day = this.#now().toISOString().slice(0, 10)
    return { fileName: `lacuna-run-${run.id}-${when}${gate}-${day}${GRAPH_EXTENSIONS[asked.format]}`, text }
  }

  /**
   * Run a sequence through the network of a run.
   * @throws LacunaError as `show`, bad-request for a sequence that cannot be read, too-large for one that is too long
   */
  async trace(asked: AskedMoment & { sequence: Asked }): Promise<StructureTrace> {
    const found = this.#moments.find(asked.run, asked.epoch)
    const { run, epoch, key, definition } = found
    const { content, vocabulary } = this.#textOf(definition)
    const sequence = askedSequence(content, vocabulary, asked.sequence)
    const { tokens } = sequence
    const { trace, network } = await this.#tracer.trace(
      key,
      () => this.#moments.load(found),
      (network) => {
        assertTraceable(network, tokens.length)
        return tokens
      },
    )
    return { runId: run.id, epoch, ...traceView(network, content.classes, sequence, trace) }
  }

  /**
   * Train a run again and keep the weights of every epoch; nothing happens when they are kept already.
   * @returns the epochs whose weights can be shown
   * @throws LacunaError conflict when there is nothing to replay, when it is being replayed, or when other weights come
   *   out; cancelled, disk-full, engine-unavailable, engine-crashed
   */
  async replay(id: string, watch: CheckWatch): Promise<{ epochs: number[] }> {
    const run = this.#store.runs.get(id)
    const last = storedEpoch(run)
    if (last === undefined) {
      throw new LacunaError('conflict', `Run ${id} has no epoch yet; replay it when it has been trained.`)
    }
    if (this.#replaying.has(id)) throw new LacunaError('conflict', `Run ${id} is being replayed already.`)
    if (!this.#replays.epochs(run).includes(last)) {
      const work = this.#replay(run, last, watch)
      this.#replaying.set(id, work)
      try {
        await work
      } finally {
        this.#replaying.delete(id)
      }
    }
    return { epochs: this.#moments.available(run) }
  }

  async #replay(run: RunRecord, last: number, watch: CheckWatch): Promise<number[]> {
    const job = this.#moments.job(run)
    const expected = {
      runId: run.id,
      epochs: run.epochs,
      final: this.#finalOf(run),
      ...(run.engine === undefined ? {} : { engine: run.engine }),
    }
    const writer = this.#replays.begin(run, { count: run.epochs.length, last })
    try {
      await replayRun(this.#host(), job, expected, watch, writer.keep)
    } catch (error) {
      writer.discard()
      throw error
    }
    return writer.finish()
  }

  /** What a run ended with, or has reached so far. */
  #finalOf(run: RunRecord): KeptWeights {
    const { blobs } = this.#store
    if (run.state === 'done') {
      const masks = blobs.read(run.id, 'masks')
      return { weights: blobs.require(run.id, 'weights'), ...(masks === undefined ? {} : { masks }) }
    }
    const { network, parameters, masks } = decodeCheckpoint(blobs.require(run.id, 'checkpoint'))
    const weights = encodeArrays(network, parameters)
    return masks.size === 0 ? { weights } : { weights, masks: encodeArrays(network, masks) }
  }

  /**
   * Draw one of the graphs a structure study would train.
   * @throws LacunaError not-found, bad-request for a generator that cannot give it
   */
  sample(structure: StructureOptions, family: number, index: number): Promise<GraphSample> {
    return this.#thread.sample({ structure, family, index })
  }

  #classes({ definition }: FoundMoment): readonly string[] {
    return this.#store.datasets.get(definition.dataset).classes
  }

  #textOf({ dataset, encoding }: StudyDefinition): { content: Sequences; vocabulary: Vocabulary } {
    const key = `${dataset} ${encoding}`
    if (this.#text?.key === key) return this.#text
    const content = contentFromBytes(this.#store.datasets.content(dataset))
    this.#text = { key, content, vocabulary: buildVocabulary(content, encoding) }
    return this.#text
  }

  /** Whether an engine process is kept ready for sequences. */
  get tracing(): boolean {
    return this.#tracer.open
  }

  /** End what is kept ready and delete what was kept. Cancel replays first. */
  async close(): Promise<void> {
    this.#tracer.close()
    this.insights.close()
    await Promise.allSettled([this.#thread.close(), ...this.#replaying.values()])
    this.#replays.clear()
  }
}
