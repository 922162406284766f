// Holds a study against the published claims (Darji 2021) and says of each whether it was reproduced. Pure. The rules are
// those of the reproduction page (src/main/report/reproduction.ts): one margin for both sides, own base accuracies.
import type { ClaimReport, ClaimVerdict } from '../../shared/judgement.ts'
import { CELL_NAMES, CELLS, type Cell } from '../../shared/network.ts'
import type { Published } from '../../shared/published.ts'
import {
  epochsToRegain,
  safePercentage,
  type PrunedResult,
  type SafePercentage,
  type StudyResults,
} from '../../shared/results.ts'
import type { StructureAnalysis } from '../../shared/structure-analysis.ts'
import { TARGETS, type StudyDefinition, type Target } from '../../shared/study.ts'
import { structureVerdicts } from './judge-structures.ts'
import { pruningDepartures, structureDepartures } from './judge-protocol.ts'

/** Levels stand this far apart in the published study; a safe percentage is known no better. */
const LEVEL = 10
/** Retraining epochs of the published study: 'never' means not within these. */
const RETRAIN_EPOCHS = 10

export interface JudgedStudy {
  definition: StudyDefinition
  results?: StudyResults // of a pruning study
  analysis?: StructureAnalysis // of a structure study
}

type Judged = Pick<ClaimVerdict, 'verdict' | 'reason'>
const notTestable = (reason: string): Judged => ({ verdict: 'not-testable', reason })

/**
 * Judge every published claim that a study of this kind can be asked about; a training study is asked none.
 *
 * Safe percentage: reproduced when the mean over seeds is at most one level (10 percentage points) from what the same
 * rule, with the study's margin, gives on the published accuracies. Regaining: reproduced when at every level below
 * 100 % the median seed needs no more retraining epochs than claimed, or than the same rule finds in the published
 * accuracies, where these need more than the text says. Everything pruned: reproduced when most seeds recover within 10
 * epochs exactly where the text says so. Structures: see `structureVerdicts`.
 */
export function publishedVerdicts(study: JudgedStudy, published: Published): ClaimReport {
  const { definition, results, analysis } = study
  const { source } = published
  if (definition.kind === 'structure') {
    return {
      source,
      protocol: structureDepartures(definition),
      verdicts: structureVerdicts(analysis, published.structure),
    }
  }
  if (definition.kind !== 'pruning' || results === undefined) return { source, protocol: [], verdicts: [] }
  const places = CELLS.flatMap((cell) => TARGETS.map((target) => ({ cell, target })))
  return {
    source,
    protocol: pruningDepartures(definition),
    verdicts: [
      ...places.map((at) => safeVerdict(at, results, published)),
      ...places.map((at) => regainVerdict(at, results, published)),
      ...places.map((at) => fullVerdict(at, results, published)),
    ],
  }
}

interface Place {
  cell: Cell
  target: Target
}

/** 'GRU, i2h' */
function placeName({ cell, target }: Place): string {
  return `${CELL_NAMES[cell]}, ${target}`
}

function isAt({ cell, target }: Place, run: { cell: Cell; target: Target; criterion: string }): boolean {
  return run.cell === cell && run.target === target && run.criterion === 'magnitude'
}

function safeVerdict(place: Place, results: StudyResults, published: Published): ClaimVerdict {
  const claimed = published.claims.safe[place.cell][place.target]
  const safe = results.safe.find((entry) => isAt(place, entry))
  const levels = results.pruned.filter((run) => isAt(place, run)).map(({ percent }) => percent)
  return {
    id: `safe/${place.cell}/${place.target}`,
    kind: 'safe',
    ...place,
    claim: `${placeName(place)}: ${claimed} % can be pruned at once without losing accuracy.`,
    ...judgeSafe(safe, new Set(levels), publishedSafe(place, results.margin, published), claimed),
  }
}

/** What the rule gives on the published accuracies. */
function publishedSafe({ cell, target }: Place, margin: number, { pruning }: Published): number {
  const theirs = pruning.find((entry) => entry.cell === cell)!
  const levels = theirs.levels.filter((level) => level.target === target)
  return safePercentage(
    levels.map(({ percent, accuracy }) => ({ percent, accuracy: accuracy[0]! })),
    theirs.base.at(-1)!,
    margin,
  )
}

function judgeSafe(
  safe: SafePercentage | undefined,
  levels: ReadonlySet<number>,
  theirs: number,
  claimed: number,
): Judged {
  const whole = safe?.perSeed.filter(({ complete }) => complete) ?? []
  if (safe === undefined) return notTestable('The study has no run pruned by magnitude here.')
  if (whole.length === 0) return notTestable('No seed has all of its levels yet.')
  const needed = [theirs, Math.min(100, theirs + LEVEL)].filter((percent) => !levels.has(percent))
  if (needed.length > 0) return notTestable(`The study has no level at ${needed.join(' % and ')} %.`)
  const ours = whole.reduce((sum, { percent }) => sum + percent, 0) / whole.length
  const distance = Math.abs(ours - theirs)
  const { low, high } = safe.estimate
  const interval =
    low === undefined || high === undefined || whole.length < safe.perSeed.length
      ? ''
      : `, 95 % CI ${round(low)} to ${round(high)}`
  const sides = `ours ${round(ours)} % (${seeds(whole.length)}${interval}), published accuracies by the same rule ${theirs} %, claimed ${claimed} %`
  const apart = distance === 0 ? 'the same level' : `${round(distance)} points apart`
  return distance <= LEVEL
    ? { verdict: 'reproduced', reason: `${apart}: ${sides}.` }
    : { verdict: 'differs', reason: `${apart}, more than one level: ${sides}.` }
}

/** Seeds of a level that ran to the end of retraining, or regained before. */
function settledRuns(place: Place, results: StudyResults, retrain: number): PrunedResult[] {
  return results.pruned.filter(
    (run) => isAt(place, run) && (run.epochsToRegain !== null || run.accuracy.length > retrain),
  )
}

/** Median number of epochs; never counts as more than any number. */
function medianEpochs(runs: readonly PrunedResult[]): number {
  const sorted = runs.map(({ epochsToRegain: n }) => n ?? Infinity).sort((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1]!
}

function retrainEpochs(place: Place, results: StudyResults): number {
  return Math.max(0, ...results.pruned.filter((r) => isAt(place, r)).map((r) => r.accuracy.length - 1))
}

/** What the rule gives on the published accuracies of one level, never: Infinity. */
function publishedRegain({ cell, target }: Place, percent: number, margin: number, { pruning }: Published) {
  const theirs = pruning.find((entry) => entry.cell === cell)!
  const level = theirs.levels.find((one) => one.target === target && one.percent === percent)
  if (level === undefined) return undefined
  return epochsToRegain(level.accuracy, theirs.base.at(-1)!, margin) ?? Infinity
}

const epochsText = (epochs: number) => (epochs === Infinity ? 'never' : String(epochs))

function regainVerdict(place: Place, results: StudyResults, published: Published): ClaimVerdict {
  const { epochs, except } = published.claims.regain
  const special = except.find(({ cell, target }) => cell === place.cell && target === place.target)
  const rest = special === undefined ? '' : `, ${special.epochs} at ${special.percent} %`
  const allowed = (percent: number) => (percent === special?.percent ? special.epochs : epochs)
  return {
    id: `regain/${place.cell}/${place.target}`,
    kind: 'regain',
    ...place,
    claim: `${placeName(place)}: ${epochs} retraining epoch regains the accuracy below 100 %${rest}.`,
    ...judgeRegain(place, results, published, allowed),
  }
}

function judgeRegain(
  place: Place,
  results: StudyResults,
  published: Published,
  claimed: (percent: number) => number,
): Judged {
  const retrain = retrainEpochs(place, results)
  const runs = settledRuns(place, results, Math.max(1, retrain)).filter(({ percent }) => percent < 100)
  const levels = [...Map.groupBy(runs, ({ percent }) => percent)].sort(([a], [b]) => a - b)
  const judged = levels.flatMap(([percent, own]) => {
    const theirs = publishedRegain(place, percent, results.margin, published)
    if (theirs === undefined) return []
    return [{ percent, ours: medianEpochs(own), theirs, bound: Math.max(claimed(percent), theirs) }]
  })
  if (judged.length === 0 || retrain === 0)
    return notTestable('The study has no retrained run with a published level here.')
  const hardest = Math.max(...judged.map(({ percent }) => percent))
  if (hardest < 90)
    return notTestable(`The highest level below 100 % is ${hardest} %; the claim is about 90 %.`)
  const slow = judged.filter(({ ours, bound }) => ours > bound)
  const beyond = slow.filter(({ ours, bound }) => ours !== Infinity || retrain >= bound)
  if (slow.length > beyond.length)
    return notTestable(`The study retrains ${retrain} ${retrain === 1 ? 'epoch' : 'epochs'} only.`)
  const seedCount = Math.max(...levels.map(([, own]) => own.length))
  const told = (one: (typeof judged)[number]) =>
    `${one.percent} %: ours ${epochsText(one.ours)}, published accuracies ${epochsText(one.theirs)}`
  const median = seedCount > 1 ? `median of ${seeds(seedCount)}` : seeds(1)
  if (slow.length > 0)
    return { verdict: 'differs', reason: `More epochs at ${slow.map(told).join('; ')} (${median}).` }
  return {
    verdict: 'reproduced',
    reason: `At every level in time (${median}); hardest at ${told(judged.at(-1)!)}.`,
  }
}

function fullVerdict(place: Place, results: StudyResults, published: Published): ClaimVerdict {
  const recovers = published.claims.recovers.some(
    ({ cell, target }) => cell === place.cell && target === place.target,
  )
  return {
    id: `full/${place.cell}/${place.target}`,
    kind: 'full',
    ...place,
    claim: `${placeName(place)}: ${recovers ? 'the accuracy comes back' : 'nothing comes back'} with 100 % pruned.`,
    ...judgeFull(place, results, recovers),
  }
}

function judgeFull(place: Place, results: StudyResults, recovers: boolean): Judged {
  const retrain = retrainEpochs(place, results)
  const runs = settledRuns(place, results, retrain).filter(({ percent }) => percent === 100)
  if (runs.length === 0)
    return notTestable('The study has no finished run with 100 % pruned by magnitude here.')
  const back = runs.filter(({ epochsToRegain: n }) => n !== null).length
  const most = back * 2 > runs.length
  const count = `${back} of ${seeds(runs.length)} came back within ${retrain} retraining ${retrain === 1 ? 'epoch' : 'epochs'}`
  if (!most && retrain < RETRAIN_EPOCHS) {
    return notTestable(`${count}; the published study waited ${RETRAIN_EPOCHS}.`)
  }
  const best = Math.max(...runs.map(({ accuracy }) => Math.max(...accuracy)))
  const seen = back === 0 ? `, best accuracy ${(best * 100).toFixed(1)} %` : ''
  return { verdict: most === recovers ? 'reproduced' : 'differs', reason: `${count}${seen}.` }
}

function seeds(count: number): string {
  return count === 1 ? '1 seed' : `${count} seeds`
}

function round(value: number): string {
  return String(Number(value.toFixed(1)))
}
