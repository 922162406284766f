// Workspaces with finished studies for tests of comparing: made-up accuracies, no training.
import { openStore, type Store } from '../../src/main/store/store.ts'
import { parseStudy, type RunSpec } from '../../src/shared/study.ts'
import { onTestFinished } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'
import { clock, CONTENT, draft, epoch } from '../store/support.ts'

export type Accuracy = (spec: RunSpec, epoch: number) => number

/** Open an empty workspace with one dataset; both end with the test. */
export function workspace(): { store: Store; dataset: string } {
  const store = openStore(tempDir(), { now: clock() })
  onTestFinished(() => store.close())
  return { store, dataset: store.datasets.add(draft(), CONTENT, 'reber').id }
}

/** Store a study whose runs are all done, in one transaction. */
export function finishedStudy(
  store: Store,
  id: string,
  definition: Record<string, unknown>,
  accuracy: Accuracy = () => 0.75,
): string[] {
  store.studies.create(parseStudy(definition), { id, name: `study ${id}` })
  const runs = store.runs.list(id)
  store.transaction(() => {
    for (const { id: run, spec } of runs) {
      store.runs.begin(run)
      store.runs.describe(run, {
        engine: { name: 'fused', version: '1.0.0' },
        recurrentWeights: 100,
        parameters: 200,
      })
      for (let at = spec.prune === undefined ? 1 : 0; at <= spec.epochs; at++) {
        const correct = Math.round(accuracy(spec, at) * 1000)
        const test = { total: 1000, correct, accuracy: correct / 1000, loss: 0.5, lossSum: 1 }
        store.runs.saveEpoch(run, epoch(at, { test }), {}, at === spec.epochs)
      }
    }
  })
  return runs.map((run) => run.id)
}
