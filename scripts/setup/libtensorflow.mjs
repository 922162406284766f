// Puts libtensorflow and its headers into the user's cache, from the TensorFlow wheel.
import { mkdir, rm, statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { LIBTENSORFLOW_VERSION, libtensorflowFolder } from '../../src/main/engine/tfjs/cache-paths.mjs'
import { NOT_THERE, folderFault, makeFolder } from './cache.mjs'
import { findPython } from './python.mjs'
import { describeFailure, run } from './run.mjs'
import { StepError } from './step-error.mjs'
import { downloadWheel, wheelSource } from './wheel.mjs'

/** Wheel (270 MB) and libraries (850 MB) are there at the same time for a moment. */
const NEEDED_BYTES = 1.3e9

const EXTRACT = path.join(import.meta.dirname, 'extract-wheel.py')

/**
 * This machine, as the cache paths and the choice of wheel need it.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function thisMachine(env = process.env) {
  const { platform, arch } = process
  const header = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport())
    .header
  const musl = platform === 'linux' && header.glibcVersionRuntime === undefined
  return { platform, arch, env, home: os.homedir(), musl }
}

/** @param {{ platform: string, arch: string, musl: boolean }} machine @returns {string} name for messages */
export function machineName({ platform, arch, musl }) {
  return `${platform}-${arch}${musl ? ' with musl' : ''}`
}

/** @param {string} parent @throws {StepError} */
async function assertRoom(parent) {
  const { bavail, bsize } = await statfs(parent)
  const free = bavail * bsize
  if (free >= NEEDED_BYTES) return
  throw new StepError(
    `${parent} has ${Math.round(free / 1e6)} MB free, ${NEEDED_BYTES / 1e6} MB are needed to unpack the library; ` +
      'free some space or point XDG_CACHE_HOME elsewhere',
  )
}

/**
 * Fill `temporary` with `lib` and `include`, from the wheel that LACUNA_TENSORFLOW_WHEEL names or pip downloads.
 * @param {string} temporary
 * @param {{ machine: ReturnType<typeof thisMachine>, python: import('./python.mjs').Python, say: (line: string) => void }} options
 */
async function fill(temporary, { machine, python: { python, pip }, say }) {
  const { env } = machine
  const source = wheelSource(machine)
  let wheel = env.LACUNA_TENSORFLOW_WHEEL
  const download = path.join(temporary, 'download')
  if (!wheel && source !== undefined) {
    await mkdir(download)
    say(`fetching libtensorflow ${LIBTENSORFLOW_VERSION} with pip (about 270 MB, once per user) ...`)
    wheel = await downloadWheel({ pip, source, folder: download, env, say })
  }
  if (!wheel) throw new StepError(`no TensorFlow wheel carries the C library for ${machineName(machine)}`)
  say('unpacking the library ...')
  const [file, ...leading] = python
  const outcome = await run(file, [...leading, EXTRACT, wheel, temporary], { env })
  if (outcome.code !== 0) {
    throw new StepError(`${path.basename(wheel)} could not be unpacked: ${describeFailure(outcome)}`)
  }
  await rm(download, { recursive: true, force: true })
}

/**
 * Make sure the library is in the cache and say how it got there.
 * @param {object} options
 * @param {ReturnType<typeof thisMachine>} options.machine
 * @param {boolean} [options.force] fetch it again even when the cache is good
 * @param {(line: string) => void} options.say
 * @returns {Promise<{ folder: string, reused: boolean }>}
 * @throws {StepError} when it cannot be had
 */
export async function ensureLibtensorflow({ machine, force = false, say }) {
  const folder = libtensorflowFolder(machine)
  const fault = await folderFault(folder)
  if (fault === undefined && !force) return { folder, reused: true }
  if (fault !== undefined && fault !== NOT_THERE) {
    say(`the copy in ${folder} is damaged (${fault}); making it again`)
  }
  await makeParent(folder)
  const python = await findPython({ platform: machine.platform, env: machine.env })
  await assertRoom(path.dirname(folder))
  await makeFolder(folder, (temporary) => fill(temporary, { machine, python, say }))
  return { folder, reused: false }
}

/** @param {string} folder @throws {StepError} when the cache cannot be written */
async function makeParent(folder) {
  try {
    await mkdir(path.dirname(folder), { recursive: true })
  } catch (error) {
    throw new StepError(
      `the cache folder ${path.dirname(folder)} cannot be made (${/** @type {Error} */ (error).message}); ` +
        'point XDG_CACHE_HOME to a folder that can be written',
    )
  }
}
