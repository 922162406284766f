// Set-up steps: one line each, skipped on request, never failing.
import { describe, expect, it } from 'vitest'
import { StepError } from '../../scripts/setup/step-error.mjs'
import { runSteps } from '../../scripts/setup/steps.mjs'

type Work = (options: { force: boolean; say: (line: string) => void }) => Promise<string>

async function run(work: Work, { args = [] as string[], env = {} as NodeJS.ProcessEnv } = {}) {
  const lines: string[] = []
  const step = { name: 'thing', skip: 'LACUNA_SKIP_THING', without: 'The thing is missing then.', work }
  const results = await runSteps([step], { args, env, print: (line: string) => lines.push(line) })
  return { lines, result: results['thing'] }
}

describe('a set-up step', () => {
  it('says in one line what happened', async () => {
    const { lines, result } = await run(() => Promise.resolve('ready in /x'))
    expect(lines).toEqual(['lacuna: thing: ready in /x.'])
    expect(result).toBe('done')
  })

  it('is skipped by its variable, says so and does nothing', async () => {
    let worked = false
    const work = () => {
      worked = true
      return Promise.resolve('')
    }
    const { lines, result } = await run(work, { env: { LACUNA_SKIP_THING: '1' } })
    expect(worked).toBe(false)
    expect(result).toBe('skipped')
    expect(lines).toEqual(['lacuna: thing: skipped, because LACUNA_SKIP_THING=1. The thing is missing then.'])
    expect((await run(work, { env: { LACUNA_SKIP_THING: '0' } })).result).toBe('done')
  })

  it.each([
    [new StepError('no compiler was found'), 'not set up: no compiler was found. The thing'],
    [new TypeError('x is undefined'), 'not set up: unexpected: x is undefined. The thing'],
  ])('ends in a line with the reason and what to run when it throws %s', async (error, expected) => {
    const { lines, result } = await run(() => Promise.reject(error))
    expect(result).toBe('failed')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(expected)
    expect(lines[0]).toMatch(/To try again: node scripts\/postinstall\.mjs --thing$/)
  })

  it('is done again, even when skipped by its variable, when it is named', async () => {
    const forced: boolean[] = []
    const work: Work = ({ force }) => {
      forced.push(force)
      return Promise.resolve('done')
    }
    await run(work)
    await run(work, { args: ['--thing'], env: { LACUNA_SKIP_THING: '1' } })
    await run(work, { args: ['--other'] })
    expect(forced).toEqual([false, true, false])
  })
})
