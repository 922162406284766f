import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { CommanderError } from 'commander'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { findByName } from '../../src/main/commands/find.ts'
import { browserCommand } from '../../src/main/commands/open-browser.ts'
import { duration, reportFailure, table } from '../../src/main/commands/output.ts'
import { bar, LiveLines } from '../../src/main/commands/progress.ts'
import { workspaceFolder } from '../../src/main/commands/workspace-folder.ts'
import { LacunaError } from '../../src/shared/errors.ts'

describe('the workspace folder', () => {
  it('is the one asked for, else the one of the environment, else in the data folder of the user', () => {
    const env = { LACUNA_WORKSPACE: '/from/env', XDG_DATA_HOME: '/data' }
    expect(workspaceFolder('here', env, 'linux')).toBe(resolve('here'))
    expect(workspaceFolder(undefined, env, 'linux')).toBe(resolve('/from/env'))
    expect(workspaceFolder(undefined, { XDG_DATA_HOME: '/data' }, 'linux')).toBe(join('/data', 'lacuna'))
    expect(workspaceFolder(undefined, { XDG_DATA_HOME: 'relative' }, 'linux')).toBe(
      join(homedir(), '.local', 'share', 'lacuna'),
    )
    expect(workspaceFolder(undefined, {}, 'darwin')).toContain('Application Support')
    expect(workspaceFolder(undefined, { LOCALAPPDATA: '/local' }, 'win32')).toBe(join('/local', 'Lacuna'))
  })
})

describe('finding by name', () => {
  const items = [
    { id: 'aabbccdd', name: 'reber' },
    { id: 'aabbffff', name: 'other' },
    { id: '11112222', name: 'twice' },
    { id: '33334444', name: 'twice' },
  ]

  it('takes a name, an id, or its beginning', () => {
    expect(findByName(items, 'reber', 'dataset').id).toBe('aabbccdd')
    expect(findByName(items, '11112222', 'dataset').name).toBe('twice')
    expect(findByName(items, 'aabbc', 'dataset').name).toBe('reber')
  })

  it.each([
    ['twice', 'conflict', /2 datasets/],
    ['aabb', 'conflict', /aabbccdd, aabbffff/],
    ['111', 'not-found', /no dataset '111'/],
    ['nothing', 'not-found', /there are: reber/],
  ])('does not guess what %s means', (asked, code, message) => {
    expect(() => findByName(items, asked, 'dataset')).toThrow(message)
    expect(() => findByName(items, asked, 'dataset')).toThrow(expect.objectContaining({ code }) as Error)
  })
})

describe('the browser', () => {
  it.each(['linux', 'darwin', 'win32'] as const)('is opened without a shell on %s', (platform) => {
    const address = 'http://127.0.0.1:1/?token=a&b'
    const [program, args] = browserCommand(address, platform)
    expect(program).not.toMatch(/sh$|cmd|powershell/)
    expect(args.at(-1)).toBe(address)
  })
})

describe('a failure', () => {
  const printed: string[] = []
  const failing = (error: unknown) => {
    printed.length = 0
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
    try {
      return reportFailure(error)
    } finally {
      spy.mockRestore()
    }
  }
  afterEach(() => vi.restoreAllMocks())

  it('is one sentence and an exit code', () => {
    expect(failing(new LacunaError('not-found', 'There is no x.'))).toBe(1)
    expect(printed).toEqual(['There is no x.\n'])
    expect(failing(new LacunaError('bad-request', 'Wrong.'))).toBe(2)
    expect(failing(new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"))).toBe(2)
    expect(printed).toEqual(["Unknown option '--x'.\n"])
    expect(failing(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'))).toBe(0)
    expect(printed).toEqual([])
  })

  it('that nobody expected is called a defect and shows no stack', () => {
    expect(failing(new TypeError('x is undefined'))).toBe(1)
    expect(printed).toEqual(['Lacuna met a defect: x is undefined\n'])
  })
})

describe('what is printed', () => {
  it('lines up, numbers to the right', () => {
    expect(
      table(
        ['name', ' n'],
        [
          ['a', '1'],
          ['long', '10'],
        ],
      ),
    ).toBe('name   n\na      1\nlong  10')
  })

  it('gives durations as people say them', () => {
    expect([850, 12_340, 252_000, 7_500_000].map(duration)).toEqual([
      '850 ms',
      '12.3 s',
      '4 min 12 s',
      '2 h 5 min',
    ])
  })

  it('draws bars within their bounds', () => {
    expect([0, 0.5, 1, 7, -1].map((f) => bar(f, 4))).toEqual(['░░░░', '██░░', '████', '████', '░░░░'])
  })

  it('draws live lines on a terminal only, and takes them away', async () => {
    const written: string[] = []
    const stream = (isTTY: boolean) =>
      ({
        isTTY,
        columns: 20,
        rows: 5,
        write: (text: string) => written.push(text),
      }) as unknown as typeof process.stderr
    const quiet = new LiveLines(() => ['x'], stream(false))
    quiet.update()
    quiet.end()
    expect(written).toEqual([])
    const live = new LiveLines(() => ['a'.repeat(50), 'b'], stream(true))
    live.update()
    live.update()
    await expect.poll(() => written).toEqual([`${'a'.repeat(19)}\nb\n`])
    live.end()
    expect(written.at(-1)).toBe('\x1b[2A\x1b[0J')
  })
})
