import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { setUpTensorflow } from '../../scripts/setup/tensorflow.mjs'
import { tempDir } from '../support/temp-dir.ts'

/** A stand-in for npm that notes what it was asked for in its folder, and ends with `code`. */
function fakeNpm(root: string, code: number): string {
  const file = path.join(root, 'npm.cjs')
  const program = `console.error('npm error nothing answers')
    require('node:fs').writeFileSync('asked.json', JSON.stringify(process.argv.slice(2)))
    process.exit(${code})`
  writeFileSync(file, program)
  return file
}

describe('setting up the tensorflow engine where npm removed its package', () => {
  it('has npm put it back without its scripts, and says so', async () => {
    const root = tempDir()
    const said: string[] = []
    const env = { npm_execpath: fakeNpm(root, 0) }
    const setUp = setUpTensorflow({ root, env, say: (line: string) => said.push(line) })
    await expect(setUp).rejects.toThrow(/tfjs-node is not installed; run "npm install --include=optional"/)
    expect(said.join()).toContain('fetching it without the installer')
    const asked: unknown = JSON.parse(readFileSync(path.join(root, 'asked.json'), 'utf8'))
    expect(asked).toEqual(expect.arrayContaining(['install', '--ignore-scripts', '--no-save']))
  })

  it('says why npm could not', async () => {
    const root = tempDir()
    const env = { npm_execpath: fakeNpm(root, 1) }
    const setUp = setUpTensorflow({ root, env, say: () => undefined })
    await expect(setUp).rejects.toThrow(/could not be fetched: .*nothing answers/)
  })

  it('asks for nothing where optional packages are not wanted', async () => {
    const root = tempDir()
    const env = { npm_execpath: fakeNpm(root, 1), npm_config_omit: 'optional' }
    const setUp = setUpTensorflow({ root, env, say: () => undefined })
    await expect(setUp).rejects.toThrow(/is not installed/)
  })
})
