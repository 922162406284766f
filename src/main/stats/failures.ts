// Which trainings never left chance, and how often that happens.
import type { FailureRate, StructureRow } from '../../shared/structure-analysis.ts'
import { normalQuantile } from './distributions.ts'

/** Accuracy of always naming the larger class, and the number of test sequences it was counted on. */
export interface Chance {
  accuracy: number // 0 to 1
  total: number
}

/** The published test set: 3,161 of 6,250 strings are valid. */
export const PUBLISHED_CHANCE: Chance = { accuracy: 3161 / 6250, total: 6250 }

/** Accuracies up to three standard errors above chance are what guessing gives. */
export function chanceThreshold({ accuracy, total }: Chance): number {
  return accuracy + 3 * Math.sqrt((accuracy * (1 - accuracy)) / total)
}

/** Count the runs stuck at chance, with Wilson's 95 % interval of their rate. */
export function failureRate(rows: readonly StructureRow[], threshold: number): FailureRate {
  const runs = rows.length
  const failed = rows.filter(({ score }) => score <= threshold).length
  const rate = failed / runs
  const z = normalQuantile(0.05)
  const centre = (rate + (z * z) / (2 * runs)) / (1 + (z * z) / runs)
  const half =
    (z * Math.sqrt((rate * (1 - rate)) / runs + (z * z) / (4 * runs * runs))) / (1 + (z * z) / runs)
  return {
    runs,
    failed,
    rate,
    low: Math.max(0, centre - half),
    high: Math.min(1, centre + half),
    threshold,
  }
}
