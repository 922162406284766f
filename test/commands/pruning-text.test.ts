// What `lacuna analyse pruning` prints: tables from made-up findings, and the command as a process on a trained study.
import { describe, expect, it } from 'vitest'
import { pruningText } from '../../src/main/commands/pruning-text.ts'
import type { Outcomes, PruningInsight } from '../../src/shared/insight.ts'
import { optionalEngine } from '../support/optional-engine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { openStore } from '../../src/main/store/store.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import { createStudyService } from '../../src/main/study/service.ts'
import { addDataset, tinyStudy } from '../study/bench.ts'
import { lacuna } from '../transport/cli-process.ts'

const fused = await optionalEngine('fused/index.ts', 'createFusedEngine')

const insight = {
  ...{ title: 'GRU, 50 % of both', epoch: 2 },
  matrices: [
    {
      ...{ label: 'layer 1, input (i2h)', live: 6, total: 12 },
      gates: ['r', 'z', 'n'].map((gate, k) => ({ gate, live: k + 1, total: 4 })),
    },
    { label: 'readout', live: 0, total: 0, gates: [{ gate: '', live: 0, total: 0 }] },
  ],
  layers: [{ layer: 0, units: 4, dead: [{ unit: 1, why: 'isolated' }] }],
} as unknown as PruningInsight

const flip = (index: number, text: string) => ({ index, text, truth: '1', before: '1', after: '0' })
const outcomes = (flips: Outcomes['lost']['flips']): Outcomes => ({
  ...{
    runId: 'r',
    baseId: 'b',
    epoch: 2,
    classes: ['0', '1'],
    total: 50,
    note: 'A note.',
    groupsNote: 'By class.',
  },
  before: { correct: 40, confusion: [] },
  after: { correct: 40 - flips.length, confusion: [] },
  lost: { count: flips.length, flips },
  won: { count: 0, flips: [] },
  groups: [{ name: '1', corruption: null, total: 50, before: 40, after: 15, lost: 25, won: 0 }],
  silent: { sequences: 50, layers: [{ layer: 0, units: 4, constant: [1, 2] }] },
})

describe('the text of a pruned run', () => {
  const flips = Array.from({ length: 25 }, (_, k) => flip(k, k === 0 ? 'A\u001b[31mB' : 'x'.repeat(100)))
  const text = pruningText(insight, outcomes(flips))

  it('has what is kept by matrix and gate, the units and the answers', () => {
    expect(text).toMatch(/^GRU, 50 % of both, after epoch 2\n/)
    expect(text).toMatch(/layer 1, input \(i2h\) +6 +12 +50\.00 % +r 25\.00 %, z 50\.00 %, n 75\.00 %/)
    expect(text).toMatch(/readout +0 +0 +-\n/)
    expect(text).toMatch(/layer 1 +4 +0 +0 +1 +2\n/)
    expect(text).toContain('15 of 50 right (30.00 %); 40 before pruning (80.00 %): 25 lost, 0 won')
    expect(text).toMatch(/\n1 +50 +80\.00 % +30\.00 % +25 +0\n/)
    expect(text).toMatch(/A note\.$/)
    expect(text).not.toContain('won: wrong before')
  })

  it('lists the first lost sequences, cut and without control characters', () => {
    expect(text).toContain('25 lost: right before, wrong now')
    expect(text).toContain('... 5 more')
    expect(text).toContain('A\\u001b[31mB')
    expect(text).not.toContain('\u001b')
    expect(text).toContain(`${'x'.repeat(59)}…`)
    expect(text).not.toContain('x'.repeat(60))
  })

  it('of a base run has one column of answers', () => {
    const base = pruningText({ ...insight, epoch: -1 }, { ...outcomes([]), before: null })
    expect(base).toContain('GRU, 50 % of both, before training')
    expect(base).toContain('40 of 50 right (80.00 %)\n')
    expect(base).not.toContain('right before')
  })
})

describe('lacuna analyse pruning', () => {
  it('finds study and run by name, and prints what the handlers answer', async ({ skip }) => {
    if (typeof fused === 'string') skip(fused)
    const folder = tempDir()
    const store = openStore(folder, { now: () => new Date() })
    const { id } = addDataset(store)
    const options = { store, emit: () => undefined, spawn: forkEngine(), now: () => new Date(), jobs: 1 }
    const service = createStudyService(options)
    service.open()
    const study = service.start(tinyStudy(id, { cells: ['gru'] }), 'tiny')
    await service.idle()
    const run = service.show(study.id).runs[1]!
    await service.close()
    store.close()
    const of = ['analyse', 'pruning', '--study', 'tiny', '--run', run.spec.key]
    const { code, stdout, stderr } = await lacuna(folder, ...of, '--json')
    expect([code, stderr]).toEqual([0, ''])
    const found = JSON.parse(stdout) as { insight: PruningInsight; outcomes: Outcomes }
    expect(found.insight).toMatchObject({ runId: run.id, percent: 50, epoch: 2 })
    expect(found.outcomes.after.correct).toBe(run.last!.test.correct)
    const start = await lacuna(folder, ...of, '--epoch', '0')
    expect(start.stdout).toMatch(/after epoch 0\n/)
    const wrong = await lacuna(folder, 'analyse', 'pruning', '--study', 'tiny', '--run', 'none')
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/^There is no run 'none'/) as string,
    ])
  }, 60_000)
})
