// `lacuna report`: a study as HTML, PDF, LaTeX, CSV or a bundle.
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { LacunaError } from '../../shared/errors.ts'
import { REPORT_FILES, REPORT_FORMATS, type ReportFormat } from '../../shared/report.ts'
import { commonOptions, withWorkbench, type CommonOptions } from './context.ts'
import { findByName } from './find.ts'
import { printJson, printLine } from './output.ts'
import { VERSION } from './version.ts'

interface ReportFlags extends CommonOptions {
  format: ReportFormat
  out: string
}

export function addReportCommand(program: Command): void {
  commonOptions(program.command('report <study>'))
    .description('write a study as a report, or as a bundle that another Lacuna opens')
    .addOption(new Option('--format <format>', 'kind of file').choices(REPORT_FORMATS).makeOptionMandatory())
    .requiredOption('--out <path>', 'file to write, or a folder')
    .action((asked: string, flags: ReportFlags) => report(asked, flags))
}

async function report(asked: string, flags: ReportFlags): Promise<void> {
  const { format } = flags
  await withWorkbench({ ...flags, command: 'report', work: false }, async ({ handlers, store, studies }) => {
    const { writeReportFile } = await import('../workbench/report-handlers.ts')
    const { reportFileName } = await import('../report/file-name.ts')
    const { id, name } = findByName(await handlers['study/list']({}), asked, 'study')
    const path = outputPath(flags.out, reportFileName(name, id, REPORT_FILES[format].ending))
    const context = { store, studies, version: VERSION, ask: () => handlers }
    await writeReportFile(context, { id, format, path }).catch((error: unknown) => {
      throw namedFailure(error, path)
    })
    if (flags.json === true) printJson({ id, format, path })
    else printLine(`Written to ${path}.`)
  })
}

/** The file that is meant: inside a folder under the name of the study, made safe. */
function outputPath(out: string, fileName: string): string {
  const path = resolve(out)
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  return isFolder ? join(path, fileName) : path
}

const REASONS: Record<string, string> = {
  ENOENT: 'its folder does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'a part of the path is not a folder',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
}

function namedFailure(error: unknown, path: string): unknown {
  const reason =
    error instanceof LacunaError ? undefined : REASONS[(error as NodeJS.ErrnoException).code ?? '']
  return reason === undefined
    ? error
    : new LacunaError(
        'not-found',
        `The file ${path} cannot be written: ${reason}; choose another place.`,
        undefined,
        {
          cause: error,
        },
      )
}
