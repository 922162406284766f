import { describe, expect, it } from 'vitest'
import { reportCsv } from '../../src/main/report/csv.ts'
import { reportHtml } from '../../src/main/report/html.ts'
import { reportLatex } from '../../src/main/report/latex.ts'
import { CELL_COLOURS } from '../../src/main/report/look.ts'
import { writeReport } from '../../src/main/report/report.ts'
import { CELL_COLOURS as INTERFACE_COLOURS } from '../../src/renderer/charts/palette.ts'
import { REPORT_SECTIONS } from '../../src/shared/report.ts'
import { figuresOf, reportInput, SMALL, tablesOf } from './support.ts'

const textOf = (value: unknown) => JSON.stringify(value)

describe('a report of a pruning study', () => {
  const input = reportInput(SMALL.pruning)
  const document = writeReport(input)

  it('has every section, in order', () => {
    expect(document.sections.map(({ id }) => id)).toEqual([...REPORT_SECTIONS])
  })

  it('has only the sections asked for, in their own order', () => {
    const some = writeReport(input, ['limits', 'question'])
    expect(some.sections.map(({ id }) => id)).toEqual(['question', 'limits'])
  })

  it('says the method in words that follow the definition', () => {
    const said = (change: object) =>
      textOf(writeReport(reportInput({ ...SMALL.pruning, ...change }), ['method']))
    expect(said({})).toContain('retrained for 10 epochs with the mask fixed and a fresh optimizer')
    expect(said({ prune: { retrainEpochs: 0 } })).toContain('"none."')
    expect(said({ padding: 'process' })).toContain('pads are fed through the network')
    expect(said({ prune: { scope: 'per-gate', rule: 'percentile' } })).toContain(
      'weights of each gate compete',
    )
    expect(said({ seeds: [9] })).toContain('There is one seed (9)')
  })

  it('shows accuracies with their intervals, from the results', () => {
    const level = input.results.levels.find((l) => l.percent === 80 && l.criterion === 'magnitude')!
    const table = tablesOf(document).find(({ caption }) => caption.includes('every level, magnitude'))!
    const row = table.rows.find((cells) => cells[2]!.startsWith('80') && cells[1] === level.target)!
    expect(row[4]).toBe((level.before.mean * 100).toFixed(2))
    expect(row[5]).toBe(`${(level.before.low! * 100).toFixed(2)} to ${(level.before.high! * 100).toFixed(2)}`)
  })

  it('judges the choice of weights by paired seeds and holds the published claims against the study', () => {
    const nine = { ...SMALL.pruning, seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9] }
    const verdicts = writeReport(reportInput(nine), ['verdicts'])
    const said = textOf(verdicts)
    expect(said).toMatch(/magnitude keeps .* points more than random/i)
    expect(said).toContain('Darji')
    const claims = tablesOf(verdicts).find(({ caption }) => caption.startsWith('Published claims'))!
    expect(new Set(claims.rows.map(([, verdict]) => verdict))).toContain('reproduced')
  })

  it('says that too few seeds claim nothing', () => {
    const few = writeReport(reportInput({ ...SMALL.pruning, seeds: [1, 2] }), ['verdicts', 'limits'])
    expect(textOf(few)).toContain('Too few seeds to claim anything: 2.')
    expect(textOf(few)).toContain('2 seeds: too few to claim a difference')
  })

  it('says plainly where a mask saves no time, and that step times were not measured', () => {
    const slow = {
      ...input,
      runs: input.runs.map((run) => ({ ...run, epochs: run.epochs.map((e) => ({ ...e, elapsedMs: 1000 })) })),
    }
    const costs = textOf(writeReport(slow, ['costs']))
    expect(costs).toContain('the mask saves no time here')
    expect(costs).toContain('was not measured for these runs')
  })

  it('lists every run, and names those that failed with their reason', () => {
    const failing = reportInput(SMALL.pruning, { state: (i) => (i % 50 === 7 ? 'diverged' : 'done') })
    const said = writeReport(failing, ['limits', 'runs'])
    const every = tablesOf(said).find(({ caption }) => caption === 'Every run')!
    expect(every.rows).toHaveLength(failing.runs.length)
    const problems = tablesOf(said).find(({ caption }) => caption.includes('did not end well'))!
    expect(problems.rows.length).toBe(failing.runs.filter(({ problem }) => problem).length)
    expect(textOf(said)).toContain('Not all runs are done')
  })

  it('draws a panel for each target, with bands, baselines and units', () => {
    const [figure] = figuresOf(document)
    expect(figure!.panels).toHaveLength(3)
    expect(figure!.panels[0]!.series.some(({ band }) => (band?.length ?? 0) > 1)).toBe(true)
    expect(figure!.levels.map(({ name }) => name)).toContain('Bigram rule')
    expect([figure!.x.name, figure!.y.name]).toEqual(['weights pruned, %', 'test accuracy, %'])
  })

  it('writes a definition that starts the same study', () => {
    const code = document.sections.at(-1)!.blocks.find((block) => block.kind === 'code')
    expect(JSON.parse(code!.kind === 'code' ? code!.text : '')).toEqual(input.study.definition)
  })
})

describe('a report of any study', () => {
  it.each(Object.entries(SMALL))('is the same bytes each time: %s', (_kind, definition) => {
    const write = () => {
      const input = reportInput(definition)
      const document = writeReport(input)
      return [reportHtml(document), reportLatex(document), reportCsv(document, input.runs)].join()
    }
    expect(write()).toBe(write())
  })

  it.each(Object.entries(SMALL))('holds no number that is not one: %s', (_kind, definition) => {
    const html = reportHtml(writeReport(reportInput(definition)))
    expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/)
  })

  it('has a sentence instead of an empty table when every training diverged', () => {
    const document = writeReport(reportInput(SMALL.training, { state: () => 'diverged' }))
    expect(tablesOf(document).filter(({ rows }) => rows.length === 0)).toEqual([])
    expect(reportHtml(document)).toContain('No base model has been trained to its end.')
  })

  it.each(['queued', 'failed'] as const)('has something to say when every run is %s', (state) => {
    for (const definition of Object.values(SMALL)) {
      const input = reportInput(definition, { state: () => state })
      const html = reportHtml(writeReport({ ...input, runs: input.runs.map((r) => ({ ...r, epochs: [] })) }))
      expect(html).not.toMatch(/NaN|Infinity|undefined/)
      expect(html).toContain('Not all runs are done')
    }
  })

  it('tells stuck trainings apart and correlates properties given the number of vertices', () => {
    const document = writeReport(reportInput(SMALL.structure), ['results'])
    const [generators, correlations] = tablesOf(document)
    expect(generators!.rows.map(([cell]) => cell)).toContain('GRU')
    expect(generators!.note).toContain('Stuck at chance')
    expect(correlations!.columns.map(({ name }) => name)).toContain('given vertices')
    expect(correlations!.rows).toHaveLength(23)
  })

  it('loads nothing and runs nothing', () => {
    const html = reportHtml(writeReport(reportInput(SMALL.pruning)))
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\sstyle=|\son\w+=|@import|url\(/i)
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`)
  })

  it('has the colours of the interface', () => {
    expect(CELL_COLOURS).toEqual(INTERFACE_COLOURS)
  })
})
