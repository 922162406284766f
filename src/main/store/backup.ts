// Copies of the database that have been read back and found whole. Only a verified copy ever gets a backup's name.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection } from './database.ts'
import { freeBytes, guardWrite, storeFailure } from './failures.ts'
import { moveIntoPlace, syncFile, temporaryName } from './files.ts'
import { fileStamp, type WorkspacePaths } from './paths.ts'
import { verifyAside, verifyCopy } from './verify-copy.ts'

export interface BackupInfo {
  path: string
  name: string
  bytes: number
  madeAt: string // ISO 8601, UTC
}

const PATTERN = /^lacuna-(\d{8})-(\d{6})-(\d{3})\.db$/
const KEPT = 3
const DAY = 24 * 60 * 60 * 1000

/** List the backups of a workspace, newest first. */
export function listBackups(paths: WorkspacePaths): BackupInfo[] {
  if (!existsSync(paths.backups)) return []
  return readdirSync(paths.backups)
    .filter((name) => PATTERN.test(name))
    .sort()
    .reverse()
    .map((name) => {
      const path = join(paths.backups, name)
      return { path, name, bytes: statSync(path).size, madeAt: instantOf(name) }
    })
}

function instantOf(name: string): string {
  const [, day, time, ms] = PATTERN.exec(name)!
  const pair = (text: string, at: number) => text.slice(at, at + 2)
  return `${day!.slice(0, 4)}-${pair(day!, 4)}-${pair(day!, 6)}T${pair(time!, 0)}:${pair(time!, 2)}:${pair(time!, 4)}.${ms}Z`
}

/** Copy the database at once, before a migration. The caller holds the only connection. */
export function backupNow(database: Connection, paths: WorkspacePaths, now: Date): BackupInfo {
  const { path, temporary } = prepare(paths, now)
  try {
    guardWrite(paths.backups, databaseBytes(database), () =>
      database.prepare<[string]>('VACUUM INTO ?').run(temporary),
    )
    verifyCopy(temporary)
    syncFile(temporary)
    return keep(temporary, path, paths)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Backups of an open store. */
export class Backups {
  readonly #database: Connection
  readonly #paths: WorkspacePaths
  readonly #now: () => Date
  #making: Promise<BackupInfo> | undefined

  constructor(database: Connection, paths: WorkspacePaths, now: () => Date) {
    this.#database = database
    this.#paths = paths
    this.#now = now
  }

  /** Newest first. */
  list(): BackupInfo[] {
    return listBackups(this.#paths)
  }

  /** True when the newest backup is older than a day, or there is none, and the disk has ample room for one. */
  due(): boolean {
    const newest = this.list()[0]
    const old = newest === undefined || this.#now().getTime() - Date.parse(newest.madeAt) > DAY
    return old && freeBytes(this.#paths.folder) > 2 * databaseBytes(this.#database)
  }

  /**
   * Copy the database while it stays in use, read the copy back and keep it; only the newest three stay.
   * @throws LacunaError disk-full or item-damaged; the existing backups are untouched then
   */
  make(): Promise<BackupInfo> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  async #make(): Promise<BackupInfo> {
    const { path, temporary } = prepare(this.#paths, this.#now())
    try {
      await this.#copy(temporary)
      await verifyAside(temporary)
      return keep(temporary, path, this.#paths)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }

  async #copy(temporary: string): Promise<void> {
    try {
      await this.#database.backup(temporary)
    } catch (error) {
      throw storeFailure(error, this.#paths.backups, databaseBytes(this.#database))
    }
  }
}

function prepare(paths: WorkspacePaths, now: Date): { path: string; temporary: string } {
  mkdirSync(paths.backups, { recursive: true })
  const path = join(paths.backups, `lacuna-${fileStamp(now)}.db`)
  const temporary = temporaryName(path)
  rmSync(temporary, { force: true })
  return { path, temporary }
}

/** Give a verified copy its name; only the newest few stay. */
function keep(temporary: string, path: string, paths: WorkspacePaths): BackupInfo {
  moveIntoPlace(temporary, path)
  const backups = listBackups(paths)
  for (const old of backups.slice(KEPT)) rmSync(old.path)
  return backups.find((b) => b.path === path)!
}

function databaseBytes(database: Connection): number {
  const pages = database.pragma('page_count', { simple: true }) as number
  return pages * (database.pragma('page_size', { simple: true }) as number)
}
