// Opens the one database of a workspace: recognises what must not be touched, creates, migrates, sets the switches that
// make an acknowledged write last. Knows no table.
import Database from 'better-sqlite3'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { LacunaError } from '../../shared/errors.ts'
import { isCorruption } from './failures.ts'
import { moveIntoPlace, syncFile, temporaryName } from './files.ts'
import type { Migration } from './migrations/index.ts'

export type Connection = Database.Database

/** 'LACU': tells our databases from those of other programs. */
export const APPLICATION_ID = 0x4c414355

/** Earlier versions could corrupt a database when its log was reset. */
const OLDEST_SQLITE = [3, 51, 3] as const

/** Every SQLite database begins with these bytes. */
const MAGIC = 'SQLite format 3\0'

export type DamageReason = 'empty' | 'foreign' | 'damaged' | 'newer'

/** Latest schema version of a list of migrations. */
export function latestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)!.version
}

/** Say why the database at `path` cannot be used, or undefined when it can. Changes nothing. */
export function inspectDatabase(path: string, latest: number): DamageReason | undefined {
  if (statSync(path).size === 0) return 'empty'
  const head = Buffer.alloc(MAGIC.length)
  const file = openSync(path, 'r')
  try {
    readSync(file, head, 0, head.length, 0)
  } finally {
    closeSync(file)
  }
  if (head.toString('latin1') !== MAGIC) return 'foreign'
  let database: Connection | undefined
  try {
    database = new Database(path, { readonly: true, fileMustExist: true })
    if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID) return 'foreign'
    // SQLite itself compares the size of the file with the number of pages it should have: a cut file fails here.
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    const version = readVersion(database)
    if (version > latest) return 'newer'
    return version < 1 ? 'damaged' : undefined
  } catch (error) {
    if (isCorruption(error)) return 'damaged'
    throw error
  } finally {
    database?.close()
  }
}

/** Read every page and index of an open database: 'ok', or the first thing that is wrong. Seconds per gigabyte. */
export function integrity(database: Connection): string {
  try {
    return String(database.pragma('integrity_check(1)', { simple: true }))
  } catch (error) {
    if (isCorruption(error)) return (error as Error).message
    throw error
  }
}

/** Tell whether every page of the database at `path` can be read, its log included. */
export function isWhole(path: string): boolean {
  const database = new Database(path, { fileMustExist: true })
  try {
    return integrity(database) === 'ok'
  } finally {
    database.close()
  }
}

/** Create a database with the newest schema at `path`, where nothing may be yet. It appears complete or not at all. */
export function createDatabase(path: string, migrations: readonly Migration[]): void {
  if (existsSync(path)) throw new LacunaError('internal', `The database ${path} exists already.`)
  const temporary = temporaryName(path)
  const database = new Database(temporary)
  try {
    database.pragma(`application_id = ${APPLICATION_ID}`)
    migrate(database, migrations)
  } finally {
    database.close()
  }
  syncFile(temporary)
  moveIntoPlace(temporary, path)
}

/** Open a database that has been inspected, for the one writer there is. */
export function connect(path: string): Connection {
  const database = new Database(path, { fileMustExist: true, timeout: 5000 })
  try {
    assertSqlite(database)
    // The folder is locked, so nobody else reads: without shared memory there is one file less that can fail.
    database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL') // the default for WAL, NORMAL, loses acknowledged rows at a power cut
    database.pragma('foreign_keys = ON')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Apply the steps a database does not have yet, each in one transaction with its version number. */
export function migrate(database: Connection, migrations: readonly Migration[]): void {
  for (const { version, sql } of migrations.slice(readVersion(database))) {
    database.transaction(() => {
      database.exec(sql)
      database.pragma(`user_version = ${version}`)
    })()
  }
}

export function readVersion(database: Connection): number {
  return database.pragma('user_version', { simple: true }) as number
}

function assertSqlite(database: Connection): void {
  const text = database.prepare<[], string>('SELECT sqlite_version()').pluck().get()!
  const parts = text.split('.').map(Number)
  const difference = OLDEST_SQLITE.map((oldest, i) => parts[i]! - oldest).find((d) => d !== 0) ?? 0
  if (difference < 0) {
    throw new LacunaError(
      'unsupported',
      `SQLite ${text} can damage databases; ${OLDEST_SQLITE.join('.')} or newer is needed: install Lacuna again.`,
    )
  }
}
