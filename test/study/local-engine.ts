// An engine process that lives in the test itself, so that it can be made to crash, hang or refuse at a chosen moment.
// It runs the real training loop on the oracle.
import { RunControl } from '../../src/main/engine/control.ts'
import type { Engine } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import type { EngineProcess } from '../../src/main/study/engine-host.ts'
import type { FromEngine, RunJob, RunOutcome, ToEngine } from '../../src/main/study/messages.ts'
import { executeRun } from '../../src/main/study/run.ts'

export interface Faults {
  engine?: (job: RunJob) => Engine | RunOutcome // another engine, or an outcome at once
  epoch?: (engine: LocalEngine, runId: string, epoch: number) => void // before an epoch is sent
  deaf?: boolean // does not react to stop
  memory?: number // reported with every epoch
}

/** Every engine made by one `localEngines`, in order. */
export interface LocalEngines {
  (): EngineProcess
  all: LocalEngine[]
}

/** Make the function that starts such processes. */
export function localEngines(faults: Faults = {}): LocalEngines {
  const all: LocalEngine[] = []
  return Object.assign(
    () => {
      const engine = new LocalEngine(faults)
      all.push(engine)
      return engine
    },
    { all },
  )
}

export class LocalEngine implements EngineProcess {
  readonly pid = undefined
  readonly jobs: RunJob[] = []
  alive = true
  readonly #faults: Faults
  readonly #control = new RunControl()
  #listener: (message: FromEngine) => void = () => undefined
  #exit: (reason: string) => void = () => undefined
  #answer: ((stored: boolean) => void) | undefined

  constructor(faults: Faults) {
    this.#faults = faults
  }

  onMessage(listener: (message: FromEngine) => void): void {
    this.#listener = listener
  }

  onExit(listener: (reason: string) => void): void {
    this.#exit = listener
  }

  postMessage(message: ToEngine): void {
    if (!this.alive) return
    if (message.type === 'start') {
      this.#control.clearStop()
      this.jobs.push(message.job)
      setImmediate(() => void this.#run(message.job))
    } else if (message.type === 'stored') setImmediate(() => this.#answer?.(true))
    else if (message.type === 'stop' && this.#faults.deaf !== true) {
      this.#control.requestStop()
      setImmediate(() => this.#answer?.(false))
    }
  }

  kill(): void {
    this.crash('signal SIGKILL')
  }

  /** End as a process ends: nothing is sent afterwards. */
  crash(reason = 'signal SIGSEGV'): void {
    if (!this.alive) return
    this.alive = false
    setImmediate(() => this.#exit(reason))
  }

  #send(message: FromEngine): void {
    const copy = structuredClone(message)
    setImmediate(() => {
      if (this.alive) this.#listener(copy)
    })
  }

  async #run(job: RunJob): Promise<void> {
    const engine = this.#faults.engine?.(job) ?? oracleEngine
    const outcome = 'how' in engine ? engine : await this.#execute(engine, job)
    this.#send({ type: 'ended', outcome })
  }

  #execute(engine: Engine, job: RunJob): Promise<RunOutcome> {
    return executeRun(engine, job, {
      control: this.#control,
      clock: () => performance.now(),
      started: (about) => this.#send({ type: 'started', about }),
      entered: () => undefined,
      save: (epoch) =>
        new Promise((resolve) => {
          this.#answer = resolve
          if (this.#faults.memory !== undefined) this.#send({ type: 'memory', bytes: this.#faults.memory })
          this.#faults.epoch?.(this, job.runId, epoch.record.epoch)
          this.#send({ type: 'epoch', epoch })
        }),
    })
  }
}
