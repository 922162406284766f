// Where the library lives, by platform.
import { describe, expect, it } from 'vitest'
import { bindingFile, libtensorflowFolder } from '../../src/main/engine/tfjs/cache-paths.mjs'

const machine = (platform: string, env: Record<string, string> = {}) => ({
  platform,
  arch: 'x64',
  env,
  home: '/home/x',
})

describe('the cache of libtensorflow', () => {
  it.each([
    ['linux', {}, '/home/x/.cache/lacuna/libtensorflow-2.21.0-linux-x64'],
    ['linux', { XDG_CACHE_HOME: '/big' }, '/big/lacuna/libtensorflow-2.21.0-linux-x64'],
    ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/x/.cache/lacuna/libtensorflow-2.21.0-linux-x64'],
    ['linux', { XDG_CACHE_HOME: '' }, '/home/x/.cache/lacuna/libtensorflow-2.21.0-linux-x64'],
    ['darwin', {}, '/home/x/Library/Caches/lacuna/libtensorflow-2.21.0-darwin-x64'],
    ['win32', { LOCALAPPDATA: 'D:\\Local' }, 'D:\\Local\\lacuna\\libtensorflow-2.21.0-win32-x64'],
  ])('is in the user’s cache folder on %s with %o', (platform, env, expected) => {
    expect(libtensorflowFolder(machine(platform, env))).toBe(expected)
  })

  it('keeps platforms, processors and versions of tfjs-node apart', () => {
    const folders = [
      machine('linux'),
      { ...machine('linux'), arch: 'arm64' },
      { ...machine('linux'), platform: 'freebsd' },
    ].map(libtensorflowFolder)
    expect(new Set(folders).size).toBe(3)
    expect(bindingFile('/a', '4.22.0')).not.toBe(bindingFile('/a', '4.23.0'))
    expect(bindingFile('/a', '4.22.0')).toMatch(/^\/a\/[^/]+\/tfjs_binding\.node$/)
    expect(bindingFile('D:\\a', '4.22.0')).toMatch(/^D:\\a\\[^\\]+\\tfjs_binding\.node$/)
  })
})
