// A study definition in the words of the field.
import { CELL_NAMES } from '../../shared/network.ts'
import type { StackedStudy, StudyDefinition } from '../../shared/study.ts'
import { describeStructure } from './describe-structure.ts'
import { countOf, formatCount, formatPercent } from '../format.ts'

const list = (values: readonly (string | number)[]) => values.join(', ')

/** Names and values of everything that decides the outcome of a study. */
export function describeStudy(study: StudyDefinition): [string, string][] {
  const { training } = study
  const limits = [
    ...(study.trainLimit === null ? [] : [`${formatCount(study.trainLimit)} training sequences`]),
    ...(study.testLimit === null ? [] : [`${formatCount(study.testLimit)} test sequences`]),
  ]
  return [
    ['Architectures', list(study.cells.map((cell) => CELL_NAMES[cell]))],
    ['Seeds', list(study.seeds)],
    ...(study.kind === 'structure' ? describeStructure(study) : describeStack(study)),
    ['Symbols', study.encoding === 'ascii' ? 'ASCII codes, vocabulary 128' : 'own vocabulary'],
    [
      'Padding',
      study.padding === 'mask'
        ? 'masked: each sequence is read at its own end'
        : 'processed like letters, as published',
    ],
    ['Data used', limits.length === 0 ? 'all sequences' : `first ${list(limits)}`],
    [
      'Validation',
      study.validationFraction === 0
        ? 'none'
        : `${formatPercent(study.validationFraction * 100)} of the training split`,
    ],
    ['Training', `${countOf(training.epochs, 'epoch')}, batches of ${training.batchSize}`],
    [
      'Optimizer',
      `Adam, learning rate ${training.learningRate}, β ${training.beta1} and ${training.beta2}, ε ${training.epsilon}`,
    ],
    ['Clipping', training.clipNorm === null ? 'none' : `gradient norm at ${training.clipNorm}`],
    ...(study.kind === 'pruning' ? describePruning(study) : []),
    ['Engine', study.engine === 'auto' ? 'the fastest that works' : study.engine],
  ]
}

function describeStack({ model }: StackedStudy): [string, string][] {
  const { embedding, layers, hidden } = model
  return [['Network', `embedding ${embedding}, ${countOf(layers, 'layer')} of ${countOf(hidden, 'unit')}`]]
}

function describePruning({
  prune,
  margin,
}: Extract<StudyDefinition, { kind: 'pruning' }>): [string, string][] {
  return [
    ['Pruned', list(prune.targets)],
    ['Percentages', list(prune.percentages.map(formatPercent))],
    ['Criteria', list(prune.criteria)],
    [
      'Compared',
      prune.scope === 'global' ? 'all chosen weights together (global)' : prune.scope.replace('-', ' '),
    ],
    [
      'Rule',
      prune.rule === 'exact-count'
        ? 'exactly the stated number of weights'
        : 'below the percentile of the magnitudes, as published',
    ],
    ['Retraining', prune.retrainEpochs === 0 ? 'none' : countOf(prune.retrainEpochs, 'epoch')],
    ['Margin', countOf(margin, 'percentage point')],
  ]
}
