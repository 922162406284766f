import { describe, expect, it } from 'vitest'
import { chartTheme } from '../../src/renderer/charts/palette.ts'
import { toCsv } from '../../src/renderer/charts/spec.ts'
import { costChart, goneOf, type CostChartInput } from '../../src/renderer/compare/cost-charts.ts'
import {
  costRows,
  costTable,
  formatRatio,
  formatTime,
  machinesOf,
  unmeasured,
} from '../../src/renderer/compare/cost-rows.ts'
import { chosenLines, costSelection, type CostLine } from '../../src/renderer/compare/cost-subjects.ts'
import { shortNames } from '../../src/renderer/compare/curves.ts'
import { groupLooks } from '../../src/renderer/compare/looks.ts'
import type { Setting } from '../../src/shared/compare.ts'
import type { RunCost } from '../../src/shared/cost.ts'
import { FakeWorkbench } from './fake-workbench.ts'

const NAMES = new Map<string, string>()
const BY: Setting[] = ['cell', 'criterion']
const list = () => new FakeWorkbench('full').handlers['compare/list']({})

function line(id: string, settings: CostLine['settings'], accuracy: number): CostLine {
  const kind = settings.percent === undefined ? 'base' : 'pruned'
  return {
    id,
    title: id,
    settings: { kind, cell: 'gru', ...settings },
    state: 'done',
    first: accuracy / 2,
    accuracy,
  }
}
const pruned = (id: string, criterion: string, percent: number, accuracy = 0.8) =>
  line(id, { criterion, percent: String(percent) }, accuracy)

function cost(runId: string, kept: number, step?: [dense: number, sparse: number]): RunCost {
  return {
    runId,
    studyId: 's',
    title: runId,
    cell: 'gru',
    percent: 100 - kept,
    parameters: 150,
    recurrent: 100,
    kept,
    multiplyAdds: { dense: 100, sparse: kept },
    fileBytes: { dense: 600, sparse: 200 + 4 * kept },
    measured:
      step === undefined
        ? null
        : {
            engine: 'fused 1, avx2, 2 threads',
            threads: 2,
            processor: `=cmd|'x'`,
            measuredAt: '2026-11-24T00:00:00Z',
            batchSize: 32,
            stepMs: { dense: step[0], sparse: step[1] },
            inferenceMs: { dense: step[0] / 10, sparse: step[1] / 10 },
          },
    sentence: step === undefined ? null : `measured ${runId}`,
  }
}
const known = (...costs: RunCost[]) => new Map(costs.map((one) => [one.runId, one]))

describe('the runs whose cost is shown', () => {
  it('are those that are chosen and pass the filters, settings of their study included', async () => {
    const all = await list()
    const chosen = chosenLines(all, { studies: ['s2'], runs: ['s1-3'], filters: {} })
    expect(chosen).toHaveLength(26)
    expect(chosen[0]!.settings).toMatchObject({ cell: expect.anything(), hidden: expect.anything() })
    const filters = { criterion: ['random'], hidden: ['24'] }
    const some = chosenLines(all, { studies: ['s2'], runs: ['s1-3'], filters })
    // The base run has no criterion: it stays, as in the comparison.
    expect(some.map(({ settings }) => settings.criterion ?? settings.kind)).toEqual([
      'base',
      ...Array<string>(12).fill('random'),
    ])
    expect(chosenLines(all, { studies: ['gone'], runs: ['gone'], filters: {} })).toEqual([])
  })

  it('are asked for one of each group and level first, the groups in turn', () => {
    const lines = ['random', 'magnitude'].flatMap((criterion) =>
      [1, 2].flatMap((seed) =>
        [50, 90].map((percent) => pruned(`${criterion[0]!}${percent}-${seed}`, criterion, percent)),
      ),
    )
    const { subjects, first, groups } = costSelection(lines, BY, 'before', NAMES)
    expect(first).toBe(4)
    expect(subjects.map(({ run }) => run)).toEqual([
      ...['r50-1', 'm50-1', 'r90-1', 'm90-1'],
      ...['r50-2', 'm50-2', 'r90-2', 'm90-2'],
    ])
    expect(groups.map(({ name, runs }) => [name, runs])).toEqual([
      ['GRU, magnitude', 4],
      ['GRU, random', 4],
    ])
  })

  it('have the accuracy of the moment, and leave out what has not ended', () => {
    const lines = [
      pruned('a', 'random', 50, 0.8),
      { ...pruned('b', 'random', 90), state: 'failed' as const },
      line('base', {}, 0.95),
    ]
    const before = costSelection(lines, BY, 'before', NAMES)
    expect(before.subjects.map(({ run, accuracy }) => [run, accuracy])).toEqual([['a', 0.4]])
    expect(costSelection(lines, BY, 'after', NAMES).subjects[0]!.accuracy).toBe(0.8)
    expect(before.waiting).toBe(1)
    expect([...before.dense.values()]).toEqual([0.95])
  })

  it('are base runs where nothing was pruned', () => {
    const { subjects, groups } = costSelection([line('base', {}, 0.9)], ['cell'], 'before', NAMES)
    expect(subjects).toMatchObject([{ run: 'base', percent: null, accuracy: 0.9 }])
    expect(groups).toHaveLength(1)
  })
})

describe('rows of costs', () => {
  const selection = costSelection(
    [pruned('a1', 'random', 90, 0.6), pruned('a2', 'random', 90, 0.8), pruned('b', 'random', 50)],
    BY,
    'after',
    NAMES,
  )
  const costs = known(cost('a1', 10, [2, 1]), cost('a2', 20), cost('b', 50))

  it('hold means over the runs of a level, levels rising, times of what was measured alone', () => {
    const rows = costRows(selection, costs, false)
    expect(rows.map(({ title, runs, of }) => [title, runs.length, of])).toEqual([
      ['50\u202f% pruned', 1, 1],
      ['90\u202f% pruned', 2, 2],
    ])
    expect(rows[1]).toMatchObject({
      kept: 15,
      multiplyAdds: { dense: 100, sparse: 15 },
      fileBytes: { dense: 600, sparse: 260 },
      stepMs: { dense: 2, sparse: 1 },
      measured: ['a1'],
      sentences: ['measured a1'],
    })
    expect(rows[1]!.accuracy).toBeCloseTo(0.7, 12)
    expect(rows[0]!.stepMs).toBeUndefined()
    expect(unmeasured(rows)).toEqual(['b'])
  })

  it('are one for each run where that is asked for, and none for a run without a cost', () => {
    expect(costRows(selection, costs, true).map(({ key }) => key)).toEqual(['b', 'a1', 'a2'])
    expect(costRows(selection, known(cost('b', 50)), false).map(({ title }) => title)).toEqual([
      '50\u202f% pruned',
    ])
  })

  it('are saved with all numbers and what they were measured on, never as formulas', () => {
    const { columns, rows } = costTable(costRows(selection, costs, false), costs)
    const at = (name: string) => rows[1]![columns.indexOf(name)]
    expect(at('step dense / sparse')).toBe(2)
    expect(at('inference sparse, ms')).toBe(0.1)
    expect(at('measured on')).toBe(`fused 1, avx2, 2 threads, =cmd|'x', batches of 32`)
    expect(rows[0]![columns.indexOf('step dense, ms')]).toBeNull()
    expect(rows.every((row) => row.length === columns.length)).toBe(true)
    const hostile = { ...costs.get('b')!, measured: { ...costs.get('a1')!.measured!, engine: '=1+1' } }
    const text = toCsv(costTable(costRows(selection, known(hostile), false), known(hostile)))
    expect(text).toContain(`"'=1+1, =cmd|'x', batches of 32"`)
    expect(machinesOf([...costs.values()])).toHaveLength(1)
  })

  it('write times and gains short', () => {
    expect([0.00053, 0.53, 0.99949, 1.2345, 85.4, 2345].map(formatTime)).toEqual([
      '0.53\u00a0µs',
      '530\u00a0µs',
      '999\u00a0µs',
      '1.23\u00a0ms',
      '85.4\u00a0ms',
      '2.35\u00a0s',
    ])
    expect([formatTime(undefined), formatRatio(undefined), formatRatio({ dense: 2, sparse: 1 })]).toEqual([
      '–',
      '–',
      '2.00×',
    ])
  })
})

describe('charts of costs', () => {
  const lines = [
    line('base', {}, 0.95),
    pruned('m50', 'magnitude', 50, 0.9),
    pruned('m90', 'magnitude', 90, 0.6),
    pruned('r50', 'random', 50, 0.7),
  ]
  const selection = costSelection(lines, BY, 'after', NAMES)
  const costs = known(cost('m50', 50, [2, 2.5]), cost('m90', 10, [2, 0.5]), cost('r50', 50))
  const rows = costRows(selection, costs, false)
  const input: CostChartInput = {
    rows,
    all: rows,
    dense: selection.dense,
    looks: groupLooks(selection.groups, BY, undefined),
    names: shortNames(selection.groups, BY, undefined, NAMES),
    baselines: [
      {
        name: 'majority',
        title: 'Majority class',
        description: 'The most frequent class',
        correct: 5,
        total: 10,
        accuracy: 0.5,
      },
    ],
    theme: chartTheme('light'),
  }

  it('draw accuracy against multiply-adds from the network before pruning down', () => {
    const spec = costChart('accuracy', input)
    expect(spec.table.rows).toEqual([
      ['magnitude', '90\u202f% pruned', 10, 60],
      ['magnitude', '50\u202f% pruned', 50, 90],
      ['magnitude', 'before pruning (0\u202f%)', 100, 95],
      ['random', '50\u202f% pruned', 50, 70],
      ['random', 'before pruning (0\u202f%)', 100, 95],
    ])
    expect(spec.levels!.map(({ name }) => name)).toEqual(['Majority class 50.0 %'])
    expect(spec.items!.tooltip('magnitude', 0)).toMatchObject({
      title: 'GRU, magnitude, 90\u202f% pruned',
      rows: [{ value: '60.00\u202f%' }, { value: '10', note: 'of 100' }],
    })
    expect(spec.items!.tooltip('magnitude', 9)).toBeUndefined()
    expect(spec.items!.tooltip('nothing', 0)).toBeUndefined()
  })

  it('draw the share of the time in full, with the line at which nothing is saved', () => {
    const spec = costChart('step', input)
    expect(spec.table.rows).toEqual([
      ['magnitude', '50\u202f% pruned', 50, 1.25],
      ['magnitude', '90\u202f% pruned', 90, 0.25],
    ])
    expect(spec.legend.map(({ name }) => name)).toEqual(['magnitude', 'as long as in full'])
    expect(spec.items!.tooltip('magnitude', 1)!.rows[0]).toMatchObject({
      value: '500\u00a0µs with the mask',
      note: '2\u00a0ms in full, 4.00×',
    })
    expect(costChart('inference', input).table.rows).toEqual(spec.table.rows)
  })

  it('tell how much is gone', () => {
    expect(goneOf({ ...rows[0]!, kept: 25, recurrent: 100 })).toBe(75)
    expect(goneOf({ ...rows[0]!, kept: 0, recurrent: 0 })).toBe(0)
  })
})
