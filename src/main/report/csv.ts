// Every series of a report as one table in long form: the curves and intervals of all figures, the level lines, and the
// epochs of every run. Text cells cannot become formulas.
import { csvCell } from '../../shared/csv.ts'
import type { RunRecord } from '../../shared/results.ts'
import type { Figure, ReportDocument, Series } from './document.ts'

const HEADER = ['source', 'panel', 'series', 'x_name', 'x', 'y_name', 'y', 'low', 'high']

type Value = string | number | undefined

/** Write the figures of a document and the epochs of its runs (RFC 4180, CRLF). */
export function reportCsv(document: ReportDocument, runs: readonly RunRecord[]): string {
  const figures = document.sections
    .flatMap(({ blocks }) => blocks)
    .filter((block): block is Figure => block.kind === 'figure')
  const rows = [
    ...figures.flatMap((figure, i) => figureRows(figure, `figure ${i + 1}: ${figure.caption}`)),
    ...runs.flatMap(runRows),
  ]
  return [HEADER, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n'
}

function figureRows(figure: Figure, source: string): Value[][] {
  const levels = figure.levels.map(({ name, value }) => [
    ...[source, undefined, name, undefined, undefined, figure.y.name, value, undefined, undefined],
  ])
  const curves = figure.panels.flatMap(({ title, series }) =>
    series.flatMap((one) => seriesRows(one, figure, source, title)),
  )
  return [...levels, ...curves]
}

function seriesRows(
  { name, points, band = [] }: Series,
  figure: Figure,
  source: string,
  panel: string,
): Value[][] {
  const intervals = new Map(band.map(([x, low, high]) => [x, { low, high }]))
  return points.map(([x, y]) => {
    const interval = intervals.get(x)
    return [source, panel, name, figure.x.name, x, figure.y.name, y, interval?.low, interval?.high]
  })
}

const SPLITS = ['train', 'validation', 'test'] as const

function runRows({ spec, epochs }: RunRecord): Value[][] {
  return epochs.flatMap((record) =>
    SPLITS.flatMap((split) => {
      const score = record[split]
      if (score === undefined) return []
      const at: Value[] = ['run', spec.key, split, 'epoch', record.epoch]
      return [
        [...at, 'accuracy, 0 to 1', score.accuracy, undefined, undefined],
        [...at, 'loss', score.loss, undefined, undefined],
      ]
    }),
  )
}
