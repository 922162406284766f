// Real damaged files, seen through the command line as a process: one sentence, what is kept, what to run, and that works.
import Database from 'better-sqlite3'
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Check } from '../../src/shared/contract.ts'
import { openStore } from '../../src/main/store/store.ts'
import { clock, withStudy } from '../store/support.ts'
import { tempDir } from '../support/temp-dir.ts'
import { lacuna } from '../transport/cli-process.ts'

const SPOIL: Record<string, { spoil: (path: string) => void; found: RegExp }> = {
  'has 0 bytes': { spoil: (path) => truncateSync(path, 0), found: /has 0 bytes and is kept beside it/ },
  'is cut off': { spoil: (path) => truncateSync(path, 20_001), found: /is damaged or cut off and is kept/ },
  'is another file': {
    spoil: (path) => writeFileSync(path, 'my notes, not a database'),
    found: /is not a database of Lacuna and is kept/,
  },
}

/** A workspace with one study and, when asked for, a backup of it. */
async function workspace(backup: boolean): Promise<string> {
  const folder = tempDir()
  const store = openStore(folder, { now: clock() })
  withStudy(store)
  if (backup) await store.backups.make()
  store.close()
  return folder
}

const lines = (text: string) => text.trim().split('\n')

describe('the command line on a workspace whose database', () => {
  for (const [what, { spoil, found }] of Object.entries(SPOIL)) {
    it(`${what} says so in one sentence, reports it in doctor, and recovers the backup`, async () => {
      const folder = await workspace(true)
      const path = join(folder, 'lacuna.db')
      spoil(path)
      const bytes = readFileSync(path)
      const first = await lacuna(folder, 'study', 'list')
      expect(first).toMatchObject({ code: 1, stdout: '' })
      expect(lines(first.stderr)).toHaveLength(1)
      expect(first.stderr).toMatch(found)
      expect(first.stderr).toContain(
        '`lacuna doctor --recover backup` to put back the verified backup of 2026-11-23',
      )
      const kept = readdirSync(folder).find((name) => name.startsWith('lacuna.db.damaged-'))!
      expect(first.stderr).toContain(kept)

      const doctor = await lacuna(folder, 'doctor', '--json')
      expect(doctor.code).toBe(1)
      const checks = lines(doctor.stdout).map((line) => JSON.parse(line) as Check)
      expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['engine fused', 'workspace']))
      expect(checks.at(-1)).toMatchObject({
        ok: false,
        todo: expect.stringContaining('--recover backup') as string,
      })

      expect(await lacuna(folder, 'doctor', '--recover', 'backup')).toMatchObject({ code: 2 }) // nobody to ask
      expect(existsSync(path)).toBe(false)
      const recovered = await lacuna(folder, 'doctor', '--recover', 'backup', '--yes')
      expect(recovered).toMatchObject({ code: 0, stderr: '' })
      expect(recovered.stdout).toContain('is as it was on 2026-11-23')
      const studies = await lacuna(folder, 'study', 'list', '--json')
      expect(lines(studies.stdout)).toHaveLength(1)
      expect(readFileSync(join(folder, kept)).equals(bytes)).toBe(true)
    })
  }

  it('has a newer schema is left alone until someone goes back to the backup', async () => {
    const folder = await workspace(true)
    const path = join(folder, 'lacuna.db')
    const database = new Database(path)
    database.pragma('user_version = 99')
    database.close()
    const bytes = readFileSync(path)
    const listed = await lacuna(folder, 'dataset', 'list')
    expect(listed.code).toBe(1)
    expect(lines(listed.stderr)).toHaveLength(1)
    expect(listed.stderr).toMatch(/newer version of Lacuna; use that version, .* or run `lacuna doctor/)
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(await lacuna(folder, 'doctor', '--recover', 'backup', '--yes')).toMatchObject({ code: 0 })
    expect(await lacuna(folder, 'study', 'list')).toMatchObject({ code: 0 })
  })

  it('has no backup begins empty only when told so', async () => {
    const folder = await workspace(false)
    truncateSync(join(folder, 'lacuna.db'), 0)
    const { stderr } = await lacuna(folder, 'serve', '--no-open')
    expect(stderr).toMatch(/there is no backup: run `lacuna doctor --recover empty` to begin/)
    const backup = await lacuna(folder, 'doctor', '--recover', 'backup', '--yes')
    expect(backup).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no backup') as string })
    expect(await lacuna(folder, 'doctor', '--recover', 'empty', '--yes')).toMatchObject({ code: 0 })
    expect(await lacuna(folder, 'doctor')).toMatchObject({ code: 0 })
  })

  it('is in order is never replaced', async () => {
    const folder = await workspace(true)
    const refused = await lacuna(folder, 'doctor', '--recover', 'empty', '--yes')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('is in order') as string })
    expect(lines((await lacuna(folder, 'study', 'list', '--json')).stdout)).toHaveLength(1)
  })

  it('is in use elsewhere is reported with who uses it', async () => {
    const folder = tempDir()
    const store = openStore(folder, { now: clock(), program: 'the test' })
    const { code, stdout } = await lacuna(folder, 'doctor')
    store.close()
    expect(code).toBe(1)
    expect(stdout).toMatch(/problem workspace +The workspace .* is in use by process \d+ \(the test/)
    expect(stdout).toMatch(/ok +processor/)
  })
})
