// Reports of the fake workbench: the real writers on its made-up data.
import { readFileSync } from 'node:fs'
import type { Handlers, StudySummary } from '../../../src/shared/contract.ts'
import { LacunaError } from '../../../src/shared/errors.ts'
import { publishedSchema } from '../../../src/shared/published.ts'
import { REPORT_FILES } from '../../../src/shared/report.ts'
import type { RunRecord, StructureResults, StudyResults } from '../../../src/shared/results.ts'
import { reportCsv } from '../../../src/main/report/csv.ts'
import { reportFileName } from '../../../src/main/report/file-name.ts'
import { REPORT_CSS } from '../../../src/main/report/html-style.ts'
import { reportBody, reportHtml } from '../../../src/main/report/html.ts'
import { runCost } from '../../../src/main/report/cost.ts'
import type { ReportInput } from '../../../src/main/report/input.ts'
import { reportLatex } from '../../../src/main/report/latex.ts'
import { writeReport } from '../../../src/main/report/report.ts'
import type { FakeDataset } from './fake-data.ts'

interface Sources {
  study: (id: string) => { summary: StudySummary; runs: RunRecord[] }
  dataset: (id: string) => FakeDataset
  results: (id: string) => StudyResults
  structures: (id: string) => Promise<StructureResults>
  fileName: (fileId: string) => string
}

const published = publishedSchema.parse(
  JSON.parse(readFileSync(new URL('../../../resources/published.json', import.meta.url), 'utf8')),
)

async function reportInput(sources: Sources, id: string): Promise<ReportInput> {
  const { summary, runs } = sources.study(id)
  const { dataset, profile, baselines } = sources.dataset(summary.definition.dataset)
  const structure = summary.definition.kind === 'structure'
  return {
    study: summary,
    dataset,
    profile,
    baselines,
    runs,
    results: sources.results(id),
    ...(structure ? { structures: await sources.structures(id) } : {}),
    published,
    costs: runs.flatMap((run) => runCost(run) ?? []),
    version: '0.1.0',
  }
}

type ReportHandlers = Pick<Handlers, 'report/preview' | 'report/make' | 'bundle/import'>

export function fakeReports(sources: Sources): ReportHandlers {
  return {
    'report/preview': async ({ id, sections }) => {
      const document = writeReport(await reportInput(sources, id), sections)
      return { title: document.title, body: reportBody(document), css: REPORT_CSS }
    },
    'report/make': async ({ id, format, sections }) => {
      const input = await reportInput(sources, id)
      const document = writeReport(input, sections)
      if (format === 'pdf' || format === 'bundle') {
        throw new LacunaError('unsupported', 'The fake workbench prints nothing and packs nothing.')
      }
      const text = {
        html: reportHtml,
        latex: reportLatex,
        csv: () => reportCsv(writeReport(input), input.runs),
      }[format]
      const { ending, type } = REPORT_FILES[format]
      return {
        fileName: reportFileName(input.study.name, id, ending),
        type,
        base64: Buffer.from(text(document)).toString('base64'),
      }
    },
    'bundle/import': async ({ file }) =>
      Promise.reject(
        new LacunaError(
          'bad-input',
          `${sources.fileName(file.fileId)}: there is no manifest.json, so it is no bundle of Lacuna; nothing was imported.`,
        ),
      ),
  }
}
