// Cache folders are complete or absent.
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { NOT_THERE, folderFault, makeFolder } from '../../scripts/setup/cache.mjs'
import { tempDir } from '../support/temp-dir.ts'

const fill = (text: string) => (temporary: string) => {
  mkdirSync(path.join(temporary, 'lib'))
  writeFileSync(path.join(temporary, 'lib', 'a.so'), text)
  return Promise.resolve()
}

describe('a cache folder', () => {
  it('is good after it was made, and leaves nothing beside it', async () => {
    const parent = tempDir()
    const folder = path.join(parent, 'x')
    expect(await folderFault(folder)).toBe(NOT_THERE)
    await makeFolder(folder, fill('one'))
    expect(await folderFault(folder)).toBeUndefined()
    await makeFolder(folder, fill('second'))
    expect(readFileSync(path.join(folder, 'lib', 'a.so'), 'utf8')).toBe('second')
    expect(readdirSync(parent)).toEqual(['x'])
  })

  it('is damaged when a file is cut, missing, or the manifest is not readable', async () => {
    const folder = path.join(tempDir(), 'x')
    const file = path.join(folder, 'lib', 'a.so')
    await makeFolder(folder, fill('whole'))
    writeFileSync(file, 'cut')
    expect(await folderFault(folder)).toBe('lib/a.so has 3 bytes instead of 5')
    await makeFolder(folder, (temporary) => Promise.resolve(writeFileSync(path.join(temporary, 'b'), '')))
    mkdirSync(path.dirname(file))
    writeFileSync(path.join(folder, 'manifest.json'), '{"files":{"lib/a.so":5}}')
    expect(await folderFault(folder)).toBe('lib/a.so is missing')
    writeFileSync(path.join(folder, 'manifest.json'), '{"fil')
    expect(await folderFault(folder)).toBe('its manifest cannot be read')
    writeFileSync(path.join(folder, 'manifest.json'), '{}')
    expect(await folderFault(folder)).toBe('its manifest is empty')
  })

  it('stays as it was when making it anew fails', async () => {
    const folder = path.join(tempDir(), 'x')
    await makeFolder(folder, fill('old'))
    const failing = async (temporary: string) => {
      await fill('new')(temporary)
      throw new Error('disk on fire')
    }
    await expect(makeFolder(folder, failing)).rejects.toThrow('disk on fire')
    expect(await folderFault(folder)).toBeUndefined()
    expect(readFileSync(path.join(folder, 'lib', 'a.so'), 'utf8')).toBe('old')
    expect(readdirSync(path.dirname(folder))).toEqual(['x'])
  })

  it('sweeps the left-overs of killed installs, but not those of one that may be running', async () => {
    const parent = tempDir()
    const [old, fresh] = [path.join(parent, '.tmp-old'), path.join(parent, '.tmp-fresh')]
    mkdirSync(old)
    mkdirSync(fresh)
    const yesterday = Date.now() / 1000 - 2 * 86_400
    utimesSync(old, yesterday, yesterday)
    await makeFolder(path.join(parent, 'x'), fill('one'))
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true])
  })

  it('can be made by several installs at once', async () => {
    const folder = path.join(tempDir(), 'x')
    await Promise.all(Array.from({ length: 6 }, () => makeFolder(folder, fill('same'))))
    expect(await folderFault(folder)).toBeUndefined()
    expect(readdirSync(path.dirname(folder))).toEqual(['x'])
  })
})
