// Published weights through every engine: as many strings classified right as with the author's definitions.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { fromPublished } from '../../src/main/engine/published.ts'
import { loadSafetensors } from '../../src/main/engine/safetensors-file.ts'
import { pruneMasks } from '../../src/main/prune/index.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import { describeWithShared } from '../support/shared-folder.ts'
import type { ExpectedLevel } from '../support/thesis.ts'
import { expectedLevels, publishedTestSet } from '../support/thesis.ts'

/** Strings that may be judged differently: logits of a few lie within float32 rounding of each other. */
const TOLERANCE = 2

/** Levels for engines too slow for all: where accuracy falls steeply, since there an error would show. */
const SOME: Record<string, Record<string, string[]>> = {
  oracle: { rnn_tanh: ['i2h-80'] },
  tensorflow: { rnn_tanh: ['base', 'i2h-80'], lstm: ['both-70'] },
}
const WEIGHTS = ['rnn_tanh', 'lstm']
/** Set to try every level on every engine; takes many minutes. */
const everywhere = process.env['LACUNA_GOLDEN'] === 'all'

interface Candidate {
  name: string
  load: () => Promise<Engine | string> // the engine, or why it is not tested
}

/** Load an engine that may not be built or installed here. */
function optional(module: string, loader: string): () => Promise<Engine | string> {
  return async () => {
    const file = path.resolve(import.meta.dirname, '../../src/main/engine', module)
    if (!existsSync(file)) return `${module} is not part of this tree`
    const exported = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<
      string,
      () => Promise<Engine>
    >
    try {
      return await exported[loader]!()
    } catch (error) {
      if (error instanceof LacunaError && error.code === 'engine-unavailable') return error.message
      throw error
    }
  }
}

const candidates: Candidate[] = [
  { name: 'oracle', load: () => Promise.resolve(oracleEngine) },
  { name: 'tensorflow', load: optional('tfjs/engine.ts', 'loadTensorflowEngine') },
  { name: 'fused', load: optional('fused/index.ts', 'createFusedEngine') },
]

describeWithShared('published weights', (folder) => {
  const split = publishedTestSet(folder)

  it('are tested on the published test set', () => {
    expect(split.labels).toHaveLength(6250)
    expect(split.labels.filter((label) => label === 1)).toHaveLength(3161)
  })

  describe.each(candidates)('in engine $name', ({ name, load }) => {
    let engine: Engine | string
    beforeAll(async () => {
      engine = await load()
      if (typeof engine === 'string') console.warn(`Engine ${name} is skipped: ${engine}`)
    })

    for (const weights of WEIGHTS) {
      const levels = expectedLevels(folder, weights)
      const some = everywhere ? undefined : SOME[name]
      const chosen =
        some === undefined ? levels : levels.filter(({ level }) => some[weights]?.includes(level))
      it.for(chosen)(
        `give the published accuracy: ${weights} $level`,
        { timeout: 300_000 },
        async (level, { skip }) => {
          if (typeof engine === 'string') return skip(engine)
          await expectPublished(engine, folder, weights, level)
        },
      )
    }
  })

  async function expectPublished(
    engine: Engine,
    from: string,
    weights: string,
    level: ExpectedLevel,
  ): Promise<void> {
    const file = await loadSafetensors(path.join(from, 'thesis', 'prune', `${weights}.safetensors`))
    const { network, parameters } = fromPublished(file)
    const { target, percent } = level
    const spec = { percent, scope: 'global', rule: 'percentile', criterion: 'magnitude', seed: 0 } as const
    const masks = target === undefined ? new Map() : pruneMasks(network, parameters, { ...spec, target })
    const model = engine.create(network, { parameters, masks })
    try {
      const result = model.evaluate(split, { batchSize: 32 })
      expect(result.total).toBe(6250)
      expect(Math.abs(result.correct - level.correct), `${result.correct} correct`).toBeLessThanOrEqual(
        TOLERANCE,
      )
      // Published losses are float32: each of 196 batches is off by up to 6e-8, or by its relative rounding.
      const allowed = 196 * 6e-8 + 1e-4 * level.loss
      expect(Math.abs(result.lossSum - level.loss), `loss ${result.lossSum}`).toBeLessThan(allowed)
    } finally {
      model.dispose()
    }
  }
})
