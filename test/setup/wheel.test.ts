// Choosing the wheel, asking pip for it, and what pip's refusals mean.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPython } from '../../scripts/setup/python.mjs'
import { compilerArguments, compilerCandidates } from '../../scripts/setup/tfjs-binding.mjs'
import { downloadCommands, downloadWheel, explainPip, wheelSource } from '../../scripts/setup/wheel.mjs'
import { tempDir } from '../support/temp-dir.ts'

const linux = { project: 'tensorflow-cpu', platforms: ['manylinux_2_27_x86_64'] }

describe('the wheel with the C library', () => {
  it('is tensorflow-cpu on Linux, tensorflow on Macs with Apple processors, and nowhere else', () => {
    const source = (platform: string, arch: string, musl = false) =>
      wheelSource({ platform, arch, musl })?.project
    expect(source('linux', 'x64')).toBe('tensorflow-cpu')
    expect(source('linux', 'arm64')).toBe('tensorflow-cpu')
    expect(source('darwin', 'arm64')).toBe('tensorflow')
    expect(source('darwin', 'x64')).toBeUndefined()
    expect(source('win32', 'x64')).toBeUndefined()
    expect(source('linux', 'x64', true)).toBeUndefined()
  })

  it('is asked for as the interpreter would, then for each Python version it exists for', () => {
    const commands = downloadCommands(linux, '/into')
    expect(commands[0]).toContain('tensorflow-cpu==2.21.0')
    expect(commands[0]).not.toContain('--python-version')
    expect(commands.slice(1).map((c) => c[c.indexOf('--abi') + 1])).toEqual([
      'cp313',
      'cp312',
      'cp311',
      'cp310',
    ])
    for (const command of commands) {
      expect(command.slice(0, 3)).toEqual(['download', '--no-deps', '--only-binary=:all:'])
      expect(command[command.indexOf('--dest') + 1]).toBe('/into')
    }
  })

  it.each([
    ['OSError: [Errno 28] No space left on device', 'the volume is full', false],
    ['NewConnectionError: ...\nERROR: No matching distribution found', 'could not be reached', true],
    ['ERROR: No matching distribution found for tensorflow-cpu', 'offers no wheel', true],
    ['Traceback\nValueError: odd\n', 'pip said: ValueError: odd', false],
  ])('explains %j', (output, reason, retry) => {
    const explained = explainPip(output)
    expect(explained.reason).toContain(reason)
    expect(explained.retry).toBe(retry)
  })

  it('fails with one sentence when pip fails, having tried every version pip might lack', async () => {
    const folder = path.join(tempDir(), 'download')
    mkdirSync(folder)
    const script = 'console.error("ERROR: No matching distribution found"); process.exit(1)'
    const pip = [process.execPath, '-e', script, '--']
    await expect(downloadWheel({ pip, source: linux, folder, say: () => {} })).rejects.toThrow(
      'tensorflow-cpu 2.21.0 could not be downloaded: the package index offers no wheel for this machine',
    )
  })

  it('needs a Python, and says so where there is none', async () => {
    await expect(findPython({ env: { PATH: tempDir() } })).rejects.toThrow(
      /no Python 3\.8 or later was found/,
    )
  })
})

describe('compiling the binding', () => {
  it('prefers CXX, with the words after it as arguments', () => {
    expect(compilerCandidates('linux', { CXX: 'ccache g++' })[0]).toEqual(['ccache', 'g++'])
    expect(compilerCandidates('linux', {})[0]).toEqual(['c++'])
    expect(compilerCandidates('darwin', {})[0]).toEqual(['clang++'])
  })

  it('lets the binding find its libraries beside its own folder', () => {
    const options = { sources: ['a.cc'], includes: ['/inc'], libraries: ['/lib/x.so.2'], output: 'b.node' }
    expect(compilerArguments({ platform: 'linux', ...options })).toContain('-Wl,-rpath,$ORIGIN/../lib')
    const mac = compilerArguments({ platform: 'darwin', ...options })
    expect(mac).toContain('-Wl,-rpath,@loader_path/../lib')
    expect(mac).toContain('-bundle')
  })
})
