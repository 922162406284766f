// Regression trees (CART, squared error), the building block of the forest and of AdaBoost.R2. Features are sorted once
// per data set; a split partitions the sorted lists, so growing costs features x samples per level.
import type { RandomStream } from '../../../shared/random.ts'

/** Values closer than this are not told apart, as in scikit-learn. */
const SAME_VALUE = 1e-7

/** Features by column, with the order of the samples by each feature. */
export interface SortedData {
  columns: Float64Array[] // [P][N]
  orders: Uint32Array[] // [P][N] sample indices, ascending by value
  targets: Float64Array // [N]
}

/** Node arrays: an inner node sends values <= threshold to `left`, others to `right`; a leaf has feature -1. */
export interface Tree {
  feature: number[]
  threshold: number[]
  left: number[]
  right: number[]
  value: number[]
  decrease: Float64Array // [P] weighted decrease of squared error by feature, not normalised
}

/** Sort the samples by every feature. */
export function sortData(x: readonly (readonly number[])[], y: readonly number[]): SortedData {
  const columns = (x[0] ?? []).map((_, j) => Float64Array.from(x, (row) => row[j]!))
  const orders = columns.map((column) =>
    Uint32Array.from(column, (_, i) => i).sort((a, b) => column[a]! - column[b]! || a - b),
  )
  return { columns, orders, targets: Float64Array.from(y) }
}

interface Split {
  feature: number
  threshold: number
  gain: number
}

/** The samples of a sorted list that were drawn at least once. */
function drawnOnly(order: Uint32Array, counts: Uint32Array): Uint32Array {
  const kept = new Uint32Array(order.length)
  let length = 0
  for (const i of order) if (counts[i]! > 0) kept[length++] = i
  return kept.subarray(0, length)
}

/** Grows one tree; holds the sorted lists of the samples that take part. */
class Grower {
  readonly #data: SortedData
  readonly #counts: Uint32Array // how often each sample was drawn
  readonly #maxDepth: number
  readonly #features: Uint32Array // the order in which features are tried: ties go to the first
  readonly #orders: Uint32Array[]
  readonly #scratch: Uint32Array
  readonly #goesLeft: Uint8Array
  readonly tree: Tree

  constructor(data: SortedData, counts: Uint32Array, maxDepth: number, random: RandomStream) {
    this.#data = data
    this.#counts = counts
    this.#maxDepth = maxDepth
    this.#features = random.permutation(data.columns.length)
    this.#orders = data.orders.map((order) => drawnOnly(order, counts))
    this.#scratch = new Uint32Array(this.#orders[0]!.length)
    this.#goesLeft = new Uint8Array(counts.length)
    this.tree = {
      feature: [],
      threshold: [],
      left: [],
      right: [],
      value: [],
      decrease: new Float64Array(data.columns.length),
    }
    this.#grow(0, this.#scratch.length, 0)
  }

  /** Grow the node that holds places start .. end of every sorted list; returns its index. */
  #grow(start: number, end: number, depth: number): number {
    const { tree } = this
    const node = tree.value.length
    const { weight, sum, squares } = this.#moments(start, end)
    tree.value.push(sum / weight)
    tree.feature.push(-1)
    tree.threshold.push(0)
    tree.left.push(-1)
    tree.right.push(-1)
    const impurity = squares / weight - (sum / weight) ** 2
    if (depth >= this.#maxDepth || end - start < 2 || impurity <= Number.EPSILON) return node
    const split = this.#bestSplit(start, end, weight, sum)
    if (split === undefined) return node
    const middle = this.#partition(start, end, split)
    tree.decrease[split.feature]! += split.gain
    tree.feature[node] = split.feature
    tree.threshold[node] = split.threshold
    tree.left[node] = this.#grow(start, middle, depth + 1)
    tree.right[node] = this.#grow(middle, end, depth + 1)
    return node
  }

  #moments(start: number, end: number): { weight: number; sum: number; squares: number } {
    const order = this.#orders[0]!
    let [weight, sum, squares] = [0, 0, 0]
    for (let at = start; at < end; at++) {
      const i = order[at]!
      const [count, target] = [this.#counts[i]!, this.#data.targets[i]!]
      weight += count
      sum += count * target
      squares += count * target * target
    }
    return { weight, sum, squares }
  }

  /** The split with the largest decrease of squared error; ties go to the feature tried first. */
  #bestSplit(start: number, end: number, weight: number, sum: number): Split | undefined {
    let best: Split | undefined
    for (const feature of this.#features) {
      const order = this.#orders[feature]!
      const column = this.#data.columns[feature]!
      let [leftWeight, leftSum] = [0, 0]
      for (let at = start; at < end - 1; at++) {
        const i = order[at]!
        leftWeight += this.#counts[i]!
        leftSum += this.#counts[i]! * this.#data.targets[i]!
        const here = column[i]!
        const next = column[order[at + 1]!]!
        if (next <= here + SAME_VALUE) continue
        const rightSum = sum - leftSum
        const gain =
          (leftSum * leftSum) / leftWeight +
          (rightSum * rightSum) / (weight - leftWeight) -
          (sum * sum) / weight
        if (best !== undefined && gain <= best.gain) continue
        const threshold = here / 2 + next / 2
        best = { feature, threshold: threshold === next ? here : threshold, gain }
      }
    }
    return best
  }

  /** Bring the samples that go left to the front of every sorted list, keeping both sides sorted. */
  #partition(start: number, end: number, { feature, threshold }: Split): number {
    const column = this.#data.columns[feature]!
    const chosen = this.#orders[feature]!
    let middle = start
    for (let at = start; at < end; at++) {
      const left = column[chosen[at]!]! <= threshold
      this.#goesLeft[chosen[at]!] = left ? 1 : 0
      if (left) middle++
    }
    for (const order of this.#orders) {
      let [front, back] = [start, 0]
      for (let at = start; at < end; at++) {
        const i = order[at]!
        if (this.#goesLeft[i] === 1) order[front++] = i
        else this.#scratch[back++] = i
      }
      order.set(this.#scratch.subarray(0, back), front)
    }
    return middle
  }
}

/**
 * Grow a tree on samples drawn `counts` [N] times each; at least one count is above 0.
 * @param maxDepth levels of splits; Infinity grows until leaves are pure
 */
export function growTree(
  data: SortedData,
  counts: Uint32Array,
  maxDepth: number,
  random: RandomStream,
): Tree {
  return new Grower(data, counts, maxDepth, random).tree
}

/** Predict one sample. */
export function predictTree(tree: Tree, row: ArrayLike<number>): number {
  let node = 0
  for (;;) {
    const feature = tree.feature[node]!
    if (feature < 0) return tree.value[node]!
    node = row[feature]! <= tree.threshold[node]! ? tree.left[node]! : tree.right[node]!
  }
}

/** Mean over trees of each tree's shares of the decrease, weighted if asked; sums to 1 unless no tree splits. */
export function meanImportance(trees: readonly Tree[], weights?: readonly number[]): number[] {
  const features = trees[0]!.decrease.length
  const shares = new Float64Array(features)
  trees.forEach(({ decrease }, t) => {
    const total = decrease.reduce((a, b) => a + b, 0)
    if (total > 0) decrease.forEach((part, j) => (shares[j]! += (part / total) * (weights?.[t] ?? 1)))
  })
  const total = shares.reduce((a, b) => a + b, 0)
  return Array.from(shares, (share) => (total === 0 ? 0 : share / total))
}
