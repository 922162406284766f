// What is said about a difference, and about a published claim. Types only; computed in src/main/stats/judge*.ts.
import type { GraphProperties } from './graph.ts'
import type { Cell } from './network.ts'
import type { RegressorName } from './structure-analysis.ts'
import type { Target } from './study.ts'

/** What is compared. Accuracies are shares (0 to 1) and their differences are told in percentage points. */
export const MEASURES = ['accuracy', 'pruned-accuracy', 'regain-epochs', 'loss'] as const
export type Measure = (typeof MEASURES)[number]

/**
 * `supported`: the difference holds after correction for all claims made together. `open`: it does not; nothing is
 * shown to be equal either. `too-few`: fewer than 5 pairs, too few to claim anything. `unpaired`: the two share no seed (or
 * graph), so that nothing can be compared pair by pair.
 */
export const JUDGEMENT_VERDICTS = ['supported', 'open', 'too-few', 'unpaired'] as const
export type JudgementVerdict = (typeof JUDGEMENT_VERDICTS)[number]

/** One difference, paired, with everything that is needed to report it. Absent numbers need more pairs. */
export interface Judgement {
  a: string
  b: string
  subject: string // 'magnitude and random at 80 %'
  measure: Measure
  block: 'seed' | 'graph' // what pairs
  n: number // pairs
  runs: number // runs of a that found their counterpart in b
  difference: number // mean of a minus b: percentage points, epochs, or nats of loss
  low?: number // 95 % bootstrap interval of the mean difference
  high?: number
  p?: number // sign-flip permutation test, two-sided
  holm?: number // the same, corrected over the family
  bh?: number // Benjamini-Hochberg over the family
  effect?: number // Cohen's d of paired differences with its small-sample correction
  family: number // claims made together
  fewest: number // pairs that a claim of this family needs at least to be significant
  verdict: JudgementVerdict
  sentence: string
  reason: string // why the verdict is what it is, one sentence
}

export const CLAIM_VERDICTS = ['reproduced', 'differs', 'not-testable'] as const
export type ClaimVerdictKind = (typeof CLAIM_VERDICTS)[number]

export const CLAIM_KINDS = ['safe', 'regain', 'full', 'correlation', 'r2'] as const
/**
 * `safe`: how much can be pruned at once. `regain`: retraining epochs that bring the accuracy back. `full`: whether it
 * comes back with everything pruned. `correlation`: a graph property with accuracy. `r2`: how well a regressor predicts.
 */
export type ClaimKind = (typeof CLAIM_KINDS)[number]

/** A published claim held against a study. */
export interface ClaimVerdict {
  id: string // 'safe/gru/both'
  kind: ClaimKind
  cell: Cell
  target?: Target
  property?: keyof GraphProperties
  regressor?: RegressorName
  claim: string // what was published, one sentence
  verdict: ClaimVerdictKind
  reason: string // why, with the numbers of both sides
}

/** All published claims a study can be asked about. */
export interface ClaimReport {
  source: string
  protocol: string[] // in what the study departs from the published protocol; empty: in nothing that is compared
  verdicts: ClaimVerdict[]
}
