// The quick structure study by every way a person can run it: on the command line to its end, and through the local
// server; with the same ids, the same bits, the same results, and a table that gives the same analysis.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import type { Check, StudySummary } from '../../src/shared/contract.ts'
import { PRESETS, setByPath } from '../../src/shared/presets.ts'
import type { StructureResults } from '../../src/shared/results.ts'
import { fingerprint } from '../study/support.ts'
import { lacuna, lacunaJson } from './cli-process.ts'
import { realServer } from './real-server.ts'

const SETTINGS = [
  'training.epochs=3',
  'trainLimit=200',
  'testLimit=60',
  'structure.nodes={"min":8,"max":14}',
  'structure.families=[{"kind":"barabasi-albert","count":3},{"kind":"watts-strogatz","count":3,"k":4}]',
  'structure.rewired=1',
]
const GENERATE = { grammar: 'reber', seed: 11, size: 400 } as const
const RUNS = 2 * 6 * 2
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'lacuna-structures-'))
const NO_ENGINE = 'no engine works here, as `lacuna doctor` says'
const workspace = join(folder, 'command line')
let study = ''
let results: StructureResults | undefined

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

function bits(of: string): Record<string, string> {
  const store = openStore(of, { now: () => new Date() })
  try {
    return fingerprint(store, study)
  } finally {
    store.close()
  }
}

describe('the quick structure study', () => {
  it('runs on the command line to its end, and says how each generator fared', async ({ skip }) => {
    const checks = await lacunaJson<Check>(join(folder, 'doctor'), 'doctor')
    if (!checks.find(({ name }) => name === 'training')!.ok) skip(NO_ENGINE)
    const { grammar, seed, size } = GENERATE
    await lacunaJson(
      workspace,
      ...`dataset generate ${grammar} --seed ${seed} --size ${size} --name made`.split(' '),
    )
    const settings = SETTINGS.flatMap((setting) => ['--set', setting])
    type Line = { event: string; study?: StudySummary; results?: StructureResults }
    const lines = await lacunaJson<Line>(workspace, 'run', '--preset', 'quick-structures', ...settings)
    const last = lines.at(-1)!
    expect(last).toMatchObject({ event: 'finished', study: { state: 'done', runs: { done: RUNS } } })
    expect(lines.filter(({ event }) => event === 'run')).toHaveLength(RUNS)
    expect(lines.filter(({ event }) => event === 'epoch')).toHaveLength(3 * RUNS)
    study = last.study!.id
    results = last.results!
    expect(results.rows).toHaveLength(RUNS)
    const text = await lacuna(workspace, 'study', 'results', study)
    expect(text.stdout).toMatch(/GRU +watts-strogatz, rewired +3 +3 /)
    expect((await lacuna(workspace, 'study', 'show', study)).stdout).toContain(
      'gru-s1-watts-strogatz-2-rewired-1',
    )
  })

  it('gives one analysis, from the study and from its table', async ({ skip }) => {
    if (study === '') skip(NO_ENGINE)
    const csv = join(folder, 'results.csv')
    await lacunaJson(workspace, 'study', 'results', study, '--csv', csv)
    expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(1 + RUNS + 1)
    const options = ['--folds', '2', '--repeats', '1']
    const ask = (...of: string[]) =>
      lacunaJson<{ failures: unknown[] }>(workspace, 'analyse', 'structure', ...of, ...options)
    const [fromStudy] = await ask('--study', study)
    expect(fromStudy!.failures).toHaveLength(2 * (1 + 4))
    expect((await ask('--csv', csv))[0]).toEqual(fromStudy)
    const losses = await ask('--study', study, '--target', 'test_loss')
    expect(losses[0]).toMatchObject({ target: 'test_loss' })
  })

  it('needs a table or a study, and a study of structures', async () => {
    const wrong = async (...of: string[]) => (await lacuna(workspace, 'analyse', 'structure', ...of)).stderr
    expect(await wrong()).toMatch(/either --csv with a table or --study/)
    expect(await wrong('--csv', 'a.csv', '--study', 'b')).toMatch(/either --csv with a table or --study/)
    expect(await wrong('--study', 'nothing')).toMatch(/nothing/)
  })

  it('is the same through the local server: ids, bits, results', async ({ skip }) => {
    if (study === '') skip(NO_ENGINE)
    const other = join(folder, 'server')
    const { request, close } = await realServer(other)
    const dataset = await request('dataset/generate', { name: 'x', generate: GENERATE, task: 't' })
    const preset = PRESETS.find(({ id }) => id === 'quick-structures')!
    const definition = structuredClone(preset.definition) as Record<string, unknown>
    for (const setting of SETTINGS) setByPath(definition, ...(setting.split(/=(.*)/s, 2) as [string, string]))
    const { id } = await request('study/start', { definition: { ...definition, dataset: dataset.id } })
    expect(id).toBe(study)
    while ((await request('study/show', { id })).summary.state !== 'done') await sleep(20)
    expect(await request('study/structures', { id })).toEqual(results)
    const analysis = await request('study/analyse', { id, folds: 2, repeats: 1, task: 'a' })
    expect(analysis.groups).toHaveLength(2 * (1 + 4))
    await close()
    expect(bits(other)).toEqual(bits(workspace))
  })
})
