import path from 'node:path'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Masks } from '../../src/main/engine/engine.ts'
import { initialParameters, nonzeros } from '../../src/main/engine/parameters.ts'
import { fromPublished } from '../../src/main/engine/published.ts'
import { loadSafetensors } from '../../src/main/engine/safetensors-file.ts'
import type { PruneOptions } from '../../src/main/prune/index.ts'
import { pruneMasks } from '../../src/main/prune/index.ts'
import { percentile } from '../../src/main/prune/rule.ts'
import { competingGroups, targetShapes } from '../../src/main/prune/scope.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import type { NetworkDescription } from '../../src/shared/network.ts'
import { CELLS, parameterShapes } from '../../src/shared/network.ts'
import type { Target } from '../../src/shared/study.ts'
import { CRITERIA, RULES, SCOPES, TARGETS } from '../../src/shared/study.ts'
import { branchedNetwork, randomMasks, tinyNetwork } from '../support/networks.ts'
import { describeWithShared } from '../support/shared-folder.ts'

const options: PruneOptions = {
  target: 'both',
  percent: 50,
  scope: 'global',
  rule: 'exact-count',
  criterion: 'magnitude',
  seed: 1,
}
const removed = (masks: Masks) =>
  [...masks.values()].reduce((sum, mask) => sum + mask.filter((k) => k === 0).length, 0)
const total = (masks: Masks) => [...masks.values()].reduce((sum, mask) => sum + mask.length, 0)

/** Percent of each group that a mask removes. */
function groupSizes(
  network: NetworkDescription,
  masks: Masks,
  target: Target,
  scope: (typeof SCOPES)[number],
) {
  return competingGroups(network, target, scope)
    .filter((group) => group.length > 0)
    .map((group) => {
      const values = group.flatMap(({ name, from, to }) => [...masks.get(name)!.subarray(from, to)])
      return { size: values.length, removed: values.filter((keep) => keep === 0).length }
    })
}

const grid = CELLS.flatMap((cell) =>
  TARGETS.flatMap((target) =>
    SCOPES.flatMap((scope) => CRITERIA.map((criterion) => ({ cell, target, scope, criterion }))),
  ),
)

describe.each(grid)('$cell, $target, $scope, $criterion', ({ cell, target, scope, criterion }) => {
  const network = branchedNetwork(cell)
  const parameters = initialParameters(network, 3)
  const prune = (change: Partial<PruneOptions>) =>
    pruneMasks(network, parameters, { ...options, target, scope, criterion, ...change })

  it('touches the target matrices and nothing else', () => {
    for (const rule of RULES) {
      expect([...prune({ rule, percent: 100 }).keys()]).toEqual(
        targetShapes(network, target).map(({ name }) => name),
      )
    }
  })

  it('removes exactly the rounded count from every group, everything at 100', () => {
    for (const percent of [0, 1, 10, 33.3, 50, 99, 100]) {
      for (const { size, removed: gone } of groupSizes(network, prune({ percent }), target, scope)) {
        expect(gone).toBe(Math.round((size * percent) / 100))
      }
    }
  })

  it('removes what lies below the percentile, and keeps the largest at 100', () => {
    for (const percent of [0, 10, 37, 90, 100]) {
      for (const { size, removed: gone } of groupSizes(
        network,
        prune({ percent, rule: 'percentile' }),
        target,
        scope,
      )) {
        // Distinct scores: those at positions 0 .. ceil(position) - 1 of n are below the threshold.
        expect(gone).toBe(Math.ceil((size - 1) * (percent / 100)))
      }
    }
  })

  it('prunes a superset at a higher percentage', () => {
    for (const rule of RULES) {
      const levels = [10, 20, 40, 70, 95, 100].map((percent) => prune({ rule, percent }))
      levels.slice(1).forEach((higher, i) => {
        for (const [name, mask] of higher) {
          expect(
            mask.every((keep, at) => keep <= levels[i]!.get(name)![at]!),
            `${rule} ${name}`,
          ).toBe(true)
        }
      })
    }
  })

  it('gives the same masks again, and changes no weight', () => {
    const before = structuredClone(parameters)
    expect(prune({})).toEqual(prune({}))
    expect(parameters).toEqual(before)
  })
})

describe('pruneMasks', () => {
  const network = tinyNetwork('lstm')
  const parameters = initialParameters(network, 1)

  it('removes the smallest magnitudes of the whole pool, whatever their sign', () => {
    const masks = pruneMasks(network, parameters, options)
    const kept: number[] = []
    const gone: number[] = []
    for (const [name, mask] of masks)
      mask.forEach((keep, i) => (keep ? kept : gone).push(Math.abs(parameters.get(name)![i]!)))
    expect(Math.max(...gone)).toBeLessThan(Math.min(...kept))
  })

  it('draws random masks from the seed alone: other weights, same mask; other seed, other mask', () => {
    const random = { ...options, criterion: 'random' as const }
    expect(pruneMasks(network, initialParameters(network, 2), random)).toEqual(
      pruneMasks(network, parameters, random),
    )
    expect(pruneMasks(network, parameters, { ...random, seed: 2 })).not.toEqual(
      pruneMasks(network, parameters, random),
    )
    expect(pruneMasks(network, parameters, { ...options, seed: 2 })).toEqual(
      pruneMasks(network, parameters, options),
    )
  })

  it('breaks ties by position, so that equal weights do not go or stay together', () => {
    const equal = new Map([...parameters].map(([name, values]) => [name, values.slice().fill(0.5)]))
    const masks = pruneMasks(network, equal, { ...options, percent: 25 })
    expect(removed(masks)).toBe(total(masks) / 4)
    const flat = [...masks.values()].flatMap((mask) => [...mask])
    expect(flat.indexOf(1)).toBe(total(masks) / 4)
    // The percentile rule keeps all of them: none is below the threshold.
    expect(removed(pruneMasks(network, equal, { ...options, rule: 'percentile', percent: 100 }))).toBe(0)
  })

  it('lets only present weights compete within a structure', () => {
    const within = randomMasks(network, 0.5, 1, ['weight_ih', 'linear_weight'])
    const masks = pruneMasks(network, parameters, { ...options, within })
    const recurrent = new Map([...within].filter(([name]) => name !== 'linear.weight'))
    const present = total(masks) - within.get('linear.weight')!.length - removed(recurrent)
    const gone = removed(masks) - removed(within)
    expect(gone).toBe(Math.round(present / 2))
    for (const [name, mask] of within)
      expect(mask.every((keep, i) => keep >= masks.get(name)![i]!)).toBe(true)
    expect(masks.get('linear.weight')).toEqual(within.get('linear.weight'))
  })

  it('refuses percentages out of range, foreign arrays and weights that are not finite', () => {
    const code = (change: Partial<PruneOptions>, weights = parameters) => {
      try {
        pruneMasks(network, weights, { ...options, ...change })
      } catch (error) {
        if (error instanceof LacunaError) return error.code
        throw error
      }
      return undefined
    }
    for (const percent of [-1, 100.1, Number.NaN]) expect(code({ percent })).toBe('bad-request')
    expect(code({}, initialParameters(tinyNetwork('gru'), 1))).toBe('shape-mismatch')
    expect(code({ within: new Map([['linear.weight', new Uint8Array(1)]]) })).toBe('shape-mismatch')
    const broken = initialParameters(network, 1)
    broken.get('layers.0.cells.0.weight_hh')![3] = Number.NaN
    expect(code({}, broken)).toBe('diverged')
    expect(code({ target: 'i2h' }, broken)).toBeUndefined()
  })
})

describe('percentile', () => {
  // Values of numpy.percentile(x, p) with its default method.
  it.each([
    [[1, 2, 3, 4], 50, 2.5],
    [[1, 2, 3, 4], 10, 1.3],
    [[1, 2, 3, 4], 100, 4],
    [[1, 2, 3, 4], 0, 1],
    [[7], 30, 7],
    [[0, 1, 10], 75, 5.5],
  ])('of %j at %d is %d', (sorted, percent, expected) => {
    expect(percentile(Float64Array.from(sorted), percent)).toBeCloseTo(expected, 14)
  })

  it('is a float32 for float32 scores', () => {
    const value = percentile(Float32Array.of(0.1, 0.7), 33)
    expect(value).toBe(Math.fround(value))
    expect(percentile(Float64Array.of(0.1, 0.7), 33)).not.toBe(value)
  })
})

describeWithShared('published pruning levels', (folder) => {
  const expected = JSON.parse(readFileSync(path.join(folder, 'thesis', 'expected.json'), 'utf8')) as {
    prune: Record<string, Record<string, { kept_per_layer?: number[] }>>
  }

  it.each(Object.keys(expected.prune))(
    'keep as many weights per layer as the published programs: %s',
    async (name) => {
      const file = await loadSafetensors(path.join(folder, 'thesis', 'prune', `${name}.safetensors`))
      const { network, parameters } = fromPublished(file)
      const levels = Object.entries(expected.prune[name]!).filter(([level]) => level !== 'base')
      expect(levels.length).toBeGreaterThanOrEqual(10)
      for (const [level, { kept_per_layer: kept }] of levels) {
        const [target, percent] = level.split('-') as [Target, string]
        const spec = { ...options, rule: 'percentile' as const, target, percent: Number(percent) }
        const counts = nonzeros(network, pruneMasks(network, parameters, spec))
        const perLayer = network.layers.map((_, layer) =>
          parameterShapes(network)
            .filter((shape) => shape.layer === layer && shape.role.startsWith('weight'))
            .reduce((sum, shape) => sum + counts.get(shape.name)!, 0),
        )
        expect(perLayer, level).toEqual(kept)
      }
    },
  )
})
