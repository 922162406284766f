// `lacuna doctor`: what was found on this machine and why something is missing.
import type { Command } from 'commander'
import { commonOptions, withWorkbench, type CommonOptions } from './context.ts'
import { printJson, printLine } from './output.ts'

export function addDoctorCommand(program: Command): void {
  commonOptions(program.command('doctor'))
    .description('engines found and why not, instruction set, health of the workspace')
    .action((flags: CommonOptions) => doctor(flags))
}

async function doctor(flags: CommonOptions): Promise<void> {
  await withWorkbench({ ...flags, command: 'doctor', work: false }, async (workbench) => {
    const checks = await workbench.handlers['app/doctor']({})
    if (flags.json === true) return checks.forEach(printJson)
    const width = Math.max(...checks.map(({ name }) => name.length))
    for (const { ok, name, found, todo } of checks) {
      printLine(`${ok ? 'ok     ' : 'missing'} ${name.padEnd(width)}  ${found}`)
      if (todo !== undefined) printLine(`        ${' '.repeat(width)}  ${todo}`)
    }
  })
}
