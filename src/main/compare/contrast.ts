// From a contrast to the questions that are judged: groups that differ in one setting only, at every level. Pure.
import {
  compareValues,
  MOST_CLAIMS,
  SETTINGS,
  valueName,
  type ContrastQuestion,
  type Judgements,
  type Setting,
} from '../../shared/compare.ts'
import { judgeFamily, type JudgedValue, type Question } from '../stats/judge.ts'
import type { Curve } from '../store/outcomes.ts'
import type { ChosenRun } from './chosen.ts'
import { judgedValue, measureOf, takesPart, type View } from './measures.ts'

/** Settings of a run itself: all that has to agree where whole studies or datasets are held against each other. */
const OF_RUN: readonly Setting[] = [
  'kind',
  'cell',
  'target',
  'percent',
  'criterion',
  'generator',
  'graph',
  'rewired',
]
/** Never compared: the block stands for the seed, and a study is the sum of its settings. */
const NEVER: readonly Setting[] = ['study', 'state']

/** Judge every value of the contrast's setting against one of them, all else equal, as one family of claims. */
export function judgeContrast(
  runs: readonly ChosenRun[],
  question: ContrastQuestion,
  names: ReadonlyMap<string, string>,
  curves: ReadonlyMap<string, Curve>,
): Judgements {
  const questions = contrastQuestions(runs, question, names, curves)
  const asked = questions.slice(0, MOST_CLAIMS)
  return {
    claims: judgeFamily(asked),
    more: questions.length - asked.length,
    ...(question.chart === 'regain'
      ? { note: 'Runs that never regained count as one epoch more than were run.' }
      : {}),
  }
}

interface Placed {
  value: string // of the contrast's setting
  rest: string[] // of the other settings it is grouped by
  percent: number
  judged: JudgedValue
}

function contrastQuestions(
  runs: readonly ChosenRun[],
  { by, chart, moment, setting, against, at }: ContrastQuestion,
  names: ReadonlyMap<string, string>,
  curves: ReadonlyMap<string, Curve>,
): Question[] {
  const view: View = { chart, moment }
  const leveled = chart === 'percent' || chart === 'regain'
  const others = by.filter((one) => one !== setting && !(leveled && one === 'percent'))
  const match = matchedSettings(setting, others)
  const structure = runs.some(({ spec }) => spec.structure !== undefined)
  const placed = runs.flatMap((run): Placed[] => {
    const value = takesPart(run, view) ? judgedValue(run, view, curves.get(run.id)) : undefined
    const percent = leveled ? (run.spec.prune?.percent ?? 0) : 0
    if (value === undefined || (at !== null && leveled && percent !== at)) return []
    const key = JSON.stringify(match.map((one) => run.settings[one] ?? ''))
    return [
      {
        value: run.settings[setting] ?? '',
        rest: others.map((one) => run.settings[one] ?? ''),
        percent,
        judged: { block: run.block, match: structure ? `${key} ${run.spec.seed}` : key, value },
      },
    ]
  })
  const places = [...Map.groupBy(placed, ({ rest, percent }) => JSON.stringify([rest, percent])).values()]
  places.sort((a, b) => comparePlaces(a[0]!, b[0]!, others))
  const where = ({ rest, percent }: Placed) =>
    [
      rest.length === 0
        ? ''
        : `for ${rest.map((value, i) => valueName(others[i]!, value, names)).join(', ')}`,
      leveled ? `at ${percent} %` : '',
    ]
      .filter(Boolean)
      .join(' ')
  return places.flatMap((own) => {
    const byValue = Map.groupBy(own, ({ value }) => value)
    const reference = byValue.get(against)
    if (reference === undefined) return []
    const series = (value: string, list: Placed[]) => ({
      name: valueName(setting, value, names),
      values: list.map(({ judged }) => judged),
    })
    const place = where(own[0]!)
    return [...byValue]
      .filter(([value]) => value !== against)
      .sort(([a], [b]) => compareValues(setting, a, b))
      .map(([value, list]): Question => ({
        a: series(value, list),
        b: series(against, reference),
        measure: measureOf(view),
        block: structure ? 'graph' : 'seed',
        ...(place === '' ? {} : { where: place }),
      }))
  })
}

/** What has to agree for two runs to be a pair. */
function matchedSettings(setting: Setting, others: readonly Setting[]): readonly Setting[] {
  const all = setting === 'study' || setting === 'dataset' ? [...new Set([...OF_RUN, ...others])] : SETTINGS
  return all.filter((one) => one !== setting && one !== 'seed' && !NEVER.includes(one))
}

function comparePlaces(a: Placed, b: Placed, others: readonly Setting[]): number {
  const at = others.findIndex((_, i) => a.rest[i] !== b.rest[i])
  if (at >= 0) return compareValues(others[at]!, a.rest[at]!, b.rest[at]!)
  return a.percent - b.percent
}
