// Generates datasets of grammatical and ungrammatical strings of the Reber grammars from a seed. No string occurs twice,
// neither within a split nor across; every invalid one is proved invalid by the automaton and names its corruption.
import {
  CORRUPTION_NAMES,
  CORRUPTIONS,
  reberParametersSchema,
  type Corruption,
  type DatasetDraft,
  type ReberParameters,
  type ReberRequest,
  type Sequence,
  type Sequences,
} from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import { randomStream, type RandomStream } from '../../shared/random.ts'
import { describeContent } from './content.ts'
import { corrupt, LENGTH_CHANGE } from './corruption.ts'
import { accepts, automatonOf, sampler } from './grammar.ts'
import { splitByFraction } from './split.ts'

/** Class names; the index is the label: 0 ungrammatical, 1 grammatical, as in the published data. */
export const REBER_CLASSES = ['invalid', 'valid']

/** A generated dataset, ready to be stored. */
export interface GeneratedDataset {
  content: Sequences
  draft: DatasetDraft
}

/** Draws of a length by its walk probability, per string wanted, before all lengths become equally likely. */
const WALKS_PER_STRING = 200
const TRIES_PER_STRING = 60

const shown = (n: number) => n.toLocaleString('en-US')
const lengths = ({ minLength, maxLength }: ReberParameters) => `with ${minLength} to ${maxLength} symbols`

/** Choose an index in proportion to `weights`. */
function weighted(weights: readonly number[], sum: number, stream: RandomStream): number {
  let rest = stream.float() * sum
  const found = weights.findIndex((weight) => weight > 0 && (rest -= weight) < 0)
  return found >= 0 ? found : weights.findLastIndex((weight) => weight > 0)
}

/**
 * Draw `n` distinct valid strings as random walks would give them, leaving out repetitions: the length by its probability
 * in a walk, then a string of that length (walks of one length are equally likely, since every state but the first and
 * the last has two ways). Lengths that are used up leave the draw; where walks hardly come, all lengths become equal.
 */
function drawValid(parameters: ReberParameters, n: number): string[] {
  const { grammar, minLength, maxLength, seed } = parameters
  const source = sampler(automatonOf(grammar), maxLength)
  const range = Array.from({ length: maxLength - minLength + 1 }, (_, k) => minLength + k)
  const left = range.map((length) => source.count(length))
  const texts = new Set<string>()
  const stream = randomStream(seed, 'reber', grammar, 'valid')
  const walk = range.map((length) => source.walkProbability(length))
  const sum = walk.reduce((a, b) => a + b, 0)
  for (let tries = 0; texts.size < n; tries++) {
    const flat = tries > WALKS_PER_STRING * n
    const at = weighted(
      flat ? left.map((count) => (count > 0 ? 1 : 0)) : walk,
      flat ? range.length : sum,
      stream,
    )
    if (left[at] === 0) continue
    const text = source.draw(range[at]!, stream)
    if (texts.has(text)) continue
    texts.add(text)
    left[at] = left[at]! - 1
  }
  return [...texts]
}

/** Share `total` among the corruptions by their weights, largest remainders first. */
function corruptionCounts(parameters: ReberParameters, total: number): Map<Corruption, number> {
  const weights = CORRUPTIONS.map((name) => parameters.corruptions[name])
  const sum = weights.reduce((a, b) => a + b, 0)
  if (sum === 0 && total > 0)
    throw new LacunaError(
      'bad-request',
      'Invalid strings were asked for, but every corruption has the share 0; give at least one a share.',
    )
  const exact = weights.map((weight) => (sum === 0 ? 0 : (total * weight) / sum))
  const counts = exact.map(Math.floor)
  const order = exact
    .map((_, k) => k)
    .sort((a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!) || a - b)
  const rest = total - counts.reduce((a, b) => a + b, 0)
  for (const k of order.slice(0, rest)) counts[k] = counts[k]! + 1
  return new Map(CORRUPTIONS.map((name, k) => [name, counts[k]!]))
}

/**
 * Make `n` new invalid strings by corrupting fresh valid ones. Their lengths are those of `models` in random order, so
 * that length alone tells nothing about validity. Adds the strings to `taken`.
 */
function drawInvalid(
  parameters: ReberParameters,
  corruption: Corruption,
  n: number,
  models: readonly string[],
  taken: Set<string>,
): string[] {
  const { grammar, maxLength, seed } = parameters
  const automaton = automatonOf(grammar)
  const change = LENGTH_CHANGE[corruption]
  const source = sampler(automaton, maxLength + 1)
  const stream = randomStream(seed, 'reber', grammar, corruption)
  const order = stream.permutation(models.length)
  const found: string[] = []
  for (let tries = 0; found.length < n && tries < TRIES_PER_STRING * n + 1000; tries++) {
    const length = models[order[tries % order.length]!]!.length - change
    if (source.count(length) === 0) continue
    const text = corrupt(source.draw(length, stream), corruption, grammar, stream)
    if (taken.has(text) || accepts(automaton, text)) continue
    taken.add(text)
    found.push(text)
  }
  if (found.length === n) return found
  throw new LacunaError(
    'bad-request',
    `Only ${shown(found.length)} of ${shown(n)} different invalid strings '${CORRUPTION_NAMES[corruption]}' ${lengths(parameters)} were found; ask for fewer, lower the share of this corruption or widen the range of lengths.`,
  )
}

/** Number of grammatical strings in the range of lengths; refuses when `n` are wanted and there are fewer. */
function availableStrings(parameters: ReberParameters, n: number): number {
  const { grammar, minLength, maxLength } = parameters
  const source = sampler(automatonOf(grammar), maxLength)
  let available = 0
  for (let length = minLength; length <= maxLength; length++) available += source.count(length)
  if (available >= Math.max(1, n)) return available
  throw new LacunaError(
    'bad-request',
    `${shown(Math.max(1, n))} different valid strings ${lengths(parameters)} were asked for, but the ${grammar} grammar has ${shown(available)}; ask for fewer or widen the range of lengths.`,
  )
}

function drawSequences(parameters: ReberParameters): Sequence[] {
  const { size, validFraction, seed } = parameters
  const valid = Math.round(size * validFraction)
  const available = availableStrings(parameters, valid)
  // The valid strings are a random part of the models of the invalid ones, so both have the same lengths.
  const models = drawValid(parameters, Math.min(available, Math.max(valid, size - valid)))
  const texts = randomStream(seed, 'reber', 'choice')
    .shuffle([...models])
    .slice(0, valid)
  const sequences: Sequence[] = texts.map((text) => ({ text, label: 1 }))
  const taken = new Set(texts)
  for (const [corruption, n] of corruptionCounts(parameters, size - valid)) {
    for (const text of drawInvalid(parameters, corruption, n, models, taken))
      sequences.push({ text, label: 0, corruption })
  }
  return randomStream(seed, 'reber', 'order').shuffle(sequences)
}

/**
 * Generate a dataset. Equal parameters give equal bytes on every machine.
 * @param request parameters; what is absent gets its default
 * @throws LacunaError bad-request for parameters out of range, and when there are not enough different strings
 */
export function generateReber(request: ReberRequest): GeneratedDataset {
  const parsed = reberParametersSchema.safeParse(request)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new LacunaError('bad-request', `Generator parameter ${issue?.path.join('.')}: ${issue?.message}.`)
  }
  const parameters = parsed.data
  if (parameters.minLength > parameters.maxLength)
    throw new LacunaError(
      'bad-request',
      `The shortest length (${parameters.minLength}) is above the longest (${parameters.maxLength}); exchange them.`,
    )
  const sequences = drawSequences(parameters)
  const labels = sequences.map(({ label }) => label)
  const { kept, held } = splitByFraction(labels, parameters.testFraction, parameters.seed, 'test')
  const content: Sequences = {
    tokens: 'characters',
    classes: [...REBER_CLASSES],
    train: Array.from(kept, (k) => sequences[k]!),
    test: Array.from(held, (k) => sequences[k]!),
  }
  return { content, draft: describeContent(content, { kind: 'reber', parameters }) }
}
