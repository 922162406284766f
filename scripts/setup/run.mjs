// Runs one program without a shell and collects what it said. Refuses to judge whether that was good.
import { spawn } from 'node:child_process'

/**
 * @typedef {object} Outcome
 * @property {number | null} code exit code; null when it did not start or was ended by a signal
 * @property {string | null} signal
 * @property {string} output everything it wrote, both streams, in order of arrival
 * @property {NodeJS.ErrnoException} [error] why it could not be started
 */

/**
 * Run `file` with `args` and wait for it.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, limitMs?: number }} [options] after `limitMs` the program is ended
 * @returns {Promise<Outcome>}
 */
export function run(file, args, { cwd, env = process.env, limitMs = 20 * 60_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd,
      env,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    // Not spawn's own timeout: its timer goes on when the program was not found, and keeps the install waiting.
    const timer = setTimeout(() => child.kill(), limitMs)
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: null, signal: null, output, error })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, output })
    })
  })
}

/**
 * The last line of `text` that says something, for messages of one line.
 * @param {string} text
 * @returns {string}
 */
export function lastLine(text) {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim())
  return lines.filter((line) => line !== '').at(-1) ?? ''
}

/**
 * Say what went wrong with a program in a few words.
 * @param {Outcome} outcome
 * @returns {string}
 */
export function describeFailure({ code, signal, output, error }) {
  if (error) return error.code === 'ENOENT' ? 'not found' : error.message
  const said = lastLine(output)
  const how = signal === null ? `exit code ${code}` : `ended by ${signal}`
  return said === '' ? how : `${how}: ${said}`
}
