// Writing with patience: while the disk is full a write is tried again and again, and everyone can see why work stands
// still. Knows no run and no study.
import { LacunaError, toErrorReport, type ErrorReport } from '../../shared/errors.ts'

export interface DiskWaitOptions {
  retryMs: number
  changed: () => void // the disk became full, or there is room again
}

export class DiskWait {
  readonly #options: DiskWaitOptions
  #problem: ErrorReport | undefined

  constructor(options: DiskWaitOptions) {
    this.#options = options
  }

  /** Why nothing can be written, or undefined when the last write went well. */
  get problem(): ErrorReport | undefined {
    return this.#problem
  }

  /**
   * Write, however long it takes; false when `giveUp` said so on the way. Rejects with every other failure.
   */
  async write(write: () => void, giveUp: () => boolean): Promise<boolean> {
    for (;;) {
      if (this.tryWrite(write)) return true
      if (giveUp()) return false
      await new Promise((resolve) => setTimeout(resolve, this.#options.retryMs))
      if (giveUp()) return false
    }
  }

  /** Write once; false when the disk is full. Throws every other failure. */
  tryWrite(write: () => void): boolean {
    try {
      write()
    } catch (error) {
      if (!(error instanceof LacunaError) || error.code !== 'disk-full') throw error
      this.#note(toErrorReport(error))
      return false
    }
    if (this.#problem !== undefined) this.#note(undefined)
    return true
  }

  #note(problem: ErrorReport | undefined): void {
    this.#problem = problem
    this.#options.changed()
  }
}
