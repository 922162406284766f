// Runs the real command line as a process, from the sources.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')

/** The pinned Node where it is installed: the one that runs the tests may be too old to run the sources. */
function nodeProgram(): string {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(pinned) ? pinned : process.execPath
}

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

export interface Running {
  child: ChildProcess
  ended: Promise<Ended>
  /** First line on stdout. */
  firstLine: Promise<string>
}

/** Start `lacuna` with arguments; what is still running when the test ends is killed. */
export function startLacuna(workspace: string, args: readonly string[]): Running {
  const env = { ...process.env, LACUNA_WORKSPACE: workspace, NODE_OPTIONS: '' }
  const child = spawn(nodeProgram(), [join(root, 'src', 'main', 'cli.ts'), ...args], {
    cwd: root,
    env,
    stdio: 'pipe',
  })
  let [stdout, stderr] = ['', '']
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      if (stdout.includes('\n')) resolve(stdout.slice(0, stdout.indexOf('\n')))
    })
    child.on('close', () => reject(new Error(`ended without a line: ${stderr}`)))
  })
  firstLine.catch(() => undefined) // only some tests wait for it
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  )
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, ended, firstLine }
}

/** Run `lacuna` to its end. */
export function lacuna(workspace: string, ...args: string[]): Promise<Ended> {
  return startLacuna(workspace, args).ended
}

/** Run `lacuna` and read every line of stdout as JSON. */
export async function lacunaJson<T>(workspace: string, ...args: string[]): Promise<T[]> {
  const { code, stdout, stderr } = await lacuna(workspace, ...args, '--json')
  if (code !== 0) throw new Error(`lacuna ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}
