// AdaBoost.R2 with the defaults of scikit-learn: 50 trees of depth 3, linear loss, weighted median.
import { randomStream } from '../../../shared/random.ts'
import type { RandomStream } from '../../../shared/random.ts'
import type { Fitted } from './regressor.ts'
import type { Tree } from './tree.ts'
import { growTree, meanImportance, predictTree, sortData } from './tree.ts'

const TREES = 50
const DEPTH = 3

/** Index of the first value above `bound` in an ascending list, or the last index. */
function firstAbove(ascending: Float64Array, bound: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! > bound) high = middle
    else low = middle + 1
  }
  return low
}

/** How often each sample comes up in N draws with the given probabilities. */
function drawCounts(weights: Float64Array, random: RandomStream): Uint32Array {
  const cumulative = new Float64Array(weights.length)
  weights.forEach((weight, i) => (cumulative[i] = (i === 0 ? 0 : cumulative[i - 1]!) + weight))
  const total = cumulative.at(-1)!
  const counts = new Uint32Array(weights.length)
  for (let drawn = 0; drawn < weights.length; drawn++) {
    counts[firstAbove(cumulative, random.float() * total)]!++
  }
  return counts
}

/** The prediction at which half of the trees' weight is reached. */
function weightedMedian(predictions: number[], weights: readonly number[]): number {
  const order = predictions.map((_, t) => t).sort((a, b) => predictions[a]! - predictions[b]!)
  const half = weights.reduce((a, b) => a + b, 0) / 2
  let reached = 0
  for (const t of order) {
    reached += weights[t]!
    if (reached >= half) return predictions[t]!
  }
  return predictions[order.at(-1)!]!
}

/** Boost until 50 trees are grown, one fits perfectly, or one errs by half or more on average. */
function boost(
  x: readonly (readonly number[])[],
  y: readonly number[],
  seed: number,
): { trees: Tree[]; treeWeights: number[] } {
  const data = sortData(x, y)
  const weights = new Float64Array(y.length).fill(1 / y.length)
  const trees: Tree[] = []
  const treeWeights: number[] = []
  for (let t = 0; t < TREES; t++) {
    const random = randomStream(seed, 'adaboost', t)
    const tree = growTree(data, drawCounts(weights, random), DEPTH, random)
    const errors = x.map((row, i) => Math.abs(predictTree(tree, row) - y[i]!))
    const largest = Math.max(...errors)
    const loss = errors.map((error) => (largest === 0 ? 0 : error / largest))
    const average = loss.reduce((sum, value, i) => sum + value * weights[i]!, 0)
    // The first tree stays even when it is poor: a model needs one.
    if (average >= 0.5 && trees.length > 0) break
    trees.push(tree)
    if (average <= 0 || average >= 0.5) {
      treeWeights.push(1)
      break
    }
    const beta = average / (1 - average)
    treeWeights.push(Math.log(1 / beta))
    weights.forEach((weight, i) => (weights[i] = weight * beta ** (1 - loss[i]!)))
    const total = weights.reduce((a, b) => a + b, 0)
    weights.forEach((weight, i) => (weights[i] = weight / total))
  }
  return { trees, treeWeights }
}

/**
 * Fit AdaBoost.R2.
 * @see Drucker 1997, Improving Regressors using Boosting Techniques; `AdaBoostRegressor` of scikit-learn
 */
export function fitAdaboost(x: readonly (readonly number[])[], y: readonly number[], seed: number): Fitted {
  const { trees, treeWeights } = boost(x, y, seed)
  return {
    predict: (rows) =>
      rows.map((row) =>
        weightedMedian(
          trees.map((tree) => predictTree(tree, row)),
          treeWeights,
        ),
      ),
    impurity: meanImportance(trees, treeWeights),
  }
}
