// The sentences of a judgement. Pure; numbers are rounded here and nowhere before.
import type { Judgement, Measure } from '../../shared/judgement.ts'

/** How a measure is spoken of: the one with `better` values comes first. */
const WORDS: Record<
  Measure,
  { verb: string; unit: (text: string) => string; word: string; larger: boolean }
> = {
  'pruned-accuracy': { verb: 'keeps', unit: points, word: 'more', larger: true },
  accuracy: { verb: 'reaches', unit: points, word: 'more', larger: true },
  'regain-epochs': { verb: 'needs', unit: epochs, word: 'fewer', larger: false },
  loss: { verb: 'has', unit: (text) => `${text}`, word: 'less loss', larger: false },
}

function points(text: string): string {
  return `${text} ${Number(text) === 1 ? 'point' : 'points'}`
}

function epochs(text: string): string {
  return `${text} ${Number(text) === 1 ? 'epoch' : 'epochs'}`
}

/** Write numbers of one claim alike: one decimal, two where the difference would vanish. */
function digitsFor(measure: Measure, size: number): number {
  if (measure === 'loss') return 4
  return size >= 0.1 || size === 0 ? 1 : 2
}

/** Write a number with a true minus; never minus zero. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? `−${text}` : text
}

/** Write a p-value: p = 0.002, p = 0.24, p < 0.001. */
export function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(p < 0.0995 ? 3 : 2)}`
}

type Said = Pick<
  Judgement,
  | 'a'
  | 'b'
  | 'subject'
  | 'measure'
  | 'block'
  | 'n'
  | 'difference'
  | 'low'
  | 'high'
  | 'effect'
  | 'p'
  | 'holm'
  | 'family'
>

/**
 * Say a claim: 'magnitude keeps 3.1 points more than random at 80 % (95 % CI 2.2 to 4.0, 10 seeds, p = 0.002)'. The
 * better one comes first, whichever was asked for first. In a family of several claims the corrected p is added, and
 * where p cannot be significant (`mute`) the effect size.
 */
export function claimSentence(said: Said, verdict: 'supported' | 'open', mute = false): string {
  const { verb, unit, word, larger } = WORDS[said.measure]
  const swap = said.difference !== 0 && said.difference > 0 !== larger
  const [first, second] = swap ? [said.b, said.a] : [said.a, said.b]
  const where = said.subject.slice(`${said.a} and ${said.b}`.length)
  // The interval is told in the direction of the sentence: positive means more, or fewer.
  const turn = swap === larger ? -1 : 1
  const size = said.difference * turn
  const ends = [said.low! * turn, said.high! * turn].sort((x, y) => x - y)
  const digits = digitsFor(said.measure, Math.abs(size))
  const interval = `95 % CI ${signed(ends[0]!, digits)} to ${signed(ends[1]!, digits)}`
  const corrected = said.family > 1 ? `, ${pText(said.holm!)} corrected for ${said.family} claims` : ''
  const effect = mute && said.effect !== undefined ? `effect ${signed(said.effect * turn, 2)}, ` : ''
  const evidence = `(${interval}, ${effect}${said.n} ${said.block}s, ${pText(said.p!)}${corrected})`
  const amount = unit(signed(size, digits))
  if (verdict === 'supported') return `${first} ${verb} ${amount} ${word} than ${second}${where} ${evidence}`
  return `no difference shown between ${first} and ${second}${where}: ${amount} ${word} ${evidence}`
}

/** 'too few seeds to claim: 3' */
export function tooFewSentence({ block, n }: Pick<Said, 'block' | 'n'>): string {
  return `too few ${block}s to claim: ${n}`
}

export function unpairedSentence({ block }: Pick<Said, 'block'>): string {
  return `no common ${block}: nothing to compare pair by pair`
}
