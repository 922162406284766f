// The application: store, queue and services behind the one contract. Knows no window, no server and no terminal.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PRESETS } from '../shared/presets.ts'
import type { EngineStatus, Handlers } from '../shared/contract.ts'
import { contentToBytes } from './data/content.ts'
import { sampleDataset } from './data/sample.ts'
import { openStore, type Store } from './store/store.ts'
import { CostMeter } from './study/cost-meter.ts'
import { engineStatuses, type SpawnEngine } from './study/engine-host.ts'
import { Inspector } from './study/inspect.ts'
import { createStudyService, type StudyService } from './study/service.ts'
import type { TransportHost } from './transport/host.ts'
import { appInfo, doctorChecks } from './workbench/app-service.ts'
import type { SpawnData } from './workbench/data-task.ts'
import { compareHandlers } from './workbench/compare-handlers.ts'
import { costHandlers } from './workbench/cost-handlers.ts'
import { datasetHandlers } from './workbench/dataset-service.ts'
import { Emitter } from './workbench/emitter.ts'
import { FileRegistry } from './workbench/files.ts'
import { insightHandlers } from './workbench/insight-handlers.ts'
import { reportHandlers, type ReportOptions } from './workbench/report-handlers.ts'
import { structureHandlers } from './workbench/structure-handlers.ts'
import { studyHandlers } from './workbench/study-handlers.ts'
import { Tasks } from './workbench/tasks.ts'

export interface WorkbenchOptions {
  workspace: string // folder; made when it does not exist
  program: string // named to whoever finds the workspace locked: 'lacuna serve'
  version: string
  spawnEngine: SpawnEngine
  spawnData: SpawnData
  work: boolean // continue queued and interrupted runs at once; false for commands that only look
  jobs?: number // engine processes at a time; default: the setting
  now?: () => Date
  printPdf?: ReportOptions['print'] // default: a browser of this machine
  log: (message: string, error?: unknown) => void
}

export interface Workbench extends TransportHost {
  readonly store: Store
  readonly studies: StudyService
}

/**
 * Open a workspace and everything that works in it. A new workspace gets the sample dataset, so that there is
 * something to train at first start.
 * @throws LacunaError workspace-locked, workspace-damaged, disk-full
 */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { workspace, version, spawnEngine, spawnData, log } = options
  const now = options.now ?? (() => new Date())
  const store = openStore(workspace, { now, program: options.program })
  const incomingFolder = join(store.paths.temp, 'incoming')
  mkdirSync(incomingFolder, { recursive: true })
  const events = new Emitter(log)
  const files = new FileRegistry()
  const tasks = new Tasks(events.emit, () => now().getTime())
  const jobs = options.jobs ?? store.settings.get().jobs
  const studies = createStudyService({ store, emit: events.emit, spawn: spawnEngine, now, jobs, log })
  const inspector = new Inspector({ store, spawn: spawnEngine, now })
  const meter = new CostMeter({ store, spawn: spawnEngine, now, busy: () => studies.status().running > 0 })
  const engines = once(() => engineStatuses(spawnEngine))
  const handlers: Handlers = {
    'app/info': async () => appInfo(version, store, await engines()),
    'app/doctor': async () => doctorChecks(version, await engines(), store),
    'settings/get': async () => store.settings.get(),
    'settings/change': async (part) => {
      const settings = store.settings.change(part)
      if (part.jobs !== undefined) studies.setJobs(settings.jobs)
      events.emit('settings/changed', settings)
      return settings
    },
    'task/cancel': async ({ task }) => {
      tasks.cancel(task)
      return null
    },
    'study/presets': async () => [...PRESETS],
    ...datasetHandlers({ store, files, tasks, spawn: spawnData, emit: events.emit }),
    ...studyHandlers(studies, tasks),
    ...reportHandlers({
      ...{ store, studies, files, tasks, emit: events.emit, version },
      ask: () => handlers,
      ...(options.printPdf === undefined ? {} : { print: options.printPdf }),
    }),
    ...compareHandlers({ store, studies, tasks, emit: events.emit }),
    ...insightHandlers({ insights: inspector.insights, tasks }),
    ...costHandlers({ store, meter, tasks }),
    ...structureHandlers({ inspector, files, tasks, spawn: spawnData }),
  }
  if (options.work) {
    addSample(store)
    studies.open()
  }
  return {
    store,
    studies,
    handlers,
    incomingFolder,
    subscribe: (emit) => events.subscribe(emit),
    stageFile: (path, file) => files.stage(path, file),
    close: async () => {
      tasks.cancelAll()
      await Promise.all([studies.close(), inspector.close(), meter.close()])
      files.discardAll()
      store.close()
    },
  }
}

/** The sample is made once per workspace: a person who deletes it does not get it back. */
function addSample(store: Store): void {
  if (store.datasets.list().length > 0 || store.datasets.listRemoved().length > 0) return
  const { draft, content, name } = sampleDataset()
  store.datasets.add(draft, contentToBytes(content), name)
}

function once(find: () => Promise<EngineStatus[]>): () => Promise<EngineStatus[]> {
  let found: Promise<EngineStatus[]> | undefined
  return () => (found ??= find())
}
