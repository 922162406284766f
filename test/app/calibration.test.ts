// The estimate of a study that has never run against the time it then takes. Both are measured here, so the machine
// cancels out of the ratio. The bound catches a wrong unit or a forgotten factor (epochs, batches, runs), not a busy
// neighbour: on a machine left alone the ratio stays well below 3.
import { describe, expect, it } from 'vitest'
import { bench, sequences, tinyStudy, until } from '../study/support.ts'
import { tempDir } from '../support/temp-dir.ts'

describe('the time a plan expects', () => {
  it('is of the size of what the study takes', async () => {
    const { store, service, dataset, events } = bench(tempDir(), { jobs: 1, content: sequences(800, 200) })
    const study = tinyStudy(dataset.id, { model: { embedding: 8, hidden: 24, layers: 2 } })
    service.plan(study)
    await until(() => events.some(({ name }) => name === 'plan/estimated'), 'the calibration')
    const { id, estimate } = service.plan(study)
    service.open()
    service.start(study)
    await service.idle()
    const epochs = store.runs.records(id).flatMap((run) => run.epochs)
    const taken = epochs.filter(({ epoch }) => epoch > 0).reduce((sum, { elapsedMs }) => sum + elapsedMs, 0)
    const ratio = estimate!.ms / taken
    console.log(`expected ${estimate!.ms.toFixed(0)} ms, took ${taken.toFixed(0)} ms`)
    expect(ratio).toBeGreaterThan(1 / 20)
    expect(ratio).toBeLessThan(20)
  })
})
