// `npm start`: opens the workbench in its own window, or, where Electron cannot run, in the browser, saying why in one
// line. Arguments (such as --workspace DIR) go to the program.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { ensureBuilt } from './build.mjs'

const root = resolve(import.meta.dirname, '..')
const args = process.argv.slice(2)
const DOWNLOAD_LIMIT_MS = 10 * 60_000
/** An Electron that ends with an error within this time never showed its window. */
const EARLY_MS = 5000

function electronFolder() {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return undefined // not installed: production install, or left out on purpose
  }
}

/** Path of the runtime, if it is complete. */
function electronProgram(folder) {
  const file = join(folder, 'path.txt')
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist')
  const program = existsSync(file) ? join(dist, readFileSync(file, 'utf8')) : join(dist, 'electron')
  return existsSync(program) ? program : undefined
}

/** Why a window is impossible here, whatever is installed; undefined when it may work. */
function noWindowReason(env) {
  if (env.LACUNA_NO_ELECTRON === '1') return 'LACUNA_NO_ELECTRON is set'
  if (process.platform !== 'linux') return undefined
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'no display'
  return process.getuid() === 0 ? 'its sandbox does not run for the user root' : undefined
}

/** Ask the download host for a few bytes first: its installer would retry for minutes where it is blocked. */
async function downloadReason(version) {
  const { env } = process
  if (env.HTTPS_PROXY ?? env.https_proxy ?? env.ELECTRON_CUSTOM_DIR) return undefined
  const mirror =
    env.ELECTRON_MIRROR ??
    env.npm_config_electron_mirror ??
    'https://github.com/electron/electron/releases/download/'
  try {
    const answer = await fetch(`${mirror}v${version}/SHASUMS256.txt`, {
      method: 'HEAD',
      signal: AbortSignal.timeout(8000),
    })
    return answer.ok ? undefined : `its download answered with status ${answer.status}`
  } catch (error) {
    return `its download host does not answer: ${error.cause?.code ?? error.name}`
  }
}

/** Get the runtime and try it; returns its path, or the reason why there is none. */
async function findElectron() {
  const impossible = noWindowReason(process.env)
  if (impossible !== undefined) return { reason: impossible }
  const folder = electronFolder()
  if (folder === undefined) return { reason: 'the package electron is not installed' }
  if (electronProgram(folder) === undefined) {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const blocked = await downloadReason(version)
    if (blocked !== undefined) return { reason: blocked }
    process.stderr.write('lacuna: downloading the Electron runtime, once, about 120 MB\n')
    const install = spawnSync(process.execPath, [join(folder, 'install.js')], {
      timeout: DOWNLOAD_LIMIT_MS,
      encoding: 'utf8',
    })
    if (install.status !== 0)
      return { reason: `its download failed: ${lastLine(install.stderr) || 'out of time'}` }
  }
  const program = electronProgram(folder)
  if (program === undefined) return { reason: 'its download is incomplete' }
  const tried = spawnSync(program, ['--version'], { timeout: 20_000, encoding: 'utf8' })
  if (tried.status !== 0)
    return { reason: lastLine(tried.stderr) || `it ended with ${tried.signal ?? tried.status}` }
  return { program }
}

function lastLine(text) {
  return (
    (text ?? '')
      .trim()
      .split('\n')
      .find((line) => /error|cannot/i.test(line))
      ?.trim()
      .slice(0, 200) ?? ''
  )
}

/** Run to the end; resolves with the exit code, or with the reason if it ended with an error at once. */
function runElectron(program) {
  return new Promise((done) => {
    const started = performance.now()
    const child = spawn(program, [root, ...args], { stdio: ['inherit', 'inherit', 'pipe'] })
    let tail = ''
    child.stderr.on('data', (chunk) => {
      tail = (tail + chunk).slice(-4000)
      process.stderr.write(chunk)
    })
    child.on('error', (error) => done({ reason: error.message }))
    child.on('close', (code, signal) => {
      const early = performance.now() - started < EARLY_MS && code !== 0 && code !== 1
      done(early ? { reason: lastLine(tail) || `it ended with ${signal ?? code}` } : { code: code ?? 1 })
    })
  })
}

function runBrowser(reason) {
  const because = `Electron runtime not available (${reason})`
  const child = spawn(
    process.execPath,
    [join(root, 'bin', 'lacuna.mjs'), 'open', '--because', because, ...args],
    {
      stdio: 'inherit',
    },
  )
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  child.on('close', (code) => process.exit(code ?? 1))
}

const problem = await ensureBuilt(['main', 'preload', 'renderer'])
if (problem !== undefined) {
  process.stderr.write(`${problem.trim()}\nThe build failed; nothing was started.\n`)
  process.exit(1)
}
const found = await findElectron()
const ended = found.program === undefined ? found : await runElectron(found.program)
if (ended.reason !== undefined) runBrowser(ended.reason)
else process.exit(ended.code)
