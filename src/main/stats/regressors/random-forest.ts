// Random forest regression with the defaults of scikit-learn. Own code: the ml-random-forest package stops splitting at
// an absolute gain, which on accuracies between 0 and 1 means at once, and AdaBoost.R2 needs the tree anyway.
import { randomStream } from '../../../shared/random.ts'
import type { Fitted } from './regressor.ts'
import { growTree, meanImportance, predictTree, sortData } from './tree.ts'

const TREES = 100

/**
 * Average 100 trees, each grown to pure leaves on as many samples as there are, drawn with replacement; every feature
 * is tried at every split.
 * @see Breiman 2001, doi:10.1023/A:1010933404324; `RandomForestRegressor` of scikit-learn
 */
export function fitRandomForest(
  x: readonly (readonly number[])[],
  y: readonly number[],
  seed: number,
): Fitted {
  const data = sortData(x, y)
  const trees = Array.from({ length: TREES }, (_, t) => {
    const random = randomStream(seed, 'forest', t)
    const counts = new Uint32Array(y.length)
    for (let drawn = 0; drawn < y.length; drawn++) counts[random.integer(y.length)]!++
    return growTree(data, counts, Infinity, random)
  })
  const predictRow = (row: readonly number[]) =>
    trees.reduce((sum, tree) => sum + predictTree(tree, row), 0) / trees.length
  return { predict: (rows) => rows.map(predictRow), impurity: meanImportance(trees) }
}
