import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Check } from '../../src/shared/contract.ts'
import type { BenchResult } from '../../src/main/engine/fused/bench.ts'
import { tempDir } from '../support/temp-dir.ts'
import { lacuna, lacunaJson } from './cli-process.ts'

/** Skip, saying why, where an engine does not work. */
async function needEngine(name: string, skip: (note: string) => void): Promise<void> {
  const checks = await lacunaJson<Check>(tempDir(), 'doctor')
  const check = checks.find((one) => one.name === `engine ${name}`)!
  if (!check.ok) skip(check.found)
}

describe('lacuna bench', () => {
  it.for(['fused', 'tensorflow'])('times every case on %s', async (engine, { skip }) => {
    await needEngine(engine, skip)
    const sizes = ['--cells', 'rnn-tanh,gru', '--hidden', '3', '--sparsity', '0,0.5', '--batch', '2']
    const lines = await lacunaJson<BenchResult>(tempDir(), 'bench', ...sizes, '--engine', engine)
    expect(lines.map(({ cell, sparsity }) => [cell, sparsity])).toEqual([
      ['rnn-tanh', 0],
      ['rnn-tanh', 0.5],
      ['gru', 0],
      ['gru', 0.5],
    ])
    for (const line of lines) {
      expect(line).toMatchObject({ hidden: 3, batch: 2, engine })
      expect(line.ms_per_step).toBeGreaterThan(0)
      expect(line.gflops).toBeGreaterThan(0)
    }
  })

  it('times the network of a structure', async ({ skip }) => {
    await needEngine('fused', skip)
    const file = join(tempDir(), 'small.edges')
    // Two layers of two, a skip edge to the third, which a cell of its own carries.
    writeFileSync(file, '0 2\n1 2\n1 3\n2 4\n3 4\n0 4\n')
    const args = ['bench', '--structure', file, '--cells', 'lstm', '--engine', 'fused']
    const [line, ...more] = await lacunaJson<BenchResult>(tempDir(), ...args)
    expect(more).toEqual([])
    expect(line).toMatchObject({ cell: 'lstm', hidden: 2, batch: 128, engine: 'fused' })
    expect(line!.sparsity).toBeGreaterThan(0)
  })

  it.each([
    [['--sparsity', '90'], /shares from 0 to 1/],
    [['--cells', 'lstm,perceptron'], /Allowed choices are rnn-tanh/],
    [['--structure', 'x.json', '--hidden', '50'], /leave out --hidden/],
    [['--threads', '3'], /whole number from 1 to 2/],
  ])('%j is wrong use', async (args, message) => {
    const { code, stderr } = await lacuna(tempDir(), 'bench', ...args)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })
})
