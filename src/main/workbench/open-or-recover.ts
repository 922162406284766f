// Opening a workspace from the window: when its database cannot be used a person chooses what takes its place, or quits.
// The dialog is handed in; nothing is replaced without an answer.
import { recoverWorkspace } from '../store/store.ts'
import { backupInstant, damageFound, workspaceDamage, type WorkspaceDamage } from '../store/damage.ts'

/** The part of Electron's message box that is used. */
export interface Question {
  type: 'warning'
  title: string
  message: string
  detail: string
  buttons: string[]
  defaultId: number
  cancelId: number
  noLink: true
}

export interface QuestionDialog {
  showMessageBox(question: Question): Promise<{ response: number }>
}

export type RecoveryChoice = 'backup' | 'empty' | 'quit'

export interface RecoverOptions {
  workspace: string
  program: string
  now: () => Date
  dialog: QuestionDialog
}

/**
 * Open with `open`; after damage ask, recover and open again, as often as it takes.
 * @returns undefined when the person quits
 * @throws what `open` throws other than damage found at start
 */
export async function openOrRecover<T>(
  open: () => Promise<T>,
  options: RecoverOptions,
): Promise<T | undefined> {
  let failure: unknown // of the last recovery
  for (;;) {
    try {
      return await open()
    } catch (error) {
      const damage = workspaceDamage(error)
      if (damage === undefined) throw error
      const { question, choices } = recoveryQuestion(damage, failure)
      const { response } = await options.dialog.showMessageBox(question)
      const choice = choices[response] ?? 'quit'
      if (choice === 'quit') return undefined
      failure = tryRecovery(choice, options)
    }
  }
}

/** Recover; a failure is returned, to be told with the next question. */
function tryRecovery(choice: 'backup' | 'empty', { workspace, now, program }: RecoverOptions): unknown {
  try {
    recoverWorkspace(workspace, choice, { now, program })
    return undefined
  } catch (error) {
    return error
  }
}

/** What is asked, and what each button means. */
export function recoveryQuestion(
  damage: WorkspaceDamage,
  failure: unknown,
): { question: Question; choices: RecoveryChoice[] } {
  const { backup, reason } = damage
  const choices: RecoveryChoice[] = backup === undefined ? ['empty', 'quit'] : ['backup', 'empty', 'quit']
  const labels: Record<RecoveryChoice, string> = {
    backup: backup === undefined ? '' : `Restore the backup of ${backupInstant(backup)}`,
    empty: 'Start empty',
    quit: 'Quit',
  }
  const lines = [
    failure === undefined
      ? []
      : [`That did not work: ${failure instanceof Error ? failure.message : String(failure)}`],
    backup === undefined ? ['There is no backup that can be used.'] : [],
    reason === 'newer' ? ['You can also quit and use the newer version.'] : [],
    ['Whatever you choose, nothing is deleted: the old database stays in the folder of the workspace.'],
  ].flat()
  // Without a backup nothing is done by pressing Enter.
  const defaultId = backup === undefined || reason === 'newer' ? choices.length - 1 : 0
  return {
    choices,
    question: {
      type: 'warning',
      title: 'The workspace cannot be used as it is',
      message: `${damageFound(damage)}.`,
      detail: lines.join('\n\n'),
      buttons: choices.map((choice) => labels[choice]),
      defaultId,
      cancelId: choices.length - 1,
      noLink: true,
    },
  }
}
