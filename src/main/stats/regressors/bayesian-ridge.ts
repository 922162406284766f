// Bayesian ridge regression with the defaults of scikit-learn, whose results it equals.
import { Matrix, SingularValueDecomposition } from 'ml-matrix'
import type { Fitted } from './regressor.ts'

const MAX_ITERATIONS = 300
const TOLERANCE = 1e-3
const PRIOR = 1e-6 // shape and rate of both gamma priors

/** Centred data in the coordinates of the singular vectors, in which each coefficient is one division. */
interface Rotated {
  eigenvalues: number[] // squares of the singular values
  targets: number[] // U' y times the singular values
  right: Matrix // V, [P, K]
}

function rotate(x: number[][], y: number[]): Rotated {
  const svd = new SingularValueDecomposition(x, { autoTranspose: true })
  const left = svd.leftSingularVectors
  const { diagonal } = svd
  const targets = diagonal.map((s, k) => s * y.reduce((sum, value, i) => sum + left.get(i, k) * value, 0))
  return { eigenvalues: diagonal.map((s) => s * s), targets, right: svd.rightSingularVectors }
}

function coefficients({ eigenvalues, targets, right }: Rotated, ratio: number): number[] {
  const rotated = targets.map((target, k) => target / (eigenvalues[k]! + ratio))
  return right.mmul(Matrix.columnVector(rotated)).getColumn(0)
}

function means(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length)
}

/** Alternate between coefficients and the two precisions until the coefficients rest. */
function solve(x: number[][], y: number[]): number[] {
  const n = y.length
  const rotated = rotate(x, y)
  let alpha = 1 / (y.reduce((sum, value) => sum + value * value, 0) / n + Number.EPSILON)
  let lambda = 1
  let before: number[] | undefined
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const now = coefficients(rotated, lambda / alpha)
    const errors = y.reduce((sum, value, i) => {
      const predicted = x[i]!.reduce((total, feature, j) => total + feature * now[j]!, 0)
      return sum + (value - predicted) ** 2
    }, 0)
    const { eigenvalues } = rotated
    const gamma = eigenvalues.reduce((sum, e) => sum + (alpha * e) / (lambda + alpha * e), 0)
    lambda = (gamma + 2 * PRIOR) / (now.reduce((sum, c) => sum + c * c, 0) + 2 * PRIOR)
    alpha = (n - gamma + 2 * PRIOR) / (errors + 2 * PRIOR)
    const moved = before?.reduce((sum, c, j) => sum + Math.abs(c - now[j]!), 0)
    if (moved !== undefined && moved < TOLERANCE) break
    before = now
  }
  return coefficients(rotated, lambda / alpha)
}

/**
 * Fit y = b + w x with precisions of noise and weights learned from the data.
 * @see MacKay 1992, doi:10.1162/neco.1992.4.3.415; Tipping 2001; `BayesianRidge` of scikit-learn (tol 1e-3, priors 1e-6)
 */
export function fitBayesianRidge(x: readonly (readonly number[])[], y: readonly number[]): Fitted {
  const middle = means(x)
  const meanTarget = y.reduce((a, b) => a + b, 0) / y.length
  const weights = solve(
    x.map((row) => row.map((value, j) => value - middle[j]!)),
    y.map((value) => value - meanTarget),
  )
  const predictRow = (row: readonly number[]) =>
    row.reduce((sum, value, j) => sum + weights[j]! * (value - middle[j]!), meanTarget)
  return { predict: (rows) => rows.map(predictRow), weights }
}
