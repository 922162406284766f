// Turns tokens into the numbers a network reads. The pad is 0 everywhere; nothing outside the vocabulary is hidden.
import { PAD_TOKEN, MAX_VOCABULARY } from '../../shared/network.ts'
import { LacunaError } from '../../shared/errors.ts'
import { tokensOf, type Sequence, type Sequences, type Tokenization } from '../../shared/dataset.ts'
import type { Encoding } from '../../shared/study.ts'
import type { EncodedSplit } from '../engine/engine.ts'
import { compareCodePoints } from './text-order.ts'

/** Size of the published vocabulary: token = ASCII code. */
export const ASCII_VOCABULARY = 128

/**
 * `size` is V of the network: token 0 is the pad; `ascii`: 1-127 are character codes; `vocabulary`: 1..n are the
 * symbols of the training split by code point and n + 1 = `unknown` is every other symbol.
 */
export interface Vocabulary {
  encoding: Encoding
  tokens: Tokenization
  size: number
  symbols: string[] // symbol of token k at index k - 1; empty for `ascii`
  unknown: number | null
}

/**
 * Build the vocabulary of a dataset from its training split alone.
 * @throws LacunaError too-large with more than 65,534 symbols; bad-request for words with `ascii`
 */
export function buildVocabulary(content: Sequences, encoding: Encoding): Vocabulary {
  const { tokens } = content
  if (encoding === 'ascii') {
    if (tokens === 'words')
      throw new LacunaError(
        'bad-request',
        'Words have no ASCII code; use the encoding "vocabulary" for this dataset.',
      )
    return { encoding, tokens, size: ASCII_VOCABULARY, symbols: [], unknown: null }
  }
  const seen = new Set<string>()
  for (const { text } of content.train) for (const symbol of tokensOf(text, tokens)) seen.add(symbol)
  const size = seen.size + 2
  if (size > MAX_VOCABULARY)
    throw new LacunaError(
      'too-large',
      `The training sequences have ${seen.size} different symbols; a vocabulary holds at most ${MAX_VOCABULARY - 2}.`,
    )
  return { encoding, tokens, size, symbols: [...seen].sort(compareCodePoints), unknown: size - 1 }
}

/** Say which character has no ASCII code. */
function notAscii(symbol: string, index: number): LacunaError {
  const code = symbol.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
  const shown = code === '0000' ? 'The NUL character' : `The character '${symbol}' (U+${code})`
  return new LacunaError(
    'bad-request',
    `${shown} in sequence ${index + 1} has no ASCII token (1 to 127); use the encoding "vocabulary" for this dataset.`,
  )
}

/**
 * Encode sequences, in order.
 * @returns tokens 1..V-1 of all sequences one after the other, offsets [N + 1], labels [N]
 * @throws LacunaError bad-request with `ascii` for the first character that is no ASCII, and for an empty sequence
 */
export function encodeSplit(sequences: readonly Sequence[], vocabulary: Vocabulary): EncodedSplit {
  const { encoding, unknown, tokens } = vocabulary
  const ids = new Map(vocabulary.symbols.map((symbol, k) => [symbol, k + 1]))
  const parts = sequences.map(({ text }) => tokensOf(text, tokens))
  const offsets = new Uint32Array(parts.length + 1)
  parts.forEach((part, n) => {
    if (part.length === 0)
      throw new LacunaError('bad-request', `Sequence ${n + 1} has no symbols; leave it out.`)
    offsets[n + 1] = offsets[n]! + part.length
  })
  const encoded = new Uint16Array(offsets[parts.length]!)
  let at = 0
  parts.forEach((part, n) => {
    for (const symbol of part) {
      const id = encoding === 'ascii' ? symbol.codePointAt(0)! : (ids.get(symbol) ?? unknown!)
      if (encoding === 'ascii' && (id === PAD_TOKEN || id >= ASCII_VOCABULARY)) throw notAscii(symbol, n)
      encoded[at++] = id
    }
  })
  return { tokens: encoded, offsets, labels: Uint16Array.from(sequences, ({ label }) => label) }
}

/** A dataset as an engine reads it. */
export interface EncodedDataset {
  vocabulary: Vocabulary
  train: EncodedSplit
  test: EncodedSplit
}

/** Build the vocabulary and encode both splits; errors as `buildVocabulary` and `encodeSplit`. */
export function encodeDataset(content: Sequences, encoding: Encoding): EncodedDataset {
  const vocabulary = buildVocabulary(content, encoding)
  return {
    vocabulary,
    train: encodeSplit(content.train, vocabulary),
    test: encodeSplit(content.test, vocabulary),
  }
}

/** Take some sequences of a split, in the order given. */
export function takeSequences(split: EncodedSplit, indices: ArrayLike<number>): EncodedSplit {
  const offsets = new Uint32Array(indices.length + 1)
  for (let k = 0; k < indices.length; k++)
    offsets[k + 1] = offsets[k]! + split.offsets[indices[k]! + 1]! - split.offsets[indices[k]!]!
  const tokens = new Uint16Array(offsets[indices.length]!)
  const labels = new Uint16Array(indices.length)
  for (let k = 0; k < indices.length; k++) {
    const n = indices[k]!
    tokens.set(split.tokens.subarray(split.offsets[n]!, split.offsets[n + 1]!), offsets[k]!)
    labels[k] = split.labels[n]!
  }
  return { tokens, offsets, labels }
}
