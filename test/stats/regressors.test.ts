import { describe, expect, it } from 'vitest'
import { fitBayesianRidge } from '../../src/main/stats/regressors/bayesian-ridge.ts'
import { REGRESSOR_FITS } from '../../src/main/stats/regressors/registry.ts'
import { minMaxScaler, rSquared } from '../../src/main/stats/regressors/regressor.ts'
import { growTree, meanImportance, predictTree, sortData } from '../../src/main/stats/regressors/tree.ts'
import { randomStream } from '../../src/shared/random.ts'
import { statsFixture, worstDifference } from './fixtures.ts'

type Rows = number[][]
const fixture = statsFixture<{
  ridge: { x: Rows; y: number[]; weights: number[]; new: Rows; predicted: number[] }[]
  x: Rows
  y: number[]
  testX: Rows
  testY: number[]
  quality: Record<
    'random-forest' | 'adaboost',
    { r2: [number, number]; crossValidation: [number, number]; importances: number[] }
  >
  tree: { depth4: number[]; full: number[]; importances: number[] }
}>('regressors.json')

describe('Bayesian ridge', () => {
  it.each(fixture.ridge.map((c) => ({ ...c, shape: `${c.x.length} x ${c.x[0]!.length}` })))(
    'has the weights and predictions of scikit-learn: $shape, near-collinear and constant features included',
    (c) => {
      const fitted = fitBayesianRidge(c.x, c.y)
      expect(worstDifference(fitted.weights!, c.weights)).toBeLessThan(1e-6)
      expect(worstDifference(fitted.predict(c.new), c.predicted)).toBeLessThan(1e-6)
    },
  )
})

describe('Regression trees', () => {
  const data = sortData(fixture.x, fixture.y)
  const once = new Uint32Array(fixture.y.length).fill(1)
  const head = fixture.testX.slice(0, 100)

  it('predict what those of scikit-learn do, with the same importances', () => {
    const tree = growTree(data, once, 4, randomStream(1, 'test-tree'))
    const found = head.map((row) => predictTree(tree, row))
    expect(worstDifference(found, fixture.tree.depth4)).toBeLessThan(1e-9)
    expect(worstDifference(meanImportance([tree]), fixture.tree.importances)).toBeLessThan(1e-9)
  })

  it('fit every sample when they grow to the end, and predict about as well as those of scikit-learn', () => {
    // Nodes of two samples can be split by any feature, so single predictions depend on the order of the features.
    const tree = growTree(data, once, Infinity, randomStream(1, 'test-tree'))
    expect(fixture.x.map((row) => predictTree(tree, row))).toEqual(fixture.y)
    const truth = fixture.testY.slice(0, 100)
    const ours = rSquared(
      truth,
      head.map((row) => predictTree(tree, row)),
    )
    expect(Math.abs(ours - rSquared(truth, fixture.tree.full))).toBeLessThan(0.1)
  })

  it('treat a sample drawn twice as two samples', () => {
    const twice = once.map((_, i) => 1 + (i % 2))
    const repeated = fixture.x.flatMap((row, i) => (i % 2 === 1 ? [row, row] : [row]))
    const targets = fixture.y.flatMap((value, i) => (i % 2 === 1 ? [value, value] : [value]))
    const counted = growTree(data, twice, 3, randomStream(1, 'test-tree'))
    const listed = growTree(
      sortData(repeated, targets),
      new Uint32Array(targets.length).fill(1),
      3,
      randomStream(1, 'test-tree'),
    )
    const both = [counted, listed].map((tree) => head.map((row) => predictTree(tree, row)))
    expect(worstDifference(both[0]!, both[1]!)).toBeLessThan(1e-9)
  })

  it('are one leaf where no feature or no target varies', () => {
    const flat = growTree(sortData([[1], [1]], [0, 5]), Uint32Array.of(1, 1), 9, randomStream(1, 't'))
    expect(predictTree(flat, [1])).toBe(2.5)
    const constant = growTree(sortData([[1], [2]], [3, 3]), Uint32Array.of(1, 1), 9, randomStream(1, 't'))
    expect(constant.feature).toEqual([-1])
    expect(meanImportance([flat])).toEqual([0])
  })
})

describe.each(['random-forest', 'adaboost'] as const)('%s', (name) => {
  const fits = Array.from({ length: 12 }, (_, seed) => REGRESSOR_FITS[name](fixture.x, fixture.y, seed))
  const { r2, importances } = fixture.quality[name]

  it('predicts as well as that of scikit-learn', () => {
    const scores = fits.map((fitted) => rSquared(fixture.testY, fitted.predict(fixture.testX)))
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length
    // Means of 12 and 30 seeds with the reference's spread over seeds: four standard errors.
    expect(Math.abs(mean - r2[0])).toBeLessThan(4 * r2[1] * Math.sqrt(1 / 12 + 1 / 30))
  })

  it('finds the same features important', () => {
    const mean = importances.map((_, j) => fits.reduce((sum, f) => sum + f.impurity![j]!, 0) / fits.length)
    // Shares of one model vary by about 0.03 over seeds: 0.03 is three standard errors of the mean of 12.
    expect(worstDifference(mean, importances)).toBeLessThan(0.03)
    expect(mean.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
  })

  it('is the same for the same seed and another for another', () => {
    const again = REGRESSOR_FITS[name](fixture.x, fixture.y, 0)
    expect(again.predict(fixture.testX)).toEqual(fits[0]!.predict(fixture.testX))
    expect(fits[1]!.predict(fixture.testX)).not.toEqual(fits[0]!.predict(fixture.testX))
  })

  it('predicts the only target there is', () => {
    const fitted = REGRESSOR_FITS[name]([[1], [2], [3]], [4, 4, 4], 1)
    expect(fitted.predict([[9]])).toEqual([4])
  })
})

describe('Scaling and R^2', () => {
  it('maps ranges onto 0 to 1 and constants to 0, beyond the range too', () => {
    const scale = minMaxScaler([[1, 5], [3, 5]]) // prettier-ignore
    expect([scale([2, 5]), scale([5, 6])]).toEqual([
      [0.5, 0],
      [2, 1],
    ])
  })

  it('is 1 for perfect predictions, 0 for the mean, negative below that', () => {
    expect(rSquared([1, 2, 3], [1, 2, 3])).toBe(1)
    expect(rSquared([1, 2, 3], [2, 2, 2])).toBe(0)
    expect(rSquared([1, 2, 3], [3, 2, 1])).toBe(-3)
  })
})
