// What every regressor can do, the scaling of its inputs and the measure of its quality.

/** A fitted model. Rows are samples, columns features, in the order of the fit. */
export interface Fitted {
  predict(rows: readonly (readonly number[])[]): number[]
  impurity?: number[] // share of each feature in the impurity decrease, sums to 1 unless the model never splits
  weights?: number[] // coefficient of each feature, for linear models
}

/** Fit a model to samples `x` [N][P] and targets `y` [N]. The same seed gives the same model. */
export type Regressor = (x: readonly (readonly number[])[], y: readonly number[], seed: number) => Fitted

/** Learn to map each feature's range in `rows` onto 0 .. 1; a feature that does not vary becomes 0. */
export function minMaxScaler(rows: readonly (readonly number[])[]): (row: readonly number[]) => number[] {
  const columns = rows[0]?.length ?? 0
  const low = Array.from({ length: columns }, (_, j) => Math.min(...rows.map((row) => row[j]!)))
  const range = Array.from({ length: columns }, (_, j) => Math.max(...rows.map((row) => row[j]!)) - low[j]!)
  return (row) => row.map((value, j) => (value - low[j]!) / (range[j] === 0 ? 1 : range[j]!))
}

/** Coefficient of determination on held-out targets: 1 - squared errors / squares about the mean of `actual`. */
export function rSquared(actual: readonly number[], predicted: readonly number[]): number {
  const mean = actual.reduce((a, b) => a + b, 0) / actual.length
  let errors = 0
  let squares = 0
  actual.forEach((value, i) => {
    errors += (value - predicted[i]!) ** 2
    squares += (value - mean) ** 2
  })
  return 1 - errors / squares
}
