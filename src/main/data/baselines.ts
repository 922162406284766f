// Trivial rules fitted on the training split and scored on the test split: what a network must beat to have learned more
// than letters and neighbours. No rule looks at the test split before it is scored.
import { tokensOf, type Baseline, type BaselineName, type Sequences } from '../../shared/dataset.ts'

/** Tokens as integers from 1; 0 stands before and after every sequence. Symbols only in test are numbered too. */
interface Coded {
  tokens: Uint32Array[]
  labels: number[]
}

type Classifier = (tokens: Uint32Array) => number
type Rule = (train: Coded, classes: number, symbols: number) => Classifier

function encode(content: Sequences): { train: Coded; test: Coded; symbols: number } {
  const ids = new Map<string, number>()
  const idOf = (token: string) => {
    let id = ids.get(token)
    if (id === undefined) ids.set(token, (id = ids.size + 1))
    return id
  }
  const code = (split: Sequences['train']): Coded => ({
    tokens: split.map(({ text }) => Uint32Array.from(tokensOf(text, content.tokens), idOf)),
    labels: split.map(({ label }) => label),
  })
  const train = code(content.train)
  const test = code(content.test)
  return { train, test, symbols: ids.size + 1 }
}

function classCounts({ labels }: Coded, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) counts[label] = counts[label]! + 1
  return counts
}

const majority: Rule = (train, classes) => {
  const counts = classCounts(train, classes)
  const most = counts.indexOf(Math.max(...counts))
  return () => most
}

/** Bigrams of a sequence with a mark before and after, as single numbers. */
function bigrams(tokens: Uint32Array, symbols: number): number[] {
  const keys: number[] = []
  let before = 0
  for (const token of tokens) {
    keys.push(before * symbols + token)
    before = token
  }
  keys.push(before * symbols)
  return keys
}

/**
 * A sequence belongs to the most particular class that knows all its features: of the classes whose training sequences
 * contain every one, the one with the fewest known features (ties: more training sequences); to the class with the most
 * when none knows them all. With two classes this is "valid unless something was never seen in a valid string".
 */
function knownFeatures(featuresOf: (tokens: Uint32Array, symbols: number) => Iterable<number>): Rule {
  return (train, classes, symbols) => {
    const known = Array.from({ length: classes }, () => new Set<number>())
    train.tokens.forEach((tokens, n) => {
      const set = known[train.labels[n]!]!
      for (const feature of featuresOf(tokens, symbols)) set.add(feature)
    })
    const counts = classCounts(train, classes)
    const order = counts
      .map((_, label) => label)
      .filter((label) => counts[label]! > 0)
      .sort((a, b) => known[a]!.size - known[b]!.size || counts[b]! - counts[a]! || a - b)
    return (tokens) => {
      const features = [...featuresOf(tokens, symbols)]
      return (
        order.find((label) => features.every((feature) => known[label]!.has(feature))) ?? order.at(-1) ?? 0
      )
    }
  }
}

/** Trigram counts with two marks at either end, as a sparse vector. */
function trigrams(tokens: Uint32Array, symbols: number): Map<number, number> {
  const counts = new Map<number, number>()
  let [a, b] = [0, 0]
  const add = (c: number) => {
    const key = (a * symbols + b) * symbols + c // exact: symbols is below 2^17
    counts.set(key, (counts.get(key) ?? 0) + 1)
    ;[a, b] = [b, c]
  }
  for (const token of tokens) add(token)
  add(0)
  add(0)
  return counts
}

const norm = (vector: Map<number, number>) =>
  Math.sqrt([...vector.values()].reduce((sum, value) => sum + value * value, 0))

/** Nearest class by cosine between trigram counts and the class's mean of unit-length training counts (Rocchio). */
const ngramProfile: Rule = (train, classes, symbols) => {
  const profiles = Array.from({ length: classes }, () => new Map<number, number>())
  train.tokens.forEach((tokens, n) => {
    const profile = profiles[train.labels[n]!]!
    const vector = trigrams(tokens, symbols)
    const scale = 1 / norm(vector)
    for (const [key, value] of vector) profile.set(key, (profile.get(key) ?? 0) + value * scale)
  })
  const scales = profiles.map((profile) => (profile.size === 0 ? 0 : 1 / norm(profile)))
  return (tokens) => {
    const vector = trigrams(tokens, symbols)
    const scores = profiles.map((profile, label) => {
      let dot = 0
      for (const [key, value] of vector) dot += value * (profile.get(key) ?? 0)
      return dot * scales[label]!
    })
    return scores.indexOf(Math.max(...scores))
  }
}

const RULES: Record<BaselineName, { title: string; description: string; rule: Rule }> = {
  majority: {
    title: 'Majority class',
    description: 'Always the most frequent class of the training split.',
    rule: majority,
  },
  'known-symbols': {
    title: 'Only known letters',
    description:
      'The most particular class whose training sequences contain every symbol of the sequence; with two classes: valid unless a letter was never seen in a valid one.',
    rule: knownFeatures((tokens) => new Set(tokens)),
  },
  bigram: {
    title: 'Bigram rule',
    description:
      'The most particular class whose training sequences contain every pair of neighbours of the sequence, begin and end included.',
    rule: knownFeatures(bigrams),
  },
  'ngram-profile': {
    title: 'Nearest n-gram profile',
    description: 'The class whose mean trigram profile is nearest to the trigrams of the sequence (cosine).',
    rule: ngramProfile,
  },
}

/** Fit every trivial rule on train and score it on test. Works for any number of classes. */
export function baselinesOf(content: Sequences): Baseline[] {
  const { train, test, symbols } = encode(content)
  const total = test.labels.length
  return (Object.keys(RULES) as BaselineName[]).map((name) => {
    const { title, description, rule } = RULES[name]
    const classify = rule(train, content.classes.length, symbols)
    const correct = test.tokens.filter((tokens, n) => classify(tokens) === test.labels[n]).length
    return { name, title, description, correct, total, accuracy: total === 0 ? 0 : correct / total }
  })
}
