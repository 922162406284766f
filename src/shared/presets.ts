// Ready study definitions, and changing one field of a definition by its path. Holds no dataset: a preset is
// combined with the dataset a person chose.
import { LacunaError } from './errors.ts'
import type { StudyInput } from './study.ts'

/** Distributes over the union, so that each kind keeps its own fields. */
type WithoutDataset<T> = T extends { dataset: string } ? Omit<T, 'dataset'> : never

export interface Preset {
  id: string
  title: string
  description: string
  definition: WithoutDataset<StudyInput>
}

/** The published protocol (Darji 2021), every quirk by name: science.md section 1 to 3. */
const darji2021 = {
  encoding: 'ascii',
  padding: 'process',
  validationFraction: 0,
  model: { embedding: 50, hidden: 50, layers: 3 },
} as const

export const PRESETS: readonly Preset[] = [
  {
    id: 'quick-look',
    title: 'Quick look',
    description:
      'One architecture, a small model and few epochs: the whole way from training to pruned curves in minutes.',
    definition: {
      kind: 'pruning',
      cells: ['gru'],
      seeds: [1],
      trainLimit: 2000,
      testLimit: 1000,
      model: { embedding: 16, hidden: 24, layers: 1 },
      training: { epochs: 6 },
      prune: { targets: ['both', 'i2h', 'h2h'], percentages: [40, 60, 80, 95], retrainEpochs: 2 },
    },
  },
  {
    id: 'quick-train',
    title: 'Quick training',
    description: 'Train all four architectures once on part of the data and compare how fast they learn.',
    definition: {
      kind: 'training',
      seeds: [1],
      trainLimit: 2000,
      testLimit: 1000,
      model: { embedding: 16, hidden: 24, layers: 1 },
      training: { epochs: 5 },
    },
  },
  {
    id: 'darji-2021-pruning',
    title: 'Darji 2021, pruning',
    description:
      'The published study: four architectures, 50 epochs, 10 to 100 % pruned by global magnitude in both, i2h and h2h, 10 retraining epochs. Test accuracy is read after every epoch, as published.',
    definition: {
      kind: 'pruning',
      ...darji2021,
      seeds: [1],
      training: { epochs: 50, batchSize: 32 },
      prune: { criteria: ['magnitude'], scope: 'global', rule: 'percentile', retrainEpochs: 10 },
    },
  },
  {
    id: 'pruning',
    title: 'Pruning, corrected protocol',
    description:
      'The same question with controls: five paired seeds, random pruning beside magnitude, a validation split, own vocabulary and padding that is masked.',
    definition: { kind: 'pruning' },
  },
  {
    id: 'quick-structures',
    title: 'Quick structures',
    description:
      'Two architectures on a few small random graphs of two kinds: from graph to trained network to accuracy in a minute or two.',
    definition: {
      kind: 'structure',
      cells: ['rnn-tanh', 'gru'],
      seeds: [1],
      trainLimit: 2000,
      testLimit: 1000,
      training: { epochs: 40, batchSize: 32 }, // fewer leave most graphs at chance
      structure: {
        families: [
          { kind: 'barabasi-albert', count: 12 },
          { kind: 'watts-strogatz', count: 12 },
        ],
        nodes: { min: 10, max: 30 },
      },
    },
  },
  {
    id: 'darji-2021-structures',
    title: 'Darji 2021, structures',
    description:
      'The published study: 100 Barabási-Albert and 100 Watts-Strogatz graphs for each architecture, 10 to 50 vertices, the published wiring with its scrambled gate masks, 15 epochs. Test accuracy is read after every epoch, as published.',
    definition: {
      kind: 'structure',
      encoding: 'ascii',
      padding: 'process',
      validationFraction: 0,
      seeds: [1],
      training: { epochs: 15, batchSize: 128 },
      structure: {
        families: [
          { kind: 'barabasi-albert', count: 100, start: 'isolated' },
          { kind: 'watts-strogatz', count: 100, p: 1, tries: 10 },
        ],
        nodes: { min: 10, max: 50 },
        graphsPerCell: 'own',
        wiring: 'darji-2021',
        gateMask: 'row-repeat',
      },
    },
  },
  {
    id: 'structures',
    title: 'Structures, corrected protocol',
    description:
      'The same question with controls: every architecture trains the same graphs, three seeds each, beside graphs with the same degrees but edges at random; correct gate masks, one cell per layer, a validation split.',
    definition: {
      kind: 'structure',
      seeds: [1, 2, 3],
      structure: {
        families: [
          { kind: 'barabasi-albert', count: 40 },
          { kind: 'watts-strogatz', count: 40 },
        ],
        rewired: 1,
      },
    },
  },
]

/**
 * Set one field, named by a dotted path, from text as typed on a command line. The text is read as JSON where that
 * works (`5`, `true`, `null`, `[1,2]`), otherwise as a comma-separated list if it holds a comma, otherwise as text.
 * @throws LacunaError bad-request for an empty path or one that would leave plain objects
 */
export function setByPath(target: Record<string, unknown>, path: string, text: string): void {
  const keys = path.split('.')
  if (keys.some((k) => k === '' || k === '__proto__' || k === 'constructor' || k === 'prototype')) {
    throw new LacunaError('bad-request', `'${path}' is not a path to a setting, such as training.epochs.`)
  }
  let at = target
  for (const key of keys.slice(0, -1)) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined
    if (next !== undefined && (next === null || typeof next !== 'object' || Array.isArray(next))) {
      throw new LacunaError('bad-request', `'${key}' in '${path}' is a value, not a group of settings.`)
    }
    at = (next === undefined ? (at[key] = {}) : next) as Record<string, unknown>
  }
  at[keys.at(-1)!] = fromText(text)
}

function fromText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Not JSON is the usual case: a word or a list typed without quotes.
    return text.includes(',') ? text.split(',').map((part) => fromText(part.trim())) : text
  }
}
