import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Check, DatasetDetail, StudyDetail, StudySummary } from '../../src/shared/contract.ts'
import type { Dataset } from '../../src/shared/dataset.ts'
import type { StudyResults } from '../../src/shared/results.ts'
import { describeWithShared } from '../support/shared-folder.ts'
import { expectedLevels } from '../support/thesis.ts'
import { lacuna, lacunaJson, startLacuna } from './cli-process.ts'

let folder = ''
let workspace = ''
beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'lacuna-cli-'))
  workspace = join(folder, 'workspace')
})
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

let engines: Promise<Check[]> | undefined

/** Skip, saying why, where nothing can be trained. */
async function needEngine(skip: (note: string) => void): Promise<void> {
  const checks = await (engines ??= lacunaJson<Check>(join(folder, 'engines'), 'doctor'))
  const training = checks.find(({ name }) => name === 'training')!
  const why = checks.filter(({ name }) => name.startsWith('engine ')).map(({ found }) => found)
  if (!training.ok) skip(`no engine works here: ${why.join(' ')}`)
}

describe('wrong use', () => {
  it.each([
    [['unknown'], /Unknown command 'unknown'/],
    [['runn'], /Did you mean run/],
    [['dataset'], /Usage: lacuna dataset/],
    [['dataset', 'import', 'x.csv'], /'--name <name>' not specified/],
    [['dataset', 'import', 'x.csv', '--name', 'x', '--set', 'raggedRows'], /form path=value/],
    [['dataset', 'import', 'x.csv', '--name', 'x', '--set', 'raggedRows=maybe'], /raggedRows/],
    [['dataset', 'generate', 'english', '--seed', '1'], /Allowed choices are reber/],
    [['dataset', 'generate', 'reber', '--seed', '-1'], /whole number from 0/],
    [['dataset', 'generate', 'reber'], /'--seed <number>' not specified/],
    [['run'], /either a study file or --preset/],
    [['run', 'a.json', '--preset', 'quick-look'], /either a study file or --preset/],
    [['run', '--preset', 'nothing'], /Allowed choices are quick-look/],
    [['run', '--preset', 'quick-look', '--set', 'training.epochs=many'], /training\.epochs/],
    [['run', '--preset', 'quick-look', '--set', '__proto__.x=1'], /not a path to a setting/],
    [
      ['run', '--preset', 'quick-look', '--set', 'training=1', '--set', 'training.epochs=1'],
      /is a value, not a group/,
    ],
    [['run', '--preset', 'quick-look', '--engine', 'abacus'], /Allowed choices are auto/],
    [['study', 'show'], /missing required argument 'study'/i],
    [['eval', '--data', 'x.csv'], /'--weights <file>' not specified/],
    [['eval', '--weights', 'x', '--data', 'y', '--prune', 'both'], /TARGET:PERCENT/],
    [['eval', '--weights', 'x', '--data', 'y', '--prune', 'all:10'], /TARGET:PERCENT/],
    [['eval', '--weights', 'x', '--data', 'y', '--batch', '0'], /whole number from 1/],
    [['serve', '--port', '70000'], /whole number from 0 to 65535/],
    [['doctor', '--verbose'], /Unknown option '--verbose'/],
  ])('%j ends with 2 and says what is wrong', async (args, message) => {
    const { code, stdout, stderr } = await lacuna(workspace, ...args)
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(existsSync(workspace)).toBe(false)
  })

  it('is not asking for help or the version', async () => {
    expect(await lacuna(workspace, '--help')).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(await lacuna(workspace, 'study', 'resume', '--help')).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect((await lacuna(workspace, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('work that cannot be done', () => {
  it.each([
    [['run', 'missing.json'], /missing\.json cannot be read \(file not found\)/],
    [['eval', '--weights', 'missing', '--data', 'y'], /missing cannot be opened/],
    [['study', 'show', 'nothing'], /no study 'nothing'; there is none yet/],
    [['dataset', 'profile', 'nothing'], /no dataset 'nothing'/],
    [['dataset', 'import', 'missing.csv', '--name', 'x'], /missing\.csv cannot be read \(file not found\)/],
  ])('%j ends with 1 and one sentence', async (args, message) => {
    const { code, stdout, stderr } = await lacuna(join(folder, 'empty'), ...args)
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  it.each([
    ['broken.json', '{', /is not JSON/],
    ['list.json', '[]', /expected a JSON object/],
    ['proto.json', '{"__proto__":{"x":1}}', /key '__proto__'/],
  ])('such as a study file like %s', async (name, content, message) => {
    const { code, stderr } = await lacuna(join(folder, 'empty'), 'run', file(name, content))
    expect(stderr).toMatch(message)
    expect(code).toBeGreaterThan(0)
  })
})

describe('datasets', () => {
  it('are generated, listed and profiled', async () => {
    const args = ['dataset', 'generate', 'reber', '--seed', '7', '--size', '300', '--name', 'small']
    const [made] = await lacunaJson<Dataset>(workspace, ...args)
    expect(made).toMatchObject({
      name: 'small',
      classes: ['invalid', 'valid'],
    })
    const listed = await lacunaJson<Dataset>(workspace, 'dataset', 'list')
    expect(listed.map(({ id }) => id)).toContain(made!.id)
    const [detail] = await lacunaJson<DatasetDetail>(workspace, 'dataset', 'profile', 'small')
    expect(detail!.profile.train.sequences + detail!.profile.test.sequences).toBe(300)
    for (const { correct, total, accuracy } of detail!.baselines)
      expect(accuracy).toBeCloseTo(correct / total, 12)
    const { stdout } = await lacuna(workspace, 'dataset', 'profile', 'small')
    expect(stdout).toMatch(/small \([0-9a-f]{12}\): 225 train and 75 test sequences in 2 classes/)
  })

  it('with problems are imported after a choice, which the message names', async () => {
    const path = file('ragged.csv', 'text,label\nab,x\nba\nbb,y\naa,x\n')
    const stopped = await lacuna(workspace, 'dataset', 'import', path, '--name', 'ragged')
    expect(stopped.code).toBe(1)
    expect(stopped.stderr).toMatch(
      /^stop: .* line 3\.[\s\S]*--set raggedRows=drop[\s\S]*nothing was imported/,
    )
    const args = ['dataset', 'import', path, '--name', 'ragged', '--set', 'raggedRows=drop']
    const [made] = await lacunaJson<Dataset>(workspace, ...args)
    expect(made!.classes).toEqual(['x', 'y'])
    await expect(lacunaJson(workspace, ...args)).rejects.toThrow(/ended with 1/)
  })
})

describe('a study', () => {
  const settings = [
    'model.embedding=4',
    'model.hidden=6',
    'training.epochs=2',
    'trainLimit=100',
    'testLimit=50',
  ]
  const pruning = ['prune.targets=["both"]', 'prune.percentages=[50]', 'prune.retrainEpochs=1']
  const sets = [...settings, ...pruning].flatMap((setting) => ['--set', setting])
  const args = ['run', '--preset', 'quick-look', '--dataset', 'small', ...sets]

  it('runs to its end, and is found, shown, exported and deleted', async ({ skip }) => {
    await needEngine(skip)
    type Line = {
      event: string
      study?: StudySummary
      results?: StudyResults
      run?: unknown
    }
    const lines = await lacunaJson<Line>(workspace, ...args)
    const events = lines.map(({ event }) => event)
    expect(events[0]).toBe('started')
    // A base run with two epochs, and two pruned runs with the test after pruning and one epoch.
    expect(events.filter((event) => event === 'epoch')).toHaveLength(2 + 2 + 2)
    expect(events.filter((event) => event === 'run')).toHaveLength(3)
    const { study, results } = lines.at(-1)!
    expect(study).toMatchObject({
      state: 'done',
      epochsDone: 4,
      epochsTotal: 4,
    })

    const { id } = study!
    expect((await lacunaJson<StudySummary>(workspace, 'study', 'list')).map((s) => s.id)).toEqual([id])
    const [shown] = await lacunaJson<StudyDetail>(workspace, 'study', 'show', id.slice(0, 6))
    expect(shown!.runs.map(({ state }) => state)).toEqual(['done', 'done', 'done'])
    expect(await lacunaJson<StudyResults>(workspace, 'study', 'results', id)).toEqual([results])
    const csv = join(folder, 'results.csv')
    expect((await lacuna(workspace, 'study', 'results', id, '--csv', csv)).code).toBe(0)
    expect(readFileSync(csv, 'utf8').trim().split('\n').length).toBe(1 + 6)

    // The same definition is the same study: nothing is trained again.
    const again = await lacunaJson<Line>(workspace, ...args)
    expect(again.filter(({ event }) => event === 'epoch')).toEqual([])
    expect(again.at(-1)!.results).toEqual(results)

    expect((await lacuna(workspace, 'study', 'delete', id)).stdout).toMatch(/trash/)
    expect(await lacunaJson(workspace, 'study', 'list')).toEqual([])
  })

  it('is stopped by a signal, and goes on where it was', async ({ skip }) => {
    await needEngine(skip)
    if (process.platform === 'win32') skip('Windows has no SIGINT between processes')
    const long = ['--set', 'training.epochs=10000', '--set', 'prune.percentages=[40]', '--json']
    const { child, ended } = startLacuna(workspace, [...args, ...long])
    const epoch = new Promise<void>((resolve) => {
      child.stdout!.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('"event":"epoch"')) resolve()
      })
    })
    await Promise.race([epoch, ended])
    child.kill('SIGINT')
    const { code, stderr, stdout } = await ended
    expect(code, stderr).toBe(1)
    const id = /lacuna study resume (\w+)/.exec(stderr)![1]!
    const epochs = stdout.split('\n').filter((line) => line.includes('"event":"epoch"')).length
    const [shown] = await lacunaJson<StudyDetail>(workspace, 'study', 'show', id)
    expect(shown!.runs.some(({ state }) => state === 'running')).toBe(false)
    expect(shown!.summary.epochsDone).toBeGreaterThanOrEqual(epochs)

    const resumed = startLacuna(workspace, ['study', 'resume', id, '--json'])
    expect(JSON.parse(await resumed.firstLine)).toMatchObject({
      event: 'started',
      study: { id },
    })
    resumed.child.kill('SIGINT')
    expect((await resumed.ended).code).toBe(1)
    expect((await lacuna(workspace, 'study', 'cancel', id)).code).toBe(0)
    const [cancelled] = await lacunaJson<StudyDetail>(workspace, 'study', 'show', id)
    expect(cancelled!.summary.state).toBe('cancelled')
  })
})

describe('doctor', () => {
  it('says what was found, one line a check', async () => {
    const checks = await lacunaJson<Check>(workspace, 'doctor')
    const names = checks.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['program', 'engine fused', 'engine tensorflow', 'database']),
    )
    expect((await lacuna(workspace, 'doctor')).stdout).toMatch(/ok +program +Lacuna \d/)
  })
})

describeWithShared('published data on the command line', (shared) => {
  const thesis = join(shared, 'thesis')
  const data = join(thesis, 'dataset', 'test_data.csv')

  it('imports as 18,750 and 6,250 sequences', async () => {
    const train = join(thesis, 'dataset', 'train_data.csv')
    const args = ['dataset', 'import', train, '--split-file', data, '--name', 'published']
    const [made] = await lacunaJson<Dataset>(join(folder, 'published'), ...args)
    expect(made!.classes).toEqual(['0', '1'])
    expect(made!.counts).toEqual({
      train: [18_750 - 9339, 9339],
      test: [6250 - 3161, 3161],
    })
  })

  it.for([
    ['rnn_tanh', 'base'],
    ['rnn_tanh', 'both-80'],
    ['lstm', 'base'],
    ['lstm', 'both-60'],
  ] as const)('evaluates %s %s as published', async ([weights, level], { skip }) => {
    await needEngine(skip)
    const expected = expectedLevels(shared, weights).find((one) => one.level === level)!
    const args = ['eval', '--weights', join(thesis, 'prune', `${weights}.safetensors`), '--data', data]
    const prune = level === 'base' ? [] : ['--prune', level.replace('-', ':')]
    const [result] = await lacunaJson<Record<string, number>>(workspace, ...args, ...prune)
    expect(result).toMatchObject({
      total: 6250,
      accuracy: result!['correct']! / 6250,
    })
    expect(Math.abs(result!['correct']! - expected.correct)).toBeLessThanOrEqual(2)
    // Published losses are float32: each of 196 batches is off by up to 6e-8, or by its relative rounding.
    const allowed = 196 * 6e-8 + 1e-4 * expected.loss
    expect(Math.abs(result!['loss']! - expected.loss)).toBeLessThan(allowed)
  })

  it('refuses weights under the name of another cell', async () => {
    const weights = join(thesis, 'prune', 'lstm.safetensors')
    const { code, stderr } = await lacuna(
      workspace,
      'eval',
      '--weights',
      weights,
      '--data',
      data,
      '--cell',
      'gru',
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/say they are lstm/)
  })
})
