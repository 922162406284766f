// Inputs of reports made of believable data, and texts that must appear literally.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runCost } from '../../src/main/report/cost.ts'
import type { Figure, ReportDocument, Table } from '../../src/main/report/document.ts'
import type { ReportInput } from '../../src/main/report/input.ts'
import { studyResults } from '../../src/main/study/results.ts'
import type { MeasuredCost } from '../../src/shared/cost.ts'
import { publishedSchema } from '../../src/shared/published.ts'
import type { RunRecord, RunState, StructureResults } from '../../src/shared/results.ts'
import { parseStudy, type StructureStudy, type StudyDefinition } from '../../src/shared/study.ts'
import { CHANCE, structureRows, structureRuns } from '../renderer/fake-structure-study.ts'
import { makeDataset, makeRuns } from '../renderer/support/fake-data.ts'
import { tempDir } from '../support/temp-dir.ts'

const published = publishedSchema.parse(
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../resources/published.json'), 'utf8')),
)

const ID = '0123456789abcdef'

interface InputOptions {
  name?: string
  state?: (index: number) => RunState
  measured?: (run: RunRecord) => MeasuredCost | null
}

/** Everything about a made-up study; `state` says how its runs ended. */
export function reportInput(
  definition: object,
  { name = 'A study', state = () => 'done', measured = () => null }: InputOptions = {},
): ReportInput {
  const { dataset, profile, baselines } = makeDataset('da0a', 'Darji 2021', 2000, 7, true)
  const study = parseStudy({ dataset: dataset.id, ...definition })
  const runs = study.kind === 'structure' ? structureRuns(ID, study, state) : makeRuns(ID, study, state)
  return {
    study: {
      id: ID,
      name,
      definition: study,
      datasetName: dataset.name,
      state: 'done',
      createdAt: '2026-11-23T09:15:00.000Z',
    },
    dataset,
    profile,
    baselines,
    runs,
    results: studyResults(ID, study, runs),
    ...(study.kind === 'structure' ? { structures: structuresOf(study, runs) } : {}),
    published,
    costs: runs.flatMap((run) => runCost(run, { weights: 123_456 }, measured(run)) ?? []),
    version: '0.1.0',
  }
}

function structuresOf(study: StudyDefinition, runs: ReportInput['runs']): StructureResults {
  return { studyId: ID, chance: CHANCE, rows: structureRows(study as StructureStudy, [...runs]) }
}

/** Small definitions of every kind. */
export const SMALL = {
  pruning: {
    kind: 'pruning',
    cells: ['lstm', 'gru'],
    seeds: [1, 2, 3, 4, 5, 6],
    prune: { percentages: [20, 40, 60, 80, 100] },
  },
  training: { kind: 'training', cells: ['gru'], seeds: [1], training: { epochs: 4 } },
  structure: {
    kind: 'structure',
    cells: ['rnn-tanh', 'gru'],
    seeds: [1],
    structure: {
      families: [
        { kind: 'barabasi-albert', count: 8 },
        { kind: 'watts-strogatz', count: 8 },
      ],
    },
  },
} as const

export function tablesOf({ sections }: ReportDocument): Table[] {
  return sections.flatMap(({ blocks }) => blocks).filter((block): block is Table => block.kind === 'table')
}

export function figuresOf({ sections }: ReportDocument): Figure[] {
  return sections.flatMap(({ blocks }) => blocks).filter((block): block is Figure => block.kind === 'figure')
}

/** Names and messages that programs which read reports would act upon. */
export const HOSTILE = [
  `=cmd|'/c calc'!A1`,
  '<img src=x onerror=alert(1)>',
  '\\input{/etc/passwd}',
  '</title><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  '$\\write18{id}$ %&_#{}~^',
  "@SUM(1+1)*cmd|' /C calc'!A0",
  "--<<>>,,``''!`?`[x]{y}",
] as const

/** A pruning study with a hostile text in every field a person or a file can fill. */
export function hostileInput(text: string): ReportInput {
  const input = reportInput(SMALL.pruning, { name: text })
  const file = { name: text, bytes: 12, sha256: 'a'.repeat(64) }
  const [first, ...others] = input.runs
  return {
    ...input,
    study: { ...input.study, datasetName: text },
    dataset: {
      ...input.dataset,
      name: text,
      classes: [text, 'valid'],
      notes: [text],
      source: { kind: 'files', train: file, options: {} },
    },
    baselines: input.baselines.map((baseline) => ({ ...baseline, description: text })),
    runs: [
      {
        ...first!,
        state: 'failed',
        problem: { code: 'internal', message: text },
        engine: { name: text, version: text },
      },
      ...others,
    ],
  }
}

/** Whether a program is there; says why tests are skipped where it is not. */
export function missing(program: string, argument: string): string | undefined {
  try {
    execFileSync(program, [argument], { stdio: 'ignore' })
    return undefined
  } catch {
    return `${program} is not installed (see .ci/run)`
  }
}

/** Compile a LaTeX file twice; returns the PDF, the log and what the PDF says. */
export function compileLatex(source: string): { pdf: string; log: string; text: string } {
  const folder = tempDir()
  writeFileSync(path.join(folder, 'report.tex'), source)
  for (let pass = 0; pass < 2; pass++) {
    const parameters = ['-interaction=nonstopmode', '-halt-on-error', '-no-shell-escape', 'report.tex']
    try {
      execFileSync('pdflatex', parameters, { cwd: folder, stdio: 'pipe' })
    } catch (error) {
      const said = String((error as { stdout?: Buffer }).stdout).split('\n')
      const at = said.findIndex((line) => line.startsWith('!'))
      throw new Error(`pdflatex refused the report: ${said.slice(at, at + 6).join(' / ')}`, { cause: error })
    }
  }
  const pdf = path.join(folder, 'report.pdf')
  const text = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8', maxBuffer: 1e8 })
  return { pdf, log: readFileSync(path.join(folder, 'report.log'), 'latin1'), text }
}
