// The whole script, as npm runs it, on machines that lack something: it exits 0 and says what.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const script = path.resolve(import.meta.dirname, '..', '..', 'scripts', 'postinstall.mjs')
const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0)
const tfjs = existsSync(path.resolve('node_modules', '@tensorflow', 'tfjs-node', 'package.json'))
const linux = process.platform === 'linux'

function postinstall(env: NodeJS.ProcessEnv) {
  const { status, stdout } = spawnSync(process.execPath, [script], {
    env: { LACUNA_SKIP_NATIVE: '1', ...env },
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status, lines: stdout.trim().split('\n') }
}

/** A wheel with the right names in it and nothing real; `libraries` leaves some out. */
function fakeWheel(libraries: number): string {
  const file = path.join(tempDir(), 'fake.whl')
  const program = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for name in ["cc", "framework"][: int(sys.argv[2])]:
        wheel.writestr("tensorflow/libtensorflow_%s.so.2" % name, "not a library" * 100)
    wheel.writestr("tensorflow/libtensorflow_evil.so.2", "x")
    wheel.writestr("tensorflow/include/tensorflow/c/c_api.h", '#include "tensorflow/c/other.h"')
    wheel.writestr("tensorflow/include/tensorflow/c/other.h", "#error this is no header")
    wheel.writestr("tensorflow/include/tensorflow/c/unused.h", "")
`
  execFileSync(python!, ['-c', program, file, String(libraries)])
  return file
}

describe('the postinstall script', () => {
  it('skips both steps on request', () => {
    const { status, lines } = postinstall({ LACUNA_SKIP_TENSORFLOW: '1' })
    expect(status).toBe(0)
    expect(lines).toEqual([
      expect.stringContaining('native: skipped, because LACUNA_SKIP_NATIVE=1'),
      expect.stringContaining('tensorflow: skipped, because LACUNA_SKIP_TENSORFLOW=1'),
    ])
  })

  it.runIf(linux && tfjs)('says that there is no Python, and leaves nothing behind', () => {
    const cache = tempDir()
    const { status, lines } = postinstall({ PATH: tempDir(), XDG_CACHE_HOME: cache })
    expect(status).toBe(0)
    expect(lines.at(-1)).toMatch(/tensorflow: not set up: no Python .* install Python 3 with pip/)
    expect(readdirSync(path.join(cache, 'lacuna'))).toEqual([])
  })

  it.runIf(linux && tfjs)('says that the cache cannot be written', () => {
    const file = path.join(tempDir(), 'file')
    writeFileSync(file, '')
    const { status, lines } = postinstall({ PATH: process.env['PATH'], XDG_CACHE_HOME: file })
    expect(status).toBe(0)
    expect(lines.at(-1)).toContain(`not set up: the cache folder ${file}/lacuna cannot be made`)
  })

  describe.runIf(linux && tfjs && python !== undefined)('with a wheel at hand', () => {
    const run = (wheel: string, cache: string) =>
      postinstall({
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        XDG_CACHE_HOME: cache,
        LACUNA_TENSORFLOW_WHEEL: wheel,
      })

    it('refuses one that lacks the C library or is no archive', () => {
      const cache = tempDir()
      expect(run(fakeWheel(1), cache).lines.at(-1)).toContain('the wheel holds 1 of the 2 libraries')
      const text = path.join(tempDir(), 'text.whl')
      writeFileSync(text, 'no archive')
      expect(run(text, cache).lines.at(-1)).toMatch(/text\.whl could not be unpacked: .*not a zip file/)
      expect(readdirSync(path.join(cache, 'lacuna'))).toEqual([])
    })

    it('keeps the library when only the compiler fails, and makes a damaged copy again', () => {
      const cache = tempDir()
      const wheel = fakeWheel(2)
      const first = run(wheel, cache)
      expect(first.status).toBe(0)
      expect(first.lines.at(-1)).toMatch(/not set up: .*(could not compile|no C\+\+ compiler)/)
      const [name] = readdirSync(path.join(cache, 'lacuna'))
      const folder = path.join(cache, 'lacuna', name!)
      expect(readdirSync(path.join(folder, 'lib'))).toEqual([
        'libtensorflow_cc.so.2',
        'libtensorflow_framework.so.2',
      ])
      // Only the headers that the binding includes, directly or not.
      expect(readdirSync(path.join(folder, 'include', 'tensorflow', 'c')).sort()).toEqual([
        'c_api.h',
        'other.h',
      ])
      expect(run(wheel, cache).lines.join()).not.toContain('unpacking')

      truncateSync(path.join(folder, 'lib', 'libtensorflow_cc.so.2'), 10)
      const again = run(wheel, cache).lines.join('\n')
      expect(again).toContain('is damaged (lib/libtensorflow_cc.so.2 has 10 bytes instead of 1300)')
      expect(again).toContain('unpacking')
    })
  })
})
