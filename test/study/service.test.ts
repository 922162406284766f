import { describe, expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'
import { bench, fingerprint, tinyStudy, until } from './support.ts'

describe('a pruning study', () => {
  it('runs from definition to results in engine processes', async () => {
    const { store, service, dataset, events } = bench(tempDir())
    service.open()
    const plan = service.plan(tinyStudy(dataset.id))
    expect(plan).toMatchObject({ exists: false, runs: { length: 6 } })
    const summary = service.start(tinyStudy(dataset.id))
    expect(summary).toMatchObject({ id: plan.id, name: 'Pruning RNN-Tanh, GRU on letters', state: 'running' })
    await service.idle()
    const { summary: ended, runs } = service.show(plan.id)
    expect(ended).toMatchObject({ state: 'done', epochsDone: 14, epochsTotal: 14, remainingMs: 0 })
    expect(runs.map((r) => [r.spec.key, r.state, r.accuracies.length])).toEqual([
      ['rnn-tanh-s3-base', 'done', 3],
      ['rnn-tanh-s3-both-50-magnitude', 'done', 3],
      ['rnn-tanh-s3-both-50-random', 'done', 3],
      ['gru-s3-base', 'done', 3],
      ['gru-s3-both-50-magnitude', 'done', 3],
      ['gru-s3-both-50-random', 'done', 3],
    ])
    const pruned = service.run(runs[1]!.id)
    expect(pruned).toMatchObject({ recurrentWeights: 60, attempts: 1, engine: { name: 'oracle' } })
    expect(pruned.epochs[0]!.train).toBeUndefined()
    expect(pruned.epochs.map((e) => [e.epoch, e.nonzeros])).toEqual([
      [0, 30],
      [1, 30],
      [2, 30],
    ])
    expect(pruned.epochs[1]!.validation!.total).toBe(6)
    expect(store.blobs.read(pruned.id, 'checkpoint')).toBeUndefined()
    expect(events.filter((e) => e.name === 'epoch/finished')).toHaveLength(3 * 2 + 3 * 4)
    const results = service.results(plan.id)
    expect(results.base).toHaveLength(2)
    expect(results.pruned).toHaveLength(4)
    await until(() => events.some((e) => e.name === 'queue/changed'), 'a queue event')
  })

  it('gives the same bits with any number of processes', async () => {
    const prints = []
    for (const jobs of [1, 3]) {
      const { store, service, dataset } = bench(tempDir(), { jobs })
      service.open()
      const { id } = service.start(tinyStudy(dataset.id))
      await service.idle()
      prints.push(fingerprint(store, id))
    }
    expect(prints[0]).toEqual(prints[1])
  })
})
