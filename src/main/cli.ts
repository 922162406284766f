// The composition root without a window: the `lacuna` command line. Parses, runs one command, sets the exit code.
import { Command } from 'commander'
import { addAnalyseCommands } from './commands/analyse.ts'
import { addBenchCommand } from './commands/bench.ts'
import { addDatasetCommands } from './commands/dataset.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addEvalCommand } from './commands/eval.ts'
import { addGraphCommands } from './commands/graph.ts'
import { reportFailure } from './commands/output.ts'
import { addReportCommand } from './commands/report.ts'
import { addRunCommand } from './commands/run.ts'
import { addServeCommands } from './commands/serve.ts'
import { addStudyCommands } from './commands/study.ts'
import { VERSION } from './commands/version.ts'

function buildProgram(): Command {
  const program = new Command('lacuna')
    .description('A workbench for sparse recurrent neural networks')
    .version(VERSION)
    .showSuggestionAfterError()
  addServeCommands(program)
  addDatasetCommands(program)
  addRunCommand(program)
  addStudyCommands(program)
  addEvalCommand(program)
  addGraphCommands(program)
  addAnalyseCommands(program)
  addReportCommand(program)
  addBenchCommand(program)
  addDoctorCommand(program)
  throwInsteadOfExit(program)
  return program
}

/** Let every command throw its parse errors, so that one place prints them and chooses the exit code. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => undefined })
  command.commands.forEach(throwInsteadOfExit)
}

// A reader that goes away (`lacuna ... | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

try {
  await buildProgram().parseAsync(process.argv)
} catch (error) {
  process.exitCode = reportFailure(error)
}
