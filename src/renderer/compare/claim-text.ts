// Claims as text that can be pasted, and their numbers in short. Pure.
import type { Judgements } from '../../shared/compare.ts'
import type { ClaimReport, ClaimVerdict, Judgement, JudgementVerdict } from '../../shared/judgement.ts'

const p = (value: number) => (value < 0.001 ? '< 0.001' : value.toFixed(3))

/** One claim with its subject, verdict and reason. */
export function claimText({ subject, sentence, verdict, reason }: Judgement): string {
  const told = verdict === 'too-few' || verdict === 'unpaired' ? `${subject}: ${sentence}` : sentence
  return `${told}. ${reason}`
}

/** A family: what was asked, and every claim on a line of its own. */
export function familyText({ claims, note }: Judgements): string {
  return [familySummary(claims), ...(note === undefined ? [] : [note]), ...claims.map(claimText)].join('\n')
}

const WORDS: Record<JudgementVerdict, string> = {
  supported: 'hold',
  open: 'not shown',
  'too-few': 'with too few pairs',
  unpaired: 'not paired',
}

/** '12 claims, corrected as one family (Holm): 8 hold, 2 not shown, 2 with too few pairs.' */
export function familySummary(claims: readonly Judgement[]): string {
  const parts = (Object.keys(WORDS) as JudgementVerdict[]).flatMap((verdict) => {
    const count = claims.filter((claim) => claim.verdict === verdict).length
    const word = verdict === 'supported' && count === 1 ? 'holds' : WORDS[verdict]
    return count === 0 ? [] : [`${count} ${word}`]
  })
  const many = claims.length === 1 ? '1 claim' : `${claims.length} claims, corrected as one family (Holm)`
  return `${many}: ${parts.join(', ')}.`
}

/** What a card shows below the sentence. */
export function numbersOf({
  n,
  runs,
  effect,
  p: alone,
  holm,
  bh,
  family,
  block,
}: Judgement): [string, string][] {
  return [
    [n === 1 ? block : `${block}s`, String(n)],
    ...(runs > n ? [['paired runs', String(runs)] as [string, string]] : []),
    ...(effect === undefined ? [] : [['effect d', Math.abs(effect).toFixed(2)] as [string, string]]),
    ...(alone === undefined ? [] : [['p', p(alone)] as [string, string]]),
    ...(family > 1 && holm !== undefined ? [['Holm', p(holm)] as [string, string]] : []),
    ...(family > 1 && bh !== undefined ? [['BH', p(bh)] as [string, string]] : []),
  ]
}

/** Largest distance from zero of any interval, so that the bars of all cards share a scale. */
export function widestInterval(claims: readonly Judgement[]): number {
  return Math.max(
    1e-9,
    ...claims.flatMap(({ low = 0, high = 0, difference }) => [low, high, difference].map(Math.abs)),
  )
}

/** Places on a line of 200 with zero in its middle, a better a to the right; undefined without an interval. */
export function intervalScale(
  { low, high, difference, measure }: Judgement,
  widest: number,
): { low: number; high: number; mean: number } | undefined {
  if (low === undefined || high === undefined) return undefined
  const better = measure === 'regain-epochs' || measure === 'loss' ? -1 : 1
  const place = (value: number) => 100 + better * (value / widest) * 96
  return { low: place(low), high: place(high), mean: place(difference) }
}

const CLAIM_WORDS = { reproduced: 'reproduced', differs: 'differ', 'not-testable': 'not testable' } as const

/** '20 reproduced, 4 differ, 12 not testable' */
export function claimSummary(verdicts: readonly ClaimVerdict[]): string {
  return (Object.keys(CLAIM_WORDS) as (keyof typeof CLAIM_WORDS)[])
    .flatMap((kind) => {
      const count = verdicts.filter(({ verdict }) => verdict === kind).length
      const word = kind === 'differs' && count === 1 ? 'differs' : CLAIM_WORDS[kind]
      return count === 0 ? [] : [`${count} ${word}`]
    })
    .join(', ')
}

export function reportText({ source, protocol, verdicts }: ClaimReport, study: string): string {
  return [
    `Published claims held against ${study}: ${claimSummary(verdicts)}.`,
    `Published: ${source}`,
    ...(protocol.length === 0 ? [] : [`Departs from the published protocol: ${protocol.join('; ')}.`]),
    ...verdicts.map(({ claim, verdict, reason }) => `${claim} ${CLAIM_TEXT[verdict]}: ${reason}`),
  ].join('\n')
}

const CLAIM_TEXT = { reproduced: 'Reproduced', differs: 'Differs', 'not-testable': 'Not testable' } as const
