// Charts of a dataset: how long its sequences are and which symbols they use, by class.
import type { BarSeriesOption } from 'echarts'
import type { DatasetProfile } from '../../shared/dataset.ts'
import { formatCount, formatShare } from '../format.ts'
import { classColour, type ChartTheme } from './palette.ts'
import { categoryAxisX, frame, numberAxisY } from './parts.ts'
import type { ChartSpec, LegendItem } from './spec.ts'

const MAX_BARS = 80

type Split = 'train' | 'test'

function bars(name: string, colour: string, data: number[], stack?: string): BarSeriesOption {
  return {
    type: 'bar',
    name,
    data,
    itemStyle: { color: colour },
    emphasis: { disabled: true },
    barCategoryGap: stack === undefined ? '30%' : '12%',
    ...(stack === undefined ? {} : { stack }),
  }
}

function legend(classes: readonly string[], theme: ChartTheme): LegendItem[] {
  return classes.map((name, index) => ({ name, colour: classColour(theme, index), kind: 'bar' }))
}

/** Join neighbouring lengths so that at most `most` bars are drawn. */
export function binLengths(
  lengths: readonly { length: number; byClass: number[] }[],
  classes: number,
  most = MAX_BARS,
): { from: number; to: number; byClass: number[] }[] {
  const first = lengths[0]
  const last = lengths.at(-1)
  if (first === undefined || last === undefined) return []
  const width = Math.ceil((last.length - first.length + 1) / most)
  const bins = Array.from({ length: Math.floor((last.length - first.length) / width) + 1 }, (_, i) => ({
    from: first.length + i * width,
    to: first.length + (i + 1) * width - 1,
    byClass: new Array<number>(classes).fill(0),
  }))
  for (const { length, byClass } of lengths) {
    const bin = bins[Math.floor((length - first.length) / width)]!
    byClass.forEach((count, index) => (bin.byClass[index]! += count))
  }
  return bins
}

/** Sequences by length, stacked by class. */
export function lengthChart(profile: DatasetProfile, split: Split, theme: ChartTheme): ChartSpec {
  const { classes } = profile
  const bins = binLengths(profile[split].lengths, classes.length)
  const names = bins.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`))
  return {
    option: {
      ...frame(categoryAxisX(theme, 'length, symbols', names), numberAxisY(theme, 'sequences', { min: 0 })),
      series: classes.map((name, i) =>
        bars(
          name,
          classColour(theme, i),
          bins.map(({ byClass }) => byClass[i]!),
          'all',
        ),
      ),
    },
    legend: legend(classes, theme),
    table: { columns: ['length', ...classes], rows: bins.map(({ byClass }, i) => [names[i]!, ...byClass]) },
    tooltip: (x) => {
      const bin = bins[names.indexOf(String(x))]
      return (
        bin && {
          title: `${x} symbols long`,
          rows: classes.map((name, i) => ({
            name,
            value: formatCount(bin.byClass[i]!),
            colour: classColour(theme, i),
          })),
        }
      )
    },
  }
}

/** Share of each symbol among all symbols of a class, side by side: what tells the classes apart. */
export function symbolChart(profile: DatasetProfile, split: Split, theme: ChartTheme, most = 40): ChartSpec {
  const { classes } = profile
  const symbols = profile.symbols.slice(0, most)
  const totals = classes.map((_, i) => profile.symbols.reduce((sum, symbol) => sum + symbol[split][i]!, 0))
  const share = (symbol: (typeof symbols)[number], i: number) =>
    totals[i] === 0 ? 0 : symbol[split][i]! / totals[i]!
  return {
    option: {
      ...frame(
        categoryAxisX(
          theme,
          'symbol',
          symbols.map(({ symbol }) => symbol),
        ),
        numberAxisY(theme, '% of the symbols of the class', { min: 0 }),
      ),
      series: classes.map((name, i) =>
        bars(
          name,
          classColour(theme, i),
          symbols.map((symbol) => share(symbol, i) * 100),
        ),
      ),
    },
    legend: legend(classes, theme),
    table: {
      columns: ['symbol', ...classes.map((name) => `${name}, occurrences`)],
      rows: profile.symbols.map((symbol) => [symbol.symbol, ...symbol[split]]),
    },
    tooltip: (x) => {
      const symbol = symbols.find((s) => s.symbol === x)
      return (
        symbol && {
          title: `Symbol ${x}`,
          rows: classes.map((name, i) => ({
            name,
            value: formatShare(share(symbol, i)),
            note: formatCount(symbol[split][i]!),
            colour: classColour(theme, i),
          })),
        }
      )
    },
  }
}
