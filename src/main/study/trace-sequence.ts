// From what a person chose or typed to the tokens a network reads, and from what it computed to the words on the
// screen. Pure.
import { tokensOf, type Sequences } from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import { GATES, type NetworkDescription } from '../../shared/network.ts'
import { TRACED_VALUES, type StructureTrace } from '../../shared/structure-view.ts'
import { ASCII_VOCABULARY, encodeSplit, type Vocabulary } from '../data/vocabulary.ts'
import type { Traced } from './trace-model.ts'

export type Asked = { split: 'train' | 'test'; index: number } | { text: string }

export interface AskedSequence {
  tokens: Uint16Array
  symbols: string[]
  text: string
  truth: string | null
}

/**
 * Find or read a sequence and encode it as the study does.
 * @throws LacunaError bad-request for a number the split does not have, a text without symbols, and a typed symbol the
 *   network cannot read, with its place
 */
export function askedSequence(content: Sequences, vocabulary: Vocabulary, asked: Asked): AskedSequence {
  const { text, label } = 'text' in asked ? { text: asked.text, label: undefined } : chosen(content, asked)
  const symbols = tokensOf(text, vocabulary.tokens)
  if (label === undefined) assertReadable(symbols, vocabulary)
  const { tokens } = encodeSplit([{ text, label: label ?? 0 }], vocabulary)
  return { tokens, symbols, text, truth: label === undefined ? null : content.classes[label]! }
}

function chosen(content: Sequences, { split, index }: { split: 'train' | 'test'; index: number }) {
  const sequence = content[split][index]
  if (sequence !== undefined) return sequence
  const { length } = content[split]
  throw new LacunaError(
    'bad-request',
    `Sequence ${index} of the ${split} split was asked for; it has ${length.toLocaleString('en-US')}, numbered from 0.`,
  )
}

/** Symbols of the dataset that training never saw have a token of their own; typed ones are most likely a slip. */
function assertReadable(symbols: readonly string[], { encoding, symbols: known, tokens }: Vocabulary): void {
  if (symbols.length === 0) {
    throw new LacunaError('bad-request', 'The text has no symbols; type at least one.')
  }
  const readable = new Set(known)
  const isAscii = (symbol: string) => symbol.codePointAt(0)! > 0 && symbol.codePointAt(0)! < ASCII_VOCABULARY
  const at = symbols.findIndex((symbol) => !(encoding === 'ascii' ? isAscii(symbol) : readable.has(symbol)))
  if (at < 0) return
  const one = tokens === 'words' ? 'word' : 'character'
  const which =
    encoding === 'ascii'
      ? 'the study reads ASCII characters 1 to 127'
      : `the training sequences have ${known.length <= 40 ? known.join(' ') : `${known.length} others`}`
  throw new LacunaError(
    'bad-request',
    `The ${one} '${symbols[at]!}' at place ${at + 1} is not known to the network; ${which}.`,
  )
}

/** Steps of the longest sequence whose trace holds no more than TRACED_VALUES numbers; at least 1. */
export function longestTrace(network: NetworkDescription): number {
  // Output of the cell, gates (an RNN shows none) and the LSTM's state.
  const arrays = { 'rnn-tanh': 1, 'rnn-relu': 1, lstm: 2 + GATES.lstm.length, gru: 1 + GATES.gru.length }
  const units = network.layers.reduce((sum, { size, cells }) => sum + size * cells.length, 0)
  return Math.max(1, Math.floor(TRACED_VALUES / (units * arrays[network.cell])))
}

/**
 * Refuse a sequence whose trace nobody could be shown.
 * @throws LacunaError too-large
 */
export function assertTraceable(network: NetworkDescription, steps: number): void {
  const most = longestTrace(network)
  if (steps <= most) return
  throw new LacunaError(
    'too-large',
    `The sequence has ${steps.toLocaleString('en-US')} symbols; of this network up to ${most.toLocaleString('en-US')} steps can be shown at once. Take a shorter sequence.`,
  )
}

/** Probabilities by class: softmax of the logits, sum 1. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits)
  const largest = Math.max(...values)
  const powers = values.map((value) => Math.exp(value - largest))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

/** Put together what the sequence player shows. */
export function traceView(
  network: NetworkDescription,
  classes: readonly string[],
  { symbols, text, truth }: AskedSequence,
  traced: Traced,
): Omit<StructureTrace, 'runId' | 'epoch'> {
  const values = softmax(traced.logits)
  const best = values.indexOf(Math.max(...values))
  return {
    symbols,
    text,
    ...(network.padding === 'mask'
      ? {}
      : {
          note: 'Nothing is padded here; in the study shorter sequences of a batch are followed by pads, which can change the answer.',
        }),
    truth,
    predicted: classes[best] ?? `class ${best}`,
    probabilities: values.map((value, k) => ({ name: classes[k] ?? `class ${k}`, value })),
    units: network.layers.map(({ size }) => size),
    cells: traced.cells.map(({ layer, cell, h, c, gates }) => ({
      layer,
      cell,
      h: Array.from(h),
      ...(c === undefined ? {} : { c: Array.from(c) }),
      gates: Object.fromEntries(Object.entries(gates).map(([name, array]) => [name, Array.from(array)])),
    })),
  }
}
