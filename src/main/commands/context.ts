// What commands share: options, the workbench opened for as long as one command runs, and stopping on a signal.
import { InvalidArgumentError, type Command } from 'commander'
import type { Log } from '../transport/host.ts'
import type { Workbench } from '../workbench.ts'
import { withWayOut } from './damaged.ts'
import { note } from './output.ts'
import { VERSION } from './version.ts'
import { workspaceFolder } from './workspace-folder.ts'

export interface WorkspaceOptions {
  workspace?: string
}

/** Options most commands have. */
export interface CommonOptions extends WorkspaceOptions {
  json?: boolean
}

export function workspaceOption(command: Command): Command {
  return command.option(
    '--workspace <folder>',
    'folder of the workspace (default: in the data folder of the user)',
  )
}

export function commonOptions(command: Command): Command {
  return workspaceOption(command).option('--json', 'print JSON, one value a line')
}

/** Parse a whole number of an option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`)
  }
}

/** Collect the values of an option that may be given several times. */
export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value]
}

export const log: Log = (level, message, error) => {
  const detail = error === undefined ? '' : `: ${error instanceof Error ? error.message : String(error)}`
  if (level !== 'info') note(`lacuna: ${message}${detail}`)
}

export interface OpenOptions extends WorkspaceOptions {
  command: string // named to whoever finds the workspace locked
  work: boolean // train what waits, meanwhile
  jobs?: number // engine processes at a time
}

/**
 * Open the workspace, do the work, and close it whatever happens.
 * @throws LacunaError workspace-locked, workspace-damaged, and what `use` throws
 */
export async function withWorkbench<T>(
  options: OpenOptions,
  use: (workbench: Workbench, workspace: string) => Promise<T>,
): Promise<T> {
  const workspace = workspaceFolder(options.workspace)
  // Loaded here, so that help and wrong use answer without loading a database.
  const { openWorkbench } = await import('../workbench.ts')
  const { forkEngine } = await import('../study/fork.ts')
  const { forkData } = await import('../workbench/fork-data.ts')
  const workbench = await openWorkbench({
    workspace,
    program: `lacuna ${options.command}`,
    version: VERSION,
    spawnEngine: forkEngine(),
    spawnData: forkData,
    work: options.work,
    log: (message, error) => log('error', message, error),
    ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
  }).catch((error: unknown) => {
    throw withWayOut(error, options)
  })
  try {
    return await use(workbench, workspace)
  } finally {
    await workbench.close()
  }
}

/** A signal this soon after the first is the same wish, sent to a whole group of processes and passed on. */
const SAME_WISH_MS = 1000

/** Resolve at the first SIGINT, SIGTERM or SIGHUP; a later one ends the process at once. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined
    const stop = (signal: NodeJS.Signals) => {
      first ??= performance.now()
      if (performance.now() - first > SAME_WISH_MS) process.exit(1)
      resolve(signal)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  })
}
