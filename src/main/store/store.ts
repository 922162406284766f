// The store of a workspace: the only place that reads and writes its database. Synchronous, one writer; knows neither
// engine nor screen.
import { mkdirSync, statSync } from 'node:fs'
import { LacunaError } from '../../shared/errors.ts'
import { inTransaction, type StoreContext } from './area.ts'
import { backupNow, Backups } from './backup.ts'
import { BlobStore } from './blobs.ts'
import { connect, latestVersion, migrate, readVersion, type Connection } from './database.ts'
import { DatasetStore } from './datasets.ts'
import { storeFailure } from './failures.ts'
import { emptyFolder, folderBytes, removeStaleFiles } from './files.ts'
import { lockWorkspace } from './lock.ts'
import { MIGRATIONS, type Migration } from './migrations/index.ts'
import { workspacePaths, type WorkspacePaths } from './paths.ts'
import { ensureDatabase, replaceDatabase } from './recovery.ts'
import { RunStore } from './runs.ts'
import { SettingStore } from './settings.ts'
import { StudyStore } from './studies.ts'

export interface OpenOptions {
  now: () => Date
  program?: string // who opens it, for the message of those who find it locked
  migrations?: readonly Migration[] // tests only
}

/** One finding about the workspace. */
export interface StoreCheck {
  name: string
  ok: boolean
  found: string
  todo?: string
}

/**
 * Open a workspace, making the folder when it is new. Runs that were running when the last program ended are
 * interrupted afterwards.
 * @throws LacunaError workspace-locked, workspace-damaged (detail: WorkspaceDamage), disk-full
 */
export function openStore(folder: string, options: OpenOptions): Store {
  const { now, migrations = MIGRATIONS } = options
  const { paths, unlock } = enterWorkspace(folder, options)
  let database: Connection | undefined
  try {
    ensureDatabase(paths, migrations, now())
    database = connect(paths.database)
    if (readVersion(database) < latestVersion(migrations)) {
      backupNow(database, paths, now())
      migrate(database, migrations)
    }
    const store = new Store(database, paths, now, unlock)
    store.runs.interruptAll()
    return store
  } catch (error) {
    database?.close()
    unlock()
    throw storeFailure(error, paths.database)
  }
}

/**
 * After workspace-damaged: put the newest verified backup in the database's place, or begin with an empty one. What
 * was there stays in the folder as lacuna.db.damaged-DATE.
 * @throws LacunaError not-found without a backup, item-damaged for a damaged one, workspace-locked, disk-full
 */
export function recoverWorkspace(folder: string, choice: 'backup' | 'empty', options: OpenOptions): void {
  const { paths, unlock } = enterWorkspace(folder, options)
  try {
    replaceDatabase(paths, choice, options.migrations ?? MIGRATIONS, options.now())
  } catch (error) {
    throw storeFailure(error, paths.database)
  } finally {
    unlock()
  }
}

function enterWorkspace(folder: string, { now, program = 'lacuna' }: OpenOptions) {
  const paths = workspacePaths(folder)
  try {
    mkdirSync(folder, { recursive: true })
    const unlock = lockWorkspace(paths, { pid: process.pid, program, since: now().toISOString() })
    try {
      mkdirSync(paths.temp, { recursive: true })
      mkdirSync(paths.backups, { recursive: true })
      emptyFolder(paths.temp)
      removeStaleFiles(folder)
      removeStaleFiles(paths.backups)
    } catch (error) {
      unlock()
      throw error
    }
    return { paths, unlock }
  } catch (error) {
    throw storeFailure(error, folder)
  }
}

export class Store {
  readonly paths: WorkspacePaths
  readonly datasets: DatasetStore
  readonly studies: StudyStore
  readonly runs: RunStore
  readonly blobs: BlobStore
  readonly settings: SettingStore
  readonly backups: Backups
  readonly #context: StoreContext
  readonly #unlock: () => void

  constructor(database: Connection, paths: WorkspacePaths, now: () => Date, unlock: () => void) {
    this.#context = { database, databasePath: paths.database, now }
    this.#unlock = unlock
    this.paths = paths
    this.datasets = new DatasetStore(this.#context)
    this.studies = new StudyStore(this.#context)
    this.blobs = new BlobStore(this.#context)
    this.runs = new RunStore(this.#context, this.blobs)
    this.settings = new SettingStore(this.#context)
    this.backups = new Backups(database, paths, now)
  }

  get folder(): string {
    return this.paths.folder
  }

  /** Run several changes as one transaction. */
  transaction<T>(work: () => T): T {
    return inTransaction(this.#context, work)
  }

  /** The switches that decide whether an acknowledged write survives a power cut, as SQLite reports them. */
  switches(): { journalMode: unknown; synchronous: unknown; foreignKeys: unknown; lockingMode: unknown } {
    const read = (name: string) => this.#context.database.pragma(name, { simple: true })
    return {
      journalMode: read('journal_mode'),
      synchronous: read('synchronous'), // 2: FULL
      foreignKeys: read('foreign_keys'),
      lockingMode: read('locking_mode'),
    }
  }

  /** Bytes the workspace takes on the disk. */
  bytes(): number {
    return folderBytes(this.folder)
  }

  /** Read the whole database and every blob and say what was found; seconds per gigabyte. */
  check(): StoreCheck[] {
    const { database } = this.#context
    const integrity = String(database.pragma('integrity_check(1)', { simple: true }))
    const damaged = this.blobs.damaged()
    const datasets = [...this.datasets.list(), ...this.datasets.listRemoved()].filter(
      (d) => !this.#contentIsWhole(d.id),
    )
    const items = [
      ...damaged.map((b) => `${b.kind} of ${b.runId}`),
      ...datasets.map((d) => `dataset '${d.name}'`),
    ]
    const backup = this.backups.list()[0]
    return [
      {
        name: 'database',
        ok: integrity === 'ok',
        found: `${integrity}, ${(statSync(this.paths.database).size / 1e6).toFixed(1)} MB, schema ${readVersion(database)}`,
        ...(integrity === 'ok' ? {} : { todo: 'Start again with the last backup.' }),
      },
      {
        name: 'stored items',
        ok: items.length === 0,
        found: items.length === 0 ? 'every checksum matches' : `damaged: ${items.join(', ')}`,
        ...(items.length === 0 ? {} : { todo: 'Import the dataset, or run the runs, again.' }),
      },
      { name: 'last backup', ok: true, found: backup === undefined ? 'none yet' : backup.madeAt },
    ]
  }

  #contentIsWhole(id: string): boolean {
    try {
      this.datasets.content(id)
      return true
    } catch (error) {
      if (error instanceof LacunaError && error.code === 'item-damaged') return false
      throw error
    }
  }

  /** Close the database and give the folder free. */
  close(): void {
    this.#context.database.close()
    this.#unlock()
  }
}
