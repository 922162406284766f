import Database from 'better-sqlite3'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MIGRATIONS } from '../../src/main/store/migrations/index.ts'
import { openStore } from '../../src/main/store/store.ts'
import { NO_ANNOTATION } from '../../src/shared/compare.ts'
import { tempDir } from '../support/temp-dir.ts'
import { clock, epoch, open, thrownBy, withStudy } from './support.ts'

/** Text that every store and every view has to leave as it is (hardening.md rows 68 and 69). */
const HOSTILE = [
  `=cmd|'/c calc'!A1`,
  '<img src=x onerror=alert(1)>',
  '\\input{/etc/passwd}',
  '</title><script>alert(1)</script>',
  '../../evil',
  'a\u202eb',
  "'); DROP TABLE annotations; --",
]

describe('notes, tags and favourites', () => {
  it('are nothing until somebody writes, and change field by field', () => {
    const store = open(tempDir())
    const { studyId, runIds } = withStudy(store)
    expect(store.annotations.get('study', studyId)).toEqual(NO_ANNOTATION)
    expect(store.annotations.change('study', studyId, { favourite: true })).toEqual({
      note: '',
      tags: [],
      favourite: true,
    })
    store.annotations.change('study', studyId, { tags: ['a', 'b', 'a'], note: 'first' })
    store.annotations.change('study', studyId, { note: 'second' })
    expect(store.annotations.get('study', studyId)).toEqual({
      note: 'second',
      tags: ['a', 'b'],
      favourite: true,
    })
    store.annotations.change('run', runIds[1]!, { tags: ['run'] })
    expect([...store.annotations.all('study').keys()]).toEqual([studyId])
    expect([...store.annotations.all('run')]).toEqual([
      [runIds[1]!, { note: '', tags: ['run'], favourite: false }],
    ])
  })

  it('keep hostile text to the letter, across closing and opening', () => {
    const folder = tempDir()
    const first = openStore(folder, { now: clock() })
    const { studyId } = withStudy(first)
    first.annotations.change('study', studyId, { note: HOSTILE.join('\n'), tags: HOSTILE })
    first.close()
    expect(open(folder).annotations.get('study', studyId)).toMatchObject({
      note: HOSTILE.join('\n'),
      tags: HOSTILE,
    })
  })

  it('refuse what is not there, and go with what they are written on', () => {
    const store = open(tempDir())
    const { studyId, runIds } = withStudy(store)
    expect(thrownBy(() => store.annotations.change('run', 'gone', { note: 'x' }))).toMatchObject({
      code: 'not-found',
      message: 'There is no run gone to write on.',
    })
    store.annotations.change('study', studyId, { note: 'x' })
    store.annotations.change('run', runIds[0]!, { note: 'y' })
    store.studies.remove(studyId)
    expect(store.annotations.all('study').size).toBe(1) // the trash keeps them
    store.studies.purge(new Date('2027-01-01'))
    expect([store.annotations.all('study').size, store.annotations.all('run').size]).toEqual([0, 0])
  })
})

describe('schema 3', () => {
  it('is added to a workspace of schema 2 with everything in it kept, after a backup', () => {
    const folder = tempDir()
    const old = openStore(folder, { now: clock(), migrations: MIGRATIONS.slice(0, 2) })
    // Written past the store, whose own statements know the newest schema only.
    old.close()
    const raw = new Database(join(folder, 'lacuna.db'))
    expect(raw.pragma('user_version', { simple: true })).toBe(2)
    raw.exec(
      `INSERT INTO datasets (id, name, draft, created_at) VALUES ('d', 'reber', '{}', 'now');
       INSERT INTO studies (id, name, definition, dataset_id, created_at)
         VALUES ('s', 'old', '{"kind":"training","dataset":"d"}', 'd', 'now');
       INSERT INTO runs (id, study_id, position, key, cell, epochs, spec) VALUES ('s-r', 's', 0, 'r', 'gru', 1, '{"key":"r","kind":"base","cell":"gru","seed":1,"epochs":1}');`,
    )
    raw.close()
    const store = open(folder)
    expect(store.backups.list()).toHaveLength(1)
    expect(store.studies.get('s').name).toBe('old')
    store.runs.begin('s-r')
    store.runs.saveEpoch('s-r', epoch(1), {}, true)
    expect(store.annotations.change('run', 's-r', { tags: ['kept'] }).tags).toEqual(['kept'])
    expect(store.outcomes.list()).toMatchObject([{ id: 's-r', state: 'done', first: 0.75, last: 0.75 }])
  })
})
