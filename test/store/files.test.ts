import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { storeFailure, volumeOf } from '../../src/main/store/failures.ts'
import { folderBytes, removeStaleFiles, writeFileAtomic } from '../../src/main/store/files.ts'
import { fileStamp } from '../../src/main/store/paths.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import { tempDir } from '../support/temp-dir.ts'

describe('a file written in one piece', () => {
  it('has its new content and leaves nothing beside it', () => {
    const folder = tempDir()
    const path = join(folder, 'a.json')
    writeFileAtomic(path, 'old')
    writeFileAtomic(path, 'né')
    expect(readFileSync(path, 'utf8')).toBe('né')
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  it('keeps its old content when it cannot be replaced', () => {
    const folder = tempDir()
    const path = join(folder, 'a.json')
    writeFileAtomic(path, 'old')
    mkdirSync(`${path}.writing`)
    expect(() => writeFileAtomic(path, 'new')).toThrow(/EISDIR/)
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  it('that was never finished is rubbish at the next start, and nothing else is', () => {
    const folder = tempDir()
    for (const name of [
      'a.writing',
      'b.db.writing-wal',
      'c.db.writing-journal',
      'writing',
      'd.writing.txt',
    ]) {
      writeFileSync(join(folder, name), '1234')
    }
    removeStaleFiles(folder)
    expect(readdirSync(folder).sort()).toEqual(['d.writing.txt', 'writing'])
    expect(folderBytes(folder)).toBe(8)
  })

  it('is named by an instant that sorts by time and is a name everywhere', () => {
    expect(fileStamp(new Date('2026-01-02T03:04:05.006Z'))).toBe('20260102-030405-006')
  })
})

describe('what goes wrong while writing', () => {
  const failure = (code: string) => storeFailure(Object.assign(new Error('x'), { code }), tempDir(), 5e6)

  it('is a full disk, with the volume and the bytes, when there is no room or no quota', () => {
    for (const code of ['SQLITE_FULL', 'ENOSPC', 'EDQUOT']) {
      const error = failure(code) as LacunaError
      expect(error.code).toBe('disk-full')
      expect(error.message).toMatch(/5\.3 MB are needed/)
      expect(error.detail).toMatchObject({ volume: volumeOf(tempDir()), needed: 5e6 + 256 * 1024 })
    }
  })

  it('is a damaged workspace when SQLite says so', () => {
    for (const code of ['SQLITE_CORRUPT', 'SQLITE_CORRUPT_INDEX', 'SQLITE_NOTADB']) {
      expect((failure(code) as LacunaError).code).toBe('workspace-damaged')
    }
  })

  it('stays what it is when it is something else', () => {
    const other = Object.assign(new Error('x'), { code: 'SQLITE_CONSTRAINT' })
    expect(storeFailure(other, tempDir())).toBe(other)
    const known = new LacunaError('conflict', 'x')
    expect(storeFailure(known, tempDir())).toBe(known)
    // An input/output error with plenty of room is no full disk.
    expect(
      storeFailure(Object.assign(new Error('x'), { code: 'SQLITE_IOERR_WRITE' }), tempDir()),
    ).not.toBeInstanceOf(LacunaError)
  })
})
