// Finds out how fast this machine trains the models of a study before any run: asks an engine process to time a few steps
// and remembers the answer. One calibration at a time, none while runs compute.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Emit, Unmeasured } from '../../shared/contract.ts'
import type { Dataset } from '../../shared/dataset.ts'
import type { Cell } from '../../shared/network.ts'
import { randomStream } from '../../shared/random.ts'
import { familyCount } from '../../shared/structure-study.ts'
import { canonicalJson, type StructureStudy, type StudyDefinition } from '../../shared/study.ts'
import { contentFromBytes } from '../data/content.ts'
import { encodeDataset } from '../data/vocabulary.ts'
import type { Store } from '../store/store.ts'
import { EngineHost, type SpawnEngine } from './engine-host.ts'
import { machineName } from './machine.ts'
import { PRUNED_PERCENT, type MeasureJob, type Measurement } from './measure.ts'
import type { JobEngine } from './messages.ts'
import { recurrentWeightCount } from './model-size.ts'
import { splitSizes, type EpochEstimate } from './outlook.ts'
import { studyNetwork } from './plan.ts'
import { sampleStructures, type Sizes } from './structure.ts'
import { recurrentCounts } from './weights.ts'

/** What is remembered; times in milliseconds per sequence. */
const calibrationSchema = z.object({
  engine: z.string(), // for people: fused avx512
  train: z.number(),
  pruned: z.number(),
  test: z.number(),
  scale: z.number(), // how much more work the model of the study is than the one that was measured
})
type Calibration = z.infer<typeof calibrationSchema>

/** Recurrent weights of a model that is measured as it is; a larger one is measured smaller. */
const LARGEST = 1e6
const SEQUENCES = 512
/** An engine process that is ready makes the next calibration quick; one that idles is ended. */
const IDLE_MS = 20_000
const LIMIT_MS = 30_000

export interface CalibratorOptions {
  store: Store
  emit: Emit
  spawn: SpawnEngine
  log: (message: string, error?: unknown) => void
  busy: () => boolean // runs are computing: measuring would disturb them and be disturbed
  engine?: JobEngine // tests only: instead of the one the study asks for
}

/** Something to be timed: an architecture, of a structure study with a generator. */
interface Case {
  key: string
  cell: Cell
  of: number | undefined
}

interface Wanted {
  definition: StudyDefinition
  cases: Case[]
}

export class Calibrator {
  readonly #options: CalibratorOptions
  readonly #known = new Map<string, Calibration>()
  readonly #failed = new Set<string>()
  #wanted: Wanted | undefined
  #working: Promise<void> | undefined
  #host: EngineHost | undefined
  #idle: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: CalibratorOptions) {
    this.#options = options
  }

  /** Estimate one training epoch with a share `density` of the recurrent weights kept, from a calibration. */
  epoch(
    definition: StudyDefinition,
    dataset: Dataset,
    cell: Cell,
    density: number,
  ): EpochEstimate | undefined {
    const parts = partsOf(definition).map(({ of, share }) => ({
      found: this.#find(this.#key(definition, cell, of)),
      share,
    }))
    const sizes = splitSizes(definition, dataset)
    let ms = 0
    for (const { found, share } of parts) {
      if (found === undefined) return undefined
      ms += share * epochMs(found, sizes, density)
    }
    const { engine, scale } = parts[0]!.found!
    const smaller = definition.kind !== 'structure' && scale > 1 ? ', with a smaller model' : ''
    const what = definition.kind === 'structure' ? 'a graph of each generator' : 'each architecture'
    const basis = `measured on this machine: a few training steps of ${what} with the ${engine} engine${smaller}`
    return { ms, basis }
  }

  /**
   * Measure soon what is not known yet about a study, and say how that stands; undefined where all is known.
   * `plan/estimated` tells when it stands otherwise. The last call wins.
   */
  want(definition: StudyDefinition): Unmeasured | undefined {
    const unknown = definition.cells
      .flatMap((cell) =>
        partsOf(definition).map(({ of }) => ({ cell, of, key: this.#key(definition, cell, of) })),
      )
      .filter(({ key }) => this.#find(key) === undefined)
    const cases = unknown.filter(({ key }) => !this.#failed.has(key))
    if (cases.length === 0) return unknown.length === 0 ? undefined : 'failed'
    if (this.#closed || this.#options.busy()) return 'busy'
    this.#wanted = { definition, cases }
    this.#working ??= this.#work()
    return 'measuring'
  }

  /** Stop measuring; resolves when nothing uses the store any more. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    this.#host?.close()
    await this.#working
  }

  async #work(): Promise<void> {
    clearTimeout(this.#idle)
    await new Promise((resolve) => setImmediate(resolve)) // whoever asked is answered first
    for (let next = this.#take(); next !== undefined; next = this.#take()) await this.#calibrate(next)
    this.#working = undefined // in the same moment in which nothing was found to do
    this.#idle = setTimeout(() => {
      this.#host?.close()
      this.#host = undefined
    }, IDLE_MS)
    this.#idle.unref()
  }

  #take(): Wanted | undefined {
    const next = this.#closed ? undefined : this.#wanted
    this.#wanted = undefined
    return next
  }

  async #calibrate({ definition, cases }: Wanted): Promise<void> {
    const keys = cases.map(({ key }) => key)
    try {
      const { job, scales } = this.#job(definition, cases)
      const { engine, paces } = await this.#measure(job)
      if (this.#closed) return
      // A run that began meanwhile has spoilt the timing.
      if (this.#options.busy()) return this.#options.emit('plan/estimated', {})
      const name = [engine.name, engine.instructionSet].filter((part) => part !== undefined).join(' ')
      const found = new Map(keys.map((key, i) => [key, { ...paces[i]!, engine: name, scale: scales[i]! }]))
      for (const [key, calibration] of found) this.#known.set(key, calibration)
      this.#options.store.calibrations.put(found)
      this.#options.emit('plan/estimated', {})
    } catch (error) {
      if (this.#closed) return
      for (const key of keys) this.#failed.add(key)
      this.#options.log('The speed of this machine could not be measured', error)
      this.#options.emit('plan/estimated', {})
    }
  }

  #measure(job: MeasureJob): Promise<Measurement> {
    this.#host ??= new EngineHost({ spawn: this.#options.spawn, memoryLimit: Infinity })
    const host = this.#host
    const limit = setTimeout(() => host.close(), LIMIT_MS)
    return host.measure(job).finally(() => clearTimeout(limit))
  }

  #job(definition: StudyDefinition, cases: readonly Case[]): { job: MeasureJob; scales: number[] } {
    const content = contentFromBytes(this.#options.store.datasets.content(definition.dataset))
    const count = Math.min(content.train.length, Math.max(SEQUENCES, definition.training.batchSize))
    const order = randomStream(0, 'calibration').permutation(content.train.length).subarray(0, count)
    const train = [...order].map((n) => content.train[n]!)
    const { vocabulary, train: sequences } = encodeDataset(
      { ...content, train, test: [] },
      definition.encoding,
    )
    const sizes = { vocabulary: vocabulary.size, classes: content.classes.length }
    const found = cases.map(({ cell, of }) => measurable(definition, cell, of, sizes))
    return {
      job: {
        engine: this.#options.engine ?? definition.engine,
        models: found.map(({ model }) => model),
        sequences,
        batchSize: definition.training.batchSize,
      },
      scales: found.map(({ scale }) => scale),
    }
  }

  #find(key: string): Calibration | undefined {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const stored = calibrationSchema.safeParse(this.#options.store.calibrations.get(key))
    if (!stored.success) return undefined
    this.#known.set(key, stored.data)
    return stored.data
  }

  /** Everything the pace depends on: a workspace may be copied to another machine. */
  #key(definition: StudyDefinition, cell: Cell, of: number | undefined): string {
    const { model, training, dataset, encoding, padding, engine } = definition
    const choice = this.#options.engine ?? engine
    const { batchSize } = training
    const key = { machine: machineName(), engine: choice, cell, model, batchSize, dataset, encoding, padding }
    if (of === undefined || definition.kind !== 'structure') return canonicalJson(key)
    return canonicalJson({ ...key, structure: graphsKey(definition, of) })
  }
}

/** What is timed of each architecture: its model, or one graph of each generator with its share of the graphs. */
function partsOf(definition: StudyDefinition): { of: number | undefined; share: number }[] {
  if (definition.kind !== 'structure') return [{ of: undefined, share: 1 }]
  const { families } = definition.structure
  const total = families.reduce((sum, family) => sum + familyCount(family), 0)
  return families.map((family, of) => ({ of, share: familyCount(family) / total }))
}

const graphsKeys = new WeakMap<StructureStudy, string[]>()

/** Names the graphs of one generator shortly, however many files they come from. */
function graphsKey(definition: StructureStudy, of: number): string {
  const { families, rewired: _, ...rest } = definition.structure
  const keys =
    graphsKeys.get(definition) ??
    families.map((family) => createHash('sha256').update(canonicalJson({ family, rest })).digest('hex'))
  graphsKeys.set(definition, keys)
  return keys[of]!
}

/** Time of one training epoch with a share `density` of the recurrent weights kept. */
function epochMs(
  found: Calibration,
  { train, validation, test }: { train: number; validation: number; test: number },
  density: number,
): number {
  // Between the two densities that were measured the time is taken to be proportional to the kept weights.
  const least = 1 - PRUNED_PERCENT / 100
  const share = Math.max(0, (density - least) / (1 - least))
  const trained = Math.min(found.train, found.pruned) * (1 - share) + found.train * share
  const tested = found.test * (trained / found.train)
  return found.scale * (train * trained + (validation + test) * tested)
}

/** A model small enough to be measured in an instant, and how much more work those of the study are on average. */
function measurable(
  definition: StudyDefinition,
  cell: Cell,
  of: number | undefined,
  sizes: Sizes,
): { model: MeasureJob['models'][number]; scale: number } {
  if (definition.kind === 'structure') return typicalStructure(definition, cell, of, sizes)
  const weights = recurrentWeightCount(definition, cell)
  let smaller = definition
  while (recurrentWeightCount(smaller, cell) > LARGEST) {
    const { embedding, hidden, layers } = smaller.model
    const model = { embedding: Math.ceil(embedding / 2), hidden: Math.ceil(hidden / 2), layers }
    smaller = { ...smaller, model }
  }
  const scale = weights / recurrentWeightCount(smaller, cell)
  return { model: { network: studyNetwork(smaller, cell, sizes) }, scale }
}

/** Of the sampled graphs of a generator, the one whose work is nearest to their mean. */
function typicalStructure(
  definition: StructureStudy,
  cell: Cell,
  of: number | undefined,
  sizes: Sizes,
): { model: MeasureJob['models'][number]; scale: number } {
  const samples = sampleStructures(definition, cell, sizes)
    .filter(({ family }) => family === of)
    .map(({ network, masks }) => ({ network, masks, work: recurrentCounts(network, masks).nonzeros }))
  const mean = samples.reduce((sum, { work }) => sum + work, 0) / samples.length
  const wanted = Math.min(mean, LARGEST)
  const [{ network, masks, work }] = samples.sort(
    (a, b) => Math.abs(a.work - wanted) - Math.abs(b.work - wanted),
  ) as [(typeof samples)[number]]
  return { model: { network, masks }, scale: mean / work }
}
