// Puts the answers of networks together with the sequences they answered. Runs in a drawing thread; knows no store.
import type { Outcomes } from '../../shared/insight.ts'
import type { StudyDefinition } from '../../shared/study.ts'
import { contentFromBytes } from '../data/content.ts'
import { sequenceKinds } from '../data/sequence-kinds.ts'
import { compareAnswers } from '../stats/outcomes.ts'
import { testedIndices } from './plan.ts'

export interface OutcomeJob {
  content: Uint8Array // of the dataset
  generated: boolean // by a grammar, which records what it corrupts
  tested: Pick<StudyDefinition, 'testLimit'>
  before: Uint16Array | undefined // class by tested sequence
  after: Uint16Array
}

export type OutcomeTable = Pick<
  Outcomes,
  'classes' | 'total' | 'before' | 'after' | 'lost' | 'won' | 'groups' | 'groupsNote'
>

/** @throws LacunaError item-damaged for a content that cannot be read */
export function outcomeTable({ content: bytes, generated, tested, before, after }: OutcomeJob): OutcomeTable {
  const content = contentFromBytes(bytes)
  const { kinds, note, kindOf, known } = sequenceKinds(content, generated)
  const { classes, test } = content
  const indices = testedIndices(tested, content) ?? test.keys()
  const asked = Array.from(indices, (index) => {
    const sequence = test[index]!
    return { index, text: sequence.text, truth: sequence.label, kind: kindOf(sequence) }
  })
  return {
    classes,
    ...compareAnswers({ classes, kinds, asked, before, after }, known),
    groupsNote: note,
  }
}
