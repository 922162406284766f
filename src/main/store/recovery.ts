// What happens when the database of a workspace cannot be used: it is kept aside, the last backup is offered, and
// nothing begins from zero until a person says so. Deletes nothing.
import { copyFileSync, existsSync, readdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { LacunaError } from '../../shared/errors.ts'
import { listBackups, verifyCopy, type BackupInfo } from './backup.ts'
import { createDatabase, inspectDatabase, latestVersion, type DamageReason } from './database.ts'
import { moveIntoPlace, syncFile, syncFolder, temporaryName } from './files.ts'
import type { Migration } from './migrations/index.ts'
import { fileStamp, type WorkspacePaths } from './paths.ts'

/** Detail of a workspace-damaged error at start. */
export interface WorkspaceDamage {
  database: string
  reason: DamageReason | 'missing'
  keptAs?: string // where the unusable file is now
  backup?: BackupInfo // the newest verified one
}

const REASONS: Record<WorkspaceDamage['reason'], string> = {
  empty: 'has 0 bytes',
  foreign: 'is not a database of Lacuna',
  damaged: 'is damaged or cut off',
  newer: 'was written by a newer version of Lacuna',
  missing: 'is missing although the workspace has been used',
}

/**
 * Make sure that there is a usable database: make one in a folder that never had one, refuse one that cannot be used.
 * @throws LacunaError workspace-damaged with WorkspaceDamage as detail
 */
export function ensureDatabase(paths: WorkspacePaths, migrations: readonly Migration[], now: Date): void {
  if (!existsSync(paths.database)) {
    if (keptAside(paths).length > 0 || listBackups(paths).length > 0) throw damage(paths, 'missing')
    createDatabase(paths.database, migrations)
    return
  }
  const reason = inspectDatabase(paths.database, latestVersion(migrations))
  if (reason === undefined) return
  // A newer Lacuna would look for its database where it left it.
  if (reason === 'newer') throw damage(paths, reason)
  throw damage(paths, reason, setAside(paths, now))
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

/** Put the newest backup in the database's place, or an empty database; the old one is kept aside. */
export function replaceDatabase(
  paths: WorkspacePaths,
  choice: 'backup' | 'empty',
  migrations: readonly Migration[],
  now: Date,
): void {
  const backup = listBackups(paths)[0]
  if (choice === 'backup') {
    if (backup === undefined) {
      throw new LacunaError(
        'not-found',
        `There is no backup in ${paths.backups}; the workspace can only begin anew.`,
      )
    }
    verifyCopy(backup.path)
  }
  if (existsSync(paths.database)) setAside(paths, now)
  if (choice === 'empty') {
    createDatabase(paths.database, migrations)
    return
  }
  const temporary = temporaryName(paths.database)
  copyFileSync(backup!.path, temporary)
  syncFile(temporary)
  moveIntoPlace(temporary, paths.database)
}

function keptAside(paths: WorkspacePaths): string[] {
  return readdirSync(paths.folder)
    .filter((name) => name.startsWith(`${basename(paths.database)}.damaged-`) && !/-(wal|shm)$/.test(name))
    .sort()
    .map((name) => join(paths.folder, name))
}

function damage(paths: WorkspacePaths, reason: WorkspaceDamage['reason'], keptAs?: string): LacunaError {
  const detail: WorkspaceDamage = { database: paths.database, reason }
  const kept = keptAs ?? keptAside(paths).at(-1)
  if (kept !== undefined && reason !== 'newer') detail.keptAs = kept
  const backup = listBackups(paths)[0]
  if (backup !== undefined) detail.backup = backup
  const keptText = detail.keptAs === undefined ? '' : ` and is kept as ${basename(detail.keptAs)}`
  return new LacunaError(
    'workspace-damaged',
    `The database ${paths.database} ${REASONS[reason]}${keptText}; ${advice(detail)}`,
    detail,
  )
}

function advice({ reason, backup }: WorkspaceDamage): string {
  if (reason === 'newer') return 'use that version, or choose another workspace.'
  if (backup === undefined) return 'there is no backup, so the workspace can only begin anew.'
  return `the backup of ${backup.madeAt.slice(0, 16).replace('T', ' ')} UTC can take its place.`
}
