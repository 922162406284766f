// Weights published with Darji 2021, wired by the graphs they were trained on: the number of correctly classified test
// strings must be the reference's to within 2 of 6,250.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { GraphProperties } from '../../src/shared/graph.ts'
import { assertGraph } from '../../src/shared/graph.ts'
import type { Cell } from '../../src/shared/network.ts'
import type { Engine, EvaluateResult } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { fromPublished } from '../../src/main/engine/published.ts'
import { readSafetensors } from '../../src/main/engine/safetensors.ts'
import { networkOf } from '../../src/main/graph/wiring.ts'
import { describeWithShared } from '../support/shared-folder.ts'
import { optionalEngine } from '../support/optional-engine.ts'
import { publishedTestSet } from '../support/thesis.ts'

const FOLDERS = ['rnn_tanh', 'lstm', 'gru'] as const
const BATCH = 128

/** The smallest structure, for engines too slow for all 24. */
const SOME = ['gru barabasi_albert_0']

const engines: {
  name: string
  structures: readonly string[] | 'all'
  load: () => Promise<Engine | string>
}[] = [
  { name: 'oracle', structures: SOME, load: () => Promise.resolve(oracleEngine) },
  {
    name: 'tensorflow',
    structures: SOME,
    load: () => optionalEngine('tfjs/engine.ts', 'loadTensorflowEngine'),
  },
  { name: 'fused', structures: 'all', load: () => optionalEngine('fused/index.ts', 'createFusedEngine') },
]

interface Reference {
  correct: number
  loss: number
}

describeWithShared('Published structures', (folder) => {
  const root = path.join(folder, 'thesis', 'structure')
  const expected = JSON.parse(readFileSync(path.join(folder, 'thesis', 'expected.json'), 'utf8')) as {
    structure: Record<string, Record<string, Reference>>
  }
  const structures = FOLDERS.flatMap((cell) =>
    readdirSync(path.join(root, cell))
      .filter((file) => file.endsWith('.json'))
      .map((file) => ({ cell, name: file.slice(0, -'.json'.length) })),
  )
  const split = publishedTestSet(folder)

  function load({ cell, name }: { cell: string; name: string }, gateMask: 'row-repeat' | 'per-gate') {
    const read = (extension: string) => readFileSync(path.join(root, cell, `${name}.${extension}`))
    const described = JSON.parse(read('json').toString()) as { published: GraphProperties }
    const wired = networkOf(assertGraph(described), {
      wiring: 'darji-2021',
      gateMask,
      cell: cell.replace('_', '-') as Cell,
      vocabulary: 128,
      classes: 2,
      padding: 'process',
    })
    const weights = fromPublished(readSafetensors(read('safetensors')), {
      cell: wired.network.cell,
      padding: 'process',
      skips: wired.skips,
    })
    return { wired, weights, edges: described.published.edges }
  }

  function evaluate(
    engine: Engine,
    structure: { cell: string; name: string },
    gateMask: 'row-repeat' | 'per-gate' = 'row-repeat',
  ): EvaluateResult {
    const { wired, weights } = load(structure, gateMask)
    const model = engine.create(wired.network, { parameters: weights.parameters, masks: wired.masks })
    try {
      return model.evaluate(split, { batchSize: BATCH })
    } finally {
      model.dispose()
    }
  }

  function check(engine: Engine, structure: { cell: string; name: string }) {
    const reference = expected.structure[structure.cell]![structure.name]!
    const result = evaluate(engine, structure)
    expect(result.total).toBe(6250)
    expect(Math.abs(result.correct - reference.correct)).toBeLessThanOrEqual(2)
    // Reference losses are float32. One of them (lstm barabasi_albert_94) is 0.14 % away from what float64 gives, where a
    // string sits on a steep slope; the others agree to 1e-5.
    expect(Math.abs(result.lossSum - reference.loss)).toBeLessThan(49 * 6e-8 + 2e-3 * reference.loss)
  }

  it('are 24, each with a reference', () => {
    expect(structures).toHaveLength(24)
    expect(structures.every(({ cell, name }) => expected.structure[cell]?.[name] !== undefined)).toBe(true)
  })

  it.each(structures)('have the shapes our wiring gives: $cell $name', (structure) => {
    const { wired, weights } = load(structure, 'row-repeat')
    expect(weights.network).toEqual(wired.network)
  })

  describe.each(engines)('on the engine $name', ({ name, structures: wanted, load: loadEngine }) => {
    let engine: Engine | string
    beforeAll(async () => {
      engine = await loadEngine()
      if (typeof engine === 'string') console.warn(`structures, engine ${name}: skipped: ${engine}`)
    }, 60_000)

    const chosen = structures.filter(
      (structure) => wanted === 'all' || wanted.includes(`${structure.cell} ${structure.name}`),
    )
    it.for(chosen)(
      'give the reference accuracy: $cell $name',
      { timeout: 300_000 },
      (structure, { skip }) => {
        if (typeof engine === 'string') return skip(engine)
        return check(engine, structure)
      },
    )

    // One engine that is fast enough shows it for all: the others agree with it above.
    if (wanted !== 'all') return
    it('lose their accuracy when the gates are masked right: they were trained on scrambled masks', ({
      skip,
    }) => {
      if (typeof engine === 'string') return skip(engine)
      const name = 'watts_strogatz_0'
      for (const cell of ['lstm', 'gru']) {
        const { correct } = evaluate(engine, { cell, name }, 'per-gate')
        expect(correct).toBeLessThan(expected.structure[cell]![name]!.correct - 1000)
      }
    })
  })
})
