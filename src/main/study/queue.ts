// Works off the runs of the store: picks the next, hands it to an engine process, stores its epochs, settles its end.
// `jobs` processes at a time; knows nothing of how a study is shown.
import type { Emit } from '../../shared/contract.ts'
import { LacunaError, toErrorReport, type ErrorReport } from '../../shared/errors.ts'
import type { RunProblem } from '../../shared/results.ts'
import type { WaitingRun } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { EngineHost, type SpawnEngine } from './engine-host.ts'
import type { FinishedEpoch, JobEngine, RunOutcome, RunPosition } from './messages.ts'
import { Outlook } from './outlook.ts'
import { JobPlanner } from './plan.ts'
import { superviseRun } from './supervisor.ts'

export interface QueueOptions {
  store: Store
  emit: Emit
  spawn: SpawnEngine
  jobs: number
  log: (message: string, error?: unknown) => void
  memory: number // bytes all engine processes together may hold
  retryMs?: number // how often a full disk is tried again
  killAfterMs?: number
  engine?: JobEngine // tests only: instead of the one the study asks for
}

/** Why a run under way was asked to stop, and so what it becomes. */
type StopReason = 'interrupt' | 'cancel'

interface Slot {
  host: EngineHost
  run: WaitingRun | undefined
  stopping: StopReason | undefined
}

export class Queue {
  readonly outlook: Outlook
  readonly #options: QueueOptions
  readonly #store: Store
  readonly #planner: JobPlanner
  readonly #slots: Slot[] = []
  /** Studies that cannot run now, with the reason; they are tried again when a person says so. */
  readonly #blocked = new Map<string, ErrorReport>()
  #jobs: number
  #open = false
  #closing = false
  #diskFull: ErrorReport | undefined
  #retry: NodeJS.Timeout | undefined
  #waiters: (() => void)[] = []
  #lastRemaining = { studyId: '', at: -Infinity, ms: undefined as number | undefined }

  constructor(options: QueueOptions) {
    this.#options = options
    this.#store = options.store
    this.#jobs = options.jobs
    this.outlook = new Outlook(options.store)
    this.#planner = new JobPlanner(options.store, options.engine)
  }

  get jobs(): number {
    return this.#jobs
  }

  /** Why nothing, or not everything, is being worked on. */
  get problem(): ErrorReport | undefined {
    return this.#diskFull ?? this.#blocked.values().next().value
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
    while (this.#diskFull === undefined && this.#busy().length < this.#jobs) {
      const next = this.#store.runs.next([...this.#blocked.keys()])
      if (next === undefined) break
      if (!this.#begin(next)) break
    }
    this.#announce()
  }

  #busy(): Slot[] {
    return this.#slots.filter((s) => s.run !== undefined)
  }

  #begin(run: WaitingRun): boolean {
    try {
      this.#store.runs.begin(run.id)
    } catch (error) {
      this.#noteDiskFull(error)
      return false
    }
    const slot = this.#slots.find((s) => s.run === undefined) ?? this.#addSlot()
    slot.run = run
    slot.stopping = undefined
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
    const slot: Slot = { host, run: undefined, stopping: undefined }
    this.#slots.push(slot)
    return slot
  }

  #discard(slot: Slot): void {
    slot.host.close()
    this.#slots.splice(this.#slots.indexOf(slot), 1)
  }

  async #work(slot: Slot, run: WaitingRun): Promise<void> {
    const outcome = await this.#outcome(slot, run)
    await this.#persist(() => this.#settle(slot, run, outcome))
    slot.run = undefined
    if (this.#slots.length > this.#jobs) this.#discard(slot)
    this.#options.emit('studies/changed', { id: run.studyId })
    this.pump()
    this.#announce()
  }

  async #outcome(slot: Slot, run: WaitingRun): Promise<RunOutcome> {
    const { runs } = this.#store
    try {
      return await superviseRun(slot.host, {
        // After a crash the last epoch may have been stored already.
        job: () => (runs.state(run.id) === 'done' ? undefined : this.#planner.job(run)),
        hooks: {
          started: (about) => runs.describe(run.id, about),
          position: (position) => this.#showPosition(run, position),
          epoch: (epoch) => this.#storeEpoch(slot, run, epoch),
        },
        stopping: () => slot.stopping !== undefined,
        crashed: (reason, resuming) =>
          this.#options.log(
            `The engine process of ${run.id} ended (${reason}); ${resuming ? 'resuming' : 'giving up'}.`,
          ),
      })
    } catch (error) {
      if (!(error instanceof LacunaError)) this.#options.log(`Run ${run.id} failed`, error)
      const { code, message } = toErrorReport(error)
      return { how: 'failed', problem: { code, message } }
    }
  }

  /** Store an epoch, however long the disk stays full; false when the run shall stop instead. */
  async #storeEpoch(
    slot: Slot,
    run: WaitingRun,
    { record, checkpoint, weights, masks, done }: FinishedEpoch,
  ): Promise<boolean> {
    const blobs = {
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(weights === undefined ? {} : { weights }),
      ...(masks === undefined ? {} : { masks }),
    }
    const stored = await this.#persist(
      () => this.#store.runs.saveEpoch(run.id, record, blobs, done),
      () => slot.stopping !== undefined,
    )
    if (!stored) return false
    const engine = this.#store.runs.engineOf(run.id)
    if (engine !== undefined && record.epoch > 0) {
      this.outlook.observe(run.studyId, run.spec.cell, engine, record.elapsedMs)
    }
    this.#options.emit('epoch/finished', { studyId: run.studyId, runId: run.id, record })
    return true
  }

  /** Write to the store, trying again while the disk is full; false when given up on the way. */
  async #persist(write: () => void, giveUp = () => this.#closing): Promise<boolean> {
    for (;;) {
      try {
        write()
        this.#noteRoom()
        return true
      } catch (error) {
        if (!this.#noteDiskFull(error)) throw error
        if (giveUp()) return false
        await new Promise((resolve) => setTimeout(resolve, this.#options.retryMs ?? 2000))
        if (giveUp()) return false
      }
    }
  }

  /** Keep a full disk in mind and try again later; false for every other error. */
  #noteDiskFull(error: unknown): boolean {
    if (!(error instanceof LacunaError) || error.code !== 'disk-full') return false
    this.#diskFull = toErrorReport(error)
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      // With runs under way their own attempts find out whether there is room again.
      if (this.running > 0) return
      this.#diskFull = undefined
      this.pump()
    }, this.#options.retryMs ?? 2000)
    this.#announce()
    return true
  }

  #noteRoom(): void {
    if (this.#diskFull === undefined) return
    this.#diskFull = undefined
    this.pump()
  }

  #settle(slot: Slot, run: WaitingRun, outcome: RunOutcome): void {
    const { runs } = this.#store
    // Stopped after its last epoch was stored: it is done all the same.
    if (runs.state(run.id) === 'done') return
    switch (outcome.how) {
      case 'done':
        throw new LacunaError('internal', `Run ${run.id} ended without its last epoch.`)
      case 'stopped':
        if (slot.stopping === 'cancel') runs.finish(run.id, 'cancelled')
        else runs.interrupt(run.id)
        break
      case 'diverged':
      case 'failed':
        this.#settleProblem(run, outcome.how, outcome.problem)
    }
  }

  #settleProblem(run: WaitingRun, how: 'diverged' | 'failed', problem: RunProblem): void {
    const { runs } = this.#store
    if (problem.code === 'engine-unavailable') {
      // Every other run of the study would fail the same way: wait for a person instead.
      runs.interrupt(run.id)
      this.#blocked.set(run.studyId, { code: 'engine-unavailable', message: problem.message })
      return
    }
    this.#store.transaction(() => {
      runs.finish(run.id, how, problem)
      runs.failDependents(run.id, baseProblem(run.spec.key, how))
    })
  }

  #showPosition(run: WaitingRun, position: RunPosition): void {
    const now = performance.now()
    if (this.#lastRemaining.studyId !== run.studyId || now - this.#lastRemaining.at > 1000) {
      this.#lastRemaining = {
        studyId: run.studyId,
        at: now,
        ms: this.outlook.remaining(run.studyId, this.#jobs),
      }
    }
    const { ms } = this.#lastRemaining
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
    this.onChange?.()
    const still = this.#busy().length === 0 && this.#diskFull === undefined
    if (!still || this.#waiters.length === 0) return
    if (this.#open && this.#store.runs.next([...this.#blocked.keys()]) !== undefined) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }

  /** Called after every change of what is running, waiting or standing still. */
  onChange: (() => void) | undefined
}

function baseProblem(key: string, how: 'diverged' | 'failed'): RunProblem {
  const message = `Its base run ${key} ${how === 'diverged' ? 'diverged' : 'failed'}, so there are no weights to prune; retry the base run.`
  return { code: BASE_FAILED, message }
}

/** Code of the problem of runs whose base will not be done. */
export const BASE_FAILED = 'base-failed'
