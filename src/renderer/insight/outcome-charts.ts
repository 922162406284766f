// What both networks answer on the test split: confusion of classes before and after, and accuracy by kind of sequence.
// Pure.
import type { BarSeriesOption, CustomSeriesOption } from 'echarts'
import type { OutcomeGroup, Outcomes } from '../../shared/insight.ts'
import type { Cell } from '../../shared/network.ts'
import { CELL_COLOURS, textOn, type ChartTheme } from '../charts/palette.ts'
import { frame, numberAxisX } from '../charts/parts.ts'
import type { ChartSpec } from '../charts/spec.ts'
import { MISSING, countOf, formatCount, formatPoints, formatShare } from '../format.ts'

/** Classes a confusion is drawn with; the most frequent ones of a larger dataset. */
export const MOST_CLASSES = 20

/** Classes that are drawn: all, or those with the most test sequences, in order of the dataset. */
export function drawnClasses({ classes, after }: Pick<Outcomes, 'classes' | 'after'>): number[] {
  const all = classes.map((_, i) => i)
  if (all.length <= MOST_CLASSES) return all
  const size = (i: number) => after.confusion[i]!.reduce((sum, count) => sum + count, 0)
  return all
    .sort((a, b) => size(b) - size(a))
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a - b)
}

const NAME_LENGTH = 18
const GROUP_LENGTH = 34
const brief = (name: string, most = NAME_LENGTH) =>
  name.length > most ? `${name.slice(0, most - 1)}…` : name

/** Truth by answer: counts, coloured by the share of the truth's sequences. */
export function confusionChart(
  outcomes: Pick<Outcomes, 'classes' | 'after'>,
  counts: readonly (readonly number[])[],
  theme: ChartTheme,
): ChartSpec {
  const shown = drawnClasses(outcomes)
  const { classes } = outcomes
  const rowTotal = (truth: number) => counts[truth]!.reduce((sum, count) => sum + count, 0)
  const cells = shown.flatMap((truth) =>
    shown.map((answer) => {
      const total = rowTotal(truth)
      const count = counts[truth]![answer]!
      return { truth, answer, count, share: total === 0 ? 0 : count / total }
    }),
  )
  const names = (axis: 'truth' | 'answer') => ({
    type: 'category' as const,
    name: axis,
    nameLocation: 'middle' as const,
    nameGap: axis === 'truth' ? 8 : 26,
    nameTextStyle: { color: theme.faint, fontSize: 11 },
    data: shown.map(String), // names may repeat once cut; numbers do not
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      color: theme.text,
      fontSize: 11,
      interval: 0,
      hideOverlap: true,
      formatter: (at: string) => brief(classes[Number(at)] ?? ''),
    },
  })
  return {
    option: {
      animation: false,
      grid: { left: 20, right: 8, top: 8, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
      xAxis: names('answer'),
      yAxis: { ...names('truth'), inverse: true, nameGap: 10 + longest(shown, classes) * 6.2 },
      series: [confusionSeries(cells, shown, theme)],
    },
    legend: [],
    ...(shown.length < classes.length
      ? { note: `The ${shown.length} largest of ${countOf(classes.length, 'class', 'classes')}.` }
      : {}),
    table: {
      columns: ['truth', 'answer', 'sequences'],
      rows: classes.flatMap((truth, t) =>
        classes.flatMap((answer, a) =>
          counts[t]![a]! > 0 || t === a ? [[truth, answer, counts[t]![a]!]] : [],
        ),
      ),
    },
    tooltip: () => undefined,
    fixed: true,
    items: {
      tooltip: (_series, index) => {
        const { truth, answer, count, share } = cells[index]!
        return {
          title: `${classes[truth]!} answered as ${classes[answer]!}`,
          rows: [
            {
              name: truth === answer ? 'right' : 'wrong',
              value: formatCount(count),
              note: `${formatShare(share, 1)} of ${countOf(rowTotal(truth), 'sequence')}`,
            },
          ],
        }
      },
      key: () => undefined,
    },
  }
}

function longest(shown: readonly number[], classes: readonly string[]): number {
  return shown.reduce((most, at) => Math.max(most, brief(classes[at]!).length), 0)
}

function confusionSeries(
  cells: readonly { truth: number; answer: number; count: number; share: number }[],
  shown: readonly number[],
  theme: ChartTheme,
): CustomSeriesOption {
  const look = cells.map(({ truth, answer, share }) => mixed(theme, share, truth === answer))
  return {
    type: 'custom',
    name: 'confusion',
    data: cells.map(({ truth, answer }) => [shown.indexOf(answer), shown.indexOf(truth)]),
    encode: { x: 0, y: 1 },
    renderItem: ({ dataIndex }, api) => {
      const [x, y] = api.coord([api.value(0), api.value(1)]) as [number, number]
      const [width, height] = api.size!([1, 1]) as [number, number]
      const { count, share } = cells[dataIndex]!
      const lines =
        height > 34 && width > 60 ? `${formatCount(count)}\n${formatShare(share, 1)}` : formatCount(count)
      return {
        type: 'rect',
        shape: { x: x - width / 2 + 1, y: y - height / 2 + 1, width: width - 2, height: height - 2 },
        style: { fill: look[dataIndex]! },
        ...(width > 26 && height > 13
          ? {
              textContent: {
                type: 'text',
                style: {
                  text: lines,
                  fill: textOn(look[dataIndex]!),
                  font: '12px sans-serif',
                  lineHeight: 16,
                  align: 'center',
                },
              },
              textConfig: { position: 'inside' },
            }
          : {}),
      }
    },
  }
}

const RIGHT = [52, 81, 198] as const
const WRONG = [213, 94, 0] as const

/** Blue for right answers, orange for wrong ones, deeper for a larger share. */
function mixed(theme: ChartTheme, share: number, right: boolean): string {
  const paper = [1, 3, 5].map((at) => Number.parseInt(theme.background.slice(at, at + 2), 16))
  const ink = right ? RIGHT : WRONG
  const by = share === 0 ? 0.03 : 0.1 + 0.72 * share
  const at = (i: 0 | 1 | 2) => Math.round(paper[i]! + (ink[i] - paper[i]!) * by)
  return `rgb(${at(0)}, ${at(1)}, ${at(2)})`
}

/** Accuracy of a group, 0 to 1; null where it has no sequences. */
export function groupAccuracy(correct: number | null, total: number): number | null {
  return correct === null || total === 0 ? null : correct / total
}

/** Height of the chart of groups in pixels. */
export function groupHeight(groups: number, paired: boolean): number {
  return groups * (paired ? 36 : 24) + 52
}

/** Accuracy by kind of sequence, before and after. Accuracies are in per cent on the axis. */
export function groupChart(
  groups: readonly OutcomeGroup[],
  cell: Cell,
  theme: ChartTheme,
  words: { before: string; after: string },
): ChartSpec {
  const paired = groups.some(({ before }) => before !== null)
  const colour = CELL_COLOURS[cell]
  const bars = (name: string, fill: string, of: (group: OutcomeGroup) => number | null): BarSeriesOption => ({
    type: 'bar',
    name,
    data: groups.map((group) => {
      const accuracy = groupAccuracy(of(group), group.total)
      return accuracy === null ? '-' : accuracy * 100
    }),
    itemStyle: { color: fill },
    barCategoryGap: '32%',
    barGap: '12%',
    emphasis: { disabled: true },
    label: {
      show: true,
      position: 'right',
      distance: 4,
      color: theme.faint,
      fontSize: 10,
      formatter: ({ dataIndex }) => {
        const group = groups[dataIndex]!
        return formatShare(groupAccuracy(of(group), group.total) ?? undefined, 1)
      },
    },
  })
  const both: BarSeriesOption[] = [
    ...(paired ? [bars(words.before, theme.axis, ({ before }) => before)] : []),
    bars(words.after, colour, ({ after }) => after),
  ]
  return {
    option: {
      ...frame(
        numberAxisX(theme, 'answered right, %', { min: 0, max: 100, step: 20 }),
        {
          type: 'category',
          inverse: true,
          data: groups.map(({ name }) => name),
          axisLine: { show: false },
          axisTick: { show: false },
          axisLabel: {
            color: theme.text,
            fontSize: 11,
            interval: 0,
            formatter: (name: string) => brief(name, GROUP_LENGTH),
          },
        } as never,
        48,
      ),
      series: both,
    },
    legend: [
      ...(paired ? [{ name: words.before, colour: theme.axis, kind: 'bar' as const }] : []),
      { name: words.after, colour, kind: 'bar' },
    ],
    table: {
      columns: ['kind', 'sequences', ...(paired ? ['right before'] : []), 'right after', 'lost', 'won'],
      rows: groups.map(({ name, total, before, after, lost, won }) => [
        name,
        total,
        ...(paired ? [before] : []),
        after,
        lost,
        won,
      ]),
    },
    tooltip: () => undefined,
    fixed: true,
    items: {
      tooltip: (_series, index) => {
        const group = groups[index]
        return group && groupTooltip(group, colour, theme, words)
      },
      key: (_series, index) => groups[index]?.name,
    },
  }
}

function groupTooltip(
  { name, total, before, after, lost, won }: OutcomeGroup,
  colour: string,
  theme: ChartTheme,
  words: { before: string; after: string },
) {
  const row = (title: string, correct: number | null, fill: string) => ({
    name: title,
    value: formatShare(groupAccuracy(correct, total) ?? undefined),
    note: correct === null ? MISSING : `${formatCount(correct)} of ${formatCount(total)}`,
    colour: fill,
  })
  return {
    title: name,
    rows: [
      ...(before === null ? [] : [row(words.before, before, theme.axis)]),
      row(words.after, after, colour),
      ...(before === null
        ? []
        : [
            {
              name: 'difference',
              value: total === 0 ? MISSING : formatPoints((after - before) / total),
              note: `${formatCount(lost)} lost, ${formatCount(won)} won`,
            },
          ]),
    ],
  }
}
