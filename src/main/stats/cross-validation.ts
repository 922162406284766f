// Quality of a regressor on data it has not seen: repeated k-fold cross-validation with an honest interval, the single
// split of the published study, and permutation importance. The seed is an argument.
import { LacunaError } from '../../shared/errors.ts'
import { randomStream } from '../../shared/random.ts'
import { studentQuantile } from './distributions.ts'
import type { Fitted, Regressor } from './regressors/regressor.ts'
import { minMaxScaler, rSquared } from './regressors/regressor.ts'

type Rows = readonly (readonly number[])[]

/** A model fitted on one part of the samples, and the part it has not seen, scaled by the ranges of the first. */
interface Trial {
  fitted: Fitted
  testX: number[][]
  testY: number[]
  test: number[] // indices of the samples
}

function runTrial(fit: Regressor, x: Rows, y: readonly number[], test: number[], seed: number): Trial {
  const held = new Set(test)
  const train = y.flatMap((_, i) => (held.has(i) ? [] : [i]))
  const trainX = train.map((i) => x[i]!)
  const scale = minMaxScaler(trainX)
  const fitted = fit(
    trainX.map(scale),
    train.map((i) => y[i]!),
    seed,
  )
  return { fitted, testX: test.map((i) => scale(x[i]!)), testY: test.map((i) => y[i]!), test }
}

export interface CrossValidation {
  folds: number
  repeats: number
  mean: number // mean R^2 of the folds
  low: number // 95 % interval
  high: number
  pooled: number // R^2 of all out-of-fold predictions, mean over repeats
  scores: number[] // R^2 by repeat and fold; folds whose targets do not vary are left out
  permutation: number[] // by feature: mean loss of R^2 when it is shuffled within a fold of the first repeat
}

/**
 * Interval of a mean over k-fold scores. Training sets overlap, so the plain standard error is far too small; the
 * variance is raised by the ratio of test to training size.
 * @see Nadeau, Bengio 2003, doi:10.1023/A:1024068626366; for repeats Bouckaert, Frank 2004
 */
function correctedInterval(scores: readonly number[], folds: number): { low: number; high: number } {
  const n = scores.length
  const mean = scores.reduce((a, b) => a + b, 0) / n
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (n - 1)
  const half = studentQuantile(0.05, n - 1) * Math.sqrt((1 / n + 1 / (folds - 1)) * variance)
  return { low: mean - half, high: mean + half }
}

/** Loss of R^2 of each feature when its values are shuffled among the held-out samples, once per feature. */
function permutationLoss({ fitted, testX, testY }: Trial, r2: number, seed: number, fold: number): number[] {
  return testX[0]!.map((_, feature) => {
    const order = randomStream(seed, 'permutation', fold, feature).permutation(testX.length)
    const shuffled = testX.map((row, i) => row.with(feature, testX[order[i]!]![feature]!))
    return r2 - rSquared(testY, fitted.predict(shuffled))
  })
}

/**
 * Cross-validate: `repeats` times, the samples are shuffled into `folds` parts, each part is predicted by a model
 * fitted (and scaled) on the others.
 * @throws LacunaError bad-request unless every part has at least two samples
 */
export function crossValidate(
  fit: Regressor,
  x: Rows,
  y: readonly number[],
  { folds = 10, repeats = 10, seed = 1 }: { folds?: number; repeats?: number; seed?: number } = {},
): CrossValidation {
  if (folds < 2 || y.length < 2 * folds) {
    throw new LacunaError(
      'bad-request',
      `Cross-validation in ${folds} parts was asked for with ${y.length} samples; each part needs at least two.`,
    )
  }
  const scores: number[] = []
  const pooled: number[] = []
  const losses: number[][] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    const order = [...randomStream(seed, 'cross-validation', repeat).permutation(y.length)]
    const predicted = new Array<number>(y.length)
    for (let fold = 0; fold < folds; fold++) {
      const test = order.filter((_, at) => at % folds === fold)
      const trial = runTrial(fit, x, y, test, repeat * folds + fold)
      const predictions = trial.fitted.predict(trial.testX)
      predictions.forEach((value, i) => (predicted[test[i]!] = value))
      const r2 = rSquared(trial.testY, predictions)
      if (!Number.isFinite(r2)) continue // all held-out targets are equal
      scores.push(r2)
      if (repeat === 0) losses.push(permutationLoss(trial, r2, seed, fold))
    }
    pooled.push(rSquared(y, predicted))
  }
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  return {
    folds,
    repeats,
    mean: mean(scores),
    ...correctedInterval(scores, folds),
    pooled: mean(pooled),
    scores,
    permutation: x[0]!.map((_, feature) => mean(losses.map((loss) => loss[feature]!))),
  }
}

/** R^2 on one random held-out part (the published measure: one split, 10 % held out). */
export function singleSplit(
  fit: Regressor,
  x: Rows,
  y: readonly number[],
  { testShare = 0.1, seed = 1 }: { testShare?: number; seed?: number } = {},
): number {
  const order = [...randomStream(seed, 'single-split').permutation(y.length)]
  const test = order.slice(0, Math.max(2, Math.round(testShare * y.length)))
  const trial = runTrial(fit, x, y, test, seed)
  return rSquared(trial.testY, trial.fitted.predict(trial.testX))
}
