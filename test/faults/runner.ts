// Starts the study runner, reads its lines and kills it and its engine processes.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export class Runner {
  readonly process: ChildProcess
  readonly lines: string[] = []
  readonly engines: number[] = []
  readonly ended: Promise<unknown>
  stderr = ''

  constructor(folder: string, environment: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, [join(import.meta.dirname, 'study-runner.ts'), folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
    })
    this.process.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    const lines = createInterface({ input: this.process.stdout! })
    lines.on('line', (line) => {
      this.lines.push(line)
      if (line.startsWith('engine ')) this.engines.push(Number(line.slice(7)))
    })
    this.ended = Promise.all([once(this.process, 'exit'), once(lines, 'close')])
  }

  /** Epochs acknowledged so far, as `run epoch`. */
  get stored(): string[] {
    return this.lines.filter((l) => l.startsWith('stored ')).map((l) => l.slice(7))
  }

  get finished(): boolean {
    return this.lines.includes('finished')
  }

  /** Kill the program without warning and wait until it is gone. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.ended
  }

  /** Kill the engine process started last; false when it is gone already. */
  killEngine(): boolean {
    const pid = this.engines.at(-1)
    if (pid === undefined) return false
    try {
      return process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
      throw error
    }
  }

  /** Wait until a line begins with one of `starts`; fails when the program ends before. */
  async line(...starts: string[]): Promise<string> {
    for (;;) {
      const found = this.lines.find((l) => starts.some((start) => l.startsWith(start)))
      if (found !== undefined) return found
      if (this.process.exitCode !== null || this.process.signalCode !== null) {
        throw new Error(
          `The runner ended before '${starts.join("' or '")}': ${this.lines.join(' | ')} ${this.stderr}`,
        )
      }
      await sleep(2)
    }
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
