// Everything needed to do the study again and get the same bits. Pure.
import { enginesOf } from '../../../shared/results.ts'
import { canonicalJson, type StudyDefinition } from '../../../shared/study.ts'
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
    paragraph([
      'The same definition, on a dataset with the same hash, gives the same bits with the same engine and instruction set. Saved as a file, it is started with ',
      { code: 'lacuna run' },
      '.',
    ]),
    { kind: 'facts', rows },
    heading('Definition'),
    { kind: 'code', text: definitionText(study.definition) },
  ]
}

/** Longest definition that is printed whole. */
const PRINTED = 40_000

/** The definition as canonical JSON; graphs from files, which can be thousands of lines, by name where it is too long. */
function definitionText(definition: StudyDefinition): string {
  const whole = JSON.stringify(JSON.parse(canonicalJson(definition)), null, 2)
  if (whole.length <= PRINTED || definition.kind !== 'structure') return whole
  const families = definition.structure.families.map((family) =>
    family.kind === 'given'
      ? {
          kind: family.kind,
          graphs: family.graphs.map(({ name }) => `${name}: left out here, in the bundle`),
        }
      : family,
  )
  const short = { ...definition, structure: { ...definition.structure, families } }
  return JSON.stringify(JSON.parse(canonicalJson(short)), null, 2)
}

/** When the last run ended: the date of the report, since it follows from nothing later. */
export function lastEnd({ runs }: ReportInput): string | undefined {
  return runs
    .flatMap(({ endedAt }) => endedAt ?? [])
    .sort()
    .at(-1)
}
