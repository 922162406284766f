// Judges differences between two groups of runs, pair by pair, and says in a sentence what may be claimed. Pure: the seed
// of resampling is an argument. Compares nothing that is not paired.
import type { Judgement, Measure } from '../../shared/judgement.ts'
import { logGamma } from './distributions.ts'
import { bootstrapMean } from './intervals.ts'
import { claimSentence, tooFewSentence, unpairedSentence } from './judge-words.ts'
import { benjaminiHochberg, holm } from './multiplicity.ts'
import { FEWEST_SEEDS, signFlipTest } from './tests.ts'

/** A claim may be wrong this often, over the whole family. */
export const ALPHA = 0.05

/** One run of a group. Runs of both groups with the same `block` and `match` are a pair. */
export interface JudgedValue {
  block: string | number // the seed, or the graph of a structure study: the pairs that count
  match?: string // all other settings the groups have in common; pairs within a block are averaged
  value: number // accuracy 0 to 1, epochs, or loss
}

export interface Series {
  name: string // as it stands in the sentence: 'magnitude', 'GRU'
  values: readonly JudgedValue[]
}

export interface Question {
  a: Series
  b: Series
  measure: Measure
  where?: string // 'at 80 %'
  block?: 'seed' | 'graph' // default seed
}

/**
 * Fewest pairs with which a claim can be significant; from FEWEST_SEEDS on differences are judged all the same. All 2^n sign patterns of n differences are equally likely if nothing
 * differs, and two of them (all plus, all minus) are the most extreme, so p of the two-sided sign-flip test is never
 * below 2 / 2^n: 6 pairs are needed to go below 0.05. Holm multiplies the smallest p of `family` claims by their number,
 * so that 10 claims need 9 pairs.
 */
export function fewestPairs(family = 1, alpha = ALPHA): number {
  let n = 1
  while (2 ** (1 - n) * family >= alpha) n++
  return n
}

/** Differences of a minus b by block: mean over the pairs of runs within it. Runs without a counterpart are left out. */
export function pairedDifferences(a: Series, b: Series): { differences: number[]; runs: number } {
  const key = ({ block, match = '' }: JudgedValue) => JSON.stringify([String(block), match])
  const meanOf = (values: readonly JudgedValue[]) =>
    values.reduce((sum, { value }) => sum + value, 0) / values.length
  const others = Map.groupBy(b.values, key)
  const blocks = new Map<string, number[]>()
  let runs = 0
  for (const [pair, own] of Map.groupBy(a.values, key)) {
    const other = others.get(pair)
    if (other === undefined) continue
    runs += own.length
    const block = String(own[0]!.block)
    blocks.set(block, [...(blocks.get(block) ?? []), meanOf(own) - meanOf(other)])
  }
  const differences = [...blocks.values()].map((own) => own.reduce((sum, d) => sum + d, 0) / own.length)
  return { differences, runs }
}

/**
 * Effect size of paired differences: their mean over their standard deviation, times the factor that takes out its bias
 * in small samples (exact, with gamma functions). Undefined for fewer than three or all equal differences.
 * @see Hedges 1981, doi:10.3102/10769986006002107; for paired data Lakens 2013, doi:10.3389/fpsyg.2013.00863 (d_z)
 */
export function pairedEffect(differences: readonly number[]): number | undefined {
  const n = differences.length
  const mean = differences.reduce((sum, d) => sum + d, 0) / n
  const deviation = Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1))
  const spread = Math.max(...differences.map(Math.abs))
  if (n < 3 || deviation <= 1e-12 * spread) return undefined
  return (mean / deviation) * hedges(n - 1)
}

/** Hedges' correction for m degrees of freedom, 0.56 for 2 and close to 1 - 3 / (4 m - 1) beyond. */
function hedges(m: number): number {
  return Math.exp(logGamma(m / 2) - 0.5 * Math.log(m / 2) - logGamma((m - 1) / 2))
}

/**
 * Judge several questions as one family: mean paired difference, bootstrap interval, sign-flip p, effect size, p
 * corrected by Holm and by Benjamini-Hochberg over the questions that have pairs, and a sentence for each. A claim is
 * `supported` when Holm's p is below 0.05.
 */
export function judgeFamily(questions: readonly Question[], seed = 1): Judgement[] {
  const measured = questions.map((question) => measure(question, seed))
  const tested = measured.filter(({ p }) => p !== undefined)
  const pValues = tested.map(({ p }) => p!)
  const [byHolm, byBh] = [holm(pValues), benjaminiHochberg(pValues)]
  return measured.map((one) => {
    const at = tested.indexOf(one)
    const corrected = at < 0 ? {} : { holm: byHolm[at]!, bh: byBh[at]! }
    return conclude({ ...one, ...corrected }, tested.length)
  })
}

/** Judge one question alone: a family of one. */
export function judge(question: Question, seed = 1): Judgement {
  return judgeFamily([question], seed)[0]!
}

type Measured = Omit<Judgement, 'family' | 'fewest' | 'verdict' | 'sentence' | 'reason'>

function measure({ a, b, measure: kind, where, block = 'seed' }: Question, seed: number): Measured {
  const { differences: raw, runs } = pairedDifferences(a, b)
  const scale = kind === 'accuracy' || kind === 'pruned-accuracy' ? 100 : 1
  const differences = raw.map((d) => d * scale)
  const n = differences.length
  const effect = pairedEffect(differences)
  return {
    a: a.name,
    b: b.name,
    subject: `${a.name} and ${b.name}${where === undefined ? '' : ` ${where}`}`,
    measure: kind,
    block,
    n,
    runs,
    difference: n === 0 ? 0 : differences.reduce((sum, d) => sum + d, 0) / n,
    ...bootstrapMean(differences, { seed }),
    ...(n === 0 ? {} : { p: signFlipTest(differences, seed) }),
    ...(effect === undefined ? {} : { effect }),
  }
}

function conclude(measured: Measured, family: number): Judgement {
  const fewest = fewestPairs(Math.max(1, family))
  const { n, holm: corrected = 1, block } = measured
  const common = { ...measured, family, fewest }
  if (n === 0) {
    return {
      ...common,
      verdict: 'unpaired',
      sentence: unpairedSentence(measured),
      reason: `No ${block} is in both, with all other settings equal; only pairs are compared.`,
    }
  }
  if (n < FEWEST_SEEDS) {
    return {
      ...common,
      verdict: 'too-few',
      sentence: tooFewSentence(measured),
      reason: `Differences are judged from ${FEWEST_SEEDS} ${block}s on; a sign-flip test of ${n} ${n === 1 ? 'pair' : 'pairs'} cannot give a p below ${2 ** (1 - n)}.`,
    }
  }
  const verdict = corrected < ALPHA ? 'supported' : 'open'
  return {
    ...common,
    verdict,
    sentence: claimSentence(common, verdict, n < fewestPairs()),
    reason: reasonOf(common, corrected),
  }
}

function reasonOf(
  { n, p, family, fewest, block }: Measured & { family: number; fewest: number },
  corrected: number,
): string {
  if (corrected < ALPHA)
    return `p < ${ALPHA}${family > 1 ? ` after Holm's correction for ${family} claims` : ''}.`
  if (n < fewestPairs())
    return `Not significant: ${n} ${block}s cannot give a p below ${2 ** (1 - n)}, ${fewestPairs()} can.`
  if (n < fewest) {
    return `${n} ${block}s cannot support one of ${family} claims made together; ${fewest} could, or fewer claims.`
  }
  if (p! < ALPHA) return `p is below ${ALPHA} alone, but not after Holm's correction for ${family} claims.`
  return `p is not below ${ALPHA}: the data do not tell the two apart, which does not show them equal.`
}
