// What two networks answer to the same sequences: confusion, sequences whose answer flips, and counts by kind. Pure.
import { SHOWN_FLIPS, type Flip, type OutcomeGroup, type Outcomes } from '../../shared/insight.ts'

/** One sequence that was asked, and what is known about it. */
export interface Asked {
  index: number
  text: string
  truth: number // class
  kind: number // index into the kinds
}

export interface Answers {
  classes: readonly string[]
  kinds: readonly Pick<OutcomeGroup, 'name' | 'corruption'>[]
  asked: readonly Asked[]
  before: ArrayLike<number> | undefined // class by place in `asked`; undefined where there is no network before
  after: ArrayLike<number>
}

export type Compared = Pick<Outcomes, 'total' | 'before' | 'after' | 'lost' | 'won' | 'groups'>

/** Symbols of a sequence a flip shows. */
const SHOWN_SYMBOLS = 200

function confusionOf({ classes, asked }: Answers, answers: ArrayLike<number>): Compared['after'] {
  const confusion = classes.map(() => new Array<number>(classes.length).fill(0))
  asked.forEach(({ truth }, at) => confusion[truth]![answers[at]!]!++)
  return { correct: confusion.reduce((sum, row, k) => sum + row[k]!, 0), confusion }
}

function shortened(text: string): string {
  const symbols = Array.from(text.slice(0, 2 * SHOWN_SYMBOLS + 2)) // a symbol takes two units at most
  return symbols.length <= SHOWN_SYMBOLS ? text : `${symbols.slice(0, SHOWN_SYMBOLS).join('')}…`
}

function flip(
  { classes, kinds, asked, after }: Answers,
  before: ArrayLike<number>,
  named: boolean,
  at: number,
): Flip {
  const { index, text, truth, kind } = asked[at]!
  return {
    index,
    text: shortened(text),
    truth: classes[truth]!,
    before: classes[before[at]!]!,
    after: classes[after[at]!]!,
    ...(named ? { corruption: kinds[kind]!.name } : {}),
  }
}

/** Sequences one network answers right and the other wrong, in the order of the split. */
function flips(answers: Answers, named: boolean): Pick<Compared, 'lost' | 'won'> {
  const { asked, before, after } = answers
  const lost: Compared['lost'] = { count: 0, flips: [] }
  const won: Compared['won'] = { count: 0, flips: [] }
  if (before === undefined) return { lost, won }
  asked.forEach(({ truth }, at) => {
    const [was, is] = [before[at] === truth, after[at] === truth]
    if (was === is) return
    const side = was ? lost : won
    side.count++
    if (side.flips.length < SHOWN_FLIPS) side.flips.push(flip(answers, before, named, at))
  })
  return { lost, won }
}

function groups({ kinds, asked, before, after }: Answers): OutcomeGroup[] {
  const counts: OutcomeGroup[] = kinds.map((kind) => ({
    ...{ ...kind, total: 0, before: before === undefined ? null : 0 },
    ...{ after: 0, lost: 0, won: 0 },
  }))
  asked.forEach(({ truth, kind }, at) => {
    const group = counts[kind]!
    const is = after[at] === truth
    group.total++
    if (is) group.after++
    if (before === undefined || group.before === null) return
    const was = before[at] === truth
    if (was) group.before++
    if (was && !is) group.lost++
    if (!was && is) group.won++
  })
  return counts.filter(({ total }) => total > 0)
}

/**
 * Compare what two networks answer; kinds without a sequence are left out.
 * @param named whether a flip says its kind, which it need not where the kind is its class
 */
export function compareAnswers(answers: Answers, named: boolean): Compared {
  const { asked, before, after } = answers
  return {
    total: asked.length,
    before: before === undefined ? null : confusionOf(answers, before),
    after: confusionOf(answers, after),
    ...flips(answers, named),
    groups: groups(answers),
  }
}
