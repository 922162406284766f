// What the command line says about a workspace that is damaged, and the way out: `lacuna doctor --recover`.
import { createInterface } from 'node:readline/promises'
import { LacunaError } from '../../shared/errors.ts'
import type { WorkspaceOptions } from './context.ts'
import { backupInstant, damageFound, workspaceDamage, type WorkspaceDamage } from '../store/damage.ts'
import { EXIT_FAILED, note, printJson, printLine, usageError } from './output.ts'
import { VERSION } from './version.ts'
import { workspaceFolder } from './workspace-folder.ts'

export const RECOVERIES = ['backup', 'empty'] as const

export interface RecoverFlags extends WorkspaceOptions {
  json?: boolean
  recover?: (typeof RECOVERIES)[number]
  yes?: boolean
}

/** Add to an error at start what to run; every other error is returned as it is. */
export function withWayOut(error: unknown, options: WorkspaceOptions): unknown {
  const damage = workspaceDamage(error)
  if (damage === undefined) return error
  const message = `${damageFound(damage)}; ${wayOut(damage, options)}`
  return new LacunaError('workspace-damaged', message, damage, { cause: error })
}

/** What to run after damage was found, as the end of a sentence. */
export function wayOut({ reason, backup }: WorkspaceDamage, { workspace }: WorkspaceOptions): string {
  const where = workspace === undefined ? '' : ` --workspace ${quoted(workspace)}`
  const run = (choice: string) => `\`lacuna doctor --recover ${choice}${where}\``
  const empty = `${run('empty')} to begin with an empty workspace.`
  const first = reason === 'newer' ? 'use that version, choose another folder with --workspace, or ' : ''
  if (backup === undefined) return `${first || 'there is no backup: '}run ${empty}`
  return `${first}run ${run('backup')} to put back the verified backup of ${backupInstant(backup)}, or ${empty}`
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w./:\\-]+$/.test(word) ? word : `"${word}"`
}

/**
 * Put the newest backup, or an empty database, in the place of one that cannot be used, after asking.
 * @throws LacunaError conflict when the workspace is in order; bad-request when nobody can be asked; what recovering throws
 */
export async function recover(choice: (typeof RECOVERIES)[number], flags: RecoverFlags): Promise<void> {
  const folder = workspaceFolder(flags.workspace)
  const { findDamage, recoverWorkspace } = await import('../store/store.ts')
  const options = { now: () => new Date(), program: `lacuna ${VERSION} doctor` }
  const damage = findDamage(folder, options)
  if (damage === undefined) {
    throw new LacunaError('conflict', `The workspace ${folder} is in order; nothing was changed.`)
  }
  const possible = choice === 'empty' || damage.backup !== undefined // else recovering says why not
  if (possible && flags.yes !== true && !(await agreed(damage, choice))) {
    note('Nothing was changed.')
    process.exitCode = EXIT_FAILED
    return
  }
  const { keptAs, backup } = recoverWorkspace(folder, choice, options)
  if (flags.json === true) return printJson({ recovered: choice, workspace: folder, keptAs, backup })
  const now =
    backup === undefined ? 'begins with an empty database' : `is as it was on ${backupInstant(backup)}`
  const kept = keptAs === undefined ? '' : `; what was there is kept as ${keptAs}`
  printLine(`The workspace ${folder} ${now}${kept}.`)
}

async function agreed(damage: WorkspaceDamage, choice: 'backup' | 'empty'): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw usageError('There is no terminal to ask on; add --yes to agree, nothing was changed.')
  }
  note(`${damageFound(damage)}.`)
  const what =
    choice === 'empty' || damage.backup === undefined
      ? 'Begin with an empty database'
      : `Put back the backup of ${backupInstant(damage.backup)}`
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${what}? [y/N] `)).trim())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ABORT_ERR') throw error
    note('') // Ctrl+C or Ctrl+D leaves the question standing on the line
    return false
  } finally {
    terminal.close()
  }
}
