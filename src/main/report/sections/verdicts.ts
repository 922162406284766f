// What may be claimed: paired differences with their tests, in sentences, and the published claims with a verdict each.
// Pure; the statistics are those of src/main/stats/judge.ts.
import type { ClaimVerdict, Judgement } from '../../../shared/judgement.ts'
import { CELL_NAMES } from '../../../shared/network.ts'
import type { PruningStudy, StudyDefinition } from '../../../shared/study.ts'
import { publishedVerdicts } from '../../stats/judge-published.ts'
import { judgeFamily, type Question, type Series } from '../../stats/judge.ts'
import { heading, list, paragraph, type Block, type Table } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { fixed, join, MISSING, tight } from '../words.ts'

/** Sentences of each family of claims, then the published ones. */
export function verdicts(input: ReportInput): Block[] {
  const { definition } = input.study
  return [
    ...(definition.kind === 'pruning'
      ? family('Choice of weights', controlQuestions(input, definition))
      : []),
    ...family(
      'Architectures',
      definition.kind === 'structure' ? graphQuestions(input) : cellQuestions(input, definition),
    ),
    ...published(input),
  ]
}

/** Magnitude against random in every architecture and target: all levels right after pruning, paired by level and seed. */
function controlQuestions({ results }: ReportInput, { cells, prune }: PruningStudy): Question[] {
  if (!prune.criteria.includes('magnitude') || !prune.criteria.includes('random')) return []
  const series = (name: 'magnitude' | 'random', cell: string, target: string): Series => ({
    name,
    values: results.pruned
      .filter((run) => run.cell === cell && run.target === target && run.criterion === name)
      .map((run) => ({ block: run.seed, match: String(run.percent), value: run.accuracy[0]! })),
  })
  return cells.flatMap((cell) =>
    prune.targets.map((target): Question => ({
      a: series('magnitude', cell, target),
      b: series('random', cell, target),
      measure: 'pruned-accuracy',
      where: `in ${CELL_NAMES[cell]}, ${TARGETS_PRUNED[target]} pruned (mean of all levels)`,
    })),
  )
}

const TARGETS_PRUNED = { both: 'i2h and h2h', i2h: 'i2h', h2h: 'h2h' } as const

/** Every pair of architectures: final accuracy of the base models, paired by seed. */
function cellQuestions({ results, runs }: ReportInput, { cells }: StudyDefinition): Question[] {
  const done = new Set(runs.filter(({ state }) => state === 'done').map(({ id }) => id))
  const series = cells.map((cell): Series => ({
    name: CELL_NAMES[cell],
    values: results.base
      .filter((base) => base.cell === cell && done.has(base.runId))
      .map(({ seed, epochs }) => ({ block: seed, value: epochs.at(-1)!.test.accuracy })),
  }))
  return series.flatMap((a, i) =>
    series.slice(i + 1).map((b): Question => ({ a, b, measure: 'accuracy', where: 'as dense base models' })),
  )
}

/** Every pair of architectures on the same graphs, paired by graph; trainings stuck at chance are left out. */
function graphQuestions({ structures, study }: ReportInput): Question[] {
  const { definition } = study
  if (structures === undefined || definition.kind !== 'structure') return []
  if (definition.structure.graphsPerCell !== 'shared') return [] // graphs of one name are not the same graph
  const series = definition.cells.map((cell): Series => ({
    name: CELL_NAMES[cell],
    values: structures.rows.flatMap(({ accuracy, seed, generator, graph, rewired, ...row }) =>
      row.cell === cell && accuracy !== undefined && accuracy > structures.chance
        ? [{ block: JSON.stringify([generator, graph, rewired]), match: String(seed), value: accuracy }]
        : [],
    ),
  }))
  return series.flatMap((a, i) =>
    series
      .slice(i + 1)
      .map((b): Question => ({ a, b, measure: 'accuracy', where: 'on the same graphs', block: 'graph' })),
  )
}

function family(title: string, questions: readonly Question[]): Block[] {
  const judged = judgeFamily(questions).filter(({ verdict }) => verdict !== 'unpaired')
  if (judged.length === 0) return []
  const [{ n, block, reason }] = judged as [Judgement]
  const words = judged.every(({ verdict }) => verdict === 'too-few')
    ? [
        paragraph([
          { strong: `Too few ${block}s to claim anything: ${n}.` },
          ` ${reason} The differences below describe these runs only.`,
        ]),
      ]
    : sentences(judged)
  return [heading(title), ...words, judgementTable(title, judged)]
}

const MARKS: Record<Judgement['verdict'], string> = {
  supported: 'Supported',
  open: 'Open',
  'too-few': 'Too few',
  unpaired: 'Not paired',
}

/** A sentence for each claim; a reason that all of them share stands once. */
function sentences(judged: readonly Judgement[]): Block[] {
  const common = new Set(judged.map(({ reason }) => reason)).size === 1
  return [
    ...(common && judged.length > 1 ? [paragraph(judged[0]!.reason)] : []),
    list(
      judged.map((one) => [
        { strong: `${MARKS[one.verdict]}: ` },
        common && judged.length > 1 ? claim(one) : `${claim(one)} ${one.reason}`,
      ]),
    ),
  ]
}

function claim({ sentence: said }: Judgement): string {
  const whole = said.charAt(0).toUpperCase() + said.slice(1)
  return tight(/[.!?]$/.test(whole) ? whole : `${whole}.`)
}

function judgementTable(title: string, judged: readonly Judgement[]): Table {
  const p = (value: number | undefined) =>
    value === undefined ? MISSING : value < 0.001 ? '< 0.001' : value.toFixed(3)
  return {
    kind: 'table',
    caption: `${title}: paired differences in percentage points`,
    columns: [
      { name: 'difference between' },
      { name: 'pairs', align: 'right' },
      { name: 'mean', align: 'right' },
      { name: '95 % interval', align: 'right' },
      { name: 'effect', align: 'right' },
      { name: 'p', align: 'right' },
      { name: 'p (Holm)', align: 'right' },
    ],
    rows: judged.map((one) => [
      one.subject,
      String(one.n),
      fixed(one.difference),
      one.low === undefined ? MISSING : `${fixed(one.low)} to ${fixed(one.high)}`,
      fixed(one.effect),
      p(one.p),
      p(one.holm),
    ]),
    note: `First minus second, paired by ${judged[0]!.block}. Interval: bootstrap. p: two-sided sign-flip test. Effect: mean over standard deviation of the differences, with Hedges’ correction. Holm: corrected over the rows of this table.`,
  }
}

const VERDICT_WORDS: Record<ClaimVerdict['verdict'], string> = {
  reproduced: 'reproduced',
  differs: 'differs',
  'not-testable': 'not testable',
}

/** The published claims a study can be asked about; those it says nothing about are summed up in a sentence. */
function published({ study, results, published: theirs }: ReportInput): Block[] {
  if (study.definition.kind === 'structure') {
    return [
      paragraph([
        'The published correlations and R² are judged by the whole analysis with repeated cross-validation: ',
        { code: `lacuna analyse structure --study ${study.id}` },
        ' or the claims of the Compare view.',
      ]),
    ]
  }
  if (study.definition.kind !== 'pruning') return []
  const {
    verdicts: all,
    protocol,
    source,
  } = publishedVerdicts({ definition: study.definition, results }, theirs)
  const { cells } = study.definition
  const own = all.filter(({ cell }) => cell === undefined || cells.includes(cell))
  const tested = own.filter(({ verdict }) => verdict !== 'not-testable')
  return [
    heading('Published claims'),
    paragraph(
      `Held against ${source}: ${countWords(own)}. ${protocol.length === 0 ? 'The study follows the published protocol.' : `The study departs from the published protocol in ${join(protocol)}; a verdict is about the claim under these settings.`}`,
    ),
    ...(tested.length === 0 ? [] : [claimTable(tested)]),
    ...untested(own.filter(({ verdict }) => verdict === 'not-testable')),
  ]
}

function countWords(verdicts: readonly ClaimVerdict[]): string {
  const of = (kind: ClaimVerdict['verdict']) => verdicts.filter(({ verdict }) => verdict === kind).length
  return `${of('reproduced')} reproduced, ${of('differs')} different and ${of('not-testable')} not testable`
}

function claimTable(verdicts: readonly ClaimVerdict[]): Table {
  return {
    kind: 'table',
    caption: 'Published claims that can be tested on this study',
    columns: [{ name: 'claim' }, { name: 'verdict' }, { name: 'why' }],
    rows: verdicts.map(({ claim, verdict, reason }) => [tight(claim), VERDICT_WORDS[verdict], tight(reason)]),
  }
}

/** Claims nothing can be said about, by reason. */
function untested(verdicts: readonly ClaimVerdict[]): Block[] {
  if (verdicts.length === 0) return []
  const groups = [...Map.groupBy(verdicts, ({ reason }) => reason)]
  return [
    paragraph('Not testable on this study:'),
    list(
      groups.map(
        ([reason, own]) => `${own.length === 1 ? own[0]!.claim : `${own.length} claims:`} ${reason}`,
      ),
    ),
  ]
}
