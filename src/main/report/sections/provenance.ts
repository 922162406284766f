// Everything needed to do the study again and get the same bits. Pure.
import { enginesOf } from '../../../shared/results.ts'
import { canonicalJson } from '../../../shared/study.ts'
import { heading, paragraph, type Block, type Text } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { moment } from '../words.ts'

/** Identities, seeds, engines, versions and times, then the definition as JSON. */
export function provenance(input: ReportInput): Block[] {
  const { study, dataset, runs, version } = input
  const engines = enginesOf(runs)
  const started = runs.flatMap(({ startedAt }) => startedAt ?? []).sort()[0]
  const rows: (readonly [string, Text])[] = [
    ['Study', [{ code: study.id }, ' (hash of the definition)']],
    ['Dataset', [`${dataset.name}, SHA-256 of its content `, { code: dataset.hash }]],
    ['Seeds', study.definition.seeds.join(', ')],
    ['Engines', engines.length === 0 ? 'none yet' : engines.join('; ')],
    ['Written by', `Lacuna ${version}`],
    ['Study made', moment(study.createdAt)],
    ['First run started', moment(started)],
    ['Last run ended', moment(lastEnd(input))],
  ]
  return [
    paragraph(
      'The same definition, on a dataset with the same hash, gives the same bits with the same engine and instruction set. Saved as a file, it is started with `lacuna run`.',
    ),
    { kind: 'facts', rows },
    heading('Definition'),
    { kind: 'code', text: JSON.stringify(JSON.parse(canonicalJson(study.definition)), null, 2) },
  ]
}

/** When the last run ended: the date of the report, since it follows from nothing later. */
export function lastEnd({ runs }: ReportInput): string | undefined {
  return runs
    .flatMap(({ endedAt }) => endedAt ?? [])
    .sort()
    .at(-1)
}
