// What happens when the database of a workspace cannot be used: it is kept aside, the last backup is offered, and
// nothing begins from zero until a person says so. Deletes nothing.
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { LacunaError } from '../../shared/errors.ts'
import { listBackups, type BackupInfo } from './backup.ts'
import { backupInstant, damageFound, type WorkspaceDamage } from './damage.ts'
import { createDatabase, inspectDatabase, isWhole, latestVersion } from './database.ts'
import { suspectMark } from './failures.ts'
import { moveIntoPlace, syncFile, syncFolder, temporaryName } from './files.ts'
import type { Migration } from './migrations/index.ts'
import { fileStamp, type WorkspacePaths } from './paths.ts'
import { isWholeCopy } from './verify-copy.ts'

/** What took the place of a database that could not be used. */
export interface Recovered {
  keptAs?: string // where what was there is now
  backup?: BackupInfo // the one that was put back
}

/**
 * Make sure that there is a usable database: make one in a folder that never had one, refuse one that cannot be used.
 * @throws LacunaError workspace-damaged with WorkspaceDamage as detail
 */
export function ensureDatabase(paths: WorkspacePaths, migrations: readonly Migration[], now: Date): void {
  if (!existsSync(paths.database)) {
    if (keptAside(paths).length > 0 || listBackups(paths).length > 0)
      throw damage(paths, migrations, 'missing')
    createDatabase(paths.database, migrations)
    return
  }
  const reason = inspectDatabase(paths.database, latestVersion(migrations)) ?? suspicion(paths)
  if (reason === undefined) return
  // A newer Lacuna would look for its database where it left it.
  if (reason === 'newer') throw damage(paths, migrations, reason)
  throw damage(paths, migrations, reason, setAside(paths, now))
}

/** After SQLite met a damaged page the whole database is read once: only then is it known whether it can be used. */
function suspicion(paths: WorkspacePaths): 'damaged' | undefined {
  const mark = suspectMark(paths.database)
  if (!existsSync(mark)) return undefined
  const whole = isWhole(paths.database)
  rmSync(mark, { force: true })
  return whole ? undefined : 'damaged'
}

/** Rename the database and its log so that nothing uses or overwrites them; returns the new name. */
export function setAside(paths: WorkspacePaths, now: Date): string {
  const kept = `${paths.database}.damaged-${fileStamp(now)}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(paths.database + suffix)) renameSync(paths.database + suffix, kept + suffix)
  }
  syncFolder(paths.folder)
  return kept
}

/** Put the newest whole backup in the database's place, or an empty database; the old one is kept aside. */
export function replaceDatabase(
  paths: WorkspacePaths,
  choice: 'backup' | 'empty',
  migrations: readonly Migration[],
  now: Date,
): Recovered {
  const backup = usableBackup(paths, migrations)
  if (choice === 'backup' && backup === undefined) throw noBackup(paths)
  const keptAs = existsSync(paths.database) ? setAside(paths, now) : keptAside(paths).at(-1)
  const kept = keptAs === undefined ? {} : { keptAs }
  if (choice === 'empty') {
    // Backups of the new database would push the old one out within days.
    if (backup !== undefined) renameSync(backup.path, `${backup.path}.kept`)
    createDatabase(paths.database, migrations)
    return kept
  }
  const temporary = temporaryName(paths.database)
  copyFileSync(backup!.path, temporary)
  syncFile(temporary)
  moveIntoPlace(temporary, paths.database)
  return { ...kept, backup: backup! }
}

/** The newest backup that is still whole and that this version can read. */
function usableBackup(paths: WorkspacePaths, migrations: readonly Migration[]): BackupInfo | undefined {
  return listBackups(paths).find(
    ({ path }) => isWholeCopy(path) && inspectDatabase(path, latestVersion(migrations)) === undefined,
  )
}

function noBackup(paths: WorkspacePaths): LacunaError {
  const { length } = listBackups(paths)
  const only = 'the workspace can only begin anew.'
  return length === 0
    ? new LacunaError('not-found', `There is no backup in ${paths.backups}; ${only}`)
    : new LacunaError(
        'item-damaged',
        `None of the ${length} backups in ${paths.backups} can be used; ${only}`,
      )
}

function keptAside(paths: WorkspacePaths): string[] {
  return readdirSync(paths.folder)
    .filter((name) => name.startsWith(`${basename(paths.database)}.damaged-`) && !/-(wal|shm)$/.test(name))
    .sort()
    .map((name) => join(paths.folder, name))
}

function damage(
  paths: WorkspacePaths,
  migrations: readonly Migration[],
  reason: WorkspaceDamage['reason'],
  keptAs?: string,
): LacunaError {
  const detail: WorkspaceDamage = { database: paths.database, reason }
  const kept = keptAs ?? keptAside(paths).at(-1)
  if (kept !== undefined && reason !== 'newer') detail.keptAs = kept
  const backup = usableBackup(paths, migrations)
  if (backup !== undefined) detail.backup = backup
  return new LacunaError('workspace-damaged', `${damageFound(detail)}; ${advice(detail)}`, detail)
}

function advice({ reason, backup }: WorkspaceDamage): string {
  if (reason === 'newer') return 'use that version, or choose another workspace.'
  if (backup === undefined) return 'there is no backup, so the workspace can only begin anew.'
  return `the backup of ${backupInstant(backup)} can take its place.`
}
