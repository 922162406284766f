// Gathers what a report is made from, and writes it in a format. Knows the store and the other areas; computes nothing
// of its own.
import type { Handlers } from '../../shared/contract.ts'
import type { ReportFormat, ReportSection } from '../../shared/report.ts'
import { reportCsv } from '../report/csv.ts'
import { reportHtml } from '../report/html.ts'
import type { ReportInput } from '../report/input.ts'
import { reportLatex } from '../report/latex.ts'
import { printWithBrowser, withStatedDate, type PrintPdf } from '../report/print.ts'
import { writeReport } from '../report/report.ts'
import { lastEnd } from '../report/sections/provenance.ts'
import type { Store } from '../store/store.ts'
import type { StudyService } from '../study/service.ts'
import { costsOf } from './cost-handlers.ts'
import { publishedResults } from './published.ts'

/** The areas a report asks. */
export type ReportSources = Pick<Handlers, 'dataset/show' | 'study/structures'>

export interface ReportContext {
  store: Store
  studies: StudyService
  version: string
  ask: () => ReportSources
  print?: PrintPdf
}

/**
 * Gather everything about a study.
 * @param asked id of the study or at least 6 characters it begins with
 * @throws LacunaError not-found, item-damaged
 */
export async function gatherReport(context: ReportContext, asked: string): Promise<ReportInput> {
  const { store, studies, version } = context
  const { summary } = studies.show(asked)
  const { id, definition } = summary
  const { dataset, profile, baselines } = await context.ask()['dataset/show']({ id: definition.dataset })
  const structures =
    definition.kind === 'structure' ? await context.ask()['study/structures']({ id }) : undefined
  const runs = store.runs.records(id)
  return {
    study: summary,
    dataset,
    profile,
    baselines,
    runs,
    results: studies.results(id),
    ...(structures === undefined ? {} : { structures }),
    published: publishedResults(),
    costs: costsOf(store, runs),
    version,
  }
}

/** Write a report in any format but the bundle. */
export async function reportContent(
  input: ReportInput,
  format: Exclude<ReportFormat, 'bundle'>,
  sections: readonly ReportSection[],
  print: PrintPdf = printWithBrowser,
): Promise<Uint8Array> {
  const document = writeReport(input, sections)
  const utf8 = (text: string) => new TextEncoder().encode(text)
  switch (format) {
    case 'html':
      return utf8(reportHtml(document))
    case 'pdf':
      return withStatedDate(await print(reportHtml(document)), lastEnd(input) ?? input.study.createdAt)
    case 'latex':
      return utf8(reportLatex(document))
    case 'csv':
      return utf8(reportCsv(writeReport(input), input.runs)) // every series, whichever sections are read
  }
}
