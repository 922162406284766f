import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { resultsCsv } from '../../src/main/study/csv.ts'
import { csvCell } from '../../src/shared/csv.ts'
import { studyResults } from '../../src/main/study/results.ts'
import type { EpochRecord, RunRecord } from '../../src/shared/results.ts'
import { expandStudy, parseStudy, type RunSpec } from '../../src/shared/study.ts'

const definition = parseStudy({
  kind: 'pruning',
  dataset: 'x',
  cells: ['gru'],
  seeds: [1, 2],
  margin: 1,
  prune: { targets: ['both'], percentages: [20, 50], criteria: ['magnitude'], retrainEpochs: 2 },
})

function epochs(...correct: number[]): EpochRecord[] {
  return correct.map((c, epoch) => ({
    epoch,
    test: { total: 1000, correct: c, accuracy: c / 1000, loss: 0.1, lossSum: 1 },
    nonzeros: 50,
    elapsedMs: 3,
  }))
}

function record(spec: RunSpec, list: EpochRecord[], changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id: `s-${spec.key}`,
    studyId: 's',
    spec,
    state: 'done',
    epochs: list,
    recurrentWeights: 100,
    attempts: 1,
    ...changes,
  }
}

const accuracies: Record<string, number[]> = {
  'gru-s1-base': [500, 950],
  'gru-s1-both-20-magnitude': [945, 950, 951],
  'gru-s1-both-50-magnitude': [700, 930, 940],
  'gru-s2-base': [500, 930],
  'gru-s2-both-20-magnitude': [800, 920, 931],
  'gru-s2-both-50-magnitude': [600, 700, 800],
}
const runs = expandStudy(definition).map((spec) => record(spec, epochs(...accuracies[spec.key]!)))

describe('the results of a study', () => {
  const results = studyResults('s', definition, runs)

  it('compare every pruned run with the base of its own seed', () => {
    expect(results.base.map((b) => b.seed)).toEqual([1, 2])
    expect(results.pruned.map((p) => [p.seed, p.percent, p.baseAccuracy, p.epochsToRegain])).toEqual([
      [1, 20, 0.95, 0],
      [1, 50, 0.95, 2],
      [2, 20, 0.93, 1],
      [2, 50, 0.93, null],
    ])
  })

  it('give means with intervals over seeds, and count those that never regain', () => {
    const half = results.levels.find((l) => l.percent === 50)!
    expect(half.before).toEqual({ n: 2, mean: expect.closeTo(0.65, 12), low: 0.6, high: 0.7 })
    expect(half.after.mean).toBeCloseTo(0.87, 12)
    expect(half.regain).toEqual({ n: 2, never: 1, estimate: { n: 1, mean: 2 } })
    expect(results.levels.find((l) => l.percent === 20)!.regain.estimate).toMatchObject({ n: 2, mean: 0.5 })
  })

  it('tell the safe percentage per seed and over seeds', () => {
    expect(results.safe).toHaveLength(1)
    expect(results.safe[0]!.perSeed).toEqual([
      { seed: 1, percent: 20, complete: true },
      { seed: 2, percent: 0, complete: true },
    ])
    expect(results.safe[0]!.estimate).toMatchObject({ n: 2, mean: 10 })
  })

  it('leave out what has no finished base, and say when levels are missing', () => {
    const partial = runs
      .filter((r) => r.spec.key !== 'gru-s1-both-50-magnitude')
      .map((r) => (r.spec.key === 'gru-s2-base' ? { ...r, state: 'running' as const } : r))
    const some = studyResults('s', definition, partial)
    expect(some.pruned.map((p) => p.seed)).toEqual([1])
    expect(some.safe[0]!.perSeed).toEqual([{ seed: 1, percent: 20, complete: false }])
    expect(some.levels[0]!.before).toEqual({ n: 1, mean: 0.945 })
  })
})

describe('the table of a study', () => {
  it('has one row per run and epoch, and one for a run without epochs', () => {
    const failed = record(expandStudy(definition)[0]!, [], {
      state: 'failed',
      problem: { code: 'internal', message: '=cmd|\'/c calc\'!A1, "quoted"\nsecond line' },
    })
    const rows = parse(resultsCsv([runs[1]!, failed]), { columns: true }) as Record<string, string>[]
    expect(rows).toHaveLength(4)
    expect(rows[0]).toMatchObject({
      study: 's',
      run: 'gru-s1-both-20-magnitude',
      percent: '20',
      epoch: '0',
      test_accuracy: '0.945',
      train_loss: '',
      nonzeros: '50',
      recurrent_weights: '100',
      state: 'done',
    })
    expect(rows[3]).toMatchObject({
      state: 'failed',
      epoch: '',
      test_total: '',
      problem: "'=cmd|'/c calc'!A1, \"quoted\"\nsecond line",
    })
  })

  it('keeps texts from becoming formulas and numbers as numbers', () => {
    expect(['=1', '+1', '-1', '@x', '\tx', 'a=1'].map(csvCell)).toEqual([
      "'=1",
      "'+1",
      "'-1",
      "'@x",
      "'\tx",
      'a=1',
    ])
    expect([csvCell(-1.5), csvCell(undefined), csvCell('a"b')]).toEqual(['-1.5', '', '"a""b"'])
  })
})
