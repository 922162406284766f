// Puts a report together from its sections. Pure: the same input gives the same document.
import { CELL_NAMES } from '../../shared/network.ts'
import { REPORT_SECTION_NAMES, REPORT_SECTIONS, type ReportSection } from '../../shared/report.ts'
import type { Block, ReportDocument } from './document.ts'
import type { ReportInput } from './input.ts'
import { costs } from './sections/costs.ts'
import { data } from './sections/data.ts'
import { limits } from './sections/limits.ts'
import { lastEnd, provenance } from './sections/provenance.ts'
import { pruningResults } from './sections/pruning-results.ts'
import { method, question } from './sections/question.ts'
import { everyRun } from './sections/runs.ts'
import { structureResults } from './sections/structure-results.ts'
import { trainingResults } from './sections/training-results.ts'
import { verdicts } from './sections/verdicts.ts'
import { counted, join, moment } from './words.ts'

const WRITERS: Record<ReportSection, (input: ReportInput) => Block[]> = {
  question,
  method,
  data,
  results,
  verdicts,
  costs,
  limits,
  runs: everyRun,
  provenance,
}

/** Write the document with the sections asked for, in their fixed order; a section with nothing to say is left out. */
export function writeReport(
  input: ReportInput,
  wanted: readonly ReportSection[] = REPORT_SECTIONS,
): ReportDocument {
  const { study, dataset } = input
  const sections = REPORT_SECTIONS.filter((id) => wanted.includes(id))
    .map((id) => ({ id, title: REPORT_SECTION_NAMES[id], blocks: WRITERS[id](input) }))
    .filter(({ blocks }) => blocks.length > 0)
  return {
    title: study.name,
    subtitle: `${KINDS[study.definition.kind]} study of ${join(study.definition.cells.map((cell) => CELL_NAMES[cell]))} on ${dataset.name}`,
    facts: [
      ['Study', [{ code: study.id }]],
      ['Runs', `${counted(input.runs.length, 'run')}, ${counted(study.definition.seeds.length, 'seed')}`],
      ['State', study.state],
      ['As of', moment(lastEnd(input) ?? study.createdAt)],
      ['Written by', `Lacuna ${input.version}`],
    ],
    sections,
  }
}

const KINDS = { training: 'Training', pruning: 'Pruning', structure: 'Structure' } as const

function results(input: ReportInput): Block[] {
  const { definition } = input.study
  if (definition.kind === 'structure')
    return input.structures === undefined ? [] : structureResults(input, input.structures)
  const pruned = definition.kind === 'pruning' ? pruningResults(input, definition) : []
  return [...pruned, ...trainingResults(input)]
}
