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
  for (let row = 0; row < rows; row++) {
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
