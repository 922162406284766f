// Builds the parts of the program whose sources are newer than their output. As a program, `node scripts/build.mjs
// main renderer` builds the named parts; as a module, `ensureBuilt` builds only what is stale, one builder at a time.
import { spawn } from 'node:child_process'
import {
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
  closeSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = resolve(import.meta.dirname, '..')
const SHARED = ['src/shared', 'package.json', 'electron.vite.config.ts', 'tsconfig.base.json']

/** Each part: the file whose age tells when it was built, and the sources it is made from. */
const PARTS = {
  main: { output: 'out/main/cli.js', sources: ['src/main', ...SHARED] },
  preload: { output: 'out/preload/preload.cjs', sources: ['src/main/transport', ...SHARED] },
  renderer: { output: 'out/renderer/index.html', sources: ['src/renderer', ...SHARED] },
}

/** Time of the last change below a path in ms; a folder changes when an entry comes or goes. 0 if it is missing. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stat.mtimeMs)
}

/** Names of the given parts that have to be built. */
export function staleParts(parts = Object.keys(PARTS)) {
  return parts.filter((part) => {
    const { output, sources } = PARTS[part]
    const built = statSync(join(root, output), { throwIfNoEntry: false })?.mtimeMs
    return built === undefined || sources.some((source) => newest(join(root, source)) > built)
  })
}

/**
 * Build what is stale among `parts` with the given Node, saying so in one line on stderr.
 * @returns undefined, or the output of the build that failed
 */
export async function ensureBuilt(parts, node = process.execPath) {
  if (staleParts(parts).length === 0) return undefined
  const release = await lock()
  try {
    // Another process may have built it while this one waited.
    const stale = staleParts(parts)
    if (stale.length === 0) return undefined
    process.stderr.write(`lacuna: building ${stale.join(', ')}, since the sources are newer than the build\n`)
    return await runBuild(stale, node)
  } finally {
    release()
  }
}

function runBuild(parts, node) {
  return new Promise((done) => {
    const child = spawn(node, [import.meta.filename, ...parts], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => done(error.message))
    child.on('close', (code) => done(code === 0 ? undefined : output))
  })
}

/** Take the build lock, waiting while a living process holds it. */
async function lock() {
  const path = join(root, 'out', '.building')
  mkdirSync(join(root, 'out'), { recursive: true })
  for (;;) {
    try {
      const file = openSync(path, 'wx')
      writeSync(file, String(process.pid))
      closeSync(file)
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (!isHeld(path)) rmSync(path, { force: true })
      else await sleep(100)
    }
  }
}

function isHeld(path) {
  try {
    const age = Date.now() - statSync(path).mtimeMs
    const pid = Number(readFileSync(path, 'utf8'))
    if (pid === 0) return age < 2000 // being written
    process.kill(pid, 0)
    return age < 300_000
  } catch (error) {
    // EPERM: it lives and belongs to somebody else. Otherwise the file or the process is gone.
    return error.code === 'EPERM'
  }
}

async function build(parts) {
  process.env.NODE_ENV_ELECTRON_VITE = 'production'
  const { resolveConfig } = await import('electron-vite')
  const vite = await import('vite')
  const { config } = await resolveConfig({ root, logLevel: 'warn' }, 'build', 'production')
  for (const part of parts) {
    const started = new Date()
    await vite.build(config[part])
    // As old as its sources when the build began: a change during the build makes it stale.
    utimesSync(join(root, PARTS[part].output), started, started)
  }
}

if (process.argv[1] === import.meta.filename) await build(process.argv.slice(2))
