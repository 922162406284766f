// How long it takes to look inside a run, and how long the program does not answer meanwhile. Run with Node:
// test/bench/inspect.ts [hidden] [layers] [training sequences]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { contentToBytes } from '../../src/main/data/content.ts'
import { generateReber } from '../../src/main/data/reber.ts'
import { openStore } from '../../src/main/store/store.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import { Inspector } from '../../src/main/study/inspect.ts'
import { createStudyService } from '../../src/main/study/service.ts'
import { reberParametersSchema } from '../../src/shared/dataset.ts'

const [hidden = 50, layers = 3, sequences = 500] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'lacuna-inspect-'))
const now = () => new Date()
const store = openStore(folder, { now })
const { draft, content } = generateReber(reberParametersSchema.parse({ seed: 1 }))
const dataset = store.datasets.add(draft, contentToBytes(content), 'reber')
const studies = createStudyService({ store, emit: () => undefined, spawn: forkEngine(), now, jobs: 1 })
studies.open()
const { id } = studies.start({
  kind: 'pruning',
  dataset: dataset.id,
  cells: ['lstm'],
  seeds: [1],
  model: { hidden, layers },
  training: { epochs: 2 },
  trainLimit: sequences,
  testLimit: 20,
  prune: { targets: ['both'], percentages: [80], criteria: ['magnitude'], retrainEpochs: 1 },
})
await studies.idle()
const [base, pruned] = studies.show(id).runs.map((run) => run.id) as [string, string]
const inspector = new Inspector({ store, spawn: forkEngine(), now })

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()

async function time(name: string, work: () => Promise<unknown>): Promise<void> {
  await setTimeout(30)
  delay.reset()
  const begin = performance.now()
  const what = await work().then(
    () => '',
    (error: Error) => ` (${error.message})`,
  )
  const ms = performance.now() - begin
  await setTimeout(30)
  process.stdout.write(
    `${name.padEnd(24)} ${ms.toFixed(0).padStart(6)} ms, blocked at most ${(delay.max / 1e6).toFixed(0)} ms${what}\n`,
  )
}

for (const round of ['first', 'again', 'again']) {
  await time(`draw base, ${round}`, () => inspector.show({ run: base, gate: 'any' }))
  await time(`draw pruned, ${round}`, () => inspector.show({ run: pruned, gate: 'any' }))
}
await time('draw against base', () => inspector.show({ run: pruned, gate: 'any', against: { run: base } }))
for (const index of [0, 1, 2]) {
  await time(`sequence ${index}`, () => inspector.trace({ run: pruned, sequence: { split: 'test', index } }))
}
await time('sequence, other run', () => inspector.trace({ run: base, sequence: { split: 'test', index: 0 } }))
await time('export', () => inspector.export({ run: pruned, gate: 'any', format: 'graphml' }))
const watch = { signal: new AbortController().signal, progress: () => undefined }
await time('replay', () => inspector.replay(base, watch))
await inspector.close()
await studies.close()
store.close()
rmSync(folder, { recursive: true })
