// The store of a workspace: the only place that reads and writes its database. Synchronous, one writer; knows neither
// engine nor screen.
import { mkdirSync, statSync } from 'node:fs'
import { LacunaError } from '../../shared/errors.ts'
import { AnnotationStore } from './annotations.ts'
import { inTransaction, type StoreContext } from './area.ts'
import { backupNow, Backups } from './backup.ts'
import { BlobStore } from './blobs.ts'
import { backupInstant, workspaceDamage, type WorkspaceDamage } from './damage.ts'
import { connect, integrity, latestVersion, migrate, readVersion, type Connection } from './database.ts'
import { CalibrationStore } from './calibrations.ts'
import { CostStore } from './costs.ts'
import { DatasetStore } from './datasets.ts'
import { storeFailure, suspect } from './failures.ts'
import { emptyFolder, folderBytes, removeStaleFiles } from './files.ts'
import { lockWorkspace } from './lock.ts'
import { MIGRATIONS, type Migration } from './migrations/index.ts'
import { OutcomeStore } from './outcomes.ts'
import { workspacePaths, type WorkspacePaths } from './paths.ts'
import { ensureDatabase, replaceDatabase, type Recovered } from './recovery.ts'
import { RunStore } from './runs.ts'
import { SettingStore } from './settings.ts'
import { StudyStore } from './studies.ts'
import { TransferStore } from './transfer.ts'

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
 * Read everything in a workspace and say why it cannot be used, or undefined when it can. What cannot be used is set
 * aside as at every start.
 * @throws LacunaError workspace-locked, disk-full
 */
export function findDamage(folder: string, options: OpenOptions): WorkspaceDamage | undefined {
  try {
    const checks = checkOnce(openStore(folder, options))
    // What the check found makes the next start refuse the database.
    if (checks.some(({ name, ok }) => name === 'database' && !ok)) openStore(folder, options).close()
    return undefined
  } catch (error) {
    const damage = workspaceDamage(error)
    if (damage === undefined) throw error
    return damage
  }
}

/**
 * After workspace-damaged: put the newest verified backup in the database's place, or begin with an empty one. What
 * was there stays in the folder as lacuna.db.damaged-DATE.
 * @throws LacunaError not-found without a backup, item-damaged for a damaged one, workspace-locked, disk-full
 */
export function recoverWorkspace(
  folder: string,
  choice: 'backup' | 'empty',
  options: OpenOptions,
): Recovered {
  const { paths, unlock } = enterWorkspace(folder, options)
  try {
    return replaceDatabase(paths, choice, options.migrations ?? MIGRATIONS, options.now())
  } catch (error) {
    throw storeFailure(error, paths.database)
  } finally {
    unlock()
  }
}

function checkOnce(store: Store): StoreCheck[] {
  try {
    return store.check()
  } finally {
    store.close()
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
  readonly calibrations: CalibrationStore
  readonly costs: CostStore
  readonly annotations: AnnotationStore
  readonly outcomes: OutcomeStore
  readonly backups: Backups
  readonly transfer: TransferStore
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
    this.calibrations = new CalibrationStore(this.#context)
    this.costs = new CostStore(this.#context)
    this.annotations = new AnnotationStore(this.#context)
    this.outcomes = new OutcomeStore(this.#context)
    this.backups = new Backups(database, paths, now)
    this.transfer = new TransferStore(this.#context, this.blobs)
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
    const { database, databasePath } = this.#context
    const found = integrity(database)
    const whole = found === 'ok'
    if (!whole) suspect(databasePath)
    return [
      {
        name: 'database',
        ok: whole,
        found: `${found}, ${(statSync(databasePath).size / 1e6).toFixed(1)} MB, schema ${readVersion(database)}`,
        ...(whole ? {} : { todo: 'Close Lacuna and start it again: it will offer the last backup.' }),
      },
      // Items of a damaged database cannot be told from what surrounds them.
      ...(whole ? [this.#checkItems()] : []),
      this.#checkBackups(),
    ]
  }

  #checkItems(): StoreCheck {
    const datasets = [...this.datasets.list(), ...this.datasets.listRemoved()]
    const items = [
      ...this.blobs.damaged().map((b) => `${b.kind} of ${b.runId}`),
      ...datasets.filter((d) => !this.#contentIsWhole(d.id)).map((d) => `dataset '${d.name}'`),
    ]
    if (items.length === 0) return { name: 'stored items', ok: true, found: 'every checksum matches' }
    return {
      name: 'stored items',
      ok: false,
      found: `damaged: ${items.join(', ')}`,
      todo: 'Import the dataset, or run the runs, again.',
    }
  }

  #checkBackups(): StoreCheck {
    const [last] = this.backups.list()
    const found =
      last === undefined
        ? 'none yet; one is made every day while nothing runs'
        : `${backupInstant(last)}, ${(last.bytes / 1e6).toFixed(1)} MB, in ${this.paths.backups}`
    return { name: 'last backup', ok: true, found }
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
