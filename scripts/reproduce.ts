// Runs the published pruning study in full and writes docs/reproduction.md, published beside ours:
//   node scripts/reproduce.ts --train train_data.csv --test test_data.csv --workspace DIR
// Started again on the same workspace it continues, or only writes the page anew.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { StudyDetail } from '../src/shared/contract.ts'
import type { Dataset } from '../src/shared/dataset.ts'
import type { StudyResults } from '../src/shared/results.ts'
import { publishedSchema } from '../src/shared/published.ts'
import { pruningReproduction, type RunFacts } from '../src/main/report/reproduction.ts'

const PRESET = 'darji-2021-pruning'
const NAME = 'Darji 2021'
const root = resolve(import.meta.dirname, '..')
const { values } = parseArgs({
  options: { train: { type: 'string' }, test: { type: 'string' }, workspace: { type: 'string' } },
})
const { train, test, workspace } = values
if (train === undefined || test === undefined || workspace === undefined) {
  console.error('Name the files and a workspace: --train FILE --test FILE --workspace DIR')
  process.exit(2)
}

/** Run one command of the program and read the JSON lines it prints. */
function lacuna(...args: string[]): unknown[] {
  const command = [resolve(root, 'bin/lacuna.mjs'), ...args, '--json', '--workspace', workspace!]
  const { status, stdout } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 30,
  })
  if (status !== 0) process.exit(status ?? 1)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

const datasets = lacuna('dataset', 'list') as Dataset[]
if (!datasets.some(({ name }) => name === NAME)) {
  const columns = ['--text-column', 'string', '--label-column', 'valid']
  lacuna('dataset', 'import', train, '--split-file', test, '--name', NAME, ...columns)
}
const events = lacuna('run', '--preset', PRESET, '--dataset', NAME) as { study?: { id: string } }[]
const id = events.find(({ study }) => study !== undefined)!.study!.id
const { summary, runs } = lacuna('study', 'show', id)[0] as StudyDetail
const results = lacuna('study', 'results', id)[0] as StudyResults

const times = runs.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]).filter((t) => t !== undefined)
const elapsed = times.map((t) => Date.parse(t))
const engine = runs[0]?.engine
const facts: RunFacts = {
  minutes: (Math.max(...elapsed) - Math.min(...elapsed)) / 60_000,
  jobs: cpus().length,
  engine: [engine?.name, engine?.version, engine?.instructionSet]
    .filter((part) => part !== undefined)
    .join(' '),
  processor: `${cpus()[0]?.model.trim()}, ${cpus().length} cores`,
  version: (JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { version: string }).version,
  dataset: summary.definition.dataset,
  studyId: id,
}
const published = publishedSchema.parse(
  JSON.parse(readFileSync(resolve(root, 'resources/published.json'), 'utf8')),
)
const page = [
  '# Reproduction of the published study',
  '',
  'Made by `node scripts/reproduce.ts`; do not edit by hand.',
  '',
  pruningReproduction(results, published, facts),
].join('\n')
writeFileSync(resolve(root, 'docs/reproduction.md'), page)
console.log(`docs/reproduction.md: ${facts.minutes.toFixed(1)} minutes, ${runs.length} runs.`)
