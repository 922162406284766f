// The named ways to make a grammatical string ungrammatical. Whether the result is ungrammatical is checked by the
// caller with the automaton, never assumed.
import type { Corruption } from '../../shared/dataset.ts'
import type { RandomStream } from '../../shared/random.ts'
import { REBER_ALPHABET, type Grammar } from './grammar.ts'

/** Upper-case letters the grammar does not use. */
const OUTSIDE = Array.from({ length: 26 }, (_, k) => String.fromCharCode(65 + k)).filter(
  (letter) => !(REBER_ALPHABET as readonly string[]).includes(letter),
)

/** Change of length each corruption makes. */
export const LENGTH_CHANGE: Record<Corruption, number> = {
  'substitute-inside': 0,
  'substitute-outside': 0,
  swap: 0,
  drop: -1,
  double: 1,
  'wrong-branch': 0,
}

const replaceAt = (text: string, at: number, symbols: string) =>
  text.slice(0, at) + symbols + text.slice(at + 1)

function swap(text: string, stream: RandomStream): string {
  const a = stream.integer(text.length)
  const others = Array.from(text, (_, k) => k).filter((k) => text[k] !== text[a])
  const b = others[stream.integer(others.length)]!
  return replaceAt(replaceAt(text, a, text[b]!), b, text[a]!)
}

/** The letter of the other branch where the branch shows: plain after B, embedded before the last letter. */
function wrongBranch(text: string, grammar: Grammar): string {
  const at = grammar === 'reber' ? 1 : text.length - 2
  return replaceAt(text, at, text[at] === 'T' ? 'P' : 'T')
}

/**
 * Apply one corruption at a random place.
 * @param text a grammatical string (at least 5 symbols, at least two different)
 */
export function corrupt(
  text: string,
  corruption: Corruption,
  grammar: Grammar,
  stream: RandomStream,
): string {
  if (corruption === 'swap') return swap(text, stream)
  if (corruption === 'wrong-branch') return wrongBranch(text, grammar)
  const at = stream.integer(text.length)
  if (corruption === 'drop') return replaceAt(text, at, '')
  if (corruption === 'double') return replaceAt(text, at, text[at]! + text[at]!)
  const letters =
    corruption === 'substitute-outside' ? OUTSIDE : REBER_ALPHABET.filter((letter) => letter !== text[at])
  return replaceAt(text, at, letters[stream.integer(letters.length)]!)
}
