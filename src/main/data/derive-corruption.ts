// How far a string is from a grammar: which single change of a grammatical string explains it. Pure; linear in the
// length but for swaps.
import type { Corruption } from '../../shared/dataset.ts'
import { accepts, automatonOf, REBER_ALPHABET, type Automaton, type Grammar } from './grammar.ts'

/**
 * `substitute-outside` stands for any number of letters outside the alphabet. `several`: no single change explains the
 * string. `grammatical`: there is nothing to explain.
 */
export type DerivedKind = Corruption | 'several' | 'grammatical'

/**
 * Kinds in the order in which they are tried. A string can have several explanations, and the first is taken: what a
 * generator made with one kind is derived as that kind or one before it, never as one after it.
 */
export const DERIVED_ORDER = [
  'grammatical',
  'substitute-outside',
  'wrong-branch',
  'substitute-inside',
  'swap',
  'drop',
  'double',
  'several',
] as const satisfies readonly DerivedKind[]

const NOWHERE = -1

/** The automaton as tables: `to[state]` by symbol; `from` a state, what is accepted from place i on as bit sets. */
interface Walk {
  symbols: readonly string[]
  before: Int32Array // [n + 1] state after the first i symbols, NOWHERE when there is none
  after: Uint32Array // [n + 1] states from which the symbols from i on are accepted, one bit each
}

function step({ states }: Automaton, state: number, symbol: string): number {
  return states[state]!.find((one) => one.symbol === symbol)?.to ?? NOWHERE
}

function walk(automaton: Automaton, symbols: readonly string[]): Walk {
  const n = symbols.length
  const before = new Int32Array(n + 1).fill(NOWHERE)
  before[0] = 0
  for (let i = 0; i < n && before[i] !== NOWHERE; i++)
    before[i + 1] = step(automaton, before[i]!, symbols[i]!)
  const after = new Uint32Array(n + 1)
  after[n] = 1 << automaton.final
  for (let i = n - 1; i >= 0 && after[i + 1] !== 0; i--) {
    automaton.states.forEach((steps, state) => {
      const to = steps.find(({ symbol }) => symbol === symbols[i])?.to
      if (to !== undefined && has(after[i + 1]!, to)) after[i] = after[i]! | (1 << state)
    })
  }
  return { symbols, before, after }
}

/** Automata have at most 20 states, so a set of them is one number. */
const has = (set: number, state: number) => ((set >>> state) & 1) === 1

/** Whether another symbol at one place makes the string grammatical. */
function oneReplaced(automaton: Automaton, { symbols, before, after }: Walk): boolean {
  return symbols.some(
    (symbol, i) =>
      before[i] !== NOWHERE &&
      automaton.states[before[i]!]!.some((way) => way.symbol !== symbol && has(after[i + 1]!, way.to)),
  )
}

/** Whether one more symbol, anywhere, makes the string grammatical. */
function oneMissing(automaton: Automaton, { before, after }: Walk): boolean {
  return before.some(
    (state, i) => state !== NOWHERE && automaton.states[state]!.some(({ to }) => has(after[i]!, to)),
  )
}

/** Whether the string is grammatical without the second of two equal symbols in a row. */
function oneDoubled({ symbols, before, after }: Walk): boolean {
  return symbols.some(
    (symbol, i) =>
      i > 0 && symbols[i - 1] === symbol && before[i] !== NOWHERE && has(after[i + 1]!, before[i]!),
  )
}

/** Whether exchanging two different symbols makes the string grammatical. */
function twoSwapped(automaton: Automaton, { symbols, before, after }: Walk): boolean {
  for (let a = 0; a < symbols.length && before[a] !== NOWHERE; a++) {
    for (const { symbol, to } of automaton.states[before[a]!]!) {
      if (symbol === symbols[a]) continue
      let state = to
      for (let b = a + 1; b < symbols.length && state !== NOWHERE; b++) {
        if (symbols[b] === symbol) {
          const end = step(automaton, state, symbols[a]!)
          if (end !== NOWHERE && has(after[b + 1]!, end)) return true
        }
        state = step(automaton, state, symbols[b]!)
      }
    }
  }
  return false
}

/** Whether the letter that shows the branch is that of the other one: second, or in the embedded grammar last but one. */
function otherBranch(automaton: Automaton, grammar: Grammar, symbols: readonly string[]): boolean {
  const at = grammar === 'reber' ? 1 : symbols.length - 2
  const other = symbols[at] === 'T' ? 'P' : symbols[at] === 'P' ? 'T' : undefined
  if (other === undefined) return false
  return accepts(automaton, symbols.with(at, other).join(''))
}

/** Say which change of a grammatical string explains `text`: the first of DERIVED_ORDER that does. */
export function deriveCorruption(text: string, grammar: Grammar): DerivedKind {
  const automaton = automatonOf(grammar)
  if (accepts(automaton, text)) return 'grammatical'
  const symbols = Array.from(text)
  const alphabet: readonly string[] = REBER_ALPHABET
  if (symbols.some((symbol) => !alphabet.includes(symbol))) return 'substitute-outside'
  if (otherBranch(automaton, grammar, symbols)) return 'wrong-branch'
  const found = walk(automaton, symbols)
  if (oneReplaced(automaton, found)) return 'substitute-inside'
  if (twoSwapped(automaton, found)) return 'swap'
  if (oneMissing(automaton, found)) return 'drop'
  if (oneDoubled(found)) return 'double'
  return 'several'
}
