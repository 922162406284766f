// What a run costs, counted and in words: the same numbers for the cost panel and for reports.
import { describe, expect, it } from 'vitest'
import { costSentence, runCost, savesTime } from '../../src/main/report/cost.ts'
import { writeReport } from '../../src/main/report/report.ts'
import type { MeasuredCost } from '../../src/shared/cost.ts'
import type { RunRecord } from '../../src/shared/results.ts'
import { reportInput, SMALL, tablesOf } from './support.ts'

const measured: MeasuredCost = {
  engine: 'fused 1.0.0, avx512, 1 thread',
  threads: 1,
  processor: 'A processor x 2',
  measuredAt: '2026-11-23T10:00:00.000Z',
  batchSize: 64,
  stepMs: { dense: 1, sparse: 0.5 },
  inferenceMs: { dense: 0.1, sparse: 0.02 },
}

/** A run of 1000 recurrent weights of which `kept` live, and 200 other parameters. */
function run(kept: number, percent?: number): RunRecord {
  const { runs } = reportInput(SMALL.pruning)
  const one = runs.find(({ spec }) => spec.prune?.percent === percent)!
  const epochs = one.epochs.map((epoch) => ({ ...epoch, nonzeros: kept }))
  return { ...one, recurrentWeights: 1000, parameters: 1200, epochs }
}

describe('the cost of a run', () => {
  it('counts weights, multiply-adds and files', () => {
    // A file of 1200 float32 with a header of 100 bytes, a mask of 1000 bytes.
    expect(runCost(run(200, 80), { weights: 4900, masks: 1000 })).toMatchObject({
      percent: 80,
      parameters: 1200,
      recurrent: 1000,
      kept: 200,
      multiplyAdds: { dense: 1000, sparse: 200 },
      fileBytes: { dense: 4900, sparse: 4900 - 800 * 4 + 1000 / 8 },
      measured: null,
      sentence: null,
    })
  })

  it('of a run that was not pruned has the same file either way', () => {
    expect(runCost(run(1000), { weights: 4900 })).toMatchObject({
      percent: null,
      multiplyAdds: { dense: 1000, sparse: 1000 },
      fileBytes: { dense: 4900, sparse: 4900 },
    })
  })

  it('counts files that are not stored from the parameters', () => {
    expect(runCost(run(200, 80))?.fileBytes).toEqual({ dense: 4800, sparse: 4800 - 3200 + 125 })
  })

  it('of a run without an epoch is not there', () => {
    expect(runCost({ ...run(200, 80), epochs: [] })).toBeUndefined()
  })
})

describe('the sentence about time', () => {
  const sentence = (change: Partial<MeasuredCost>, kept = 200) =>
    costSentence({ kept, recurrent: 1000, measured: { ...measured, ...change } }).replaceAll('\u202f', ' ')

  it('tells what a mask saves', () => {
    expect(sentence({})).toBe(
      'With 80.0 % of the recurrent weights pruned a training step takes 50 % less time than in full (0.5 ms instead of 1 ms), and one sequence alone 80 % less time than in full (0.02 ms instead of 0.1 ms).',
    )
  })

  it('says plainly when a mask saves none', () => {
    expect(sentence({ stepMs: { dense: 1, sparse: 1.02 }, inferenceMs: { dense: 0.1, sparse: 0.1 } })).toBe(
      'The mask saves no time here, although 80.0 % of the recurrent weights are pruned: a training step takes 2 % more time than in full (1.02 ms instead of 1 ms), one sequence alone as long as in full (0.1 ms instead of 0.1 ms).',
    )
  })

  it('gives the reason where the engine cannot skip weights', () => {
    const same = { stepMs: { dense: 1, sparse: 1 }, inferenceMs: { dense: 0.1, sparse: 0.1 } }
    const text = sentence({ ...same, engine: 'tensorflow 4.22.0, libtensorflow 2.9.1, 1 thread' })
    expect(text).toContain('The mask saves no time here')
    expect(text).toContain('This engine multiplies pruned weights as zeros; it cannot skip them.')
  })

  it('says plainly when it saves time in training or in inference only', () => {
    const slow = { dense: 1, sparse: 0.95 }
    expect(sentence({ inferenceMs: slow })).toContain('the mask saves no time in inference: one sequence')
    expect(sentence({ stepMs: slow })).toContain('the mask saves no time in training: a training step')
  })

  it('of a run without a mask claims nothing', () => {
    expect(sentence({}, 1000)).toMatch(/^Nothing is pruned, so no mask could save time/)
  })

  it('takes a tenth of the time for the least that is clearly less', () => {
    expect(savesTime({ dense: 1, sparse: 0.89 })).toBe(true)
    expect(savesTime({ dense: 1, sparse: 0.9 })).toBe(false)
  })
})

describe('the costs of a report', () => {
  const costsOf = (input: Parameters<typeof writeReport>[0]) => {
    const report = writeReport(input, ['costs'])
    return { tables: tablesOf(report), text: JSON.stringify(report).replaceAll('\u202f', ' ') }
  }

  it('are those of the runs', () => {
    const input = reportInput(SMALL.pruning)
    const { tables } = costsOf(input)
    const own = input.costs.filter(({ cell, percent }) => cell === 'gru' && percent === 80)
    const row = tables[0]!.rows.find(([cell, level]) => cell === 'GRU' && level === '80\u202f%')!
    const bytes = own.reduce((sum, { fileBytes }) => sum + fileBytes.sparse, 0) / own.length
    expect(row.at(-1)).toBe(`${(bytes / 1e3).toFixed(1)} kB`)
    expect(row[2]).toBe(String(own.length))
  })

  it('show measured times where there are any, and say where they come from', () => {
    const input = reportInput(SMALL.pruning, {
      measured: ({ spec }) => (spec.prune?.percent === 80 && spec.seed === 1 ? measured : null),
    })
    const { tables, text } = costsOf(input)
    const times = tables.find(({ caption }) => caption.includes('training step'))!
    // Two architectures; the median over the runs of a level that were measured.
    expect(times.rows.map((row) => [row[1], ...row.slice(3)])).toEqual(
      Array.from({ length: 2 }, () => ['80\u202f%', '1 ms', '0.5 ms', '0.1 ms', '0.02 ms']),
    )
    expect(times.note).toContain('A processor x 2')
    expect(text).toContain('a training step takes 50 % less time than in full')
    expect(text).not.toContain('was not measured')
  })

  it('say that nothing was measured', () => {
    expect(costsOf(reportInput(SMALL.pruning)).text).toContain(
      'The time of a single training step and of inference was not measured',
    )
  })
})
