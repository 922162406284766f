// The three products of a linear map on slices of flat float64 arrays. Plain loops: this is what others are tested against.

/** Add W x to `out`: W [rows, columns], x at x[xAt ..], result at out[outAt ..]. */
export function addProduct(
  out: Float64Array,
  outAt: number,
  w: Float64Array,
  x: Float64Array,
  xAt: number,
  rows: number,
  columns: number,
): void {
  let row = 0
  // Four rows at a time: the four sums do not wait for each other, and each adds up in the same order as alone.
  for (; row + 4 <= rows; row += 4) {
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0]
    const at = row * columns
    for (let column = 0; column < columns; column++) {
      const value = x[xAt + column]!
      sum0 += w[at + column]! * value
      sum1 += w[at + columns + column]! * value
      sum2 += w[at + 2 * columns + column]! * value
      sum3 += w[at + 3 * columns + column]! * value
    }
    out[outAt + row]! += sum0
    out[outAt + row + 1]! += sum1
    out[outAt + row + 2]! += sum2
    out[outAt + row + 3]! += sum3
  }
  for (; row < rows; row++) {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += w[row * columns + column]! * x[xAt + column]!
    out[outAt + row]! += sum
  }
}

/** Add transposed(W) d to `out`: the gradient of W x with respect to x, for d at d[dAt ..]. */
export function addTransposedProduct(
  out: Float64Array,
  outAt: number,
  w: Float64Array,
  d: Float64Array,
  dAt: number,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++) {
    const factor = d[dAt + row]!
    for (let column = 0; column < columns; column++)
      out[outAt + column]! += w[row * columns + column]! * factor
  }
}

/** Add the outer product d x to `dW` [rows, columns]: the gradient of W x with respect to W. */
export function addOuterProduct(
  dW: Float64Array,
  d: Float64Array,
  dAt: number,
  x: Float64Array,
  xAt: number,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++) {
    const factor = d[dAt + row]!
    for (let column = 0; column < columns; column++) dW[row * columns + column]! += factor * x[xAt + column]!
  }
}
