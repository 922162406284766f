// A workspace with a study service on the oracle engine, and a recorder of its events.
import { onTestFinished } from 'vitest'
import { openStore, type Store } from '../../src/main/store/store.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import {
  createStudyService,
  type StudyService,
  type StudyServiceOptions,
} from '../../src/main/study/service.ts'
import type { EventName, Events } from '../../src/shared/contract.ts'
import type { Dataset, Sequences } from '../../src/shared/dataset.ts'
import { addDataset } from './bench.ts'

export interface Bench {
  store: Store
  service: StudyService
  dataset: Dataset
  events: { name: EventName; payload: unknown }[]
  log: string[]
}

/** Everything a test of the service needs, closed when the test ends. */
export function bench(
  folder: string,
  options: Partial<StudyServiceOptions> & { content?: Sequences } = {},
): Bench {
  const { content, ...service } = options
  const store = openStore(folder, { now: () => new Date() })
  const dataset = store.datasets.list()[0] ?? addDataset(store, content)
  const events: Bench['events'] = []
  const log: string[] = []
  const studies = createStudyService({
    store,
    emit: <N extends EventName>(name: N, payload: Events[N]) => void events.push({ name, payload }),
    spawn: forkEngine(),
    now: () => new Date('2026-11-23T12:00:00Z'),
    jobs: 2,
    log: (message, error) => void log.push(error === undefined ? message : `${message} ${String(error)}`),
    engine: 'oracle',
    ...service,
  })
  onTestFinished(async () => {
    await studies.close()
    store.close()
  })
  return { store, service: studies, dataset, events, log }
}

/** Wait until `check` holds; fails after `limitMs`. */
export async function until(check: () => boolean, what: string, limitMs = 20_000): Promise<void> {
  const end = performance.now() + limitMs
  while (!check()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export { addDataset, fingerprint, sequences, tinyStudy } from './bench.ts'
