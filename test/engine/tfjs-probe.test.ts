// Finding the parts of the tensorflow engine, and saying what is missing.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bindingFile } from '../../src/main/engine/tfjs/cache-paths.mjs'
import { bindingCandidates, locateTensorflow } from '../../src/main/engine/tfjs/locate.ts'
import { probeTensorflow } from '../../src/main/engine/tfjs/probe.ts'
import { tempDir } from '../support/temp-dir.ts'

/** A tfjs-node package of version 4.22.0 with nothing in it. */
function emptyPackage(): string {
  const folder = path.join(tempDir(), 'tfjs-node')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "version": "4.22.0" }')
  return folder
}

describe('probing for the tensorflow engine', () => {
  it('says that the package is not installed', async () => {
    const report = await probeTensorflow({ tfjsFolder: undefined })
    expect(report.available).toBe(false)
    expect(report.reason).toMatch(/@tensorflow\/tfjs-node is not installed.*\.$/)
  })

  it('says where it looked for a binding that was never compiled, and what to run', async () => {
    const home = tempDir()
    const report = await probeTensorflow({ env: {}, home, tfjsFolder: emptyPackage() })
    expect(report.available).toBe(false)
    expect(report.reason).toContain(home)
    expect(report.reason).toContain('node scripts/postinstall.mjs --tensorflow')
  })

  it('survives a binding that cannot be loaded', async () => {
    const folder = tempDir()
    const file = bindingFile(folder, '4.22.0')
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, 'not a library')
    const options = { env: { LACUNA_TENSORFLOW_DIR: folder }, home: tempDir(), tfjsFolder: emptyPackage() }
    const report = await probeTensorflow(options)
    expect(report).toMatchObject({ available: false, path: file, tfjsVersion: '4.22.0' })
    expect(report.reason).toContain('does not load')
  })

  it('throws engine-unavailable where the engine itself is asked for', () => {
    const options = { env: {}, home: tempDir(), tfjsFolder: undefined }
    expect(() => locateTensorflow(options)).toThrow(expect.objectContaining({ code: 'engine-unavailable' }))
  })

  it('prefers the named folder over the cache, and the cache over the package', () => {
    const tfjs = emptyPackage()
    const options = { env: { LACUNA_TENSORFLOW_DIR: '/named', XDG_CACHE_HOME: '/cache' }, home: '/home/x' }
    const candidates = bindingCandidates(tfjs, '4.22.0', options)
    expect(candidates[0]).toBe(bindingFile('/named', '4.22.0'))
    expect(candidates.at(-1)!.startsWith(tfjs)).toBe(true)
    expect(candidates).toHaveLength(3)
  })
})
