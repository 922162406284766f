import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { MIGRATIONS } from '../../src/main/store/migrations/index.ts'
import { openStore } from '../../src/main/store/store.ts'
import { tempDir } from '../support/temp-dir.ts'
import { clock, epoch, open, withStudy } from './support.ts'

const ENGINE = { name: 'fused', version: '1' }

describe('graph properties in the store', () => {
  it('are kept as they were measured, only for the runs that were', () => {
    const store = open(tempDir())
    const { studyId, runIds } = withStudy(store)
    const properties = { nodes: 11, closeness_var: 0.1 + 0.2 }
    store.runs.describe(runIds[1]!, { engine: ENGINE, recurrentWeights: 1, parameters: 2, properties })
    expect([...store.runs.properties(studyId)]).toEqual([[runIds[1], properties]])
    expect(runIds.map((id) => store.runs.hasProperties(id))).toEqual([false, true, false, false, false])
    // A run that goes on is not measured again and keeps what it has; one that begins anew has the same graph.
    store.runs.describe(runIds[1]!, { engine: ENGINE, recurrentWeights: 1, parameters: 2 })
    store.runs.reset(runIds[1]!)
    expect(store.runs.properties(studyId).get(runIds[1]!)).toEqual(properties)
  })

  it('come to a workspace of an older program, whose runs stay as they are and are backed up', () => {
    const folder = tempDir()
    const older = MIGRATIONS.filter(({ version }) => version < 4)
    const before = openStore(folder, { now: clock(), migrations: older })
    const { studyId, runIds } = withStudy(before)
    before.runs.begin(runIds[0]!)
    before.runs.saveEpoch(runIds[0]!, epoch(1), { checkpoint: new Uint8Array([7]) })
    before.close()
    const store = open(folder)
    expect(store.backups.list().length).toBeGreaterThanOrEqual(1)
    expect(store.runs.get(runIds[0]!).epochs).toEqual([epoch(1)])
    expect(store.runs.properties(studyId).size).toBe(0)
  })

  it('do not make counting a large study read its runs', () => {
    const folder = tempDir()
    openStore(folder, { now: clock() }).close()
    const database = new Database(`${folder}/lacuna.db`, { readonly: true })
    const plan = database
      .prepare(
        'EXPLAIN QUERY PLAN SELECT state, count(*), sum(last_epoch), sum(epochs) FROM runs WHERE study_id = ? GROUP BY state',
      )
      .all('x') as { detail: string }[]
    database.close()
    expect(plan.map(({ detail }) => detail).join()).toMatch(/USING COVERING INDEX runs_by_state/)
  })
})

describe('the definition of a study', () => {
  it('is read once, and again after the trash was emptied', () => {
    const store = open(tempDir())
    const { studyId } = withStudy(store)
    expect(store.studies.get(studyId).definition).toBe(store.studies.list()[0]!.definition)
    store.studies.remove(studyId)
    store.studies.purge(new Date('2100-01-01'))
    expect(() => store.studies.get(studyId)).toThrow(/no study/)
  })
})
