// A headless Lacuna as small as possible, to be killed: opens the workspace named on its command line, works on what is
// there and writes one line per thing that happened. Every `stored` line is an acknowledged epoch.
import { writeSync } from 'node:fs'
import { openStore } from '../../src/main/store/store.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import { createStudyService } from '../../src/main/study/service.ts'

function say(...words: (string | number)[]): void {
  // Synchronous: a line that was not written when the process is killed was not acknowledged to anyone.
  writeSync(1, `${words.join(' ')}\n`)
}

const [folder] = process.argv.slice(2)
const store = openStore(folder!, { now: () => new Date(), program: 'study-runner' })
const running = store.studies
  .list()
  .flatMap(({ id }) => store.runs.list(id).filter((r) => r.state === 'running'))
say('opened', running.length)
const fork = forkEngine()
const service = createStudyService({
  store,
  emit: (name, payload) => {
    if (name !== 'epoch/finished') return
    const { runId, record } = payload as { runId: string; record: { epoch: number } }
    say('stored', runId, record.epoch)
  },
  spawn: () => {
    const engine = fork()
    say('engine', engine.pid ?? 0)
    return engine
  },
  now: () => new Date(),
  jobs: 2,
  log: (message) => say('log', message),
  engine: 'oracle',
})
process.on('SIGTERM', () => {
  void service.close().then(() => {
    store.close()
    say('closed')
    process.exit(0)
  })
})
service.open()
await service.idle()
await service.close()
store.close()
say('finished')
