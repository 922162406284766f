import { describe, expect, it } from 'vitest'
import { applyMasks, intersectMasks, maskDensity } from '../../src/main/engine/masks.ts'
import {
  cloneParameters,
  countNonzeros,
  countParameters,
  freshOptimizerState,
  initialParameters,
  nonzeros,
} from '../../src/main/engine/parameters.ts'
import { assertOptimizerState, assertParameters } from '../../src/main/engine/validate.ts'
import { parameterShapes, stackedNetwork } from '../../src/shared/network.ts'
import { expectSameBits } from '../support/close.ts'
import { branchedNetwork } from '../support/networks.ts'

const base = stackedNetwork({
  cell: 'lstm',
  vocabulary: 128,
  embedding: 50,
  hidden: 50,
  layers: 3,
  classes: 2,
  padding: 'process',
})

describe('initial parameters', () => {
  it('fit the network, in canonical order', () => {
    for (const network of [base, branchedNetwork('gru')]) {
      const parameters = initialParameters(network, 1)
      assertParameters(network, parameters)
      expect([...parameters.keys()]).toEqual(parameterShapes(network).map(({ name }) => name))
    }
  })

  it('are the same for the same seed, different for another, and independent of the other layers', () => {
    expectSameBits(initialParameters(base, 4), initialParameters(base, 4))
    const name = 'layers.0.cells.0.weight_ih'
    expect(initialParameters(base, 5).get(name)).not.toEqual(initialParameters(base, 4).get(name))
    const shallow = stackedNetwork({ ...base, hidden: 50, layers: 1 })
    expect(initialParameters(shallow, 4).get(name)).toEqual(initialParameters(base, 4).get(name))
  })

  it('are uniform within 1/sqrt(hidden) for recurrent weights and biases and normal for the embedding', () => {
    const parameters = initialParameters(base, 2)
    const bound = 1 / Math.sqrt(50)
    for (const [name, values] of parameters) {
      const mean = values.reduce((a, b) => a + b, 0) / values.length
      const variance = values.reduce((a, b) => a + b * b, 0) / values.length
      const expected = name === 'embedding.weight' ? 1 : bound ** 2 / 3
      expect(Math.abs(mean), name).toBeLessThan(4.5 * Math.sqrt(expected / values.length))
      // The relative standard error of the mean square is at most sqrt(2 / n), for uniform values sqrt(0.8 / n).
      if (values.length > 100)
        expect(Math.abs(variance / expected - 1), name).toBeLessThan(4.5 * Math.sqrt(2 / values.length))
      if (name !== 'embedding.weight')
        expect(values.every((value) => Math.abs(value) <= Math.fround(bound))).toBe(true)
    }
  })
})

describe('counting and copying', () => {
  it('counts parameters and what masks leave', () => {
    expect(countParameters(base)).toBe(128 * 50 + 3 * (2 * 200 * 50 + 2 * 200) + 2 * 50 + 2)
    const masks = new Map([['layers.1.cells.0.weight_hh', new Uint8Array(10_000).fill(1, 0, 7)]])
    expect(nonzeros(base, masks).get('layers.1.cells.0.weight_hh')).toBe(7)
    expect(nonzeros(base, masks).get('layers.1.cells.0.weight_ih')).toBe(10_000)
    expect(countNonzeros(base, masks)).toBe(countParameters(base) - 9_993)
    expect(maskDensity(masks.get('layers.1.cells.0.weight_hh')!)).toBeCloseTo(0.0007)
  })

  it('copies without sharing memory', () => {
    const parameters = initialParameters(base, 1)
    const copy = cloneParameters(parameters)
    copy.get('linear.bias')![0] = 7
    expect(parameters.get('linear.bias')![0]).not.toBe(7)
  })

  it('starts optimizers at zero', () => {
    const state = freshOptimizerState(base)
    assertOptimizerState(base, state)
    expect(state.step).toBe(0)
    expect(
      [...state.m.values(), ...state.v.values()].every((values) => values.every((value) => value === 0)),
    ).toBe(true)
  })

  it('applies and intersects masks', () => {
    const values = new Map([['a', Float32Array.of(1, Number.NaN, 3)]])
    applyMasks(values, new Map([['a', Uint8Array.of(1, 0, 0)]]))
    expect([...values.get('a')!]).toEqual([1, 0, 0])
    const both = intersectMasks(
      new Map([['a', Uint8Array.of(1, 1, 0)]]),
      new Map([
        ['a', Uint8Array.of(0, 1, 1)],
        ['b', Uint8Array.of(0)],
      ]),
    )
    expect(both).toEqual(
      new Map([
        ['a', Uint8Array.of(0, 1, 0)],
        ['b', Uint8Array.of(0)],
      ]),
    )
  })
})
