// Sorts the sequences of a dataset into kinds by how they were made: recorded by the generator, derived from the
// grammar, or, where neither is known, by class. Pure.
import {
  CORRUPTION_NAMES,
  CORRUPTIONS,
  type Corruption,
  type Sequence,
  type Sequences,
} from '../../shared/dataset.ts'
import { DERIVED_ORDER, deriveCorruption, type DerivedKind } from './derive-corruption.ts'
import { accepts, automatonOf, type Grammar } from './grammar.ts'

export interface SequenceKinds {
  kinds: { name: string; corruption: Corruption | null }[]
  known: boolean // false: they are the classes
  note: string // where the kinds come from, or why they are the classes
  /** Index into `kinds`. */
  kindOf: (sequence: Sequence) => number
}

const VALID = { name: 'valid', corruption: null }

const DERIVED_NAMES: Record<DerivedKind, string> = {
  ...CORRUPTION_NAMES,
  'substitute-outside': 'letters outside the alphabet',
  several: 'more than one change',
  grammatical: 'grammatical all the same',
}

/** Kinds of a generated dataset: valid strings, and one per corruption. */
function recorded(): SequenceKinds {
  return {
    kinds: [VALID, ...CORRUPTIONS.map((corruption) => ({ name: CORRUPTION_NAMES[corruption], corruption }))],
    known: true,
    note: 'The generator recorded how each sequence was made.',
    kindOf: ({ corruption }) => (corruption === undefined ? 0 : 1 + CORRUPTIONS.indexOf(corruption)),
  }
}

/** The one class all of whose sequences a grammar accepts; undefined where none is, or several are. */
function grammaticalClass({ classes, train, test }: Sequences, grammar: Grammar): number | undefined {
  const automaton = automatonOf(grammar)
  const counts = new Uint32Array(classes.length)
  const possible = new Set(classes.keys())
  for (const sequences of [train, test]) {
    for (const { text, label } of sequences) {
      counts[label]!++
      if (possible.has(label) && !accepts(automaton, text)) possible.delete(label)
      if (possible.size === 0) return undefined
    }
  }
  const found = [...possible].filter((label) => counts[label]! > 0)
  return found.length === 1 ? found[0] : undefined
}

function derived({ classes }: Sequences, grammar: Grammar, valid: number): SequenceKinds {
  const title = grammar === 'reber' ? 'Reber grammar' : 'embedded Reber grammar'
  return {
    kinds: [
      VALID,
      ...DERIVED_ORDER.map((kind) => ({
        name: DERIVED_NAMES[kind],
        corruption: kind === 'several' || kind === 'grammatical' ? null : kind,
      })),
    ],
    known: true,
    note: `Derived, not recorded: the ${title} accepts every sequence of the class '${classes[valid]!}', and the others are named after the smallest change of a grammatical string that explains them. Where several do, the first in this order is named: ${namesInOrder()}.`,
    kindOf: ({ text, label }) =>
      label === valid ? 0 : 1 + DERIVED_ORDER.indexOf(deriveCorruption(text, grammar)),
  }
}

function namesInOrder(): string {
  const named = DERIVED_ORDER.filter((kind) => kind !== 'grammatical' && kind !== 'several')
  return named.map((kind) => DERIVED_NAMES[kind]).join(', ')
}

function byClass({ classes }: Sequences): SequenceKinds {
  return {
    kinds: classes.map((name) => ({ name, corruption: null })),
    known: false,
    note: 'By class: this dataset does not record how its sequences were made, and no Reber grammar accepts exactly one of its classes, so it cannot be derived.',
    kindOf: ({ label }) => label,
  }
}

/**
 * Find the kinds of the sequences of a dataset.
 * @param generated whether a generator made it, which records what it corrupts
 */
export function sequenceKinds(content: Sequences, generated: boolean): SequenceKinds {
  if (generated) return recorded()
  if (content.tokens === 'characters') {
    for (const grammar of ['reber', 'embedded-reber'] as const) {
      const valid = grammaticalClass(content, grammar)
      if (valid !== undefined) return derived(content, grammar, valid)
    }
  }
  return byClass(content)
}
