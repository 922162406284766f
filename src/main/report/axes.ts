// Axes of figures: ranges and round ticks. Pure.
import type { Axis, LevelLine } from './document.ts'
import type { Baseline } from '../../shared/dataset.ts'

/** An axis from `min` to `max` with about `wanted` round ticks inside. */
export function axis(name: string, min: number, max: number, wanted = 5): Axis {
  const step = roundStep((max - min) / wanted)
  const ticks: number[] = []
  for (let k = Math.ceil(min / step - 1e-9); k * step <= max + step * 1e-9; k++) {
    ticks.push(Number((k * step).toPrecision(12)))
  }
  return { name, min, max, ticks }
}

/** The smallest of 1, 2 and 5 times a power of ten that is not below `rough`. */
function roundStep(rough: number): number {
  if (!(rough > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * (1 - 1e-9))!
}

/** An accuracy axis in per cent that holds all `shares` (0 to 1), between multiples of ten. */
export function accuracyAxis(name: string, shares: readonly number[]): Axis {
  const finite = shares.filter(Number.isFinite)
  const low = finite.length === 0 ? 0 : Math.min(...finite) * 100
  const high = finite.length === 0 ? 100 : Math.max(...finite) * 100
  const top = Math.min(100, Math.ceil((high + 1) / 10) * 10)
  return axis(name, Math.max(0, Math.floor((low - 1) / 10) * 10), top)
}

/** An axis of whole numbers from 0. */
export function countAxis(name: string, max: number): Axis {
  const whole = axis(name, 0, Math.max(1, max))
  return { ...whole, ticks: whole.ticks.filter(Number.isInteger) }
}

/** An axis that holds all values with a little air. */
export function valueAxis(name: string, values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const air = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1
  return axis(name, low - air, high + air, 4)
}

/** The trivial baselines as level lines a, b, c, lowest first. */
export function baselineLevels(baselines: readonly Baseline[]): LevelLine[] {
  return [...baselines]
    .sort((a, b) => a.accuracy - b.accuracy)
    .map(({ title, accuracy }, i) => ({
      name: title,
      mark: String.fromCharCode(97 + i),
      value: accuracy * 100,
    }))
}

/**
 * Places of marks beside an axis: at their values where there is room, else apart by `gap`.
 * @param places shares of the axis, 0 to 1, in any order; the result is in the same order
 */
export function apart(places: readonly number[], gap: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a]! - places[b]!)
  const moved = [...places]
  order.forEach((index, at) => {
    if (at > 0) moved[index] = Math.max(places[index]!, moved[order[at - 1]!]! + gap)
  })
  // What was pushed over the end moves back, and what is below with it.
  for (let at = order.length - 1; at >= 0; at--) {
    const limit = at === order.length - 1 ? 1 : moved[order[at + 1]!]! - gap
    moved[order[at]!] = Math.min(moved[order[at]!]!, limit)
  }
  return moved
}
