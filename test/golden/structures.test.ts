// Weights published with Darji 2021, wired by the graphs they were trained on: the number of correctly classified test
// strings must be the reference's to within 2 of 6,250.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { GraphProperties } from '../../src/shared/graph.ts'
import { assertGraph } from '../../src/shared/graph.ts'
import type { Cell } from '../../src/shared/network.ts'
import type { Engine, EncodedSplit, EvaluateResult } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { fromPublished } from '../../src/main/engine/published.ts'
import { readSafetensors } from '../../src/main/engine/safetensors.ts'
import { networkOf } from '../../src/main/graph/wiring.ts'
import { describeWithShared } from '../support/shared-folder.ts'
import { publishedSplit } from '../support/published-data.ts'

const FOLDERS = ['rnn_tanh', 'lstm', 'gru'] as const
const BATCH = 128

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
  let split: EncodedSplit | undefined

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
    split ??= publishedSplit(folder, 'test_data.csv')
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
    // The published loss is a sum over 49 batches in float32; one string decided otherwise moves it by less than 0.1.
    expect(Math.abs(result.lossSum - reference.loss)).toBeLessThan(0.1)
  }

  it('are 24, each with a reference', () => {
    expect(structures).toHaveLength(24)
    expect(structures.every(({ cell, name }) => expected.structure[cell]?.[name] !== undefined)).toBe(true)
  })

  it.each(structures)('have the shapes our wiring gives: $cell $name', (structure) => {
    const { wired, weights } = load(structure, 'row-repeat')
    expect(weights.network).toEqual(wired.network)
  })

  it.each([
    { cell: 'rnn_tanh', name: 'watts_strogatz_0' },
    { cell: 'lstm', name: 'barabasi_albert_0' },
    { cell: 'gru', name: 'barabasi_albert_0' },
  ])('give the reference accuracy in float64: $cell $name', (structure) => check(oracleEngine, structure))
})
