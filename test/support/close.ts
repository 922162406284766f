import { expect } from 'vitest'
import type { Parameters } from '../../src/main/engine/engine.ts'

type Numbers = ArrayLike<number>

/** Fail unless every value is within `tolerance` (absolute); names the worst index, both values and the tolerance. */
export function expectClose(actual: Numbers, expected: Numbers, tolerance: number, label = 'values'): void {
  expect(actual.length, `${label}: length`).toBe(expected.length)
  let worst = -1
  let worstError = -1
  let outside = 0
  for (let i = 0; i < expected.length; i++) {
    // Equal infinities are equal; NaN is never close to anything.
    const error = actual[i] === expected[i] ? 0 : Math.abs(actual[i]! - expected[i]!)
    const counted = Number.isNaN(error) ? Infinity : error
    if (counted > tolerance) outside += 1
    if (counted > worstError) [worst, worstError] = [i, counted]
  }
  if (outside === 0) return
  expect.fail(
    `${label}: ${outside} of ${expected.length} values differ by more than ${tolerance}; ` +
      `worst at index ${worst}: found ${actual[worst]}, expected ${expected[worst]} (difference ${worstError})`,
  )
}

/** Largest absolute value over all arrays. */
export function largest(parameters: Parameters): number {
  let most = 0
  for (const values of parameters.values()) for (const value of values) most = Math.max(most, Math.abs(value))
  return most
}

/**
 * Compare named arrays; the tolerance of each value is `relative` times `scale`, by default the largest expected value
 * of all arrays.
 */
export function expectParametersClose(
  actual: Parameters,
  expected: Parameters,
  relative: number,
  label = 'parameters',
  scale = largest(expected),
): void {
  expect([...actual.keys()], `${label}: names`).toEqual([...expected.keys()])
  for (const [name, values] of expected) {
    expectClose(actual.get(name)!, values, relative * scale, `${label} ${name}`)
  }
}

/** Fail unless all arrays hold the same bits. */
export function expectSameBits(actual: Parameters, expected: Parameters, label = 'parameters'): void {
  expect([...actual.keys()], `${label}: names`).toEqual([...expected.keys()])
  for (const [name, values] of expected) {
    const found = actual.get(name)!
    expect(found.constructor, `${label} ${name}: type`).toBe(values.constructor)
    const different = values.findIndex((value, i) => !Object.is(value, found[i]))
    if (different >= 0 || found.length !== values.length) {
      expect.fail(
        `${label} ${name}: index ${different}: found ${found[different]}, expected the bits of ${values[different]}`,
      )
    }
  }
}
