import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import { assertFeasible, diskBytes, memoryBytes } from '../../src/main/study/estimate.ts'
import { studyId } from '../../src/main/study/identity.ts'
import { modelSizes, recurrentWeightCount } from '../../src/main/study/model-size.ts'
import { epochWork, Outlook, splitSizes } from '../../src/main/study/outlook.ts'
import { studyData, studyNetwork } from '../../src/main/study/plan.ts'
import { countParameters } from '../../src/main/engine/parameters.ts'
import { recurrentCounts } from '../../src/main/study/weights.ts'
import { CELLS } from '../../src/shared/network.ts'
import { expandStudy, parseStudy, type PruningStudy } from '../../src/shared/study.ts'
import { tempDir } from '../support/temp-dir.ts'
import { addDataset, sequences, tinyStudy } from './support.ts'

const define = (changes: object = {}) => parseStudy(tinyStudy('x', changes)) as PruningStudy

describe('the id of a study', () => {
  it('is the same for the same study however it is written, and never changes', () => {
    const spelt = parseStudy({ seeds: [3], dataset: 'x', kind: 'training', padding: 'mask' })
    const short = parseStudy({ kind: 'training', dataset: 'x', seeds: [3] })
    expect(studyId(spelt)).toBe(studyId(short))
    expect(studyId(short)).toMatch(/^[0-9a-f]{16}$/)
    // Pinned: an id that changes with a new version would lose every study people have.
    expect(studyId(short)).toBe('74369d5b9cd5d258')
  })

  it('differs when anything that matters differs', () => {
    const ids = [{}, { seeds: [4] }, { padding: 'process' }, { training: { epochs: 4 } }].map((c) =>
      studyId(define(c)),
    )
    expect(new Set(ids).size).toBe(4)
  })
})

describe('the sequences of a study', () => {
  it('are split by class into training and validation, whatever the seed of a run', () => {
    const data = studyData(define({ validationFraction: 0.25 }), sequences(80, 20))
    expect([data.train, data.validation!, data.test].map((s) => s.labels.length)).toEqual([60, 20, 20])
    expect(studyData(define({ validationFraction: 0.25, seeds: [9] }), sequences(80, 20))).toEqual(data)
  })

  it('have no validation part when none is asked for', () => {
    expect(studyData(define({ validationFraction: 0 }), sequences()).validation).toBeUndefined()
  })

  it('are limited before the validation part is taken', () => {
    const definition = define({ trainLimit: 30, testLimit: 10 })
    const data = studyData(definition, sequences(80, 20))
    expect([data.train, data.validation!, data.test].map((s) => s.labels.length)).toEqual([27, 3, 10])
  })

  it('are counted beforehand as they are cut', () => {
    const store = openStore(tempDir(), { now: () => new Date() })
    const dataset = addDataset(store, sequences(80, 20))
    store.close()
    for (const changes of [{}, { trainLimit: 31 }, { validationFraction: 0.37 }, { testLimit: 7 }]) {
      const data = studyData(define(changes), sequences(80, 20))
      expect(splitSizes(define(changes), dataset)).toEqual({
        train: data.train.labels.length,
        validation: data.validation?.labels.length ?? 0,
        test: data.test.labels.length,
      })
    }
  })
})

describe('estimates', () => {
  function opened() {
    const store = openStore(tempDir(), { now: () => new Date() })
    return { store, dataset: addDataset(store, sequences(80, 20)) }
  }

  it('count weights and parameters as the network does', () => {
    const { store, dataset } = opened()
    store.close()
    const definition = define({ model: { embedding: 5, hidden: 7, layers: 3 } })
    const data = studyData(definition, sequences(80, 20))
    for (const cell of CELLS) {
      const network = studyNetwork(definition, cell, data)
      expect(recurrentWeightCount(definition, cell)).toBe(
        recurrentCounts(network, new Map()).recurrentWeights,
      )
      expect(modelSizes(definition, cell, dataset).mean.parameters).toBe(countParameters(network))
    }
  })

  it('say nothing until something has been measured, then scale it to other sizes', () => {
    const { store, dataset } = opened()
    const outlook = new Outlook(store)
    const definition = parseStudy(tinyStudy(dataset.id))
    expect(outlook.epoch(definition, dataset, 'gru')).toBeUndefined()
    const study = store.studies.create(definition, { id: 'abcdef01', name: 'x' })
    outlook.observe(study.id, 'gru', 'oracle', 100)
    outlook.observe(study.id, 'gru', 'oracle', 200)
    expect(outlook.epoch(definition, dataset, 'gru', { studyId: study.id })).toEqual({
      ms: 150,
      basis: '2 epochs of this study',
    })
    const larger = parseStudy(tinyStudy(dataset.id, { model: { embedding: 8, hidden: 12, layers: 1 } }))
    // Four times the weights: the oracle pays for multiply-adds.
    expect(outlook.epoch(larger, dataset, 'gru')!.ms).toBeCloseTo(600, 6)
    expect(outlook.epoch(definition, dataset, 'lstm')).toMatchObject({
      basis: expect.stringContaining('other'),
    })
    // Both GRU base (3 epochs) and two pruned runs (2 each), and as much for RNN-Tanh with a third of the weights.
    expect(outlook.remaining(study.id, 1)).toBeCloseTo(7 * 150 + 7 * 50, 6)
    expect(outlook.remaining(study.id, 2)).toBeCloseTo((7 * 150 + 7 * 50) / 2, 6)
    store.close()
  })

  it('count operations instead of multiply-adds for TensorFlow', () => {
    const { store, dataset } = opened()
    store.close()
    const work = (changes: object) => epochWork(define(changes), dataset, 'gru', 'tensorflow')
    const model = { embedding: 4, hidden: 6, layers: 1 }
    expect(work({ model: { ...model, hidden: 60 } })).toBe(work({ model }))
    expect(work({ model: { ...model, layers: 2 } })).toBe(2 * work({ model }))
  })

  it('add up the disk a study takes', () => {
    const { store, dataset } = opened()
    store.close()
    const definition = define({ cells: ['gru'] })
    const parameters = modelSizes(definition, 'gru', dataset).mean.parameters
    const recurrent = recurrentWeightCount(definition, 'gru')
    const finished = 3 * 4 * parameters + 2 * recurrent + (4 + 3 + 3) * 200
    const checkpoint = 12 * parameters + recurrent
    expect(diskBytes(definition, dataset, expandStudy(definition), 1)).toBe(finished + checkpoint)
  })

  it('refuse what cannot fit into memory, with the numbers, and what cannot be told apart', () => {
    const { store, dataset } = opened()
    store.close()
    expect(() => assertFeasible(define(), dataset, memoryBytes(define(), dataset))).not.toThrow()
    const huge = define({
      model: { embedding: 1024, hidden: 1024, layers: 16 },
      training: { batchSize: 4096 },
    })
    expect(() => assertFeasible(huge, dataset, 1e9)).toThrow(
      /needs about \d+\.\d GB of memory and 1\.0 GB are there/,
    )
    expect(() => assertFeasible(define(), { ...dataset, classes: ['all'] }, 1e9)).toThrow(/one class/)
    const empty = { ...dataset, counts: { train: [40, 40], test: [0, 0] } }
    expect(() => assertFeasible(define(), empty, 1e9)).toThrow(/too few sequences/)
  })
})
