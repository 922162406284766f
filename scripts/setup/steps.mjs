// Runs set-up steps so that none of them can fail an install: each ends in one line that says what happened.
import { StepError } from './step-error.mjs'

/**
 * @typedef {object} Step
 * @property {string} name shown at the start of every line and given as `--name` to run this step alone
 * @property {string} skip environment variable that skips the step
 * @property {string} without what Lacuna does when the step failed
 * @property {(options: { force: boolean, say: (line: string) => void }) => Promise<string>} work returns what happened
 */

/**
 * Run `steps`, or only those named by `--NAME` in `args`, which are then done again even when their results are good.
 * @param {Step[]} steps
 * @param {{ args: string[], env: NodeJS.ProcessEnv, print: (line: string) => void }} options
 * @returns {Promise<Record<string, 'done' | 'skipped' | 'failed'>>}
 */
export async function runSteps(steps, { args, env, print }) {
  const named = steps.filter((step) => args.includes(`--${step.name}`))
  const force = named.length > 0
  /** @type {Record<string, 'done' | 'skipped' | 'failed'>} */
  const results = {}
  for (const step of force ? named : steps) {
    results[step.name] = await runStep(step, { force, env, print })
  }
  return results
}

/**
 * @param {Step} step
 * @param {{ force: boolean, env: NodeJS.ProcessEnv, print: (line: string) => void }} options
 * @returns {Promise<'done' | 'skipped' | 'failed'>}
 */
async function runStep(step, { force, env, print }) {
  const say = (/** @type {string} */ line) => print(`lacuna: ${step.name}: ${line}`)
  if (env[step.skip] === '1' && !force) {
    say(`skipped, because ${step.skip}=1. ${step.without}`)
    return 'skipped'
  }
  try {
    say(`${await step.work({ force, say })}.`)
    return 'done'
  } catch (error) {
    const defect = !(error instanceof StepError)
    const message = error instanceof Error ? error.message : String(error)
    say(
      `not set up: ${defect ? `unexpected: ${message}` : message}. ${step.without} ` +
        `To try again: node scripts/postinstall.mjs --${step.name}`,
    )
    return 'failed'
  }
}
