// Turns a run of the store into a job that is complete in itself: network, encoded sequences, optimizer, weights to start
// from. The same study always gives the same sequences in the same order.
import type { Sequences } from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import { stackedNetwork, type Cell, type NetworkDescription } from '../../shared/network.ts'
import type { RunSpec, StackedStudy, StudyDefinition } from '../../shared/study.ts'
import { contentFromBytes } from '../data/content.ts'
import { holdOut, splitByFraction } from '../data/split.ts'
import { encodeDataset, takeSequences } from '../data/vocabulary.ts'
import type { EncodedSplit, OptimizerOptions } from '../engine/engine.ts'
import type { WaitingRun } from '../store/run-queries.ts'
import type { Store } from '../store/store.ts'
import type { JobEngine, RunJob } from './messages.ts'
import { structureNetwork, type Sizes, type StructureNetwork } from './structure.ts'

/** Which sequences are held out does not depend on the seed of a run, so that seeds stay comparable. */
const SPLIT_SEED = 0

const TEST_LIMIT = 'test-limit'

/** Studies whose encoded sequences are kept at hand. */
const CACHED = 4

export interface StudyData {
  vocabulary: number // V of the network
  classes: number
  train: EncodedSplit
  validation?: EncodedSplit
  test: EncodedSplit
}

/**
 * Encode the sequences a study uses: at most `trainLimit` and `testLimit` of each split, drawn by class, and from the
 * training part a validation part.
 * @throws LacunaError bad-request, too-large when the content cannot be encoded as the study asks
 */
export function studyData(definition: StudyDefinition, content: Sequences): StudyData {
  const { encoding, trainLimit, testLimit, validationFraction } = definition
  const { vocabulary, train, test } = encodeDataset(content, encoding)
  const pool = limited(train, trainLimit, 'train-limit')
  const split = splitByFraction(pool.labels, validationFraction, SPLIT_SEED, 'validation')
  return {
    vocabulary: vocabulary.size,
    classes: content.classes.length,
    train: split.held.length === 0 ? pool : takeSequences(pool, split.kept),
    ...(split.held.length === 0 ? {} : { validation: takeSequences(pool, split.held) }),
    test: limited(test, testLimit, TEST_LIMIT),
  }
}

function limited(split: EncodedSplit, limit: number | null, purpose: string): EncodedSplit {
  const chosen = limitedIndices(split.labels, limit, purpose)
  return chosen === undefined ? split : takeSequences(split, chosen)
}

function limitedIndices(
  labels: ArrayLike<number>,
  limit: number | null,
  purpose: string,
): Uint32Array | undefined {
  if (limit === null || limit >= labels.length) return undefined
  return holdOut(labels, limit, SPLIT_SEED, purpose).held
}

/** Which sequences of the test split a study tests on, in its order; undefined for all of them. */
export function testedIndices(
  { testLimit }: Pick<StudyDefinition, 'testLimit'>,
  { test }: Pick<Sequences, 'test'>,
): Uint32Array | undefined {
  return limitedIndices(
    test.map(({ label }) => label),
    testLimit,
    TEST_LIMIT,
  )
}

/** The base model of a study of stacked models for one architecture. */
export function studyNetwork(
  { model, padding }: StackedStudy,
  cell: Cell,
  { vocabulary, classes }: Pick<StudyData, 'vocabulary' | 'classes'>,
): NetworkDescription {
  return stackedNetwork({ cell, vocabulary, classes, padding, ...model })
}

/**
 * The network of a run; of a random structure also its graph and the masks that hold its edges.
 * @throws LacunaError bad-request where the graph is impossible
 */
export function runNetwork(
  definition: StudyDefinition,
  { key, cell, structure }: RunSpec,
  sizes: Sizes,
): { network: NetworkDescription } | StructureNetwork {
  if (definition.kind !== 'structure') return { network: studyNetwork(definition, cell, sizes) }
  if (structure === undefined) throw new LacunaError('internal', `Run ${key} names no structure.`)
  return structureNetwork(definition, cell, structure, sizes)
}

function optimizerOf({ training }: StudyDefinition): OptimizerOptions {
  const { learningRate, beta1, beta2, epsilon, clipNorm } = training
  return { learningRate, beta1, beta2, epsilon, clipNorm: clipNorm ?? Infinity }
}

/** Makes jobs; keeps the encoded sequences of the last few studies. */
export class JobPlanner {
  readonly #store: Store
  readonly #engine: JobEngine | undefined
  readonly #data = new Map<string, StudyData>()

  /** @param engine instead of the one the study asks for; tests only */
  constructor(store: Store, engine?: JobEngine) {
    this.#store = store
    this.#engine = engine
  }

  /**
   * Make the job of a run from where it stopped, or with `fresh` from its beginning.
   * @throws LacunaError item-damaged when its checkpoint, its base weights or the dataset do not match their checksums,
   *   bad-request for a structure that cannot be made
   */
  job({ id, studyId, baseId, spec }: WaitingRun, { fresh = false } = {}): RunJob {
    const { blobs, studies } = this.#store
    const { definition } = studies.get(studyId)
    const { vocabulary, classes, ...splits } = this.#studyData(studyId, definition)
    const { graph, ...network } = {
      graph: undefined,
      ...runNetwork(definition, spec, { vocabulary, classes }),
    }
    const checkpoint = fresh ? undefined : blobs.read(id, 'checkpoint')
    const job: RunJob = {
      runId: id,
      engine: this.#engine ?? this.#engineOf(id, baseId) ?? definition.engine,
      ...network,
      // Measured once, by the process that trains it.
      ...(graph === undefined || this.#store.runs.hasProperties(id) ? {} : { graph }),
      ...splits,
      batchSize: definition.training.batchSize,
      optimizer: optimizerOf(definition),
      seed: spec.seed,
      epochs: spec.epochs,
      ...(checkpoint === undefined ? {} : { checkpoint }),
    }
    if (spec.prune === undefined || baseId === undefined || checkpoint !== undefined) return job
    return { ...job, prune: { spec: spec.prune, base: blobs.require(baseId, 'weights') } }
  }

  /** A run goes on with the engine it began with, and a pruned run uses that of its base. */
  #engineOf(id: string, baseId: string | undefined): JobEngine | undefined {
    const name =
      this.#store.runs.engineOf(id) ?? (baseId === undefined ? undefined : this.#store.runs.engineOf(baseId))
    return name === 'fused' || name === 'tensorflow' ? name : undefined
  }

  #studyData(studyId: string, definition: StudyDefinition): StudyData {
    let data = this.#data.get(studyId)
    if (data === undefined) {
      data = studyData(definition, contentFromBytes(this.#store.datasets.content(definition.dataset)))
      if (this.#data.size >= CACHED) this.#data.delete(this.#data.keys().next().value!)
      this.#data.set(studyId, data)
    }
    return data
  }
}
