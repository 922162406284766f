// Finds a Python that can download wheels: pip is the ordinary client of the registry that has libtensorflow.
import { describeFailure, run } from './run.mjs'
import { StepError } from './step-error.mjs'

/**
 * @typedef {object} Python
 * @property {string[]} python command and leading arguments of the interpreter
 * @property {string[]} pip command and leading arguments of its pip
 */

/**
 * Interpreters to try, best first.
 * @param {string} platform process.platform
 * @returns {string[][]}
 */
export function pythonCandidates(platform) {
  return platform === 'win32' ? [['py', '-3'], ['python'], ['python3']] : [['python3'], ['python']]
}

/**
 * Find an interpreter (3.8 or later) and a pip.
 * @param {{ platform?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Python>}
 * @throws {StepError} when there is no Python, or none with pip
 */
export async function findPython({ platform = process.platform, env = process.env } = {}) {
  const works = async (/** @type {string[]} */ [file, ...args]) =>
    (await run(file, args, { env, limitMs: 60_000 })).code === 0
  /** @type {string[][]} */
  const interpreters = []
  for (const candidate of pythonCandidates(platform)) {
    if (await works([...candidate, '-c', 'import sys; sys.exit(sys.version_info < (3, 8))'])) {
      interpreters.push(candidate)
    }
  }
  if (interpreters.length === 0) {
    throw new StepError(
      'no Python 3.8 or later was found; install Python 3 with pip, which fetches the library',
    )
  }
  for (const python of interpreters) {
    const pip = [...python, '-m', 'pip']
    if (await works([...pip, '--version'])) return { python, pip }
  }
  for (const pip of [['pip3'], ['pip']]) {
    if (await works([...pip, '--version'])) return { python: interpreters[0], pip }
  }
  const reason = describeFailure(
    await run(interpreters[0][0], [...interpreters[0].slice(1), '-m', 'pip'], { env }),
  )
  throw new StepError(`Python was found but no pip (${reason}); install pip, which fetches the library`)
}
