// Both real engines on published sequences: what "Check with TensorFlow" shows, in engine processes as in the app.
import { expect, it } from 'vitest'
import { DEFAULT_OPTIMIZER } from '../../src/main/engine/engine.ts'
import { takeSequences } from '../../src/main/data/vocabulary.ts'
import { checkEngines } from '../../src/main/study/engine-check.ts'
import { EngineHost, engineStatuses } from '../../src/main/study/engine-host.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import { FIRST_TOLERANCE } from '../../src/shared/engine-check.ts'
import { CELLS, stackedNetwork } from '../../src/shared/network.ts'
import { describeWithShared } from '../support/shared-folder.ts'
import { publishedTestSet } from '../support/thesis.ts'

const reasons = (await engineStatuses(forkEngine())).flatMap(({ name, reason }) =>
  reason === undefined ? [] : [`${name}: ${reason}`],
)

describeWithShared('a check of the fused engine with TensorFlow', (shared) => {
  it.for(CELLS)('finds %s trained the same on published sequences', async (cell, { skip }) => {
    if (reasons.length > 0) skip(`both engines are needed; ${reasons.join(' ')}`)
    const published = publishedTestSet(shared)
    const part = (from: number, count: number) =>
      takeSequences(
        published,
        Uint32Array.from({ length: count }, (_, n) => from + n),
      )
    const model = { vocabulary: 128, embedding: 50, hidden: 50, layers: 3, classes: 2 }
    const job = {
      runId: cell,
      engine: 'fused' as const,
      network: stackedNetwork({ cell, padding: 'process', ...model }),
      train: part(0, 480),
      test: part(1000, 320),
      batchSize: 32,
      optimizer: DEFAULT_OPTIMIZER,
      seed: 1,
      epochs: 1,
    }
    const host = new EngineHost({ spawn: forkEngine(), memoryLimit: Infinity })
    const watch = { signal: new AbortController().signal, progress: () => undefined }
    const found = await checkEngines(host, job, watch)
    expect(found).toMatchObject({ verdict: 'same', own: { name: 'fused' }, other: { name: 'tensorflow' } })
    expect([found.first.batches, found.whole.batches]).toEqual([10, 15])
    expect(found.first.weights.overall).toBeLessThan(FIRST_TOLERANCE)
    // Two programs that share no arithmetic never agree in every bit: zero would mean one engine was asked twice.
    expect(found.first.weights.overall).toBeGreaterThan(0)
  })
})
