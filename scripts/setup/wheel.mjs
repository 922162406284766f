// Which TensorFlow wheel holds libtensorflow for a machine, and how pip is asked for it.
import { mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { LIBTENSORFLOW_VERSION } from '../../src/main/engine/tfjs/cache-paths.mjs'
import { lastLine, run } from './run.mjs'
import { StepError } from './step-error.mjs'

/** Python versions the wheel exists for; any will do, because only the C library is taken from it. */
const WHEEL_PYTHONS = ['3.13', '3.12', '3.11', '3.10']

const PROGRESS_MS = 5_000
/** No further Python version is asked for when the attempts so far took longer. */
const PATIENCE_MS = 30_000

/**
 * @typedef {object} WheelSource
 * @property {string} project name in the registry
 * @property {string[]} platforms platform tags, any of which fits
 */

/** @type {Record<string, WheelSource>} */
const SOURCES = {
  'linux-x64': { project: 'tensorflow-cpu', platforms: ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64'] },
  'linux-arm64': {
    project: 'tensorflow-cpu',
    platforms: ['manylinux_2_27_aarch64', 'manylinux_2_17_aarch64'],
  },
  'darwin-arm64': { project: 'tensorflow', platforms: ['macosx_12_0_arm64', 'macosx_11_0_arm64'] },
}

/**
 * The wheel for a machine; undefined where no wheel carries the C library (Windows, Macs with Intel, musl).
 * @param {{ platform: string, arch: string, musl: boolean }} machine
 * @returns {WheelSource | undefined}
 */
export function wheelSource({ platform, arch, musl }) {
  return musl ? undefined : SOURCES[`${platform}-${arch}`]
}

/**
 * Arguments of `pip` to try in turn: first as the interpreter itself would, then for named Python versions, because
 * the one found may be too new or too old for the wheel.
 * @param {WheelSource} source
 * @param {string} folder
 * @returns {string[][]}
 */
export function downloadCommands({ project, platforms }, folder) {
  const base = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--no-cache-dir',
    '--no-input',
    '--retries',
    '1',
  ]
  const what = ['--dest', folder, `${project}==${LIBTENSORFLOW_VERSION}`]
  const tags = platforms.flatMap((platform) => ['--platform', platform])
  return [
    [...base, ...what],
    ...WHEEL_PYTHONS.map((python) => [
      ...base,
      ...['--implementation', 'cp', '--python-version', python, '--abi', `cp${python.replace('.', '')}`],
      ...tags,
      ...what,
    ]),
  ]
}

/**
 * What a failing pip meant. `retry` says whether asking for another Python version can help.
 * @param {string} output
 * @returns {{ reason: string, retry: boolean }}
 */
export function explainPip(output) {
  if (/No space left|ENOSPC|Errno 28\b/i.test(output)) {
    return { reason: 'the volume is full', retry: false }
  }
  if (
    /NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|NameResolution|Max retries/i.test(
      output,
    )
  ) {
    return { reason: 'the package index could not be reached', retry: true }
  }
  if (/No matching distribution|Could not find a version/i.test(output)) {
    return { reason: 'the package index offers no wheel for this machine', retry: true }
  }
  return { reason: `pip said: ${lastLine(output) || 'nothing'}`, retry: false }
}

/** Bytes in the files of `folder`, so far. */
async function bytesIn(/** @type {string} */ folder) {
  const entries = await readdir(folder, { recursive: true })
  // A file that pip moves away meanwhile counts nothing.
  const sizes = entries.map((name) =>
    stat(path.join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0)
}

/**
 * Run pip once and say every few seconds how much has come, whichever version of pip it is.
 * @param {string[]} pip
 * @param {string[]} command
 * @param {{ folder: string, env: NodeJS.ProcessEnv, say: (line: string) => void }} options
 */
async function runPip([file, ...leading], command, { folder, env, say }) {
  const temporary = path.join(folder, 'tmp')
  await mkdir(temporary, { recursive: true })
  const timer = setInterval(async () => {
    const megabytes = Math.round((await bytesIn(folder).catch(() => 0)) / 1e6)
    if (megabytes > 0) say(`${megabytes} MB fetched ...`)
  }, PROGRESS_MS)
  try {
    // pip unpacks in its temporary folder: keep that on the volume whose room was checked.
    const places = { TMPDIR: temporary, TEMP: temporary, TMP: temporary }
    return await run(file, [...leading, ...command], { env: { ...env, ...places } })
  } finally {
    clearInterval(timer)
  }
}

/**
 * Download the wheel into `folder`, saying how far it is.
 * @param {{ pip: string[], source: WheelSource, folder: string, env?: NodeJS.ProcessEnv, say: (line: string) => void }} options
 * @returns {Promise<string>} path of the wheel
 * @throws {StepError} with the reason of the first attempt
 */
export async function downloadWheel({ pip, source, folder, env = process.env, say }) {
  /** @type {string | undefined} */
  let reason
  const started = Date.now()
  for (const command of downloadCommands(source, folder)) {
    const outcome = await runPip(pip, command, { folder, env, say })
    if (outcome.code === 0) {
      const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
      if (wheel !== undefined) return path.join(folder, wheel)
    }
    const explained = explainPip(outcome.output)
    reason ??= explained.reason
    // A network that swallows requests would make every further attempt as slow as the first.
    if (!explained.retry || Date.now() - started > PATIENCE_MS) break
  }
  throw new StepError(`${source.project} ${LIBTENSORFLOW_VERSION} could not be downloaded: ${reason}`)
}
