// Runs the published studies in full and writes docs/reproduction.md, published beside ours:
//   node scripts/reproduce.ts --train train_data.csv --test test_data.csv --published FOLDER --workspace DIR
// FOLDER holds the published tables of trained structures (structure_gru.csv and so on). With --structures DIR the
// structure study has a workspace of its own; --remark TEXT is printed with it. Started again on the same workspaces it
// continues, or only writes the page anew.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { StudyDetail } from '../src/shared/contract.ts'
import type { Dataset } from '../src/shared/dataset.ts'
import { CELLS } from '../src/shared/network.ts'
import { publishedSchema } from '../src/shared/published.ts'
import type { StudyResults } from '../src/shared/results.ts'
import { readRecords, type TextRecord } from '../src/main/data/import/records.ts'
import { pruningReproduction, type RunFacts } from '../src/main/report/reproduction.ts'
import { structureReproduction, type StructureSide } from '../src/main/report/structure-reproduction.ts'
import { chanceOf, structureRows } from '../src/main/stats/structure-rows.ts'
import { runAnalysis } from '../src/main/study/analysis.ts'

const NAME = 'Darji 2021'
const root = resolve(import.meta.dirname, '..')
const text = { type: 'string' } as const
const { values } = parseArgs({
  options: { train: text, test: text, published: text, workspace: text, structures: text, remark: text },
})
const { train, test, published: folder, workspace, structures = workspace, remark } = values
if (
  train === undefined ||
  test === undefined ||
  folder === undefined ||
  workspace === undefined ||
  structures === undefined
) {
  console.error('Name the files and a workspace: --train FILE --test FILE --published FOLDER --workspace DIR')
  process.exit(2)
}
const published = publishedSchema.parse(
  JSON.parse(readFileSync(resolve(root, 'resources/published.json'), 'utf8')),
)

/** Run one command of the program in a workspace and read the JSON lines it prints. */
function lacuna(inWorkspace: string, ...args: string[]): unknown[] {
  const command = [resolve(root, 'bin/lacuna.mjs'), ...args, '--json', '--workspace', inWorkspace]
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

/** Import the published data where they are missing, and run a preset on them to its end. */
function runPreset(inWorkspace: string, preset: string): { id: string; detail: StudyDetail } {
  const datasets = lacuna(inWorkspace, 'dataset', 'list') as Dataset[]
  if (!datasets.some(({ name }) => name === NAME)) {
    const columns = ['--text-column', 'string', '--label-column', 'valid']
    lacuna(inWorkspace, 'dataset', 'import', train!, '--split-file', test!, '--name', NAME, ...columns)
  }
  const started = lacuna(inWorkspace, 'run', '--preset', preset, '--dataset', NAME)
  const id = (started as { study?: { id: string } }[]).find(({ study }) => study !== undefined)!.study!.id
  return { id, detail: lacuna(inWorkspace, 'study', 'show', id)[0] as StudyDetail }
}

function factsOf(id: string, { summary, runs }: StudyDetail): RunFacts {
  const times = runs.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]).filter((t) => t !== undefined)
  const elapsed = times.map((t) => Date.parse(t))
  const engine = runs[0]?.engine
  const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { version: string }
  return {
    minutes: (Math.max(...elapsed) - Math.min(...elapsed)) / 60_000,
    jobs: cpus().length,
    engine: [engine?.name, engine?.version, engine?.instructionSet]
      .filter((part) => part !== undefined)
      .join(' '),
    processor: `${cpus()[0]?.model.trim()}, ${cpus().length} cores`,
    version,
    dataset: summary.definition.dataset,
    studyId: id,
  }
}

function pruning(): string {
  const { id, detail } = runPreset(workspace!, 'darji-2021-pruning')
  const results = lacuna(workspace!, 'study', 'results', id)[0] as StudyResults
  return pruningReproduction(results, published, factsOf(id, detail))
}

async function sideOf(records: readonly TextRecord[]): Promise<StructureSide> {
  const rows = structureRows(records)
  const chance = chanceOf(records)
  // The page shows all properties together; the other subsets are a matter of `lacuna analyse`.
  const options = { subsets: ['all'] as const, ...(chance === undefined ? {} : { chance }) }
  return { rows, analysis: await runAnalysis(rows, options) }
}

async function structureHalf(): Promise<string> {
  const { id, detail } = runPreset(structures!, 'darji-2021-structures')
  const temporary = mkdtempSync(join(tmpdir(), 'lacuna-reproduce-'))
  try {
    const csv = join(temporary, 'ours.csv')
    lacuna(structures!, 'study', 'results', id, '--csv', csv)
    const records = await readRecords(csv)
    const names = CELLS.map((cell) => join(folder!, `structure_${cell.replace('-', '_')}.csv`))
    const theirs = await sideOf((await Promise.all(names.map(readRecords))).flat())
    const perCell = CELLS.map((cell) => {
      const own = records.filter(({ mode }) => mode === cell)
      const seconds = own.reduce((sum, { time }) => sum + Number(time), 0)
      const diverged = own.filter(({ state }) => state === 'diverged').length
      return { cell, minutes: seconds / 60, diverged }
    })
    const { epochs } = detail.summary.definition.training
    const facts = { ...factsOf(id, detail), epochs, perCell, ...(remark === undefined ? {} : { remark }) }
    return structureReproduction(await sideOf(records), theirs, published, facts)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

const page = [
  '# Reproduction of the published study',
  '',
  'Made by `node scripts/reproduce.ts`; do not edit by hand.',
  '',
  pruning(),
  await structureHalf(),
].join('\n')
writeFileSync(resolve(root, 'docs/reproduction.md'), page)
console.log('Written: docs/reproduction.md')
