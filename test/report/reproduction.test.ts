import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { pruningReproduction, type RunFacts } from '../../src/main/report/reproduction.ts'
import { CELLS } from '../../src/shared/network.ts'
import { publishedSchema } from '../../src/shared/published.ts'
import type { EpochRecord, StudyResults } from '../../src/shared/results.ts'

const file = path.resolve(import.meta.dirname, '../../resources/published.json')
const published = publishedSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
const facts: RunFacts = {
  minutes: 12.34,
  jobs: 2,
  engine: 'fused 1.0.0 avx512',
  processor: 'a processor',
  version: '0.1.0',
  dataset: '0123456789abcdef',
  studyId: 'fedc',
}

/** Results as if our runs had come out exactly as published. */
function asPublished(): StudyResults {
  const record = (accuracy: number): EpochRecord => ({
    epoch: 50,
    test: { total: 6250, correct: Math.round(6250 * accuracy), accuracy, loss: 0, lossSum: 0 },
    nonzeros: 1,
    elapsedMs: 1,
  })
  return {
    studyId: 'fedc',
    margin: 1,
    base: published.pruning.map(({ cell, base }) => ({
      cell,
      seed: 1,
      runId: cell,
      epochs: [record(base.at(-1)!)],
    })),
    pruned: published.pruning.flatMap(({ cell, base, levels }) =>
      levels.map(({ target, percent, accuracy }) => ({
        runId: `${cell}-${target}-${percent}`,
        cell,
        seed: 1,
        target,
        criterion: 'magnitude' as const,
        percent,
        baseAccuracy: base.at(-1)!,
        accuracy,
        nonzeros: 1,
        recurrentWeights: 2,
        epochsToRegain: null,
      })),
    ),
    levels: [],
    safe: [],
  }
}

describe('the published results', () => {
  it('hold 50 training epochs and 30 levels of 11 accuracies for each architecture', () => {
    expect(published.pruning.map(({ cell }) => cell)).toEqual([...CELLS])
    for (const { base, levels } of published.pruning) {
      expect(base).toHaveLength(50)
      expect(levels).toHaveLength(30)
      expect(levels.every(({ accuracy }) => accuracy.length === 11)).toBe(true)
    }
  })
})

describe('the page of the reproduction', () => {
  const page = pruningReproduction(asPublished(), published, facts)

  it('says reproduced for all twelve safe percentages when the accuracies are the published ones', () => {
    expect(page.match(/\| reproduced \|/g)).toHaveLength(12)
    expect(page).not.toMatch(/differs|within one level/)
  })

  it('puts both sides of every level beside each other', () => {
    const lstm = published.pruning.find(({ cell }) => cell === 'lstm')!
    const at70 = lstm.levels.find(({ target, percent }) => target === 'both' && percent === 70)!
    const text = (at70.accuracy[0]! * 100).toFixed(1)
    expect(page).toContain(`${text} / ${text}`)
  })

  it('says differs when ours lose accuracy earlier', () => {
    const results = asPublished()
    for (const run of results.pruned) if (run.cell === 'gru') run.accuracy = run.accuracy.map(() => 0.5)
    const row = pruningReproduction(results, published, facts)
      .split('\n')
      .find((line) => line.startsWith('| GRU | both | 0 |'))
    expect(row).toContain('differs')
  })

  it('leaves an architecture out that was not run', () => {
    const results = asPublished()
    results.base = results.base.filter(({ cell }) => cell !== 'lstm')
    expect(pruningReproduction(results, published, facts)).not.toContain('| LSTM |')
  })
})
