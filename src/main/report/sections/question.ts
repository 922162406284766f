// The question of a study and its method in words, written from the definition alone. Pure.
import { CELL_NAMES } from '../../../shared/network.ts'
import type { PruningStudy, StructureStudy, StudyDefinition } from '../../../shared/study.ts'
import { list, paragraph, type Block, type Text } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { TARGET_MEANINGS } from '../look.ts'
import { count, counted, join, level } from '../words.ts'
import { structureMethod } from './structure-words.ts'

const cellNames = ({ cells }: StudyDefinition) => join(cells.map((cell) => CELL_NAMES[cell]))

/** What the study asks. */
export function question({ study, dataset }: ReportInput): Block[] {
  const { definition } = study
  const on = `sequences of ‘${dataset.name}’`
  if (definition.kind === 'training') {
    return [
      paragraph(
        `How accurately do ${cellNames(definition)} classify ${on}, how much of that is luck of the seed, and how far is it above trivial rules?`,
      ),
    ]
  }
  if (definition.kind === 'structure') {
    return [
      paragraph(
        `How does the accuracy of ${cellNames(definition)} networks wired as random graphs, on ${on}, go together with properties of their graphs?`,
      ),
    ]
  }
  return [
    paragraph(
      `How many recurrent weights of ${cellNames(definition)}, trained on ${on}, can be pruned before test accuracy falls by more than ${counted(definition.margin, 'percentage point')}, how much better is the choice of weights than chance, and how many retraining epochs bring the accuracy back?`,
    ),
  ]
}

/** How it was done. */
export function method({ study }: ReportInput): Block[] {
  const { definition } = study
  return [
    paragraph(networkWords(definition)),
    paragraph(trainingWords(definition)),
    ...(definition.kind === 'pruning' ? [list(pruningWords(definition))] : []),
    ...(definition.kind === 'structure' ? structureBlocks(definition) : []),
    paragraph(protocolWords(definition)),
  ]
}

function structureBlocks(definition: StructureStudy): Block[] {
  return [list(structureMethod(definition))]
}

function networkWords(definition: StudyDefinition): string {
  const { encoding, padding } = definition
  const symbols =
    encoding === 'ascii'
      ? 'Symbols are encoded as their ASCII codes, with a vocabulary of 128 and token 0 as padding'
      : 'Symbols are numbered from the training split, with token 0 kept for padding'
  const pads =
    padding === 'mask'
      ? 'and each sequence is classified from the state at its own last symbol'
      : 'each batch is padded on the right to its longest sequence, pads are fed through the network like symbols, and the output after the last step of the padded batch is classified (as published by Darji 2021)'
  const shape =
    definition.kind === 'structure'
      ? `The networks (${cellNames(definition)}) have one layer of units for each layer of a random graph`
      : `The networks (${cellNames(definition)}) have an embedding of ${definition.model.embedding}, ${counted(definition.model.layers, 'recurrent layer')} of ${counted(definition.model.hidden, 'unit')} and a linear readout`
  return `${shape}. ${symbols}; ${pads.replace(/^and /, '')}.`
}

function trainingWords({ training: t, seeds }: StudyDefinition): string {
  const clip =
    t.clipNorm === null ? 'gradients are not clipped' : `the gradient norm is clipped at ${t.clipNorm}`
  const repeat =
    seeds.length === 1
      ? `There is one seed (${seeds[0]!}).`
      : `Everything is repeated for ${counted(seeds.length, 'seed')} (${join(seeds)}); a seed decides initial weights and the order of sequences, and is shared by all conditions that are compared.`
  return `Training takes ${counted(t.epochs, 'epoch')} in batches of ${t.batchSize} with Adam (learning rate ${t.learningRate}, β₁ ${t.beta1}, β₂ ${t.beta2}, ε ${t.epsilon}) on softmax cross-entropy; ${clip}. ${repeat}`
}

function pruningWords({ prune }: PruningStudy): Text[] {
  const criteria: Record<string, string> = {
    magnitude: 'magnitude: the smallest absolute values go',
    random: 'random: weights are drawn by chance, the control of every claim',
  }
  const scopes: Record<string, string> = {
    global: 'All selected matrices of all layers compete together',
    'per-layer': 'The weights of each layer compete among themselves',
    'per-matrix': 'The weights of each matrix compete among themselves',
    'per-gate': 'The weights of each gate compete among themselves',
  }
  const rule =
    prune.rule === 'exact-count'
      ? 'exactly the stated share is removed (rounded to whole weights)'
      : 'a weight is kept unless its magnitude is below the percentile (linear interpolation), so that 100 % keeps the largest weight (as published by Darji 2021)'
  return [
    [
      { strong: 'What is pruned: ' },
      ...[join(prune.targets.map((t) => `${t} (${TARGET_MEANINGS[t]})`))],
      '. Biases, embedding and readout are never pruned.',
    ],
    [{ strong: 'How much: ' }, `${join(prune.percentages.map(level))}.`],
    [{ strong: 'By which criterion: ' }, `${prune.criteria.map((c) => criteria[c] ?? c).join('; ')}.`],
    [{ strong: 'Scope and rule: ' }, `${scopes[prune.scope] ?? prune.scope}; ${rule}.`],
    [
      { strong: 'Retraining: ' },
      prune.retrainEpochs === 0
        ? 'none.'
        : `every level starts from the final weights of its base model, is tested at once, and then retrained for ${counted(prune.retrainEpochs, 'epoch')} with the mask fixed and a fresh optimizer, with the same budget for every criterion.`,
    ],
  ]
}

function protocolWords(definition: StudyDefinition): string {
  const { validationFraction, trainLimit, testLimit } = definition
  const limits = [
    ...(trainLimit === null ? [] : [`${count(trainLimit)} training sequences`]),
    ...(testLimit === null ? [] : [`${count(testLimit)} test sequences`]),
  ]
  const used = limits.length === 0 ? '' : ` At most ${join(limits)} are used, drawn by class.`
  const held =
    validationFraction === 0
      ? 'No validation part is held out.'
      : `${level(validationFraction * 100)} of the training split is held out for validation.`
  return `${held}${used} The test split is read after every epoch for reporting; nothing is chosen by it. Means over seeds carry 95 % bootstrap intervals (percentile method; exact up to 7 values).`
}
