// A workspace with a small dataset and study, for tests of the store.
import { createHash } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { openStore, type OpenOptions, type Store } from '../../src/main/store/store.ts'
import type { DatasetDraft } from '../../src/shared/dataset.ts'
import type { EpochRecord } from '../../src/shared/results.ts'
import { parseStudy, type StudyDefinition } from '../../src/shared/study.ts'

/** A clock that moves one second at every look. */
export function clock(start = '2026-11-23T10:00:00.000Z'): () => Date {
  let at = Date.parse(start)
  return () => new Date((at += 1000))
}

/** Open a store that is closed when the test ends. */
export function open(folder: string, options: Partial<OpenOptions> = {}): Store {
  const store = openStore(folder, { now: clock(), ...options })
  onTestFinished(() => store.close())
  return store
}

export const CONTENT = Buffer.from('["BTSSXXTVVE",1]\n'.repeat(50))

export function draft(content: Uint8Array = CONTENT): DatasetDraft {
  return {
    hash: createHash('sha256').update(content).digest('hex'),
    source: { kind: 'files', train: { name: 'a.csv', bytes: 1, sha256: '00' }, options: {} },
    tokens: 'characters',
    classes: ['0', '1'],
    counts: { train: [2, 2], test: [1, 1] },
    alphabet: ['B', 'E'],
    alphabetSize: 2,
    minLength: 2,
    maxLength: 10,
    notes: [],
  }
}

export function definition(dataset: string, changes: object = {}): StudyDefinition {
  return parseStudy({
    kind: 'pruning',
    dataset,
    cells: ['gru'],
    seeds: [1],
    training: { epochs: 2 },
    prune: { targets: ['both'], percentages: [50, 90], retrainEpochs: 1 },
    ...changes,
  })
}

/** Store a dataset and a study with one base run and four pruned runs. */
export function withStudy(store: Store, changes: object = {}): { studyId: string; runIds: string[] } {
  const dataset = store.datasets.add(draft(), CONTENT, 'reber')
  const study = store.studies.create(definition(dataset.id, changes), {
    id: 'abcdef0123456789',
    name: 'first',
  })
  return { studyId: study.id, runIds: store.runs.list(study.id).map((r) => r.id) }
}

export function epoch(number: number, changes: Partial<EpochRecord> = {}): EpochRecord {
  const score = { total: 4, correct: 3, accuracy: 0.75, loss: 0.5 + number / 7, lossSum: 1 / 3 }
  return {
    epoch: number,
    train: score,
    validation: score,
    test: score,
    nonzeros: 96,
    elapsedMs: 12.5,
    ...changes,
  }
}

/** Run `work` and return what it throws. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
