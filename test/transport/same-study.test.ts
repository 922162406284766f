// One study by every way a person can run it: on the command line, through the local server with a pause, and with the
// program killed in between. The ids are the same and so is every bit of what was trained.
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import type { Check, Client, StudyDetail, StudySummary } from '../../src/shared/contract.ts'
import type { StudyResults } from '../../src/shared/results.ts'
import { PRESETS, setByPath } from '../../src/shared/presets.ts'
import { fingerprint } from '../study/support.ts'
import { lacuna, lacunaJson, startLacuna } from './cli-process.ts'
import { openWindow, realServer } from './real-server.ts'

const SETTINGS = [
  'model.embedding=4',
  'model.hidden=6',
  'training.epochs=4',
  'trainLimit=200',
  'testLimit=60',
  'prune.targets=["both"]',
  'prune.percentages=[50,90]',
  'prune.retrainEpochs=2',
]
const GENERATE = { grammar: 'reber', seed: 11, size: 400 } as const
const ON_COMMAND_LINE = ['run', '--preset', 'quick-look', '--dataset', 'made', '--json'].concat(
  SETTINGS.flatMap((setting) => ['--set', setting]),
)

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'lacuna-same-'))
const built = existsSync(resolve(import.meta.dirname, '..', '..', 'out', 'renderer', 'index.html'))
const NO_ENGINE = 'no engine works here, as `lacuna doctor` says'
let study = ''
let expected: { bits: unknown; results: unknown }

/** What a study left in a workspace, without the times it took. */
function outcome(workspace: string, results: StudyResults): { bits: unknown; results: unknown } {
  const store = openStore(workspace, { now: () => new Date() })
  try {
    return { bits: fingerprint(store, study), results: withoutTimes(results) }
  } finally {
    store.close()
  }
}

function withoutTimes(results: StudyResults): unknown {
  return JSON.parse(
    JSON.stringify(results, (key, value: unknown) => (key === 'elapsedMs' ? undefined : value)),
  )
}

function workspaceOf(name: string): string {
  return join(folder, name)
}

async function generate(workspace: string): Promise<void> {
  const { seed, size } = GENERATE
  const args = ['dataset', 'generate', 'reber', '--seed', `${seed}`, '--size', `${size}`, '--name', 'made']
  await lacunaJson(workspace, ...args)
}

/** Start a program, wait for its n-th finished epoch, and kill it without warning. */
async function killAfterEpochs(workspace: string, args: string[], epochs: number): Promise<void> {
  const { child, ended } = startLacuna(workspace, args)
  let seen = ''
  const reached = new Promise<void>((resolve) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      if (seen.split('"event":"epoch"').length > epochs) resolve()
    })
  })
  await Promise.race([reached, ended])
  child.kill('SIGKILL')
  await ended
}

/** Ask until the study is where it should be. */
async function reach(request: Client, there: (summary: StudySummary) => boolean): Promise<StudySummary> {
  for (;;) {
    const { summary } = await request('study/show', { id: study })
    if (there(summary)) return summary
    await sleep(10)
  }
}

async function expectNothingRuns(workspace: string): Promise<StudyDetail> {
  const [shown] = await lacunaJson<StudyDetail>(workspace, 'study', 'show', study)
  expect(shown!.runs.map(({ state }) => state)).not.toContain('running')
  expect(shown!.summary.state).not.toBe('running')
  return shown!
}

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

describe('one study, run in different ways', () => {
  it('on the command line, which the others are compared with', async ({ skip }) => {
    const checks = await lacunaJson<Check>(workspaceOf('doctor'), 'doctor')
    if (!checks.find(({ name }) => name === 'training')!.ok) skip(NO_ENGINE)
    const workspace = workspaceOf('command line')
    await generate(workspace)
    type Line = { study?: StudySummary; results?: StudyResults }
    const lines = await lacunaJson<Line>(workspace, ...ON_COMMAND_LINE)
    const { study: summary, results } = lines.at(-1)!
    study = summary!.id
    expected = outcome(workspace, results!)
    expect(Object.keys(expected.bits as object)).toHaveLength(1 + 2 * 2)
  })

  it('through the local server, paused and resumed: the same ids and the same bits', async ({ skip }) => {
    if (study === '') skip(NO_ENGINE)
    const workspace = workspaceOf('server')
    const server = await realServer(workspace)
    const dataset = await server.request('dataset/generate', { name: 'x', generate: GENERATE, task: 't' })
    const preset = PRESETS.find(({ id }) => id === 'quick-look')!
    const definition = structuredClone(preset.definition) as Record<string, unknown>
    for (const setting of SETTINGS) setByPath(definition, ...(setting.split(/=(.*)/s, 2) as [string, string]))
    const { id } = await server.request('study/start', { definition: { ...definition, dataset: dataset.id } })
    expect(id).toBe(study)
    await reach(server.request, ({ epochsDone }) => epochsDone >= 1)
    await server.request('study/pause', { id })
    const paused = await reach(server.request, ({ runs }) => runs.running === 0)
    expect(paused.state).toBe('paused')
    await server.request('study/resume', { id })
    await reach(server.request, (summary) => summary.state === 'done')
    const results = await server.request('study/results', { id })
    await server.close()
    expect(outcome(workspace, results)).toEqual(expected)
  })

  it('with `lacuna run` killed: nothing is left running, and resuming ends with the same bits', async ({
    skip,
  }) => {
    if (study === '') skip(NO_ENGINE)
    const workspace = workspaceOf('killed run')
    await generate(workspace)
    await killAfterEpochs(workspace, ON_COMMAND_LINE, 2)
    const shown = await expectNothingRuns(workspace)
    expect(shown.summary.epochsDone).toBeGreaterThanOrEqual(2)
    const lines = await lacunaJson<{ results?: StudyResults }>(workspace, 'study', 'resume', study)
    expect(outcome(workspace, lines.at(-1)!.results!)).toEqual(expected)
  })

  it('with `lacuna serve` killed: starting it again goes on by itself to the same bits', async ({ skip }) => {
    if (study === '') skip(NO_ENGINE)
    if (!built) skip('the interface is not built')
    const workspace = workspaceOf('killed server')
    await generate(workspace)
    await killAfterEpochs(workspace, ON_COMMAND_LINE, 1) // leaves the study in the workspace
    const killed = startLacuna(workspace, ['serve', '--no-open', '--json'])
    const { address } = JSON.parse(await killed.firstLine) as { address: string }
    const window = await openWindow(address)
    const { epochsDone } = (await window('study/show', { id: study })).summary
    await reach(window, (summary) => summary.epochsDone > epochsDone || summary.state === 'done')
    killed.child.kill('SIGKILL')
    await killed.ended
    await expectNothingRuns(workspace)

    const server = await realServer(workspace)
    await reach(server.request, (summary) => summary.state === 'done')
    const results = await server.request('study/results', { id: study })
    await server.close()
    expect(outcome(workspace, results)).toEqual(expected)
  })

  it('cancelled, it can be deleted or resumed', async ({ skip }) => {
    if (study === '') skip(NO_ENGINE)
    const workspace = workspaceOf('cancelled')
    await generate(workspace)
    await killAfterEpochs(workspace, ON_COMMAND_LINE, 1)
    expect((await lacuna(workspace, 'study', 'cancel', study)).code).toBe(0)
    expect((await expectNothingRuns(workspace)).summary.state).toBe('cancelled')
    const lines = await lacunaJson<{ results?: StudyResults }>(workspace, 'study', 'resume', study)
    expect(outcome(workspace, lines.at(-1)!.results!)).toEqual(expected)
  })
})
