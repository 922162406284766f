// Pruning insight over the real server: a small study on a generated set is trained, looked into, tested again and
// cancelled as the interface does it; a weight file that is damaged on the disk is refused in words.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CORRUPTION_NAMES } from '../../src/shared/dataset.ts'
import { tinyStudy } from '../study/bench.ts'
import { realServer, type RealServer } from './real-server.ts'

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'lacuna-insight-'))
const workspace = join(folder, 'workspace')
let server: RealServer
let engine: string | undefined // why no engine works here
let [base, pruned, random] = ['', '', '']

beforeAll(async () => {
  server = await realServer(workspace)
  const { engines } = await server.request('app/info', {})
  if (!engines.some(({ available }) => available)) {
    engine = engines.map(({ reason }) => reason).join(' ')
    return
  }
  const generate = { grammar: 'reber' as const, seed: 4, size: 400 }
  const dataset = await server.request('dataset/generate', { name: 'generated', generate, task: 'g' })
  const { id } = await server.request('study/start', {
    definition: tinyStudy(dataset.id, { cells: ['gru'] }),
  })
  await server.workbench.studies.idle()
  const { runs } = await server.request('study/show', { id })
  ;[base, pruned, random] = [runs[0]!.id, runs[1]!.id, runs[2]!.id]
}, 60_000)
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** While the program is closed, change one bit of the stored weights of a run, as a failing disk would. */
async function flipBit(run: string): Promise<void> {
  const weights = Buffer.from(server.workbench.store.blobs.require(run, 'weights'))
  weights[weights.length - 3]! ^= 4
  await server.close()
  const database = new Database(join(workspace, 'lacuna.db'))
  database.prepare(`UPDATE blobs SET content = ? WHERE run_id = ? AND kind = 'weights'`).run(weights, run)
  database.close()
  server = await realServer(workspace)
}

describe('pruning insight', () => {
  it('shows what pruning left', async ({ skip }) => {
    if (engine !== undefined) skip(engine)
    const found = await server.request('insight/show', { run: pruned })
    expect(found).toMatchObject({
      runId: pruned,
      baseId: base,
      cell: 'gru',
      percent: 50,
      epoch: 2,
      reduced: null,
    })
    const [live, total] = (['live', 'total'] as const).map((count) =>
      found.matrices.filter((m) => m.prunable).reduce((sum, matrix) => sum + matrix[count], 0),
    )
    expect(live).toBe(Math.round(total! / 2))
    expect(found.matrices[0]!.gates.map(({ gate }) => gate)).toEqual(['r', 'z', 'n'])
  })

  it('tests both networks again, with the letters and kinds of the generator', async ({ skip }) => {
    if (engine !== undefined) skip(engine)
    const found = await server.request('insight/outcomes', { run: pruned, task: 'o' })
    const { accuracy } = await server.request('insight/show', { run: pruned })
    expect(found.total).toBe(100)
    expect(found.after.correct / found.total).toBe(accuracy.after)
    expect(found.before!.correct / found.total).toBe(accuracy.before)
    expect(found.lost.count - found.won.count).toBe(found.before!.correct - found.after.correct)
    expect(found.note).toBeNull()
    expect(found.groupsNote).toMatch(/recorded how/)
    const [valid, ...others] = found.groups
    expect(valid).toMatchObject({ name: 'valid', corruption: null, total: 50 })
    for (const { name, corruption } of others) expect(name).toBe(CORRUPTION_NAMES[corruption!])
    for (const { index, text } of [...found.lost.flips, ...found.won.flips]) {
      const { definition } = (await server.request('study/list', {}))[0]!
      const page = { id: definition.dataset, split: 'test', offset: index, limit: 1 } as const
      expect((await server.request('dataset/sequences', page)).sequences[0]!.text).toBe(text)
    }
  })

  it('stops when it is asked to', async ({ skip }) => {
    if (engine !== undefined) skip(engine)
    const asked = server.request('insight/outcomes', { run: random, task: 'c' })
    const ended = asked.then(
      () => 'done',
      (error: { code: string }) => error.code,
    )
    // The request is under way when its name is taken.
    for (let taken = false; !taken;) {
      const twin = server.request('insight/outcomes', { run: random, task: 'c' })
      taken = await twin.then(
        () => true,
        (error: { code: string }) => error.code === 'conflict',
      )
      await server.request('task/cancel', { task: 'c' })
    }
    expect(['cancelled', 'done']).toContain(await ended)
    expect((await server.request('insight/outcomes', { run: random, task: 'c' })).total).toBe(100)
  })

  it('refuses what is not there, and what is asked wrongly', async () => {
    const none = server.request('insight/show', { run: 'none' })
    await expect(none).rejects.toMatchObject({ code: 'not-found' })
    const wrong = server.request('insight/outcomes', { run: 'none', epoch: 0.5, task: 'w' })
    await expect(wrong).rejects.toMatchObject({ code: 'bad-request' })
  })

  it('of a run whose weights are damaged on the disk is refused, of its start it is not', async ({
    skip,
  }) => {
    if (engine !== undefined) skip(engine)
    await flipBit(random)
    for (const request of [
      server.request('insight/show', { run: random }),
      server.request('insight/outcomes', { run: random, task: 'd' }),
    ]) {
      await expect(request).rejects.toMatchObject({
        code: 'item-damaged',
        message: expect.stringMatching(/weights of run .* does not match its checksum/) as string,
      })
    }
    expect(await server.request('insight/show', { run: random, epoch: 0 })).toMatchObject({ epoch: 0 })
    const start = await server.request('insight/outcomes', { run: random, epoch: 0, task: 's' })
    expect(start).toMatchObject({ epoch: 0, baseId: base })
  })
})
