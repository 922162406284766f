// The regressors by name.
import type { RegressorName } from '../../../shared/structure-analysis.ts'
import { fitAdaboost } from './adaboost.ts'
import { fitBayesianRidge } from './bayesian-ridge.ts'
import { fitRandomForest } from './random-forest.ts'
import type { Regressor } from './regressor.ts'

export const REGRESSOR_FITS: Record<RegressorName, Regressor> = {
  'bayesian-ridge': (x, y) => fitBayesianRidge(x, y),
  'random-forest': fitRandomForest,
  adaboost: fitAdaboost,
}
