// Works off the runs of the store: picks the next, hands it to an engine process, stores its epochs, settles its end.
// `jobs` processes at a time; knows nothing of how a study is shown.
import type { Emit } from '../../shared/contract.ts'
import { LacunaError, toErrorReport, type ErrorReport } from '../../shared/errors.ts'
import type { WaitingRun } from '../store/run-queries.ts'
import type { Store } from '../store/store.ts'
import { DiskWait } from './disk-wait.ts'
import { EngineHost, type SpawnEngine } from './engine-host.ts'
import type { FinishedEpoch, JobEngine, RunAbout, RunOutcome, RunPosition } from './messages.ts'
import { Outlook, type CalibrationSource } from './outlook.ts'
import { JobPlanner } from './plan.ts'
import { settleRun, type StopReason } from './settle.ts'
import { superviseRun } from './supervisor.ts'

export interface QueueOptions {
  store: Store
  emit: Emit
  spawn: SpawnEngine
  jobs: number
  log: (message: string, error?: unknown) => void
  memory: number // bytes all engine processes together may hold
  calibration?: CalibrationSource
  changed: () => void // something runs, waits or stands still that did not before
  retryMs?: number // how often a full disk is tried again
  killAfterMs?: number
  engine?: JobEngine // tests only: instead of the one the study asks for
}

const RETRY_MS = 2000
const REMAINING_MS = 1000 // how often the remaining time is worked out anew

/** A place for one run at a time, with its engine process. */
interface Slot {
  host: EngineHost
  run: WaitingRun | undefined
  about: RunAbout | undefined // not yet stored
  stopping: StopReason | undefined
}

export class Queue {
  readonly outlook: Outlook
  readonly planner: JobPlanner
  readonly #options: QueueOptions
  readonly #store: Store
  readonly #disk: DiskWait
  readonly #slots: Slot[] = []
  /** Studies that cannot run now, with the reason; they are tried again when a person says so. */
  readonly #blocked = new Map<string, ErrorReport>()
  #jobs: number
  #open = false
  #closing = false
  #retry: NodeJS.Timeout | undefined
  #waiters: (() => void)[] = []
  #remaining: { studyId: string; at: number; ms: number | undefined } | undefined

  constructor(options: QueueOptions) {
    this.#options = options
    this.#store = options.store
    this.#jobs = options.jobs
    this.outlook = new Outlook(options.store, options.calibration)
    this.planner = new JobPlanner(options.store, options.engine)
    this.#disk = new DiskWait({ retryMs: options.retryMs ?? RETRY_MS, changed: () => this.#diskChanged() })
  }

  get jobs(): number {
    return this.#jobs
  }

  /** Why nothing, or not everything, is being worked on. */
  get problem(): ErrorReport | undefined {
    return this.#disk.problem ?? this.#blocked.values().next().value
  }

  get running(): number {
    return this.#busy().length
  }

  /** Begin: continues what was interrupted and what waits. */
  open(): void {
    this.#open = true
    this.pump()
  }

  setJobs(jobs: number): void {
    this.#jobs = jobs
    for (const slot of this.#slots.filter((s) => s.run === undefined).slice(jobs)) this.#discard(slot)
    this.pump()
  }

  /** Try a study again that could not run. */
  unblock(studyId: string): void {
    this.#blocked.delete(studyId)
  }

  /** Start runs while there is room. Call after anything that may let a run start. */
  pump(): void {
    if (!this.#open || this.#closing) return
    while (this.#retry === undefined && this.#busy().length < this.#jobs) {
      const next = this.#next()
      if (next === undefined || !this.#begin(next)) break
    }
    this.#announce()
  }

  #next(): WaitingRun | undefined {
    return this.#store.runs.next([...this.#blocked.keys()])
  }

  #busy(): Slot[] {
    return this.#slots.filter((s) => s.run !== undefined)
  }

  #begin(run: WaitingRun): boolean {
    const slot = this.#slots.find((s) => s.run === undefined) ?? this.#addSlot()
    slot.run = run
    slot.about = undefined
    slot.stopping = undefined
    let begun = false
    try {
      begun = this.#disk.tryWrite(() => this.#store.runs.begin(run.id))
    } finally {
      if (!begun) slot.run = undefined
    }
    if (!begun) return false
    this.#options.emit('studies/changed', { id: run.studyId })
    void this.#work(slot, run)
    return true
  }

  #addSlot(): Slot {
    const { spawn, memory, killAfterMs } = this.#options
    const host = new EngineHost({
      spawn,
      memoryLimit: memory / this.#jobs,
      ...(killAfterMs === undefined ? {} : { killAfterMs }),
    })
    const slot: Slot = { host, run: undefined, about: undefined, stopping: undefined }
    this.#slots.push(slot)
    return slot
  }

  #discard(slot: Slot): void {
    slot.host.close()
    this.#slots.splice(this.#slots.indexOf(slot), 1)
  }

  /** From the start of a run to its end in the store. Never rejects. */
  async #work(slot: Slot, run: WaitingRun): Promise<void> {
    try {
      const outcome = await this.#outcome(slot, run)
      await this.#disk.write(
        () => this.#settle(slot, run, outcome),
        () => this.#closing,
      )
    } catch (error) {
      this.#fail(run, error)
    }
    slot.run = undefined
    if (this.#slots.length > this.#jobs) this.#discard(slot)
    this.#options.emit('studies/changed', { id: run.studyId })
    try {
      this.pump()
    } catch (error) {
      this.#fail(run, error)
    }
  }

  #settle(slot: Slot, run: WaitingRun, outcome: RunOutcome): void {
    const { about, stopping } = slot
    // A run that diverged before its first epoch ended has told what it is, too.
    if (outcome.how === 'diverged' && about !== undefined) this.#store.runs.describe(run.id, about)
    const obstacle = settleRun(this.#store, run, outcome, stopping)
    if (obstacle !== undefined) this.#blocked.set(run.studyId, obstacle)
  }

  /** The store refuses to be read or written: leave the study alone and say why. */
  #fail(run: WaitingRun, error: unknown): void {
    this.#options.log(`The end of run ${run.id} could not be stored`, error)
    this.#blocked.set(run.studyId, toErrorReport(error))
  }

  async #outcome(slot: Slot, run: WaitingRun): Promise<RunOutcome> {
    const { log } = this.#options
    try {
      return await superviseRun(slot.host, {
        // After a crash the last epoch may have been stored already.
        job: () => (this.#store.runs.state(run.id) === 'done' ? undefined : this.planner.job(run)),
        hooks: {
          started: (about) => {
            slot.about = about
          },
          position: (position) => this.#showPosition(run, position),
          epoch: (epoch) => this.#storeEpoch(slot, run, epoch),
        },
        stopping: () => slot.stopping !== undefined,
        crashed: (reason, resuming) =>
          log(`The engine process of ${run.id} ended (${reason}); ${resuming ? 'resuming' : 'giving up'}.`),
      })
    } catch (error) {
      if (!(error instanceof LacunaError)) log(`Run ${run.id} failed`, error)
      const { code, message } = toErrorReport(error)
      return { how: 'failed', problem: { code, message } }
    }
  }

  /** Store an epoch, however long the disk stays full; false when the run shall stop instead. */
  async #storeEpoch(slot: Slot, run: WaitingRun, epoch: FinishedEpoch): Promise<boolean> {
    const { runs } = this.#store
    const { record, done, ...blobs } = epoch
    const stored = await this.#disk.write(
      () =>
        this.#store.transaction(() => {
          if (slot.about !== undefined) runs.describe(run.id, slot.about)
          runs.saveEpoch(run.id, record, blobs, done)
        }),
      () => slot.stopping !== undefined,
    )
    if (!stored) return false
    slot.about = undefined
    const engine = runs.engineOf(run.id)
    if (engine !== undefined && record.epoch > 0) {
      this.outlook.observe(run.studyId, run.spec.cell, engine, record.elapsedMs)
    }
    this.#options.emit('epoch/finished', { studyId: run.studyId, runId: run.id, record })
    return true
  }

  #diskChanged(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    if (this.#disk.problem !== undefined && !this.#closing) {
      // Runs under way find out themselves whether there is room again; when there are none, a new one tries.
      this.#retry = setTimeout(() => {
        this.#retry = undefined
        if (this.running === 0) this.pump()
      }, this.#options.retryMs ?? RETRY_MS)
    } else setImmediate(() => this.pump())
    this.#announce()
  }

  #showPosition(run: WaitingRun, position: RunPosition): void {
    const now = performance.now()
    if (this.#remaining?.studyId !== run.studyId || now - this.#remaining.at > REMAINING_MS) {
      const ms = this.outlook.remaining(run.studyId, this.#jobs)
      this.#remaining = { studyId: run.studyId, at: now, ms }
    }
    const { ms } = this.#remaining
    this.#options.emit('run/progressed', {
      runId: run.id,
      studyId: run.studyId,
      epochs: run.spec.epochs,
      ...position,
      ...(ms === undefined ? {} : { remainingMs: ms }),
    })
  }

  /** Ask the runs of a study that are under way to stop. What waits is the caller's business. */
  stopStudy(studyId: string, reason: StopReason): void {
    for (const slot of this.#busy()) {
      if (slot.run?.studyId !== studyId) continue
      slot.stopping = reason
      slot.host.stop()
    }
  }

  /** A study that was being cancelled shall go on: what has not stopped yet is taken up again afterwards. */
  keepStudy(studyId: string): void {
    for (const slot of this.#busy()) {
      if (slot.run?.studyId === studyId && slot.stopping === 'cancel') slot.stopping = 'interrupt'
    }
  }

  /** Resolves when nothing is left that can run now. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
      this.#announce()
    })
  }

  /** Stop everything, saving what is finished, and end the engine processes. */
  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#retry)
    for (const slot of this.#busy()) {
      slot.stopping ??= 'interrupt'
      slot.host.stop()
    }
    while (this.#busy().length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    for (const slot of this.#slots) slot.host.close()
  }

  /** Tell about the queue, and those who wait for its end if this is it. */
  #announce(): void {
    if (this.#closing) return
    this.#options.changed()
    if (this.#waiters.length === 0 || this.#busy().length > 0 || this.#disk.problem !== undefined) return
    if (this.#open && this.#next() !== undefined) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }
}
