// A small learnable dataset, a study on it, and the fingerprint of what a study computed. Free of the test runner, so that
// scripts which are started as processes can use it.
import { createHash } from 'node:crypto'
import { contentToBytes, describeContent } from '../../src/main/data/content.ts'
import type { Store } from '../../src/main/store/store.ts'
import type { Dataset, Sequence, Sequences } from '../../src/shared/dataset.ts'
import { randomStream } from '../../src/shared/random.ts'
import type { StudyInput } from '../../src/shared/study.ts'

/** Class 1 begins with B, class 0 with another letter: learnable in a few epochs. */
export function sequences(train = 60, test = 20): Sequences {
  const stream = randomStream(7, 'test-sequences')
  const letters = 'BEPST'
  const one = (): Sequence => {
    const label = stream.integer(2)
    const first = label === 1 ? 'B' : letters[1 + stream.integer(4)]!
    const rest = Array.from({ length: 2 + stream.integer(4) }, () => letters[stream.integer(5)]!)
    return { text: first + rest.join(''), label }
  }
  return {
    tokens: 'characters',
    classes: ['invalid', 'valid'],
    train: Array.from({ length: train }, one),
    test: Array.from({ length: test }, one),
  }
}

/** Store the sequences as a dataset. */
export function addDataset(store: Store, content: Sequences = sequences(), name = 'letters'): Dataset {
  const source = { kind: 'files' as const, train: { name: 'a.csv', bytes: 1, sha256: '00' }, options: {} }
  return store.datasets.add(describeContent(content, source), contentToBytes(content), name)
}

/** Two architectures, one seed, one pruned level for magnitude and random: six runs of a second or so in all. */
export function tinyStudy(dataset: string, changes: object = {}): StudyInput {
  return {
    kind: 'pruning',
    dataset,
    cells: ['rnn-tanh', 'gru'],
    seeds: [3],
    model: { embedding: 4, hidden: 6, layers: 1 },
    training: { epochs: 3, batchSize: 8, learningRate: 0.01 },
    prune: { targets: ['both'], percentages: [50], criteria: ['magnitude', 'random'], retrainEpochs: 2 },
    ...changes,
  } as StudyInput
}

/** SHA-256 of everything a study computed: weights, masks and metrics, without times. */
export function fingerprint(store: Store, studyId: string): Record<string, string> {
  const prints: Record<string, string> = {}
  for (const run of store.runs.records(studyId)) {
    const hash = createHash('sha256')
    hash.update(store.blobs.read(run.id, 'weights') ?? 'no weights')
    hash.update(store.blobs.read(run.id, 'masks') ?? 'no masks')
    hash.update(JSON.stringify(run.epochs.map((e) => ({ ...e, elapsedMs: 0 }))))
    prints[run.spec.key] = hash.digest('hex')
  }
  return prints
}
