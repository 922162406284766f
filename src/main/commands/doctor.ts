// `lacuna doctor`: what was found on this machine and why something is missing; also where the workspace cannot be
// opened. Exit code 1 when there is something wrong with the workspace.
import { Option, type Command } from 'commander'
import type { Check } from '../../shared/contract.ts'
import { LacunaError } from '../../shared/errors.ts'
import { commonOptions, withWorkbench } from './context.ts'
import { recover, RECOVERIES, type RecoverFlags } from './damaged.ts'
import { EXIT_FAILED, printJson, printLine } from './output.ts'
import { VERSION } from './version.ts'

export function addDoctorCommand(program: Command): void {
  commonOptions(program.command('doctor'))
    .description('engines found and why not, instruction set, health of the workspace')
    .addOption(
      new Option('--recover <from>', 'replace a damaged database, which is kept').choices(RECOVERIES),
    )
    .option('--yes', 'recover without asking')
    .action((flags: RecoverFlags) =>
      flags.recover === undefined ? doctor(flags) : recover(flags.recover, flags),
    )
}

async function doctor(flags: RecoverFlags): Promise<void> {
  const { checks, healthy } = await examine(flags)
  if (!healthy) process.exitCode = EXIT_FAILED
  if (flags.json === true) return checks.forEach(printJson)
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { ok, name, found, todo } of checks) {
    const state = ok ? 'ok     ' : name.startsWith('engine ') ? 'missing' : 'problem'
    printLine(`${state} ${name.padEnd(width)}  ${found}`)
    if (todo !== undefined) printLine(`        ${' '.repeat(width)}  ${todo}`)
  }
}

/** Errors that tell what is wrong with a workspace; the machine can be looked at all the same. */
const OF_WORKSPACE = new Set(['workspace-damaged', 'workspace-locked', 'disk-full'])

/** Names of checks that say whether stored work is safe. */
const STORED = new Set(['database', 'stored items'])

async function examine(flags: RecoverFlags): Promise<{ checks: Check[]; healthy: boolean }> {
  try {
    const checks = await withWorkbench({ ...flags, command: 'doctor', work: false }, (workbench) =>
      workbench.handlers['app/doctor']({}),
    )
    return { checks, healthy: checks.every(({ ok, name }) => ok || !STORED.has(name)) }
  } catch (error) {
    if (!(error instanceof LacunaError) || !OF_WORKSPACE.has(error.code)) throw error
    const [found, ...todo] = error.message.split('; ')
    const workspace: Check = {
      name: 'workspace',
      ok: false,
      found: found!,
      ...(todo.length === 0 ? {} : { todo: sentence(todo.join('; ')) }),
    }
    return { checks: [...(await examineMachine()), workspace], healthy: false }
  }
}

async function examineMachine(): Promise<Check[]> {
  const { engineStatuses } = await import('../study/engine-host.ts')
  const { forkEngine } = await import('../study/fork.ts')
  const { machineChecks } = await import('../workbench/app-service.ts')
  return machineChecks(VERSION, await engineStatuses(forkEngine()))
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
