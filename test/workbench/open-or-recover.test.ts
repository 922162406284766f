import { readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import { openOrRecover, type Question } from '../../src/main/workbench/open-or-recover.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import { clock, withStudy } from '../store/support.ts'
import { tempDir } from '../support/temp-dir.ts'

async function damagedWorkspace(backup: boolean): Promise<string> {
  const folder = tempDir()
  const store = openStore(folder, { now: clock() })
  withStudy(store)
  if (backup) await store.backups.make()
  store.close()
  truncateSync(join(folder, 'lacuna.db'), 0)
  return folder
}

/** A person who presses the button with the given beginning, one per question; more questions than answers fail. */
function person(...answers: string[]) {
  const questions: Question[] = []
  const dialog = {
    showMessageBox: (question: Question) => {
      questions.push(question)
      const answer = answers.shift()
      if (answer === undefined) return Promise.reject(new Error(`not expected: ${question.message}`))
      return Promise.resolve({ response: question.buttons.findIndex((b) => b.startsWith(answer)) })
    },
  }
  return { questions, dialog }
}

/** Number of studies in the workspace once it is open; undefined when the person quits. */
function opened(workspace: string, { dialog }: ReturnType<typeof person>): Promise<number | undefined> {
  const open = async () => {
    const store = openStore(workspace, { now: clock() })
    const { length } = store.studies.list()
    store.close()
    return length
  }
  return openOrRecover(open, { workspace, program: 'test', now: clock(), dialog })
}

describe('a damaged workspace opened in the window', () => {
  it('is restored from the backup whose date the button names', async () => {
    const folder = await damagedWorkspace(true)
    const someone = person('Restore')
    expect(await opened(folder, someone)).toBe(1)
    const [question] = someone.questions as [Question]
    expect(question.buttons).toEqual(['Restore the backup of 2026-11-23 10:00 UTC', 'Start empty', 'Quit'])
    expect(question).toMatchObject({ defaultId: 0, cancelId: 2 })
    expect(question.message).toContain('has 0 bytes and is kept beside it as lacuna.db.damaged-')
  })

  it('begins empty when that is chosen, and the old database stays', async () => {
    const folder = await damagedWorkspace(true)
    expect(await opened(folder, person('Start empty'))).toBe(0)
    expect(readdirSync(folder).some((name) => name.startsWith('lacuna.db.damaged-'))).toBe(true)
  })

  it('stays as it is when the person quits or closes the dialog', async () => {
    const folder = await damagedWorkspace(true)
    expect(await opened(folder, person('Quit'))).toBeUndefined()
    expect(await opened(folder, person('no button'))).toBeUndefined()
    expect(readdirSync(folder)).not.toContain('lacuna.db')
  })

  it('without a backup offers to begin empty, and Enter quits', async () => {
    const folder = await damagedWorkspace(false)
    const someone = person('Quit')
    await opened(folder, someone)
    expect(someone.questions[0]).toMatchObject({ buttons: ['Start empty', 'Quit'], defaultId: 1 })
    expect(someone.questions[0]!.detail).toContain('no backup')
  })

  it('is asked about again, with the reason, when recovering did not work', async () => {
    const folder = await damagedWorkspace(true)
    const someone = person('Restore', 'Quit')
    const showMessageBox = (question: Question) => {
      // The backup is lost while the person thinks.
      const [backup] = readdirSync(join(folder, 'backups')).filter((name) => name.endsWith('.db'))
      if (backup !== undefined) writeFileSync(join(folder, 'backups', backup), 'overwritten')
      return someone.dialog.showMessageBox(question)
    }
    expect(await opened(folder, { ...someone, dialog: { showMessageBox } })).toBeUndefined()
    expect(someone.questions[1]!.detail).toContain('That did not work: None of the 1 backups')
    expect(someone.questions[1]!.buttons).toEqual(['Start empty', 'Quit'])
  })

  it('that another program holds is no question of damage', async () => {
    const failing = () => Promise.reject(new LacunaError('workspace-locked', 'in use'))
    const options = { workspace: tempDir(), program: 'test', now: clock(), dialog: person().dialog }
    await expect(openOrRecover(failing, options)).rejects.toThrow('in use')
  })
})
