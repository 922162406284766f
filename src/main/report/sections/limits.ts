// What must not be concluded: number of seeds, use of the splits, runs that did not end well. Pure.
import type { RunRecord } from '../../../shared/results.ts'
import { ALPHA, fewestPairs } from '../../stats/judge.ts'
import { FEWEST_SEEDS } from '../../stats/tests.ts'
import { list, paragraph, type Block, type Table, type Text } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { count, counted } from '../words.ts'

/** Most runs with problems that are listed one by one. */
const LISTED = 40

/** The limits as a list, then every run that did not end well. */
export function limits(input: ReportInput): Block[] {
  const problems = input.runs.filter(({ problem }) => problem !== undefined)
  return [
    list([
      seedWords(input),
      ...splitWords(input),
      ...controlWords(input),
      stateWords(input.runs),
      ...engineWords(input.runs),
    ]),
    ...(problems.length === 0 ? [] : [problemTable(problems)]),
    ...(problems.length > LISTED
      ? [
          paragraph(
            `${count(problems.length - LISTED)} more runs with problems are in the table of every run.`,
          ),
        ]
      : []),
  ]
}

function seedWords({ study }: ReportInput): Text {
  const { length } = study.definition.seeds
  if (length < FEWEST_SEEDS)
    return `${counted(length, 'seed')}: too few to claim a difference (at least ${FEWEST_SEEDS} are needed); every number describes these runs only.`
  return length < fewestPairs()
    ? `${counted(length, 'seed')}: differences are judged, but none can be significant (${fewestPairs()} seeds could give p < ${ALPHA}).`
    : `${counted(length, 'seed')}: intervals tell how much another choice of seeds would change the means, on this dataset and this split only.`
}

function splitWords({ study, dataset, profile }: ReportInput): Text[] {
  const { validationFraction, encoding, padding } = study.definition
  return [
    'There is one split into training and test sequences; how results depend on it was not tested.',
    ...(validationFraction === 0
      ? [
          'No validation part was held out: anything chosen by looking at these results was chosen on the test split.',
        ]
      : []),
    ...(profile.overlap.test > 0
      ? [`${counted(profile.overlap.test, 'test sequence')} of ‘${dataset.name}’ were also trained on.`]
      : []),
    ...(padding === 'process'
      ? [
          'Pads are fed through the network, so an output depends on the other sequences of its batch (published protocol).',
        ]
      : []),
    ...(encoding === 'ascii'
      ? ['Symbols are ASCII codes, so most of the vocabulary is never trained (published protocol).']
      : []),
  ]
}

function controlWords({ study: { definition } }: ReportInput): Text[] {
  if (definition.kind !== 'pruning' || definition.prune.criteria.includes('random')) return []
  return ['There is no random control: nothing here shows that the choice of weights matters.']
}

function stateWords(runs: readonly RunRecord[]): Text {
  const counts = [...Map.groupBy(runs, ({ state }) => state)].map(
    ([state, own]) => `${count(own.length)} ${state}`,
  )
  const whole = runs.every(({ state }) => state === 'done')
  return whole
    ? `All ${counted(runs.length, 'run')} are done.`
    : `Not all runs are done (${counts.join(', ')}); results are made of what is there.`
}

function engineWords(runs: readonly RunRecord[]): Text[] {
  const names = new Set(runs.flatMap(({ engine }) => (engine === undefined ? [] : [engine.name])))
  return names.size < 2
    ? []
    : [
        `Runs were computed by ${counted(names.size, 'engine')} (${[...names].join(', ')}), whose rounding differs.`,
      ]
}

function problemTable(problems: readonly RunRecord[]): Table {
  return {
    kind: 'table',
    caption: 'Runs that did not end well',
    columns: [{ name: 'run' }, { name: 'state' }, { name: 'epoch', align: 'right' }, { name: 'why' }],
    rows: problems
      .slice(0, LISTED)
      .map(({ spec, state, problem }) => [
        spec.key,
        state,
        problem!.epoch === undefined ? '' : String(problem!.epoch),
        problem!.message,
      ]),
  }
}
