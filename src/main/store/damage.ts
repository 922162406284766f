// What is known about a workspace whose database cannot be used, and how to say it. Reads nothing.
import { basename } from 'node:path'
import { LacunaError } from '../../shared/errors.ts'
import type { BackupInfo } from './backup.ts'
import type { DamageReason } from './database.ts'

/** Detail of a workspace-damaged error at start. */
export interface WorkspaceDamage {
  database: string
  reason: DamageReason | 'missing'
  keptAs?: string // where the unusable file is now
  backup?: BackupInfo // the newest whole one that this version can use
}

const REASONS: Record<WorkspaceDamage['reason'], string> = {
  empty: 'has 0 bytes',
  foreign: 'is not a database of Lacuna',
  damaged: 'is damaged or cut off',
  newer: 'was written by a newer version of Lacuna',
  missing: 'is missing although the workspace has been used',
}

/** The damage found at start that an error tells of; undefined for every other error. */
export function workspaceDamage(error: unknown): WorkspaceDamage | undefined {
  if (!(error instanceof LacunaError) || error.code !== 'workspace-damaged') return undefined
  const detail = error.detail as Partial<WorkspaceDamage> | undefined
  const reason = detail?.reason
  return reason !== undefined && Object.hasOwn(REASONS, reason) ? (detail as WorkspaceDamage) : undefined
}

/** Say what was found and where it is kept, as the beginning of a sentence. */
export function damageFound({ database, reason, keptAs }: WorkspaceDamage): string {
  if (keptAs === undefined) return `The database ${database} ${REASONS[reason]}`
  // Every start after the first finds it set aside already.
  const found = reason === 'missing' ? 'could not be used' : REASONS[reason]
  return `The database ${database} ${found} and is kept beside it as ${basename(keptAs)}`
}

/** The instant of a backup as people read it: 2026-11-23 17:41 UTC. */
export function backupInstant({ madeAt }: BackupInfo): string {
  return `${madeAt.slice(0, 16).replace('T', ' ')} UTC`
}
