import { describe, expect, it, onTestFinished } from 'vitest'
import { openWorkbench } from '../../src/main/workbench.ts'
import { dispatch } from '../../src/main/transport/dispatch.ts'
import type { Events, RequestName, RequestResult } from '../../src/shared/contract.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import { parseStudy } from '../../src/shared/study.ts'
import { finishedStudy } from '../compare/support.ts'
import { CONTENT, draft } from '../store/support.ts'
import { tempDir } from '../support/temp-dir.ts'

/** The application without a queue at work; `ask` goes through the door that every transport uses. */
async function application() {
  const refuse = () => {
    throw new LacunaError('internal', 'no process is started in this test')
  }
  const workbench = await openWorkbench({
    workspace: tempDir(),
    program: 'test',
    version: '0',
    spawnEngine: refuse,
    spawnData: refuse,
    work: false,
    log: () => undefined,
  })
  onTestFinished(() => workbench.close())
  const changed: (string | undefined)[] = []
  workbench.subscribe((name, payload) => {
    if (name === 'studies/changed') changed.push((payload as Events['studies/changed']).id)
  })
  const reply = async (name: RequestName, args: unknown) => {
    const given = await dispatch(workbench.handlers, name, args, () => undefined)
    // As it crosses a transport.
    return JSON.parse(JSON.stringify(given)) as { ok: boolean; result?: unknown }
  }
  const ask = async <N extends RequestName>(name: N, args: unknown): Promise<RequestResult<N>> => {
    const given = await reply(name, args)
    if (!given.ok) throw new Error(JSON.stringify(given))
    return given.result as RequestResult<N>
  }
  const dataset = workbench.store.datasets.add(draft(), CONTENT, 'reber').id
  return { store: workbench.store, ask, reply, changed, dataset }
}

const small = (dataset: string) => ({
  kind: 'pruning',
  dataset,
  cells: ['gru'],
  seeds: [1, 2],
  training: { epochs: 1 },
  prune: { percentages: [90, 100], retrainEpochs: 1 },
})

describe('the requests of comparing', () => {
  it('cross the contract with their results whole', async () => {
    const { store, ask, dataset } = await application()
    const runs = finishedStudy(store, 'aaaaaaaa', small(dataset))
    const list = await ask('compare/list', {})
    expect(list.runs.map(({ id }) => id)).toEqual(runs)
    const selection = { studies: ['aaaaaaaa'] }
    const comparison = await ask('compare/show', { selection, by: ['criterion'] })
    expect(comparison.groups.map(({ name }) => name)).toEqual(['magnitude', 'random'])
    const contrast = { selection, by: ['criterion'], setting: 'criterion', against: 'random' }
    const judged = await ask('compare/judge', contrast)
    expect(judged.claims.map(({ sentence }) => sentence)).toEqual([
      'too few seeds to claim: 2',
      'too few seeds to claim: 2',
    ])
    const claims = await ask('compare/claims', { id: 'aaaaaaaa', task: 't' })
    expect(claims.verdicts).toHaveLength(36)
    expect(claims.protocol).toContain('training epochs 1 instead of 50')
  })

  it('answers claims of structure studies before any has run, and of training studies with none', async () => {
    const { store, ask, dataset } = await application()
    finishedStudy(store, 'aaaaaaaa', {
      kind: 'training',
      dataset,
      cells: ['gru'],
      seeds: [1],
      training: { epochs: 1 },
    })
    expect((await ask('compare/claims', { id: 'aaaaaaaa', task: 't' })).verdicts).toEqual([])
    const { store: other, ask: askOther, dataset: data } = await application()
    const structure = { kind: 'structure' as const, dataset: data, cells: ['gru' as const], seeds: [1] }
    other.studies.create(parseStudy(structure), { id: 'bbbbbbbb', name: 'structures' })
    const { verdicts } = await askOther('compare/claims', { id: 'bbbbbbbb', task: 't' })
    expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['not-testable']))
    expect(verdicts).toHaveLength(60)
  })

  it('keep what is written to the letter and tell everyone', async () => {
    const { store, ask, changed, dataset } = await application()
    const [run] = finishedStudy(store, 'aaaaaaaa', small(dataset))
    const note = `=cmd|'/c calc'!A1\n<img src=x onerror=alert(1)>\n\\input{/etc/passwd}</title><script>`
    const tags = ['<b>x</b>', '=1+1']
    expect(await ask('compare/annotate', { run, note, tags })).toEqual({
      note,
      tags,
      favourite: false,
    })
    expect(await ask('compare/annotate', { study: 'aaaaaaaa', favourite: true })).toMatchObject({
      favourite: true,
    })
    const list = await ask('compare/list', {})
    expect(list.runs[0]!.annotation).toEqual({ note, tags, favourite: false })
    expect(list.studies[0]!.annotation!.favourite).toBe(true)
    expect(changed).toEqual(['aaaaaaaa', 'aaaaaaaa'])
  })

  it.each([
    ['compare/annotate', { study: 'a', run: 'b', note: '' }, 'name a study or a run'],
    ['compare/annotate', { note: '' }, 'name a study or a run'],
    ['compare/annotate', { study: 'a', note: 'x'.repeat(10_001) }, 'note'],
    ['compare/annotate', { study: 'a', tags: ['x'.repeat(61)] }, 'tags'],
    ['compare/annotate', { study: 'gone', note: 'x' }, 'There is no study gone'],
    ['compare/show', { selection: {}, by: ['nonsense'] }, 'by'],
    ['compare/show', { selection: { filters: { nonsense: ['x'] } } }, 'filters'],
    ['compare/judge', { selection: {}, by: [], setting: 'criterion' }, 'against'],
    ['compare/claims', { id: 'gone', task: 't' }, 'There is no study gone'],
  ] as const)('refuse what makes no sense: %s %j', async (name, args, part) => {
    const { reply } = await application()
    const given = await reply(name, args)
    expect(given.ok).toBe(false)
    expect(JSON.stringify(given)).toContain(part)
  })
})
