// What pruning did to one run, as tables for a terminal. Computes nothing but shares.
import type { Flip, Outcomes, PruningInsight } from '../../shared/insight.ts'
import { percent, table } from './output.ts'

/** Sequences that are listed; all of them are in the JSON. */
const LISTED = 20
/** Characters of a sequence that fit beside the other columns. */
const TEXT_WIDTH = 60

const share = (part: number, whole: number) => (whole === 0 ? '-' : percent(part / whole))
const count = (value: number) => value.toLocaleString('en-US')

/** Say what is left of a network and what it answers differently. */
export function pruningText(insight: PruningInsight, outcomes: Outcomes): string {
  const when = insight.epoch === -1 ? 'before training' : `after epoch ${insight.epoch}`
  const parts = [
    `${insight.title}, ${when}`,
    weightsTable(insight),
    unitsText(insight, outcomes),
    answersText(outcomes),
    groupsTable(outcomes),
    outcomes.groupsNote ?? '',
    flipsText('lost: right before, wrong now', outcomes.lost),
    flipsText('won: wrong before, right now', outcomes.won),
    outcomes.note ?? '',
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function weightsTable({ matrices }: PruningInsight): string {
  const rows = matrices.map(({ label, live, total, gates }) => [
    label,
    count(live),
    count(total),
    share(live, total),
    gates.length === 1 ? '' : gates.map((one) => `${one.gate} ${share(one.live, one.total)}`).join(', '),
  ])
  return table(['weights', ' kept', ' of', ' share', 'by gate'], rows)
}

function unitsText({ layers }: PruningInsight, { silent }: Outcomes): string {
  const rows = layers.map(({ layer, units, dead }) => {
    const of = (why: string) => String(dead.filter((one) => one.why === why).length)
    const constant = silent.layers.find((one) => one.layer === layer)?.constant.length ?? 0
    return [
      `layer ${layer + 1}`,
      String(units),
      of('no-input'),
      of('no-output'),
      of('isolated'),
      String(constant),
    ]
  })
  const headers = ['units', ' all', ' no input', ' no output', ' neither', ' silent']
  return `${table(headers, rows)}\nSilent: the output hardly changes over the first ${silent.sequences} test sequences.`
}

function answersText({ total, before, after, lost, won }: Outcomes): string {
  const now = `${count(after.correct)} of ${count(total)} right (${share(after.correct, total)})`
  if (before === null) return now
  return `${now}; ${count(before.correct)} before pruning (${share(before.correct, total)}): ${count(lost.count)} lost, ${count(won.count)} won`
}

function groupsTable({ groups, before }: Outcomes): string {
  if (before === null) {
    const rows = groups.map(({ name, total, after }) => [name, count(total), share(after, total)])
    return table(['sequences', ' all', ' right'], rows)
  }
  const rows = groups.map((group) => [
    group.name,
    count(group.total),
    share(group.before ?? 0, group.total),
    share(group.after, group.total),
    count(group.lost),
    count(group.won),
  ])
  return table(['sequences', ' all', ' right before', ' right now', ' lost', ' won'], rows)
}

function flipsText(title: string, { count: all, flips }: Outcomes['lost']): string {
  if (all === 0) return ''
  const shown = flips.slice(0, LISTED)
  const more = all > shown.length ? `\n... ${count(all - shown.length)} more` : ''
  const rows = shown.map(flipLine)
  return `${count(all)} ${title}\n${table([' number', 'sequence', 'class', 'before', 'now', 'kind'], rows)}${more}`
}

/** Control characters of a sequence would reach the terminal: they are written as JSON writes them. */
function flipLine({ index, text, truth, before, after, corruption }: Flip): string[] {
  const symbols = Array.from(text)
  const cut = symbols.length > TEXT_WIDTH ? `${symbols.slice(0, TEXT_WIDTH - 1).join('')}…` : text
  return [String(index), ...[cut, truth, before, after, corruption ?? ''].map(harmless)]
}

function harmless(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (one) => {
    return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
