// What a report is from outside: its formats and sections, and how it crosses to the interface. Writes nothing.
import { z } from 'zod'

export const REPORT_FORMATS = ['html', 'pdf', 'latex', 'csv', 'bundle'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/** Ending and media type of each format's file. */
export const REPORT_FILES: Record<ReportFormat, { ending: string; type: string; name: string }> = {
  html: { ending: 'html', type: 'text/html', name: 'HTML' },
  pdf: { ending: 'pdf', type: 'application/pdf', name: 'PDF' },
  latex: { ending: 'tex', type: 'application/x-tex', name: 'LaTeX' },
  csv: { ending: 'csv', type: 'text/csv', name: 'CSV' },
  bundle: { ending: 'lacuna.zip', type: 'application/zip', name: 'Bundle' },
}

/** The sections of a report, in their order. */
export const REPORT_SECTIONS = [
  'question',
  'method',
  'data',
  'results',
  'verdicts',
  'costs',
  'limits',
  'runs',
  'provenance',
] as const
export type ReportSection = (typeof REPORT_SECTIONS)[number]

export const REPORT_SECTION_NAMES: Record<ReportSection, string> = {
  question: 'Question',
  method: 'Method',
  data: 'Data and trivial baselines',
  results: 'Results',
  verdicts: 'Verdicts',
  costs: 'Costs',
  limits: 'Limits',
  runs: 'Every level and run',
  provenance: 'Provenance',
}

/** Sections to include; the order is always the same. */
export const reportSectionsSchema = z
  .array(z.enum(REPORT_SECTIONS))
  .min(1, 'choose at least one section')
  .default([...REPORT_SECTIONS])

/** A report for looking at: the body of the HTML file, and its style sheet apart from it. */
export interface ReportPreview {
  title: string
  body: string
  css: string
}

/** A report as a file; `base64` is its content. */
export interface ReportFile {
  fileName: string
  type: string
  base64: string
}

/** Largest file that is handed through the window or the browser; the command line has no such limit. */
export const MAX_HANDED_BYTES = 96 * 1024 * 1024

/** What came in with a bundle. */
export interface BundleImport {
  studyId: string
  studyName: string
  runs: number
  datasetAdded: boolean // false: the same data was here already
}
