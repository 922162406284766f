// Published weights at published percentages: what is kept, and which strings of the published test set are lost.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { contentToBytes } from '../../src/main/data/content.ts'
import type { Engine } from '../../src/main/engine/engine.ts'
import { fromPublished } from '../../src/main/engine/published.ts'
import { loadSafetensors } from '../../src/main/engine/safetensors-file.ts'
import { pruneMasks } from '../../src/main/prune/index.ts'
import { weightInsight } from '../../src/main/prune/insight.ts'
import { evaluateModel } from '../../src/main/study/evaluate-model.ts'
import { outcomeTable } from '../../src/main/study/insight-outcomes.ts'
import { readMoment, type Moment } from '../../src/main/study/inspect-weights.ts'
import { encodeArrays } from '../../src/main/study/weights.ts'
import type { OutcomeGroup } from '../../src/shared/insight.ts'
import type { Target } from '../../src/shared/study.ts'
import { optionalEngine } from '../support/optional-engine.ts'
import { describeWithShared } from '../support/shared-folder.ts'
import { expectedLevels, publishedTestSet } from '../support/thesis.ts'

/** As in thesis.test.ts: strings whose logits lie within float32 rounding of each other. */
const TOLERANCE = 2

const LEVELS: [weights: string, target: Target, percent: number][] = [
  ['rnn_tanh', 'both', 80],
  ['rnn_tanh', 'i2h', 80],
  ['rnn_tanh', 'both', 90],
  ['lstm', 'both', 70],
  ['lstm', 'both', 80],
]

const engine = await optionalEngine('fused/index.ts', 'createFusedEngine')

describeWithShared('what pruning did to published weights', (folder) => {
  const test = publishedTestSet(folder)
  const content = {
    ...{ tokens: 'characters' as const, classes: ['0', '1'], train: [] },
    test: Array.from(test.labels, (label, n) => ({
      text: String.fromCharCode(...test.tokens.subarray(test.offsets[n], test.offsets[n + 1])),
      label,
    })),
  }

  async function momentOf(weights: string, level?: { target: Target; percent: number }): Promise<Moment> {
    const file = await loadSafetensors(path.join(folder, 'thesis', 'prune', `${weights}.safetensors`))
    const { network, parameters } = fromPublished(file)
    const blob = encodeArrays(network, parameters)
    if (level === undefined) return { network, source: { from: 'stored', weights: blob } }
    const spec = { scope: 'global', rule: 'percentile', criterion: 'magnitude', seed: 0 } as const
    const masks = encodeArrays(network, pruneMasks(network, parameters, { ...spec, ...level }))
    return { network, source: { from: 'stored', weights: blob, masks }, base: blob }
  }

  const answersOf = (moment: Moment, on: Engine) =>
    evaluateModel(on, { engine: 'fused', moment, test, batchSize: 32 }, () => undefined).predictions

  function keptPerLayer(weights: string, level: string): number[] {
    const { prune } = JSON.parse(readFileSync(path.join(folder, 'thesis', 'expected.json'), 'utf8')) as {
      prune: Record<string, Record<string, { kept_per_layer: number[] }>>
    }
    return prune[weights]![level]!.kept_per_layer
  }

  it.each(LEVELS)(
    'keeps as many weights by layer as published: %s, %s, %i percent',
    async (weights, target, percent) => {
      const { matrices, reduced } = weightInsight(readMoment(await momentOf(weights, { target, percent })), [
        target,
      ])
      const kept = [0, 1, 2].map((layer) =>
        matrices
          .filter((matrix) => matrix.part !== 'output' && matrix.layer === layer)
          .reduce((sum, { live }) => sum + live, 0),
      )
      expect(kept).toEqual(keptPerLayer(weights, `${target}-${percent}`))
      expect(reduced).toBeNull()
    },
  )

  it.for(LEVELS)(
    'loses as many strings as published: %s, %s, %i percent',
    async ([weights, target, percent], { skip }) => {
      if (typeof engine === 'string') return skip(engine)
      const [before, after] = [
        answersOf(await momentOf(weights), engine),
        answersOf(await momentOf(weights, { target, percent }), engine),
      ]
      const found = outcomeTable({
        ...{ content: contentToBytes(content), generated: false, tested: { testLimit: null }, before, after },
      })
      const levels = expectedLevels(folder, weights)
      const published = (level: string) => levels.find((one) => one.level === level)!.correct
      const [base, pruned] = [published('base'), published(`${target}-${percent}`)]
      expect(Math.abs(found.before!.correct - base)).toBeLessThanOrEqual(TOLERANCE)
      expect(Math.abs(found.after.correct - pruned)).toBeLessThanOrEqual(TOLERANCE)
      expect(found.lost.count - found.won.count).toBe(found.before!.correct - found.after.correct)
      expect(found.lost.count).toBeGreaterThan(0)
      for (const { text, truth, index } of found.lost.flips)
        expect(content.test[index]).toEqual({ text, label: Number(truth) })
      expectKinds(found.groups, found.groupsNote)
    },
  )

  /** The published set does not say how its strings were made; counted here without the code that derives it. */
  function expectKinds(groups: OutcomeGroup[], note: string | null): void {
    const total = (name: string) => groups.find((group) => group.name === name)!.total
    const invalid = content.test.filter(({ label }) => label === 0).map(({ text }) => text)
    expect(total('valid')).toBe(content.test.length - invalid.length)
    expect(total('letters outside the alphabet')).toBe(
      invalid.filter((text) => /[^BEPSTVX]/.test(text)).length,
    )
    expect(note).toMatch(/^Derived, not recorded/)
  }
})
