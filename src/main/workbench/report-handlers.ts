// Everything behind report/* and bundle/*: previews, files in every format, and bundles in.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emit, Handlers } from '../../shared/contract.ts'
import { LacunaError } from '../../shared/errors.ts'
import {
  MAX_HANDED_BYTES,
  REPORT_FILES,
  REPORT_SECTIONS,
  type ReportFormat,
  type ReportSection,
} from '../../shared/report.ts'
import { importBundle } from '../bundle/read.ts'
import { writeBundle } from '../bundle/write.ts'
import { reportFileName } from '../report/file-name.ts'
import { REPORT_CSS } from '../report/html-style.ts'
import { reportBody } from '../report/html.ts'
import { writeReport } from '../report/report.ts'
import { writeFileAtomic } from '../store/files.ts'
import { gatherReport, reportContent, type ReportContext } from './report-service.ts'
import type { FileRegistry } from './files.ts'
import type { TaskContext, Tasks } from './tasks.ts'

type ReportHandlers = Pick<Handlers, Extract<keyof Handlers, `report/${string}` | `bundle/${string}`>>

export interface ReportOptions extends ReportContext {
  files: FileRegistry
  tasks: Tasks
  emit: Emit
}

/** Build the handlers of reports and bundles. */
export function reportHandlers(options: ReportOptions): ReportHandlers {
  const { store, files, tasks, emit } = options
  return {
    'report/preview': async ({ id, sections }) => {
      const document = writeReport(await gatherReport(options, id), sections)
      return { title: document.title, body: reportBody(document), css: REPORT_CSS }
    },
    'report/make': async ({ id, format, sections, task }) =>
      tasks.run(task, async (watch) => {
        const folder = await mkdtemp(join(store.paths.temp, 'report-'))
        try {
          const path = join(folder, 'report')
          const fileName = await writeReportFile(options, { id, format, sections, path, watch })
          const content = await readFile(path)
          if (content.length > MAX_HANDED_BYTES) {
            throw new LacunaError(
              'too-large',
              `The ${format} has ${content.length} bytes, too many to hand over here; write it with: lacuna report ${id} --format ${format} --out FILE.`,
            )
          }
          return { fileName, type: REPORT_FILES[format].type, base64: content.toString('base64') }
        } finally {
          await rm(folder, { recursive: true, force: true, maxRetries: 5 })
        }
      }),
    'bundle/import': async ({ file, task }) =>
      tasks.run(task, async ({ signal, progress }) => {
        const { path, name } = await files.resolve(file)
        const imported = await importBundle(store, path, {
          name,
          signal,
          progress: (done, total) => progress(done, total, 'bytes'),
        })
        files.discard(file)
        emit('studies/changed', { id: imported.studyId })
        if (imported.datasetAdded) emit('datasets/changed', {})
        return imported
      }),
  }
}

interface ReportRequest {
  id: string // of the study, or its beginning
  format: ReportFormat
  sections?: readonly ReportSection[]
  path: string // where the file is written
  watch?: TaskContext
}

/**
 * Write a report to a file, complete or not at all; returns the name a person would give it.
 * @throws LacunaError not-found, item-damaged, unsupported without a browser for a PDF, disk-full
 */
export async function writeReportFile(context: ReportContext, request: ReportRequest): Promise<string> {
  const { format, sections = REPORT_SECTIONS, path, watch } = request
  const input = await gatherReport(context, request.id)
  const { id, name } = input.study
  if (format === 'bundle') {
    await writeBundle(context.store, path, {
      studyId: id,
      program: `Lacuna ${context.version}`,
      extras: [
        { path: 'report.html', content: await reportContent(input, 'html', REPORT_SECTIONS) },
        { path: 'results.csv', content: Buffer.from(context.studies.csv(id).text) },
      ],
      ...(watch === undefined
        ? {}
        : { signal: watch.signal, progress: (done, total) => watch.progress(done, total, 'files') }),
    })
  } else writeFileAtomic(path, await reportContent(input, format, sections, context.print))
  return reportFileName(name, id, REPORT_FILES[format].ending)
}
