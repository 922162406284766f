// The Reber automaton and its embedded form: which strings are grammatical, how many there are, and random walks.
// Reber, Implicit learning of artificial grammars, J. Verbal Learning and Verbal Behavior 6 (1967) 855-863; embedded:
// Fahlman 1991; Hochreiter and Schmidhuber 1997.
import type { ReberParameters } from '../../shared/dataset.ts'
import type { RandomStream } from '../../shared/random.ts'

export type Grammar = ReberParameters['grammar']

/** Letters of the grammar, in code point order. */
export const REBER_ALPHABET = ['B', 'E', 'P', 'S', 'T', 'V', 'X'] as const

interface Step {
  symbol: string
  to: number
}

/** A deterministic automaton: state 0 begins, a string is accepted when it ends in `final`. */
export interface Automaton {
  states: readonly (readonly Step[])[]
  final: number
}

/** Steps of the plain automaton; states count from `at`. Symbols of one state are distinct, so it is deterministic. */
function reberStates(at: number): Step[][] {
  const step = (symbol: string, to: number): Step => ({ symbol, to: at + to })
  return [
    [step('B', 1)],
    [step('T', 2), step('P', 3)],
    [step('S', 2), step('X', 4)],
    [step('T', 3), step('V', 5)],
    [step('X', 3), step('S', 6)],
    [step('P', 4), step('V', 6)],
    [step('E', 7)],
    [],
  ]
}

/** The plain automaton, 8 states. */
export const REBER: Automaton = { states: reberStates(0), final: 7 }

/** B, then T or P, a plain Reber string, the same T or P, then E: one copy of the plain automaton per branch. */
function embeddedAutomaton(): Automaton {
  const upper = reberStates(2)
  const lower = reberStates(10)
  upper[7] = [{ symbol: 'T', to: 18 }]
  lower[7] = [{ symbol: 'P', to: 18 }]
  const states = [
    [{ symbol: 'B', to: 1 }],
    [
      { symbol: 'T', to: 2 },
      { symbol: 'P', to: 10 },
    ],
    ...upper,
    ...lower,
    [{ symbol: 'E', to: 19 }],
    [],
  ]
  return { states, final: 19 }
}

const EMBEDDED = embeddedAutomaton()

export function automatonOf(grammar: Grammar): Automaton {
  return grammar === 'reber' ? REBER : EMBEDDED
}

/** Whether the automaton accepts the string. */
export function accepts({ states, final }: Automaton, text: string): boolean {
  let state = 0
  for (const symbol of text) {
    const next = states[state]!.find((step) => step.symbol === symbol)
    if (next === undefined) return false
    state = next.to
  }
  return state === final
}

/** table[r][s]: sum over all walks of r symbols from state s to the end of the product of `weight` per step. */
function endings(
  { states, final }: Automaton,
  longest: number,
  weight: (choices: number) => number,
): number[][] {
  const table: number[][] = [states.map((_, s) => (s === final ? 1 : 0))]
  for (let r = 1; r <= longest; r++) {
    const before = table[r - 1]!
    table.push(
      states.map((steps) => steps.reduce((sum, { to }) => sum + weight(steps.length) * before[to]!, 0)),
    )
  }
  return table
}

/** Draws grammatical strings of a given length, each equally likely. */
export interface Sampler {
  /** Number of strings with `length` symbols; exact below 2^53. */
  count(length: number): number
  /** Probability that a random walk, every way at a fork equally likely, ends after `length` symbols. */
  walkProbability(length: number): number
  /** Draw a string with `length` symbols; `count(length)` must not be 0. */
  draw(length: number, stream: RandomStream): string
}

/** Make a sampler for lengths up to `longest` (at most 1,001, where counts still fit a double). */
export function sampler(automaton: Automaton, longest: number): Sampler {
  const counts = endings(automaton, longest, () => 1)
  const walks = endings(automaton, longest, (choices) => 1 / choices)
  return {
    count: (length) => counts[length]?.[0] ?? 0,
    walkProbability: (length) => walks[length]?.[0] ?? 0,
    draw(length, stream) {
      let text = ''
      let state = 0
      for (let left = length - 1; left >= 0; left--) {
        const ways = automaton.states[state]!.filter(({ to }) => counts[left]![to]! > 0)
        const step = ways.length === 1 ? ways[0]! : pick(ways, counts[left]!, stream)
        text += step.symbol
        state = step.to
      }
      return text
    },
  }
}

/** Choose a step in proportion to the number of strings behind it. */
function pick(ways: readonly Step[], behind: readonly number[], stream: RandomStream): Step {
  let rest = stream.float() * ways.reduce((sum, { to }) => sum + behind[to]!, 0)
  for (const way of ways) {
    rest -= behind[way.to]!
    if (rest < 0) return way
  }
  return ways.at(-1)! // rounding can leave a hair over
}
