// Studies as people meet them: plan, start, watch, pause, cancel, retry, delete. Everything behind study/*, run/* and
// queue/* of the contract; the work itself is done by the queue.
import { totalmem } from 'node:os'
import type {
  Emit,
  QueueStatus,
  RunSummary,
  StudyDetail,
  StudyPlan,
  StudySummary,
} from '../../shared/contract.ts'
import type { EngineCheck } from '../../shared/engine-check.ts'
import { LacunaError } from '../../shared/errors.ts'
import { CELLS, CELL_NAMES } from '../../shared/network.ts'
import type { RunRecord, StructureResults, StudyResults } from '../../shared/results.ts'
import type { StructureAnalysis } from '../../shared/structure-analysis.ts'
import { expandStudy, parseStudy, type StudyDefinition } from '../../shared/study.ts'
import type { Store } from '../store/store.ts'
import { Calibrator } from './calibration.ts'
import { resultsCsv } from './csv.ts'
import { checkEngines, type CheckWatch } from './engine-check.ts'
import { EngineHost, type SpawnEngine } from './engine-host.ts'
import { assertFeasible, diskBytes, estimateTime } from './estimate.ts'
import { Housekeeping } from './housekeeping.ts'
import { studyId } from './identity.ts'
import type { JobEngine } from './messages.ts'
import { Queue } from './queue.ts'
import { studyResults } from './results.ts'
import { BASE_FAILED, baseProblem } from './settle.ts'
import { StructureStudies, type AnalysisChoice, type AnalysisWatch } from './structure-studies.ts'
import { queueStatus, studySummary } from './summaries.ts'

export interface StudyServiceOptions {
  store: Store
  emit: Emit
  spawn: SpawnEngine
  now: () => Date
  jobs: number
  log?: (message: string, error?: unknown) => void
  memory?: number // bytes all engine processes together may hold; default four fifths of what the machine has
  retryMs?: number
  killAfterMs?: number
  engine?: JobEngine // tests only: instead of the one a study asks for
}

/** Events about the queue are sent at most this often. */
const QUEUE_EVENT_MS = 100

/** Build the service. Nothing runs before `open`. */
export function createStudyService(options: StudyServiceOptions): StudyService {
  return new StudyService(options)
}

export class StudyService {
  readonly #store: Store
  readonly #emit: Emit
  readonly #now: () => Date
  readonly #memory: number
  readonly #spawn: SpawnEngine
  readonly #queue: Queue
  readonly #calibrator: Calibrator
  readonly #housekeeping: Housekeeping
  readonly #structures: StructureStudies
  #announcing: NodeJS.Timeout | undefined

  constructor(options: StudyServiceOptions) {
    const { log = () => undefined, memory = totalmem() * 0.8, now, ...queue } = options
    this.#store = options.store
    this.#structures = new StructureStudies(options.store)
    this.#emit = options.emit
    this.#now = now
    this.#memory = memory
    this.#spawn = options.spawn
    this.#housekeeping = new Housekeeping(options.store, now, log)
    const calibration = new Calibrator({ ...queue, log, busy: () => this.#queue.running > 0 })
    this.#calibrator = calibration
    this.#queue = new Queue({ ...queue, log, memory, calibration, changed: () => this.#announceQueue() })
  }

  /** Begin working: continues interrupted and queued runs. */
  open(): void {
    this.#queue.open()
  }

  /** Resolves when nothing is left that can run now; `status().problem` tells whether something stands still. */
  idle(): Promise<void> {
    return this.#queue.idle()
  }

  /** Stop all runs, keep what is finished, end the engine processes. Close the store afterwards. */
  async close(): Promise<void> {
    await Promise.all([this.#queue.close(), this.#calibrator.close()])
    clearTimeout(this.#announcing)
    await this.#housekeeping.finish()
  }

  /** Change how many engine processes work at a time. */
  setJobs(jobs: number): void {
    this.#queue.setJobs(jobs)
  }

  /**
   * Say what starting a definition would mean. Changes nothing. The time is measured meanwhile where it is not known:
   * `plan/estimated` tells when the same question has another answer.
   * @throws LacunaError bad-request, not-found, too-large
   */
  plan(definition: unknown): StudyPlan {
    const plan = this.#plan(definition)
    const unmeasured = this.#calibrator.want(plan.definition)
    return plan.estimate !== undefined || unmeasured === undefined ? plan : { ...plan, unmeasured }
  }

  #plan(definition: unknown): StudyPlan {
    const given = parseStudy(definition)
    const dataset = this.#store.datasets.find(given.dataset)
    const study = { ...given, dataset: dataset.id } // a name or the beginning of an id is good enough to ask
    assertFeasible(study, dataset, this.#memory)
    const runs = expandStudy(study)
    const id = studyId(study)
    const estimate = estimateTime(study, dataset, runs, this.#queue.outlook, this.#queue.jobs)
    return {
      id,
      exists: this.#store.studies.has(id) === 'live',
      definition: study,
      runs,
      diskBytes: diskBytes(study, dataset, runs, this.#queue.jobs),
      ...(estimate === undefined ? {} : { estimate }),
    }
  }

  /**
   * Start a study. The same definition again is the same study: it is taken out of the trash, resumed, or as it is.
   * @throws LacunaError bad-request, not-found, too-large, disk-full
   */
  start(definition: unknown, name?: string): StudySummary {
    const { id, definition: study } = this.#plan(definition)
    const known = this.#store.studies.has(id)
    if (known !== undefined) {
      if (known === 'removed') this.#store.studies.restore(id)
      if (name !== undefined) this.#store.studies.rename(id, name)
      return this.resume(id)
    }
    const dataset = this.#store.datasets.get(study.dataset)
    this.#store.studies.create(study, { id, name: name ?? studyName(study, dataset.name) })
    return this.#changed(id)
  }

  /** List the studies, newest first. */
  list(): StudySummary[] {
    return this.#store.studies.list().map((study) => studySummary(this.#store, this.#queue, study))
  }

  /** @throws LacunaError not-found */
  show(text: string): StudyDetail {
    const id = this.#store.studies.resolve(text)
    const summary = studySummary(this.#store, this.#queue, this.#store.studies.get(id))
    return { summary, runs: this.#store.runs.list(id) }
  }

  /** Derive results from the runs so far. */
  results(text: string): StudyResults {
    const { id, definition } = this.#store.studies.get(this.#store.studies.resolve(text))
    return studyResults(id, definition, this.#store.runs.records(id))
  }

  /** Write a table: every epoch of every run, or every run of a structure study. */
  csv(text: string): { fileName: string; text: string } {
    const { id, definition } = this.#store.studies.get(this.#store.studies.resolve(text))
    const day = this.#now().toISOString().slice(0, 10)
    const table =
      definition.kind === 'structure'
        ? this.#structures.csv(id, definition)
        : resultsCsv(this.#store.runs.records(id))
    return { fileName: `lacuna-study-${id}-${day}.csv`, text: table }
  }

  /** List the runs of a structure study; see StructureStudies. */
  structures(text: string): StructureResults {
    return this.#structures.results(this.#store.studies.resolve(text))
  }

  /** Analyse the runs of a structure study that have ended; see StructureStudies. */
  async analyse(text: string, choice: AnalysisChoice, watch: AnalysisWatch): Promise<StructureAnalysis> {
    return this.#structures.analyse(this.#store.studies.resolve(text), choice, watch)
  }

  rename(text: string, name: string): StudySummary {
    const id = this.#store.studies.resolve(text)
    this.#store.studies.rename(id, name)
    return this.#changed(id)
  }

  /** Stop the runs under way after saving what is finished, and start no others. */
  pause(text: string): StudySummary {
    const id = this.#store.studies.resolve(text)
    this.#store.studies.setPaused(id, true)
    this.#queue.stopStudy(id, 'interrupt')
    return this.#changed(id)
  }

  /** Go on; runs that failed or were cancelled are queued again. */
  resume(text: string): StudySummary {
    const id = this.#store.studies.resolve(text)
    this.#queue.keepStudy(id)
    this.#queue.unblock(id)
    this.#store.transaction(() => {
      this.#store.studies.setPaused(id, false)
      this.#requeue(id)
    })
    return this.#changed(id)
  }

  /** End a study: runs under way are stopped, runs that wait are not started. */
  cancel(text: string): StudySummary {
    const id = this.#store.studies.resolve(text)
    this.#store.runs.cancelWaiting(id)
    this.#queue.stopStudy(id, 'cancel')
    return this.#changed(id)
  }

  /** Put a study into the trash; runs under way are stopped and go on if it is restored. */
  delete(text: string): void {
    const id = this.#store.studies.resolve(text)
    this.#store.studies.remove(id)
    this.#queue.stopStudy(id, 'interrupt')
    this.#changed(id)
  }

  restore(text: string): StudySummary {
    const id = this.#store.studies.resolve(text)
    this.#store.studies.restore(id)
    return this.#changed(id)
  }

  /** @throws LacunaError not-found */
  run(id: string): RunRecord {
    return this.#store.runs.get(id)
  }

  /**
   * Run a run again that did not end well: from its last epoch, or from the beginning when it diverged or its
   * checkpoint is damaged. Its base run is taken along when that is what failed.
   * @throws LacunaError conflict when the run is done, waits or runs
   */
  retry(id: string): RunSummary {
    const { studyId: study, state } = this.#store.runs.get(id)
    if (state !== 'failed' && state !== 'diverged' && state !== 'cancelled') {
      throw new LacunaError(
        'conflict',
        `Run ${id} is ${state}; only a run that failed, diverged or was cancelled can be retried.`,
      )
    }
    this.#queue.unblock(study)
    this.#store.transaction(() => {
      const base = this.#store.runs.baseOf(id)
      if (base !== undefined) this.#again(base)
      this.#again(id)
      for (const dependent of this.#store.runs.dependents(id)) {
        if (this.#store.runs.get(dependent).problem?.code === BASE_FAILED) this.#again(dependent)
      }
    })
    this.#changed(study)
    return this.#store.runs.summary(id)
  }

  /**
   * Train the first epochs of a run on both engines, beside the queue, and compare. Stores nothing.
   * @throws LacunaError conflict when its base run is not done; cancelled, engine-unavailable, engine-crashed, diverged
   */
  async check(id: string, epochs: number, watch: CheckWatch): Promise<EngineCheck> {
    const { studyId: study, spec } = this.#store.runs.get(id)
    const baseId = this.#store.runs.baseOf(id)
    if (baseId !== undefined && this.#store.runs.state(baseId) !== 'done') {
      throw new LacunaError(
        'conflict',
        `Run ${id} starts from the weights of ${spec.base}, which is not done; check it when it is.`,
      )
    }
    const run = { id, studyId: study, spec, ...(baseId === undefined ? {} : { baseId }) }
    const job = this.#queue.planner.job(run, { fresh: true })
    const host = new EngineHost({ spawn: this.#spawn, memoryLimit: this.#memory / this.#queue.jobs })
    // At least one epoch, also for a run that is only pruned and tested.
    return checkEngines(host, { ...job, epochs: Math.max(1, Math.min(epochs, job.epochs)) }, watch)
  }

  /** Queue one run again if it ended without being done. */
  #again(id: string): void {
    const { state, problem } = this.#store.runs.get(id)
    if (state === 'diverged' || problem?.code === 'item-damaged') this.#store.runs.reset(id)
    else if (state === 'failed' || state === 'cancelled') this.#store.runs.requeue(id)
  }

  /** Queue again what failed or was cancelled, except what waits for a base that diverged. */
  #requeue(studyId: string): void {
    const { runs } = this.#store
    for (const { id } of runs.inState(studyId, ['failed', 'cancelled'])) this.#again(id)
    for (const { id, spec } of runs.inState(studyId, ['diverged'])) {
      runs.failDependents(id, baseProblem(spec.key, 'diverged'))
    }
  }

  /** Tell how much is being worked on. */
  status(): QueueStatus {
    return queueStatus(this.#store, this.#queue)
  }

  /** After a change: tell everyone, start what can start, and return how the study is now. */
  #changed(id: string): StudySummary {
    this.#queue.pump()
    this.#emit('studies/changed', { id })
    return studySummary(this.#store, this.#queue, this.#store.studies.get(id))
  }

  #announceQueue(): void {
    this.#announcing ??= setTimeout(() => {
      this.#announcing = undefined
      this.#emit('queue/changed', this.status())
      if (this.#queue.running === 0) this.#housekeeping.tidy()
    }, QUEUE_EVENT_MS)
  }
}

function studyName({ kind, cells }: StudyDefinition, dataset: string): string {
  const which =
    cells.length === CELLS.length ? 'all architectures' : cells.map((c) => CELL_NAMES[c]).join(', ')
  const what = { training: 'Training', pruning: 'Pruning', structure: 'Random structures:' }[kind]
  return `${what} ${which} on ${dataset}`.slice(0, 200)
}
