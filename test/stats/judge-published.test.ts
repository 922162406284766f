import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { publishedVerdicts } from '../../src/main/stats/judge-published.ts'
import { structureVerdicts } from '../../src/main/stats/judge-structures.ts'
import { completeCorrelation } from '../../src/main/stats/correlation.ts'
import { pruningReproduction } from '../../src/main/report/reproduction.ts'
import { studyResults } from '../../src/main/study/results.ts'
import type { PropertyName } from '../../src/shared/graph.ts'
import type { ClaimReport, ClaimVerdict } from '../../src/shared/judgement.ts'
import { CELLS, CELL_NAMES, type Cell } from '../../src/shared/network.ts'
import { PRESETS } from '../../src/shared/presets.ts'
import { publishedSchema } from '../../src/shared/published.ts'
import type { EpochRecord, RunRecord } from '../../src/shared/results.ts'
import type { RegressorName, StructureAnalysis } from '../../src/shared/structure-analysis.ts'
import { expandStudy, parseStudy, TARGETS, type PruningStudy, type Target } from '../../src/shared/study.ts'

const file = path.resolve(import.meta.dirname, '../../resources/published.json')
const published = publishedSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
const preset = PRESETS.find(({ id }) => id === 'darji-2021-pruning')!

function study(change: Record<string, unknown> = {}): PruningStudy {
  return parseStudy({ ...preset.definition, dataset: 'd', ...change }) as PruningStudy
}

/** Accuracies of a run by epoch; of a base run only the last one. */
type Curves = (run: { cell: Cell; seed: number; target?: Target; percent?: number }) => number[]

const asPublished: Curves = ({ cell, target, percent }) => {
  const own = published.pruning.find((entry) => entry.cell === cell)!
  if (target === undefined) return [own.base.at(-1)!]
  return own.levels.find((level) => level.target === target && level.percent === percent)!.accuracy
}

/** Judge a made-up study whose runs have these curves. */
function judged(definition: PruningStudy, curves: Curves): ClaimReport {
  const runs = expandStudy(definition).map((spec): RunRecord => {
    const { cell, seed, prune } = spec
    const epochs = curves({ cell, seed, ...prune }).map((accuracy, i): EpochRecord => ({
      epoch: prune === undefined ? definition.training.epochs : i,
      test: { total: 100_000, correct: Math.round(accuracy * 100_000), accuracy, loss: 0, lossSum: 0 },
      nonzeros: 1,
      elapsedMs: 1,
    }))
    return { id: spec.key, studyId: 's', spec, state: 'done', epochs, attempts: 1 }
  })
  return publishedVerdicts({ definition, results: studyResults('s', definition, runs) }, published)
}

const find = ({ verdicts }: ClaimReport, id: string): ClaimVerdict => verdicts.find((one) => one.id === id)!

describe('Published claims about pruning', () => {
  it('are 36: three kinds for four architectures and three targets', () => {
    const { verdicts } = judged(study(), asPublished)
    expect(verdicts.map(({ id }) => id)).toEqual(
      ['safe', 'regain', 'full'].flatMap((kind) =>
        CELLS.flatMap((cell) => TARGETS.map((target) => `${kind}/${cell}/${target}`)),
      ),
    )
    expect(verdicts[0]!.claim).toBe('RNN-Tanh, both: 80 % can be pruned at once without losing accuracy.')
    expect(find({ source: '', protocol: [], verdicts }, 'regain/rnn-tanh/i2h').claim).toBe(
      'RNN-Tanh, i2h: 1 retraining epoch regains the accuracy below 100 %, 2 at 90 %.',
    )
  })

  it('are all reproduced by the published results themselves, in the published protocol', () => {
    const report = judged(study(), asPublished)
    expect(report.protocol).toEqual([])
    expect(report.verdicts.filter(({ verdict }) => verdict !== 'reproduced')).toEqual([])
    expect(find(report, 'safe/gru/h2h').reason).toBe(
      'the same level: ours 70 % (1 seed), published accuracies by the same rule 70 %, claimed 90 %.',
    )
    expect(find(report, 'full/lstm/h2h').reason).toBe('1 of 1 seed came back within 10 retraining epochs.')
    expect(find(report, 'full/gru/both').reason).toMatch(
      /^0 of 1 seed came back .*, best accuracy \d+\.\d %\.$/,
    )
  })

  it('about safe percentages have the verdicts of the reproduction page', () => {
    // Ours: GRU loses everything beyond 50 %, LSTM beyond 70 %, the rest is as published.
    const curves: Curves = (run) => {
      const limit = run.cell === 'gru' ? 50 : run.cell === 'lstm' ? 70 : 100
      return asPublished(run).map((a, i) => (i === 0 && (run.percent ?? 0) > limit ? 0.5 : a))
    }
    const definition = study()
    const { verdicts } = judged(definition, curves)
    const runs = expandStudy(definition).map((spec): RunRecord => ({
      id: spec.key,
      studyId: 's',
      spec,
      state: 'done',
      attempts: 1,
      epochs: curves({ cell: spec.cell, seed: 1, ...spec.prune }).map((accuracy, epoch) => ({
        epoch,
        test: { total: 1, correct: 1, accuracy, loss: 0, lossSum: 0 },
        nonzeros: 1,
        elapsedMs: 1,
      })),
    }))
    const facts = { minutes: 1, jobs: 1, engine: '', processor: '', version: '', dataset: '', studyId: '' }
    const page = pruningReproduction(studyResults('s', definition, runs), published, facts)
    for (const { cell, target, verdict } of verdicts.filter(({ kind }) => kind === 'safe')) {
      const row = page.split('\n').find((line) => line.startsWith(`| ${CELL_NAMES[cell]} | ${target!} | `))!
      const told = row.split('|').at(-2)!.trim()
      expect(verdict, `${cell} ${target!}: ${told}`).toBe(told === 'differs' ? 'differs' : 'reproduced')
    }
    expect(verdicts.find(({ id }) => id === 'safe/gru/both')!.verdict).toBe('differs')
    expect(verdicts.find(({ id }) => id === 'safe/lstm/both')!.verdict).toBe('reproduced')
  })

  it('are judged by the mean over seeds', () => {
    // Ours: 80 % and 100 % would be 90 on the mean, one level above the published 80.
    const curves: Curves = (run) =>
      asPublished(run).map((a, i) =>
        run.cell === 'gru' && run.target === 'both' && i === 0
          ? run.percent! <= (run.seed === 1 ? 80 : 100)
            ? 1
            : 0
          : a,
      )
    expect(find(judged(study({ seeds: [1, 2] }), curves), 'safe/gru/both')).toMatchObject({
      verdict: 'reproduced',
      reason:
        '10 points apart: ours 90 % (2 seeds, 95 % CI 80 to 100), published accuracies by the same rule 80 %, claimed 80 %.',
    })
  })

  it('about regaining differ where the median seed needs longer than claimed and than published', () => {
    const slow =
      (epochs: number): Curves =>
      (run) =>
        run.cell === 'lstm' && run.target === 'i2h' && run.percent === 90 && run.seed > 1
          ? Array.from({ length: 11 }, (_, epoch) => (epoch < epochs ? 0.5 : 1))
          : asPublished(run)
    const three = { seeds: [1, 2, 3] }
    expect(find(judged(study(three), slow(1)), 'regain/lstm/i2h').verdict).toBe('reproduced')
    expect(find(judged(study(three), slow(2)), 'regain/lstm/i2h')).toMatchObject({
      verdict: 'differs',
      reason: 'More epochs at 90 %: ours 2, published accuracies 1 (median of 3 seeds).',
    })
    expect(find(judged(study(three), slow(99)), 'regain/lstm/i2h').reason).toContain('ours never')
    // Published: RNN-Tanh needs 3 epochs at 90 % of i2h by the rule, although the text says 2.
    const three_: Curves = (run) =>
      run.cell === 'rnn-tanh' && run.target === 'i2h' && run.percent === 90
        ? [0.5, 0.5, 0.5, 1, 1, 1, 1, 1, 1, 1, 1]
        : asPublished(run)
    expect(find(judged(study(), three_), 'regain/rnn-tanh/i2h').verdict).toBe('reproduced')
  })

  it('about everything pruned differ where most seeds do the opposite', () => {
    const back: Curves = (run) =>
      run.percent === 100 && run.seed < 3 ? Array<number>(11).fill(1) : asPublished(run)
    const report = judged(study({ seeds: [1, 2, 3] }), back)
    expect(find(report, 'full/gru/both')).toMatchObject({
      verdict: 'differs',
      reason: '2 of 3 seeds came back within 10 retraining epochs.',
    })
    const never: Curves = (run) => (run.percent === 100 ? Array<number>(11).fill(0.5) : asPublished(run))
    expect(find(judged(study(), never), 'full/gru/h2h').verdict).toBe('differs')
  })

  it('are not testable without the runs they are about, and say what is missing', () => {
    const without = judged(
      study({
        cells: ['gru'],
        prune: { criteria: ['magnitude'], targets: ['both'], percentages: [40, 80], retrainEpochs: 2 },
      }),
      (run) => asPublished(run).slice(0, 3),
    )
    const reasons = Object.fromEntries(
      without.verdicts.map(({ id, verdict, reason }) => [id, `${verdict}: ${reason}`]),
    )
    expect(reasons['safe/lstm/both']).toBe('not-testable: The study has no run pruned by magnitude here.')
    expect(reasons['safe/gru/both']).toBe('not-testable: The study has no level at 90 %.')
    expect(reasons['regain/gru/both']).toBe(
      'not-testable: The highest level below 100 % is 80 %; the claim is about 90 %.',
    )
    expect(reasons['full/gru/both']).toBe(
      'not-testable: The study has no finished run with 100 % pruned by magnitude here.',
    )
    expect(without.protocol).toEqual([
      'rule exact-count instead of percentile',
      'retraining epochs 2 instead of 10',
    ])
    const short = judged(study({ prune: { criteria: ['magnitude'], retrainEpochs: 1 } }), (run) =>
      asPublished(run).slice(0, 2),
    )
    expect(find(short, 'full/gru/h2h').reason).toContain('the published study waited 10')
    expect(find(short, 'regain/rnn-tanh/i2h').reason).toBe('The study retrains 1 epoch only.')
  })

  it('are none for a training study', () => {
    const definition = parseStudy({ kind: 'training', dataset: 'd' })
    expect(publishedVerdicts({ definition }, published).verdicts).toEqual([])
  })

  it('name every departure from the published protocol', () => {
    expect(
      judged(parseStudy({ kind: 'pruning', dataset: 'd' }) as PruningStudy, (run) => asPublished(run))
        .protocol,
    ).toEqual([
      'symbols vocabulary instead of ascii',
      'padding mask instead of process',
      'validation share 0.1 instead of 0',
      'rule exact-count instead of percentile',
    ])
  })
})

describe('Published claims about structures', () => {
  /** An analysis with one correlation for each graph count. */
  function analysis(r: number, graphs: number, low = 0.3, high = 0.8): StructureAnalysis {
    const table = {
      graphs,
      properties: [
        {
          property: 'nodes' as PropertyName,
          pearson: completeCorrelation(r, graphs),
          pearsonBootstrap: null,
          spearman: null,
          partial: null,
        },
      ],
    }
    return {
      groups: [
        {
          cell: 'gru',
          generator: null,
          failures: { runs: graphs, failed: 0, rate: 0, low: 0, high: 0, threshold: 0.5 },
          all: table,
          trained: table,
        },
      ],
      regressors: [
        {
          cell: 'gru',
          results: [
            {
              regressor: 'random-forest' as RegressorName,
              subset: 'all',
              graphs,
              singleSplit: 0.5,
              splitRange: { low, high },
              crossValidation: { folds: 10, repeats: 10, mean: 0.6, low: 0.5, high: 0.7, pooled: 0.6 },
              importances: [],
            },
          ],
        },
      ],
    }
  }
  const verdictOf = (made: StructureAnalysis | undefined, id: string) =>
    structureVerdicts(made, published.structure).find((one) => one.id === id)!

  it('are 48 correlations and 12 coefficients of determination', () => {
    const verdicts = structureVerdicts(undefined, published.structure)
    expect(verdicts.filter(({ kind }) => kind === 'correlation')).toHaveLength(48)
    expect(verdicts.filter(({ kind }) => kind === 'r2')).toHaveLength(12)
    expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['not-testable']))
    expect(verdicts.find(({ id }) => id === 'correlation/gru/nodes')!.claim).toBe(
      'GRU: nodes correlates with accuracy, r = 0.49.',
    )
  })

  it('about a correlation: same sign and no further apart than chance, beyond it, or too few graphs to tell', () => {
    // Fisher: 200 and 200 graphs differ at 0.05 from |atanh r1 - atanh r2| = 1.96 sqrt(2 / 197) = 0.197 on.
    expect(verdictOf(analysis(0.4, 200), 'correlation/gru/nodes').verdict).toBe('reproduced')
    expect(verdictOf(analysis(0.3, 200), 'correlation/gru/nodes').verdict).toBe('differs')
    expect(verdictOf(analysis(-0.4, 200), 'correlation/gru/nodes').verdict).toBe('differs')
    const few = verdictOf(analysis(0.3, 20), 'correlation/gru/nodes')
    expect(few.verdict).toBe('not-testable')
    expect(few.reason).toMatch(
      /^Too few graphs to tell the published value from 0: ours 0\.30 \(95 % CI −0\.\d\d to 0\.\d\d, 20 graphs\), published 0\.49 \(200 graphs\)\.$/,
    )
  })

  it('about a regressor: within what single splits of our graphs give', () => {
    expect(verdictOf(analysis(0.4, 200, 0.3, 0.9), 'r2/gru/random-forest').verdict).toBe('reproduced')
    expect(verdictOf(analysis(0.4, 200, 0.3, 0.8), 'r2/gru/random-forest').verdict).toBe('differs')
    expect(verdictOf(analysis(0.4, 200), 'r2/gru/adaboost').verdict).toBe('not-testable')
  })

  it('name the departures of the study', () => {
    const definition = parseStudy({ kind: 'structure', dataset: 'd' })
    expect(publishedVerdicts({ definition }, published).protocol).toContain(
      'wiring lacuna instead of darji-2021',
    )
  })
})
